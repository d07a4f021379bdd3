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

// linked is a folder with links to some programs of this machine, and to no others.
func linked(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
