package yamledit

import (
	"fmt"
	"slices"
)

// Apply splices the edits into a copy of src. The edits may come in any order; it
// refuses those that overlap or lie outside.
func Apply(src []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	sortEdits(sorted)
	var out []byte
	last := 0
	for _, e := range sorted {
		if e.Start < 0 || e.End < e.Start || e.End > len(src) {
			return nil, fmt.Errorf("edit of bytes %d to %d lies outside the file of %d bytes", e.Start, e.End, len(src))
		}
		if e.Start < last {
			return nil, fmt.Errorf("edit of bytes %d to %d overlaps one that ends at %d", e.Start, e.End, last)
		}
		out = append(out, src[last:e.Start]...)
		out = append(out, e.NewText...)
		last = e.End
	}
	return append(out, src[last:]...), nil
}

// sortEdits orders by place; at one place insertions keep their order and come before
// what replaces text.
func sortEdits(edits []Edit) {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return boolInt(a.End > a.Start) - boolInt(b.End > b.Start)
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
