package render

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/podmend/podmend/internal/overlay"
)

// kustomizeNotes are the warnings of kustomize about a root's own file, which it prints without
// saying which root they are about.
func kustomizeNotes(files *overlay.FS, dir string) []string {
	name, ok := kustomizationFile(files, dir)
	if !ok {
		return nil
	}
	content, err := files.ReadFile(path.Join(dir, name))
	if err != nil || unscannableFile(name, content) != nil {
		return nil
	}
	var kustomization types.Kustomization
	if err := kustomization.Unmarshal(content); err != nil {
		return nil // the build says what is wrong
	}
	var notes []string
	for _, warning := range *kustomization.CheckDeprecatedFields() {
		notes = append(notes, strings.TrimPrefix(warning, "# Warning: "))
	}
	return notes
}
