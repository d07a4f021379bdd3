package render

import (
	"github.com/podmend/podmend/internal/yamledit"
)

// A Place is a node of a source file.
type Place struct {
	File string
	// Inside leads to the scalar of the file that holds a YAML text, such as a patch inside of a
	// kustomization; Doc and Path then count in that text. It is empty where they count in the file.
	Inside yamledit.Path
	Doc    int
	Path   yamledit.Path
	// Patch says that the text is a patch: its paths are not those of an object.
	Patch bool
	// Prefix is what stands in the scalar before the value: the key of a generator's literal.
	Prefix string
}

// A FieldTrace says which places of a kustomization's sources wrote the fields of an object.
type FieldTrace struct {
	Places []Place
	// Fields holds the indexes of the places that wrote a field, by its path, the one that counts
	// last. Others before it wrote what was overruled, or parts of it.
	Fields map[string][]int
	// Chains leads from each file to the root.
	Chains map[string][]Link
	// Copies holds what replacements copy into fields, by their path.
	Copies map[string]Copy
	// Variables holds what $(NAME) stands for, by name.
	Variables map[string]Copy
	// Doubtful says that the build does more than its patches to fields.
	Doubtful bool
}

// writers returns the places that wrote a field, the one that counts last.
func (t *FieldTrace) writers(path yamledit.Path) []Place {
	var places []Place
	for _, index := range t.Fields[path.String()] {
		places = append(places, t.Places[index])
	}
	return places
}
