package yamledit

import "slices"

// An Edit replaces the bytes [Start,End) of one file by NewText.
type Edit struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	NewText string `json:"newText"`
}

// An Op says what a Change does to the node at its path.
type Op int

const (
	// Set gives the node a new value. A key that is missing is added, with the
	// mappings that lead to it.
	Set Op = iota
	// Delete takes the entry or list item away.
	Delete
	// Rename gives the mapping entry another key and a new value, at the same place.
	Rename
)

// A Change is one intended difference between two YAML trees. Paths name nodes of the
// tree before any change of the same call, so list indexes do not shift.
type Change struct {
	Op    Op
	Path  Path
	Value any    // Set, Rename: bool, int64, string, map[string]any or []any
	Key   string // Rename: the new key
	// Prune is how many ancestors of a deleted node go too, nearest first, where the
	// changes of the call leave them empty.
	Prune int
}

// WithoutMoot drops the changes of nodes that another change takes away with what is around
// them. Changes with different purposes may meet so.
func WithoutMoot(changes []Change) []Change {
	return slices.DeleteFunc(slices.Clone(changes), func(inner Change) bool {
		return slices.ContainsFunc(changes, func(outer Change) bool {
			return outer.Op != Set && len(outer.Path) < len(inner.Path) && inner.Path.HasPrefix(outer.Path)
		})
	})
}
