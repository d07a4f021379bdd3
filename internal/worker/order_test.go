package worker

import (
	"context"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// TestOrderMakesNoDifference renders the roots of kustomize's fixtures, one of which sets the OpenAPI
// schema, by one child in forward, reverse and shuffled order. PODMEND_CORPUS names more.
func TestOrderMakesNoDifference(t *testing.T) {
	folders := []string{filepath.Join("..", "..", "render", "testdata", "kustomize", "build")}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			files, err := overlay.Open(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer files.Close()
			found, err := render.Discover(files, render.DiscoverOptions{})
			if err != nil {
				t.Fatal(err)
			}
			targets := slices.DeleteFunc(found.Targets, func(target render.Target) bool { return target.Kind != render.Kustomize })
			forward := renderedBy(t, pool(t, 1, Limits{}), files, targets)
			if folder == folders[0] && forward["kustomize:schema"] == forward["kustomize:noschema"] {
				t.Error("the schema makes no difference, so that this test shows nothing")
			}
			slices.Reverse(targets)
			same(t, "reverse", forward, renderedBy(t, pool(t, 1, Limits{}), files, targets))
			rand.New(rand.NewSource(1)).Shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
			same(t, "shuffled", forward, renderedBy(t, pool(t, 1, Limits{}), files, targets))
		})
	}
}

func renderedBy(t *testing.T, p *Pool, files *overlay.FS, targets []render.Target) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, target := range targets {
		result, err := p.Render(context.Background(), files, target, render.Detail{PodTemplatesOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		if result.Err != nil {
			text = result.Err.Error()
		}
		for i := range result.Objects {
			text += result.Objects[i].Digest + string(result.Objects[i].YAML) + "---\n"
		}
		texts[target.ID] = text
		if target.OwnProcess && slices.ContainsFunc(p.children, func(c *child) bool { return !slices.Contains(p.idle, c) }) {
			t.Errorf("%s: its process lives on", target.ID)
		}
	}
	return texts
}

func same(t *testing.T, order string, want, got map[string]string) {
	t.Helper()
	for id, text := range want {
		if got[id] != text {
			t.Errorf("%s differs in %s order:\n%.2000s\nwant:\n%.2000s", id, order, got[id], text)
		}
	}
}
