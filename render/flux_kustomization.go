package render

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A fluxBuild builds what a Kustomization of Flux applies, as kustomize-controller does.
type fluxBuild struct {
	files         *overlay.FS
	target        Target
	object        *Object
	inputs        []gitOpsInput
	result        *Result
	kustomization fluxKustomization

	file    string // the kustomization file, which may be generated
	patches int    // how many the file has by itself
}

func (k *fluxBuild) render(ctx context.Context, detail Detail) *Error {
	if failed := readGitOps(k.files, k.object, &k.kustomization); failed != nil {
		return failed
	}
	view, failed := k.view()
	if failed != nil {
		return failed
	}
	variables, failed := k.variables()
	if failed != nil {
		return failed
	}
	target := Target{ID: k.target.ID, Kind: Kustomize, Path: k.target.GitOps.Folder, LoadAnywhere: true}
	objects, notes, layers, failed := renderKustomize(ctx, view, target, detail)
	k.result.Objects, k.result.Layers = objects, layers
	k.result.Notes = slices.Concat(k.kustomization.Spec.notes(), k.result.Notes, notes)
	if failed != nil && failed.Kind == ErrEmptyKustomization && failed.File == k.file {
		failed = nil // Flux applies nothing then
	}
	if failed == nil && len(objects) == 0 {
		k.result.Notes = append(k.result.Notes, fmt.Sprintf("It applies nothing: %s holds no manifests.", target.Path))
	}
	if failed != nil {
		return failed
	}
	k.placePatches()
	if _, exists := kustomizationFile(k.files, target.Path); !exists {
		k.dropGenerated()
	}
	k.result.nameKustomization(k.files, target.Path)
	return k.substitute(variables)
}

// dropGenerated takes the generated kustomization, which nobody can look at, out of what leads to fields.
func (k *fluxBuild) dropGenerated() {
	for i := range k.result.Objects {
		fields := k.result.Objects[i].fields()
		if fields == nil {
			continue
		}
		for name, chain := range fields.Chains {
			fields.Chains[name] = slices.DeleteFunc(slices.Clone(chain), func(link Link) bool { return link.File == k.file })
		}
	}
}

// view shows the folder with the kustomization that kustomize-controller would build: with what the
// object adds, and a generated one where there is none.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file
func (k *fluxBuild) view() (*overlay.FS, *Error) {
	dir := k.target.GitOps.Folder
	if info, err := k.files.Stat(dir); err != nil || !info.IsDir() {
		return nil, fieldError(k.files, k.object, ErrMissingSource, fmt.Sprintf("the folder %s does not exist. Mend the path.", dir), "spec", "path")
	}
	name, exists := kustomizationFile(k.files, dir)
	var content []byte
	if exists {
		k.file = path.Join(dir, name)
		var err error
		if content, err = k.files.ReadFile(k.file); err != nil {
			return nil, readError(k.file, err)
		}
	} else {
		k.file = path.Join(dir, konfig.DefaultKustomizationFileName())
		generated := types.Kustomization{Resources: manifestsBelow(k.files, dir, k.target.GitOps.Ignore)}
		if len(generated.Resources) == 0 {
			generated.Namespace = "none" // kustomize wants it to say something
		}
		var err error
		if content, err = yaml.Marshal(generated); err != nil {
			return nil, &Error{Kind: ErrKustomizeBuild, File: dir, Message: err.Error()}
		}
	}
	edited, changed, failed := k.added(content)
	if failed != nil {
		return nil, failed
	}
	if exists && !changed {
		return k.files, nil
	}
	return k.files.With(map[string][]byte{k.file: edited}), nil
}

