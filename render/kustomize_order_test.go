package render

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestKustomizeOrder asks that a root renders alike whatever was rendered before it in the same
// process: kustomize keeps schemas in a variable.
func TestKustomizeOrder(t *testing.T) {
	folders := []string{filepath.Join("testdata", "kustomize", "build")}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	for _, folder := range folders {
		files := openTestFiles(t, folder)
		dirs := kustomizationDirs(t, files)
		build := func(order []string) map[string][]byte {
			built := map[string][]byte{}
			for _, dir := range order {
				objects, _, failure := renderKustomize(context.Background(), files, Target{Path: filepath.ToSlash(dir)}, Detail{Traced: true})
				built[dir] = joined(objects)
				if failure != nil {
					built[dir] = []byte(failure.Error())
				}
			}
			return built
		}
		forward := build(dirs)
		reverse := slices.Clone(dirs)
		slices.Reverse(reverse)
		shuffled := slices.Clone(dirs)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, order := range [][]string{reverse, shuffled} {
			for dir, text := range build(order) {
				if !bytes.Equal(text, forward[dir]) {
					t.Errorf("%s renders otherwise in another order", dir)
				}
			}
		}
	}
}
