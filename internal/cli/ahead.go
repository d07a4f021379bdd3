package cli

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
)

// startAhead starts a child while targets are still looked for. Where renderings are kept, none may be
// needed.
func (r *run) startAhead() {
	if r.children != nil && r.cache == nil {
		r.children.Ahead()
	}
}

// readyAhead lets that child read what kustomizations need, where a change likely reaches one.
func (r *run) readyAhead() {
	if r.children != nil && r.cache == nil && r.comparison != nil && r.comparison.nearKustomization() {
		r.children.Ready()
	}
}

// nearKustomization says that a folder of a changed file, or one around it, holds a kustomization.
func (c *comparison) nearKustomization() bool {
	for name := range c.changed {
		if !strings.HasSuffix(name, "/") {
			continue
		}
		for _, file := range konfig.RecognizedKustomizationFileNames() {
			if _, err := c.headFiles.Stat(path.Join(name, file)); err == nil {
				return true
			}
		}
	}
	return false
}
