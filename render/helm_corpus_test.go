package render

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// compareHelmCorpus compares every chart below a folder with the command line, with its defaults and
// each of its ci/*-values.yaml.
func compareHelmCorpus(t *testing.T, helm, folder string) {
	files, err := overlay.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	equal, random, failing, tolerated := 0, 0, 0, 0
	for _, target := range helmCorpusTargets(t, files) {
		result, err := compareWithHelm(helm, files, target, func() error { return nil })
		switch {
		case err != nil:
			t.Errorf("%s: %v", target.ID, err)
		case result.tolerated:
			tolerated++
		case result.ours != nil && result.command != nil:
			failing++
			t.Logf("both fail: %s: %s\n  %v\n  %v", target.ID, result.ours.Kind, result.ours, result.command)
		case result.ours != nil:
			t.Errorf("%s: only podmend fails: %s: %v", target.ID, result.ours.Kind, result.ours)
		case result.command != nil:
			t.Errorf("%s: only helm fails: %v", target.ID, result.command)
		case len(result.different) > 0:
			t.Errorf("%s: differs: %v", target.ID, result.different)
		case result.random:
			random++
		default:
			equal++
			if len(result.misnamed) > 0 {
				t.Errorf("%s: wrong sources: %v", target.ID, result.misnamed)
			}
		}
	}
	t.Logf("%d equal, %d equal but for random fields, %d fail in both, %d lack a dependency that changes nothing",
		equal, random, failing, tolerated)
}

func helmCorpusTargets(t *testing.T, files *overlay.FS) (targets []Target) {
	err := filepath.WalkDir(files.Dir(), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() != "Chart.yaml" {
			return err
		}
		dir, err := filepath.Rel(files.Dir(), filepath.Dir(name))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		if _, library, _ := chartInfo(files, dir); library {
			return nil
		}
		targets = append(targets, Target{ID: "helm:" + dir, Kind: Helm, Path: dir})
		for _, values := range ciValues(files, dir) {
			targets = append(targets, Target{ID: "helm:" + dir + "@" + strings.TrimPrefix(values, dir+"/"), Kind: Helm, Path: dir, Values: []string{values}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return targets
}

// helmCorpusFolder is a folder of further charts to compare, if the environment names one.
func helmCorpusFolder() string {
	if folder := os.Getenv("PODMEND_CORPUS"); folder != "" {
		return path.Clean(folder)
	}
	return ""
}
