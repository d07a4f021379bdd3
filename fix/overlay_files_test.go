package fix

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// The name of an object is whatever a manifest says.
func TestNewPatchFileStaysInItsFolder(t *testing.T) {
	files, err := overlay.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	p := &proposer{editor: newEditor(files, Budget{})}
	for name, want := range map[string]string{
		"web":                       "prod/patches/pod-web-pod-security.yaml",
		"../../.github/workflows/a": "prod/patches/pod-..-..-.github-workflows-a-pod-security.yaml",
		strings.Repeat("é", 300):    "prod/patches/pod-" + strings.Repeat("-", 196) + "-pod-security.yaml",
	} {
		if got := p.newPatchFile(&Proposal{}, "prod/patches", patchEntry{name: name, target: map[string]any{"kind": "Pod"}}); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
