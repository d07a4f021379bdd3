package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// What renders others is planned, rendered and counted once, whichever shard has it, and so it is where
// unchanged renderings are kept.
func TestFleetInShards(t *testing.T) {
	t.Parallel()
	for name, fleet := range map[string]func(*chartServer) githubfake.Files{"flux": fluxFleet, "argocd": argoFleet} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fleet(serveFleet(t))
			for name, text := range files {
				switch {
				case strings.HasSuffix(name, "a03/base/web.yaml"), strings.HasSuffix(name, "a03/dev/web.yaml"), strings.HasSuffix(name, "envs/dev/a03.yaml"),
					strings.HasSuffix(name, "dev/a04.yaml"), strings.HasSuffix(name, "s03.yaml"):
					files[name] = strings.NewReplacer("network: false", "network: true", "pid: false", "pid: true").Replace(text)
				}
			}
			dir := writeFiles(t, files)
			whole := shardsEqual(t, dir, 3)
			if whole.Summary.Errors > 0 || len(whole.Findings) < 2 {
				t.Errorf("%+v", whole.Summary)
			}
			clusters := 0
			for _, finding := range whole.Findings {
				if len(finding.Environments.In) == 1 && len(finding.Environments.Others) == 2 {
					clusters++
				}
			}
			if clusters == 0 {
				t.Error("no finding shows in one cluster alone")
			}
		})
	}
}

// With --cache-dir a second run fetches no archive and renders no release, and a third those that a change
// reaches. Each says what a run without says. What holds other objects is rendered each time to find them.
func TestFleetFromCache(t *testing.T) {
	t.Parallel()
	s := serveFleet(t)
	files := fluxFleet(s)
	dir, cache, reports := writeFiles(t, files), t.TempDir(), t.TempDir()
	check := func(name string, args ...string) []byte {
		t.Helper()
		name = filepath.Join(reports, name)
		runIn(t, dir, append([]string{"check", "--format", "json", "--output", name}, args...)...)
		return cacheWords.ReplaceAll(withoutDurations(t, name), nil)
	}
	const searched = 3 * (1 + 1 + fleetApplications)
	rendered := func(want int) {
		t.Helper()
		r, _ := runJSON(t, dir, "check", "--cache-dir", cache)
		if got := r.Summary.Targets - r.Summary.Cached; got != want {
			t.Errorf("%d of %d targets were rendered, want %d", got, r.Summary.Targets, want)
		}
	}
	first := check("first.json", "--cache-dir", cache)
	s.wantOnce(fleetCharts)
	if want := check("plain.json"); !bytes.Equal(first, want) {
		t.Errorf("the run that fills the cache differs:\n%s", firstDifference(want, first))
	}
	s.taken()
	rendered(searched)
	s.wantOnce(0)
	change := changed(t, files, "apps/a05/production/web.yaml", "pid: false", "pid: true")
	for name, text := range change {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rendered(searched + 2)
	last, want := check("last.json", "--cache-dir", cache), check("last-plain.json")
	if !bytes.Equal(last, want) {
		t.Errorf("the run with the cache differs:\n%s", firstDifference(want, last))
	}
}

// cacheWords are notes that say whence a chart was taken.
var cacheWords = regexp.MustCompile(`,?\n *"(The dependency )?c\d\d [0-9.]+ was (fetched|taken|not cached)[^"]*"`)
