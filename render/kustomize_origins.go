package render

import (
	"path"
	"strings"

	"sigs.k8s.io/yaml"
)

// askOrigins builds the root once more with the names of files in annotations. The objects stay
// those of the first build, because a patch may behave otherwise where annotations are.
func (b *kustomizeBuild) askOrigins(objects []Object, served map[string][]byte, walk *candidateWalk) {
	content, ok := withOrigins(b.root.content)
	if edited, changed := served[b.root.file]; changed && ok {
		content, ok = withOrigins(edited)
	}
	if !ok {
		return
	}
	tracked := map[string][]byte{b.root.file: content}
	for name, text := range served {
		if name != b.root.file {
			tracked[name] = text
		}
	}
	built, failure := b.run(tracked)
	if failure != nil || built.Size() != len(objects) {
		return
	}
	for i, resource := range built.Resources() {
		object := &objects[i]
		if object.Source.File != b.root.file || object.Source.Manifest || resource.GetName() != object.Name || resource.GetKind() != object.Kind {
			continue
		}
		var origin struct{ Path, Repo, ConfiguredIn string }
		text := resource.GetAnnotations()["config.kubernetes.io/origin"]
		if yaml.Unmarshal([]byte(text), &origin) != nil || origin.Repo != "" {
			continue
		}
		if name, err := b.files.Resolve(path.Join(b.root.dir, origin.ConfiguredIn)); err == nil && origin.ConfiguredIn != "" {
			object.Source = Source{File: name}
			continue
		}
		name, err := b.files.Resolve(path.Join(b.root.dir, origin.Path))
		if err != nil || origin.Path == "" {
			continue
		}
		object.Source = inFile(object, name, walk.file(name))
	}
}

// inFile finds the document of a file that an object was made of: the one of that name, or, if a
// patch renamed the object, the only one of that kind.
func inFile(object *Object, name string, docs []candidate) Source {
	var named, ofKind []candidate
	for _, c := range docs {
		if c.kind != object.Kind {
			continue
		}
		ofKind = append(ofKind, c)
		if c.name != "" && strings.Contains(object.Name, c.name) {
			named = append(named, c)
		}
	}
	switch {
	case len(named) == 1:
		return named[0].source
	case len(ofKind) == 1:
		return ofKind[0].source
	}
	return Source{File: name}
}
