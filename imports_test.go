package podmend_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/podmend/podmend/"

// layers lists what each package may import of this module. Data flows from render to check to
// fix to report, and imports go the other way.
var layers = map[string][]string{
	"internal/yamledit":       {"internal/late"},
	"internal/overlay":        {},
	"internal/atomicfile":     {},
	"internal/late":           {},
	"internal/memory":         {},
	"internal/gitdir":         {},
	"internal/changes":        {"internal/gitdir"},
	"internal/scripts":        {},
	"internal/golden":         {},
	"internal/samples":        {"report"},
	"internal/page":           {"check"},
	"internal/event":          {},
	"internal/ghtext":         {"internal/page", "check", "report"},
	"internal/ghtext/hostile": {},
	"render":                  {"internal/yamledit", "internal/overlay", "internal/gitdir", "internal/late"},
	"check":                   {"internal/yamledit", "internal/overlay", "render"},
	"fix":                     {"internal/yamledit", "internal/overlay", "internal/late", "render", "check"},
	"report":                  {"internal/yamledit", "internal/overlay", "render", "check", "fix"},
	"report/annotations":      {"report"},
	"report/html":             {"internal/page", "internal/late", "check", "report"},
	"report/markdown":         {"internal/page", "report"},
	"report/sarif":            {"internal/yamledit", "internal/page", "render", "check", "report"},
	"internal/rendercache":    {"internal/yamledit", "internal/overlay", "internal/atomicfile", "internal/late", "render"},
	"internal/shard":          {"check", "report"},
	"internal/worker":         {"internal/overlay", "render"},
	"internal/fetch":          {},
	"internal/dependency":     {"internal/yamledit", "internal/overlay", "internal/atomicfile", "internal/fetch", "internal/late", "render"},
	"internal/cli": {
		"check",
		"fix",
		"internal/atomicfile",
		"internal/changes",
		"internal/dependency",
		"internal/event",
		"internal/fetch",
		"internal/fixpr",
		"internal/gitdir",
		"internal/github",
		"internal/overlay",
		"internal/page",
		"internal/rendercache",
		"internal/review",
		"internal/shard",
		"internal/worker",
		"internal/yamledit",
		"render",
		"report",
		"report/annotations",
		"report/html",
		"report/markdown",
		"report/sarif",
	},
	"internal/bench":      {"report"},
	"internal/actiontest": {},
	// Tests and the tool that makes its descriptions import the fake of GitHub, the program never does.
	"internal/github":              {"internal/changes"},
	"internal/review":              {"internal/changes", "internal/ghtext", "internal/github", "internal/late", "check", "fix", "report"},
	"internal/fixpr":               {"internal/changes", "internal/ghtext", "internal/github", "internal/late", "report"},
	"internal/githubfake":          {},
	"internal/githubfake/scripted": {"internal/githubfake"},
	"internal/githubfake/trim":     {"internal/githubfake"},
	"internal/manual":              {"internal/cli"},
	"internal/release":             {},
	"cmd/podmend":                  {"internal/cli", "internal/memory"},
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var listed struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutPrefix(listed.ImportPath, module)
		if !ok {
			continue // this test's own package
		}
		seen++
		allowed, known := layers[name]
		if !known {
			t.Errorf("package %s has no place in the layers; give it one", name)
		}
		for _, imported := range listed.Imports {
			if inner, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, inner) {
				t.Errorf("package %s must not import %s", name, inner)
			}
		}
	}
	if seen != len(layers) {
		t.Errorf("%d packages were listed and %d have a place; take away what is gone", seen, len(layers))
	}
}
