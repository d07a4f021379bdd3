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
	// Computed says that what stands there is a template or a part of one: the value may be another.
	Computed bool
	// Line is the line of a file of variables, which is no YAML; 0 where the place is in YAML.
	Line int

	// chart is the object that a chart printed, where the place is in that and not in a file.
	chart *Object
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
	// Charts holds what a chart printed, by the file as which kustomize reads it.
	Charts map[string]*Object
	// Doubtful says that the build does more than its patches to fields.
	Doubtful bool
}

// holder is the place that wrote a field last, or what is around it.
func (t *FieldTrace) holder(path yamledit.Path) *Place {
	for above := len(path); above > 0; above-- {
		if writers := t.writers(path[:above]); len(writers) > 0 {
			return &writers[len(writers)-1]
		}
	}
	return nil
}

// writers returns the places that wrote a field, the one that counts last.
func (t *FieldTrace) writers(path yamledit.Path) []Place {
	var places []Place
	for _, index := range t.Fields[path.String()] {
		place := t.Places[index]
		place.chart = t.Charts[place.File]
		places = append(places, place)
	}
	return places
}
