package actiontest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// stub is a program that stands for podmend where only its way to the runner is looked at.
const stub = "#!/bin/sh\necho a podmend\n"

// tarball is an archive of a release.
func tarball(t *testing.T, program string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	writer := tar.NewWriter(zipped)
	for name, text := range map[string]string{"LICENSE": "Apache-2.0\n", "podmend": program} {
		if err := writer.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(writer, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func sumLine(archive []byte, name string) string {
	sum := sha256.Sum256(archive)
	return hex.EncodeToString(sum[:]) + "  " + name + "\n"
}

// A mirror serves the archives of releases.
type mirror struct {
	*httptest.Server
	asked atomic.Int64
	fails atomic.Int64 // that many requests, before the first that succeeds
}

func serve(t *testing.T, files map[string][]byte) *mirror {
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.asked.Add(1)
		if r.Header.Get("Authorization") != "" {
			t.Errorf("a download sends a token")
		}
		content, known := files[r.URL.Path]
		switch {
		case m.fails.Add(-1) >= 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case known:
			w.Write(content)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

// A launch runs the launcher as the runner does.
type launch struct {
	t    *testing.T
	tree string
	temp string            // RUNNER_TEMP
	kept string            // RUNNER_TOOL_CACHE
	env  map[string]string // more, or in place of what is there
}

func newLaunch(t *testing.T, tree string) *launch {
	return &launch{t: t, tree: tree, temp: t.TempDir(), kept: t.TempDir(), env: map[string]string{}}
}

// run returns the exit code, the output program and what was printed.
func (l *launch) run() (code int, program, printed string) {
	file, err := os.CreateTemp(l.t.TempDir(), "output")
	if err != nil {
		l.t.Fatal(err)
	}
	file.Close()
	env := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME"), "GITHUB_OUTPUT": file.Name(),
		"RUNNER_TEMP": l.temp, "RUNNER_TOOL_CACHE": l.kept,
	}
	for name, value := range l.env {
		env[name] = value
	}
	command := exec.Command("bash", filepath.Join(l.tree, "action", "install.sh"))
	command.Dir = l.temp
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.CombinedOutput()
	if err != nil {
		code = command.ProcessState.ExitCode()
	}
	given, err := os.ReadFile(file.Name())
	if err != nil {
		l.t.Fatal(err)
	}
	program = strings.TrimSuffix(strings.TrimPrefix(string(given), "program="), "\n")
	return code, program, string(out)
}

// succeeds asks for a program that runs.
func (l *launch) succeeds() (program, printed string) {
	l.t.Helper()
	code, program, printed := l.run()
	if code != 0 {
		l.t.Fatalf("exit code %d\n%s", code, printed)
	}
	if out, err := exec.Command(program).Output(); err != nil || string(out) != "a podmend\n" {
		l.t.Errorf("%s prints %q, %v", program, out, err)
	}
	return program, printed
}

// fails asks for a sentence, and that the tool cache holds no file.
func (l *launch) fails(wants ...string) {
	l.t.Helper()
	code, program, printed := l.run()
	if code != 4 || program != "" {
		l.t.Errorf("exit code %d, program %q", code, program)
	}
	says(l.t, printed, append(wants, "::error::podmend: ")...)
	err := filepath.WalkDir(l.kept, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			l.t.Errorf("%s is left", name)
		}
		return err
	})
	if err != nil {
		l.t.Error(err)
	}
}

// TestRelease downloads a release once, and takes it from the tool cache then.
func TestRelease(t *testing.T) {
	archive := tarball(t, stub)
	m := serve(t, map[string][]byte{"/" + testVersion + "/" + archiveName(): archive})
	m.fails.Store(1) // the first try; curl tries again
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL
	program, _ := l.succeeds()
	if want := filepath.Join(l.kept, "podmend", "0.0.0-test", strings.ToLower(runnerArch()), "podmend"); program != want {
		t.Errorf("the program is %s, and the tool cache has it at %s", program, want)
	}
	if _, err := os.Stat(filepath.Dir(program) + ".complete"); err != nil {
		t.Errorf("others would not find it: %v", err)
	}
	asked := m.asked.Load()
	if again, _ := l.succeeds(); again != program || m.asked.Load() != asked {
		t.Errorf("the second run asks %d times, and takes %s", m.asked.Load()-asked, again)
	}
	// What a run left that was stopped half-way is not taken.
	if err := os.Remove(filepath.Dir(program) + ".complete"); err != nil {
		t.Fatal(err)
	}
	if l.succeeds(); m.asked.Load() != asked+1 {
		t.Error("a program without its mark is taken")
	}
}

// On an Enterprise Server, its own copy of the release is asked for first.
func TestReleaseOfEnterpriseServer(t *testing.T) {
	archive := tarball(t, stub)
	m := serve(t, map[string][]byte{"/podmend/podmend/releases/download/" + testVersion + "/" + archiveName(): archive})
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	l.env["GITHUB_SERVER_URL"] = m.URL
	l.succeeds()
}

func TestWrongSum(t *testing.T) {
	archive, other := tarball(t, stub), tarball(t, "#!/bin/sh\necho evil\n")
	m := serve(t, map[string][]byte{"/" + testVersion + "/" + archiveName(): other})
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL
	l.fails(sumLine(archive, "")[:64], sumLine(other, "")[:64], "It is not run")
}

func TestMissingRelease(t *testing.T) {
	m := serve(t, nil)
	l := newLaunch(t, release(t, sumLine(nil, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL + "/"
	l.fails(m.URL+"/"+testVersion+"/"+archiveName(), "404", "the input mirror", "the input program")
	l.env["RUNNER_ARCH"] = "X86"
	l.fails("podmend has no release for "+strings.TrimSuffix(strings.TrimPrefix(archiveName(), "podmend_"), "_amd64.tar.gz")+" on X86", "the input program")
}

// A mirror is asked by HTTP alone.
func TestMirrorOfAnotherScheme(t *testing.T) {
	archive := tarball(t, stub)
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	dir := t.TempDir()
	write(t, filepath.Join(dir, testVersion, archiveName()), string(archive))
	l.env["PODMEND_MIRROR"] = "file://" + dir
	l.fails("could not be downloaded")
}

// Where the tool cache is read-only, the job's own folder takes its place.
func TestToolCacheThatCannotBeWritten(t *testing.T) {
	archive := tarball(t, stub)
	m := serve(t, map[string][]byte{"/" + testVersion + "/" + archiveName(): archive})
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL
	write(t, filepath.Join(l.temp, "file"), "")
	l.env["RUNNER_TOOL_CACHE"] = filepath.Join(l.temp, "file")
	program, printed := l.succeeds()
	says(t, printed, "is not writable")
	if !strings.HasPrefix(program, l.temp) {
		t.Errorf("the program is %s", program)
	}
}

func TestTwoJobsAtOnce(t *testing.T) {
	archive := tarball(t, stub)
	m := serve(t, map[string][]byte{"/" + testVersion + "/" + archiveName(): archive})
	l := newLaunch(t, release(t, sumLine(archive, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL
	var jobs sync.WaitGroup
	for range 6 {
		jobs.Go(func() {
			code, program, printed := l.run()
			if content, err := os.ReadFile(program); code != 0 || err != nil || string(content) != stub {
				t.Errorf("exit code %d, %v\n%s", code, err, printed)
			}
		})
	}
	jobs.Wait()
	if left, err := filepath.Glob(filepath.Join(l.kept, "podmend", "*", ".*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A program that the workflow names is taken as it is, without a connection.
func TestNamedProgram(t *testing.T) {
	m := serve(t, nil)
	l := newLaunch(t, release(t, sumLine(nil, archiveName())))
	l.env["PODMEND_MIRROR"] = m.URL
	dir := t.TempDir()
	write(t, filepath.Join(dir, "my podmend"), stub)
	write(t, filepath.Join(l.temp, "tools", "podmend"), stub)
	l.env["PATH"] = dir + ":" + os.Getenv("PATH")
	for _, name := range []string{filepath.Join(dir, "my podmend"), "my podmend", "tools/podmend"} {
		l.env["PODMEND_PROGRAM"] = name
		l.succeeds()
	}
	for _, name := range []string{"tools/other", "no-such-podmend", "cd", "--help"} {
		l.env["PODMEND_PROGRAM"] = name
		l.fails("the input program names "+name, "leave the input out")
	}
	if m.asked.Load() > 0 {
		t.Error("there was a connection")
	}
}

// Used from a branch, the action has no release and is built.
func TestBranch(t *testing.T) {
	tree, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	l := newLaunch(t, tree)
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		l.env[name] = strings.TrimSpace(string(out))
	}
	l.env["GOOS"] = "plan9" // what the job builds for is not for podmend
	code, program, printed := l.run()
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, printed)
	}
	if out, err := exec.Command(program, "--version").Output(); err != nil || !strings.HasPrefix(string(out), "podmend ") {
		t.Errorf("%s prints %q, %v", program, out, err)
	}

	// Without Go.
	tools := t.TempDir()
	for _, name := range []string{"bash", "dirname", "uname", "tr"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	l.env["PATH"] = tools
	l.fails("Go is not on this runner", "podmend/podmend@v1", "actions/setup-go")
}

// On Windows the archive is a zip, its own tar reads it, and paths are told in its way.
func TestWindows(t *testing.T) {
	var packed bytes.Buffer
	writer := zip.NewWriter(&packed)
	file, err := writer.Create("podmend.exe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, stub); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	m := serve(t, map[string][]byte{"/" + testVersion + "/podmend_windows_arm64.zip": packed.Bytes()})
	l := newLaunch(t, release(t, strings.ReplaceAll(sumLine(packed.Bytes(), "podmend_windows_arm64.zip"), "\n", "\r\n")))
	bin, system := t.TempDir(), t.TempDir()
	write(t, filepath.Join(bin, "cygpath"), "#!/bin/sh\necho \"$2\"\n")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(system, "System32"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(system, "System32", "tar.exe")); err != nil {
		t.Fatal(err)
	}
	l.env = map[string]string{
		"PODMEND_MIRROR": m.URL, "RUNNER_OS": "Windows", "RUNNER_ARCH": "ARM64", "SYSTEMROOT": system,
		"PATH": bin + ":" + os.Getenv("PATH"),
	}
	program, _ := l.succeeds()
	if want := filepath.Join(l.kept, "podmend", "0.0.0-test", "arm64", "podmend.exe"); program != want {
		t.Errorf("the program is %s and not %s", program, want)
	}
}

// unzip takes a file out of an archive as tar does: -xf ARCHIVE FILE
func unzip(args []string) error {
	if len(args) != 3 || args[0] != "-xf" {
		return fmt.Errorf("called with %q", args)
	}
	archive, err := zip.OpenReader(args[1])
	if err != nil {
		return err
	}
	defer archive.Close()
	file, err := archive.Open(args[2])
	if err != nil {
		return err
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	return os.WriteFile(args[2], content, 0o755)
}
