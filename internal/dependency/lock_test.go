package dependency

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// The command line checks the lock before it looks for the repository, which it does not know here.
func helmTakesLock(t *testing.T, app string) bool {
	t.Helper()
	output, err := helm(t, "dependency", "build", app)
	switch {
	case err == nil:
		return true
	case strings.Contains(output, "is out of sync"):
		return false
	case strings.Contains(output, "no repository definition"), strings.Contains(output, "no cached repository"):
		return true
	}
	t.Fatalf("helm dependency build: %s", output)
	return false
}

// Locks are taken and refused as by helm dependency build, whatever is written into Chart.yaml.
func TestLocksAsHelm(t *testing.T) {
	const repository = "https://charts.example.com"
	entries := map[string]string{
		"plain":         "- {name: a, version: 1.0.0, repository: https://charts.example.com}\n",
		"range":         "- {name: a, version: ^1.0.0, repository: https://charts.example.com}\n",
		"alias":         "- {name: a, version: 1.0.0, repository: https://charts.example.com, alias: b}\n",
		"condition":     "- {name: a, version: 1.0.0, repository: https://charts.example.com, condition: a.enabled, tags: [x, y]}\n",
		"import values": "- name: a\n  version: 1.0.0\n  repository: https://charts.example.com\n  import-values: [data, {child: c, parent: p}, {child: <&>, parent: é}]\n",
		"no version":    "- {name: a, repository: https://charts.example.com}\n",
		"unicode":       "- {name: a, version: \"1.0.0\", repository: https://charts.example.com, condition: \"ü\\u200b <x>\"}\n",
		"enabled":       "- {name: a, version: 1.0.0, repository: https://charts.example.com, enabled: true}\n",
		"two": "- {name: a, version: 1.0.0, repository: https://charts.example.com}\n" +
			"- {name: b, version: 2.0.0, repository: https://charts.example.com}\n",
	}
	lockOf := func(text string) []*chart.Dependency {
		found := []*chart.Dependency{{Name: "a", Version: "1.0.0", Repository: repository}}
		if strings.Contains(text, "name: b,") {
			found = append(found, &chart.Dependency{Name: "b", Version: "2.0.0", Repository: repository})
		}
		return found
	}
	taken := 0
	for declaredAs, declared := range entries {
		for lockedFor, other := range entries {
			// helm 2 hashed the declared ones alone.
			for _, legacy := range []bool{false, true} {
				if legacy && declaredAs != "plain" && declaredAs != "alias" {
					continue
				}
				name := fmt.Sprintf("%s with the lock of %s, legacy %v", declaredAs, lockedFor, legacy)
				repo := t.TempDir()
				app := filepath.Join(repo, "app")
				digest := digestOf([2][]*chart.Dependency{declaredBy(t, other), lockOf(other)})
				chartYAML, lockFile := "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n"+declared, "Chart.lock"
				if legacy {
					chartYAML, lockFile = "apiVersion: v1\nname: app\nversion: 1.0.0\n", "requirements.lock"
					write(t, filepath.Join(app, "requirements.yaml"), "dependencies:\n"+declared)
					if declaredAs == "plain" {
						digest = digestOf(map[string][]*chart.Dependency{"dependencies": declaredBy(t, other)})
					}
				}
				write(t, filepath.Join(app, "Chart.yaml"), chartYAML)
				lock := "dependencies:\n"
				for _, entry := range lockOf(other) {
					lock += fmt.Sprintf("- name: %s\n  repository: %s\n  version: %s\n", entry.Name, entry.Repository, entry.Version)
				}
				write(t, filepath.Join(app, lockFile), lock+"digest: "+digest+"\ngenerated: \"2024-01-01T00:00:00Z\"\n")
				ours := lockProblem(t, repo)
				if theirs := helmTakesLock(t, app); theirs != (ours == nil) {
					t.Errorf("%s: helm takes it: %v; podmend: %v", name, theirs, ours)
				}
				if ours == nil {
					taken++
				}
			}
		}
	}
	if taken < len(entries) {
		t.Errorf("only %d locks were taken", taken)
	}
}

func declaredBy(t *testing.T, entries string) []*chart.Dependency {
	t.Helper()
	text := "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n" + entries
	loaded, err := loader.LoadFiles([]*loader.BufferedFile{{Name: "Chart.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return loaded.Metadata.Dependencies
}

// lockProblem is what keeps the first dependency of the chart app from being fetched.
func lockProblem(t *testing.T, repo string) error {
	t.Helper()
	missing := missingOf(t, repo)
	_, err := lockedBy(&missing[0], func(string) string { return "" })
	return err
}

func missingOf(t *testing.T, repo string) []render.MissingDependency {
	t.Helper()
	files, err := overlay.Open(repo)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	result := render.One(context.Background(), files, render.Target{ID: "app", Kind: render.Helm, Path: "app"}, render.Detail{})
	if result.Err == nil || len(result.Err.Missing) == 0 {
		t.Fatalf("nothing is missing: %v", result.Err)
	}
	return result.Err.Missing
}

// A lock that is true to Chart.yaml by its digest may still be wrong: its digest is no secret.
func TestForgedLocks(t *testing.T) {
	const declared = "- {name: a, version: ^1.0.0, repository: https://charts.example.com}\n"
	for name, entry := range map[string]*chart.Dependency{
		"another repository": {Name: "a", Version: "1.0.0", Repository: "https://evil.example"},
		"another version":    {Name: "a", Version: "2.0.0", Repository: "https://charts.example.com"},
		"a range":            {Name: "a", Version: "^1.0.0", Repository: "https://charts.example.com"},
		"a path":             {Name: "a", Version: "1.0.0/../../x", Repository: "https://charts.example.com"},
		"another name":       {Name: "b", Version: "1.0.0", Repository: "https://charts.example.com"},
	} {
		repo := t.TempDir()
		app := filepath.Join(repo, "app")
		write(t, filepath.Join(app, "Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n"+declared)
		digest := digestOf([2][]*chart.Dependency{declaredBy(t, declared), {entry}})
		write(t, filepath.Join(app, "Chart.lock"), fmt.Sprintf("dependencies:\n- name: %s\n  repository: %s\n  version: %s\ndigest: %s\n", entry.Name, entry.Repository, entry.Version, digest))
		var problem *problem
		if err := lockProblem(t, repo); !errors.As(err, &problem) || problem.kind != ErrLockMismatch {
			t.Errorf("%s: %v", name, err)
		}
	}
	repo := t.TempDir()
	write(t, filepath.Join(repo, "app", "Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: ../x, version: 1.0.0, repository: https://charts.example.com}\n")
	if missing := missingOf(t, repo); missing[0].Name != "../x" {
		t.Errorf("missing: %+v", missing)
	} else if _, err := lockedBy(withLock(missing[0], "../x"), func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "characters") {
		t.Errorf("a name with a path: %v", err)
	}
}

func withLock(missing render.MissingDependency, name string) *render.MissingDependency {
	entry := &chart.Dependency{Name: name, Version: "1.0.0", Repository: "https://charts.example.com"}
	missing.Lock = render.ChartLock{
		File: "app/Chart.lock", Locked: []byte(fmt.Sprintf(`[{"name":%q,"version":"1.0.0","repository":%q}]`, name, entry.Repository)),
		Digest: digestOf([2][]*chart.Dependency{{entry}, {entry}}),
	}
	return &missing
}
