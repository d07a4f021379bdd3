package fix

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// patchFolder is the folder of a kustomization, relative to it, that holds the files of its patches. There is none
// unless all patches are files.
func (p *proposer) patchFolder(kustomization string, entries []any) (dir string, ok bool) {
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		name, isFile := fields["path"].(string)
		if !isFile {
			return "", false
		}
		dir = path.Dir(name)
	}
	// Kustomize reads no files from outside of the kustomization's folder.
	if strings.HasPrefix(dir, "..") || p.vendored(path.Join(path.Dir(kustomization), dir, "patch.yaml")) {
		dir = "."
	}
	return dir, len(entries) > 0
}

// A manifest may call its object as it likes; a file gets no slash of it, and no more than file systems take.
var notInNames = regexp.MustCompile(`[^a-z0-9.-]`)

const maxObjectName = 200

// newPatchFile names a file for a patch that is not there yet.
func (p *proposer) newPatchFile(proposal *Proposal, dir string, entry patchEntry) string {
	object := notInNames.ReplaceAllString(strings.ToLower(fmt.Sprintf("%s-%s", entry.target["kind"], entry.name)), "-")
	name := object[:min(len(object), maxObjectName)] + "-pod-security"
	for n := 1; ; n++ {
		file := path.Join(dir, name+".yaml")
		if n > 1 {
			file = path.Join(dir, fmt.Sprintf("%s-%d.yaml", name, n))
		}
		_, err := p.editor.files.Stat(file)
		if err != nil && !slices.ContainsFunc(proposal.texts, func(text FileEdit) bool { return text.File == file }) {
			return file
		}
	}
}