// added puts what the object adds to its kustomization into the file.
func (k *fluxBuild) added(content []byte) (edited []byte, changed bool, failed *Error) {
	spec := &k.kustomization.Spec
	file := yamledit.Parse(content)
	var own types.Kustomization
	if err := yamledit.Bounded(content); err != nil || yaml.Unmarshal(content, &own) != nil || len(file.Docs) == 0 {
		return content, false, nil // building it tells what is wrong
	}
	own.FixKustomization()
	k.patches = len(own.Patches)
	fields := map[string]any{}
	if spec.TargetNamespace != "" {
		fields["namespace"] = spec.TargetNamespace
	}
	if spec.NamePrefix != "" {
		fields["namePrefix"] = spec.NamePrefix
	}
	if spec.NameSuffix != "" {
		fields["nameSuffix"] = spec.NameSuffix
	}
	if patches := k.allPatches(); len(patches) > 0 {
		fields["patches"] = slices.Concat(own.Patches, patches)
	}
	if components := presentComponents(k.files, k.target.GitOps.Folder, spec.Components, spec.IgnoreMissingComponents); len(components) > 0 {
		fields["components"] = slices.Concat(own.Components, components)
	}
	if len(spec.Images) > 0 {
		fields["images"] = mergedImages(own.Images, spec.Images)
	}
	if len(fields) == 0 {
		return content, false, nil
	}
	edited, ok := withFields(content, fields)
	if !ok {
		return nil, false, &Error{Kind: ErrKustomizeBuild, File: k.file, Message: "the kustomization cannot be read the way kustomize reads it. Write it in plain YAML."}
	}
	return edited, true, nil
}

// withFields sets fields of a kustomization, and leaves the lines of the others.
func withFields(content []byte, fields map[string]any) ([]byte, bool) {
	if edited, ok := splicedFields(content, fields); ok {
		return edited, true
	}
	return editKustomization(content, func(all map[string]any) {
		for _, key := range sortedKeys(fields) {
			all[key] = plainTree(fields[key])
		}
	})
}

func splicedFields(content []byte, fields map[string]any) ([]byte, bool) {
	file := yamledit.Parse(content)
	var changes []yamledit.Change
	for _, key := range sortedKeys(fields) {
		changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: yamledit.NewPath(key), Value: plainTree(fields[key])})
	}
	edits, err := file.Edits(file.FirstDoc(), changes)
	if err != nil {
		return nil, false
	}
	edited, err := yamledit.Apply(content, edits)
	return edited, err == nil
}

// plainTree is a value as a tree of mappings, lists and scalars.
func plainTree(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var tree any
	if yaml.Unmarshal(text, &tree) != nil {
		return nil
	}
	return tree
}

// allPatches are the patches of the object, those of old fields last.
func (k *fluxBuild) allPatches() []types.Patch {
	spec := &k.kustomization.Spec
	var patches []types.Patch
	for _, patch := range spec.Patches {
		patches = append(patches, types.Patch{Patch: patch.Patch, Target: patch.Target})
	}
	return append(patches, fluxOldPatches(spec.PatchesStrategicMerge, spec.PatchesJSON6902)...)
}

// presentComponents are the components of a kustomization in dir that an object adds, but for those that
// may be missing and are.
func presentComponents(files *overlay.FS, dir string, components []string, ignoreMissing bool) (present []string) {
	for _, component := range components {
		if _, err := files.Stat(path.Join(dir, component)); err == nil || !ignoreMissing {
			present = append(present, component)
		}
	}
	return present
}

// mergedImages puts images over those of a kustomization: a new tag or digest takes the place of both.
func mergedImages(own, more []types.Image) []types.Image {
	merged := slices.Clone(own)
	for _, image := range more {
		at := slices.IndexFunc(merged, func(known types.Image) bool { return known.Name == image.Name })
		if at < 0 {
			merged = append(merged, image)
			continue
		}
		if image.NewName != "" {
			merged[at].NewName = image.NewName
		}
		if image.NewTag != "" || image.Digest != "" {
			merged[at].NewTag, merged[at].Digest = image.NewTag, image.Digest
		}
	}
	return merged
}

// placePatches moves the places in patches that the object added to the object.
func (k *fluxBuild) placePatches() {
	k.result.placeAdded(k.files, k.object, k.file, k.patches, yamledit.NewPath("spec", "patches"))
}
