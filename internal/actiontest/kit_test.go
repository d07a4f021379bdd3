// Package actiontest tries the action as teams use it: action.yml and each workflow of docs/workflows under
// act, against the fake of GitHub, and the launcher against a server on loopback.
package actiontest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// repository is the root of podmend's own.
const repository = "../.."

// TestMain lets this program be the tar.exe of Windows too.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "tar.exe" {
		if err := unzip(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if built.folder != "" {
		os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// built are the programs that the tests run.
var built struct {
	sync.Mutex
	folder string
}

// program returns the path of a program that is built once from a package of the module in a folder, unless
// a variable of the environment names one.
func program(t *testing.T, variable, folder, pkg string) string {
	t.Helper()
	if name := os.Getenv(variable); name != "" {
		return name
	}
	built.Lock()
	defer built.Unlock()
	if built.folder == "" {
		var err error
		if built.folder, err = os.MkdirTemp("", "podmend-actiontest-"); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(built.folder, filepath.Base(pkg))
	if _, err := os.Stat(name); err == nil {
		return name
	}
	build := exec.Command("go", "build", "-C", filepath.Join(repository, folder), "-trimpath", "-buildvcs=false", "-o", name, pkg)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return name
}

func podmend(t *testing.T) string {
	t.Helper()
	return program(t, "PODMEND_TEST_PODMEND", ".", "./cmd/podmend")
}

func act(t *testing.T) string {
	t.Helper()
	return program(t, "PODMEND_TEST_ACT", "internal/tools", "github.com/nektos/act")
}

func actionlint(t *testing.T) string {
	t.Helper()
	return program(t, "PODMEND_TEST_ACTIONLINT", "internal/tools", "github.com/rhysd/actionlint/cmd/actionlint")
}

// testVersion is the release that the tests make up.
const testVersion = "v0.0.0-test"

// release is a copy of the action as a release has it: with its version and the sums of its archives.
func release(t *testing.T, sums string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"action.yml", "action/install.sh"} {
		write(t, filepath.Join(dir, name), read(t, filepath.Join(repository, name)))
	}
	write(t, filepath.Join(dir, "action", "version"), testVersion+"\n")
	write(t, filepath.Join(dir, "action", "checksums.txt"), sums)
	return dir
}

// archiveName is that of a release for this machine.
func archiveName() string {
	return fmt.Sprintf("podmend_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
}

// runnerArch is what GitHub's runner and the tool cache call this machine's architecture.
func runnerArch() string {
	return map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// says asks for texts.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
