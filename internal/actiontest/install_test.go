package actiontest

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

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

// A token that the job sets for all of its steps reaches nothing that downloads.
func TestDownloadGetsNoToken(t *testing.T) {
	l := newLaunch(t, release(t, sumLine(nil, archiveName())))
	bin := t.TempDir()
	write(t, filepath.Join(bin, "curl"), "#!/bin/sh\nenv >&2\nexit 22\n")
	l.env["PATH"] = bin + ":" + os.Getenv("PATH")
	l.env["GITHUB_TOKEN"], l.env["GH_TOKEN"] = "ghs_secret", "ghp_secret"
	_, _, printed := l.run()
	says(t, printed, "RUNNER_TEMP=") // what env prints is there
	if strings.Contains(printed, "_secret") {
		t.Errorf("it gets the token\n%s", printed)
	}
}

func TestNoCurl(t *testing.T) {
	l := newLaunch(t, release(t, sumLine(nil, archiveName())))
	l.env["PATH"] = linked(t, "bash", "dirname", "uname", "tr", "sed", "mkdir", "mktemp", "rm")
	l.fails("curl, which downloads the release, is not on this runner", "the input program")
}

func TestFoldersWithSpaces(t *testing.T) {
	archive := tarball(t, stub)
	m := serve(t, map[string][]byte{"/" + testVersion + "/" + archiveName(): archive})
	tree := filepath.Join(t.TempDir(), "an action")
	if err := os.Rename(release(t, sumLine(archive, archiveName())), tree); err != nil {
		t.Fatal(err)
	}
	l := newLaunch(t, tree)
	l.env["PODMEND_MIRROR"] = m.URL
	l.env["RUNNER_TOOL_CACHE"] = filepath.Join(l.kept, "tool cache")
	l.succeeds()
	l.succeeds()
	if m.asked.Load() != 1 {
		t.Errorf("the mirror is asked %d times", m.asked.Load())
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
	l.env["PATH"] = linked(t, "bash", "dirname", "uname", "tr")
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
