package render

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What podmend renders is what the fixtures say, and what the helm command line prints.
func TestHelmFixtures(t *testing.T) {
	helm := helmCommand(t)
	fixtures, err := filepath.Glob("testdata/helm/*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			fixture := loadHelmFixture(t, file)
			fixture.check(t)
			fixture.checkCommand(t, helm)
		})
	}
	if folder := helmCorpusFolder(); folder != "" {
		t.Run("corpus", func(t *testing.T) { compareHelmCorpus(t, helm, folder) })
	}
}

// The newest Kubernetes version that charts see is that of the Kubernetes library.
func TestNewestKubeMinor(t *testing.T) {
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	at := regexp.MustCompile(`k8s\.io/api v0\.(\d+)\.`).FindSubmatch(module)
	if at == nil {
		t.Fatal("go.mod requires no k8s.io/api")
	}
	if minor, _ := strconv.Atoi(string(at[1])); minor != newestKubeMinor {
		t.Errorf("newestKubeMinor is %d, the library's minor is %d", newestKubeMinor, minor)
	}
}
