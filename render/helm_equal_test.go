package render

import "testing"

// What podmend renders is what the helm command line prints.
func TestHelmEqualsCommandLine(t *testing.T) {
	helm := helmCommand(t)
	if folder := corpusFolder(); folder != "" {
		t.Run("corpus", func(t *testing.T) { compareCorpus(t, helm, folder) })
	}
}
