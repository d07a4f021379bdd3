package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// command returns the path of a command line that the tests compare with: what the variable names,
// else built from the package at the version that internal/tools pins.
func command(t *testing.T, variable, pkg string) string {
	t.Helper()
	if name := os.Getenv(variable); name != "" {
		return name
	}
	name := filepath.Join(t.TempDir(), "command")
	build := exec.Command("go", "build", "-C", filepath.Join("..", "internal", "tools"), "-o", name, pkg)
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, output)
	}
	return name
}
