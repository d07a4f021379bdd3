package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// overrideFiles may change a source from the folder that it leads to.
// https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git
func overrideFiles(application string) []string {
	return []string{".argocd-source.yaml", ".argocd-source-" + application + ".yaml"}
}

// argoOverrides name the file that sets a field of a source, by tool and field, such as helm.parameters.
type argoOverrides map[string]string

// overridden is a source with what files of its folder override. Where it leads to stays.
func overridden(files *overlay.FS, object *Object, source argoSource) (argoSource, argoOverrides, *Error) {
	if source.Chart != "" {
		return source, nil, nil
	}
	overrides := argoOverrides{}
	changed := source
	for _, base := range overrideFiles(object.Name) {
		name := path.Join(belowRoot(source.Path), base)
		content, err := files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return source, nil, readError(name, err)
		}
		var set map[string]any
		if err = yamledit.Bounded(content); err == nil {
			err = yaml.Unmarshal(content, &set)
		}
		if err == nil {
			err = changed.patch(set)
		}
		if err != nil {
			line, problem := helmYAMLError(err)
			return source, nil, &Error{Kind: ErrGitOpsObject, File: name, Line: line, Message: fmt.Sprintf("what overrides the source of %s cannot be read: %s. Give each field the type that it has in an Application.", nameOf(object), problem)}
		}
		for tool, fields := range set {
			below, _ := fields.(map[string]any)
			for field := range below {
				overrides[tool+"."+field] = name
			}
		}
	}
	changed.Chart, changed.Path, changed.RepoURL, changed.TargetRevision = source.Chart, source.Path, source.RepoURL, source.TargetRevision
	return changed, overrides, nil
}

// patch puts a JSON merge patch over a source.
func (s *argoSource) patch(set map[string]any) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := json.Unmarshal(content, &tree); err != nil {
		return err
	}
	if content, err = json.Marshal(mergePatched(tree, set)); err != nil {
		return err
	}
	var changed argoSource
	if err := json.Unmarshal(content, &changed); err != nil {
		return err
	}
	*s = changed
	return nil
}

// mergePatched is a tree with a JSON merge patch over it.
// https://www.rfc-editor.org/rfc/rfc7396
func mergePatched(tree, patch map[string]any) map[string]any {
	if tree == nil {
		tree = map[string]any{}
	}
	for key, value := range patch {
		below, isMap := value.(map[string]any)
		switch {
		case value == nil:
			delete(tree, key)
		case isMap:
			inner, _ := tree[key].(map[string]any)
			tree[key] = mergePatched(inner, below)
		default:
			tree[key] = value
		}
	}
	return tree
}

// layer is a layer of values at a field of the source: in the Application, or in the file that overrides it.
func (r *argoRender) layer(steps ...any) ValuesLayer {
	layer := ValuesLayer{File: r.object.Source.File, Of: r.object, At: r.field.Join(steps...)}
	if file := r.overrides[fmt.Sprint(steps[0], ".", steps[1])]; file != "" {
		layer = ValuesLayer{File: file, At: yamledit.NewPath(steps...), Release: true}
	}
	return layer
}
