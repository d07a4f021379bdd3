package render

import "github.com/podmend/podmend/internal/overlay"

// A Generation says which ApplicationSet makes an Application. It is plain data.
type Generation struct {
	Set ObjectName
}

func (g *Generation) applications(files *overlay.FS, set *Object) ([]Object, *Error) { return nil, nil }

func (g *gitOpsSearch) applicationSet(parent *Target, object *Object) []Target { return nil }
