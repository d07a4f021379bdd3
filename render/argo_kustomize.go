package render

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// kustomize builds the kustomization of the source with what the Application adds to it, as
// argocd-repo-server edits it before the build.
// https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
func (r *argoRender) kustomize(ctx context.Context, detail Detail) *Error {
	dir := r.target.GitOps.Folder
	name, exists := kustomizationFile(r.files, dir)
	if !exists {
		return r.fieldError(ErrMissingSource, fmt.Sprintf("the folder %s holds no kustomization. Mend the path.", dir), "path")
	}
	file := path.Join(dir, name)
	content, err := r.files.ReadFile(file)
	if err != nil {
		return readError(file, err)
	}
	var own types.Kustomization
	view := r.files
	if yamledit.Bounded(content) == nil && yaml.Unmarshal(content, &own) == nil {
		own.FixKustomization()
		if fields := r.kustomizeFields(&own); len(fields) > 0 {
			edited, ok := withFields(content, fields)
			if !ok {
				return &Error{Kind: ErrKustomizeBuild, File: file, Message: "the kustomization cannot be read the way kustomize reads it. Write it in plain YAML."}
			}
			view = r.files.With(map[string][]byte{file: edited})
		}
	}
	target := Target{ID: r.target.ID, Kind: Kustomize, Path: dir, LoadAnywhere: r.target.LoadAnywhere}
	objects, notes, layers, failed := renderKustomize(ctx, view, target, detail)
	r.result.Objects, r.result.Layers = objects, layers
	r.result.Notes = append(kustomizeNotes(r.files, dir), notes...)
	if failed != nil {
		return r.pointed(failed, view, file)
	}
	if settings := r.source.Kustomize; settings != nil && settings.Version != "" {
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("The Application asks for kustomize %s; podmend builds with its own.", settings.Version))
	}
	if overriding := r.overrides["kustomize.patches"]; overriding != "" {
		r.result.placeOverriding(overriding, file, len(own.Patches))
	} else {
		r.result.placeAdded(r.files, r.object, file, len(own.Patches), r.field.Join("kustomize", "patches"))
	}
	r.result.nameKustomization(r.files, dir)
	return nil
}

// pointed gives an error about what the Application adds the line of the Application.
func (r *argoRender) pointed(failed *Error, view *overlay.FS, file string) *Error {
	if failed.File != file || view == r.files || r.source.Kustomize == nil {
		return failed
	}
	if len(r.source.Kustomize.Patches)+len(r.source.Kustomize.Components) == 0 {
		return failed
	}
	pointed := *failed
	pointed.Message = "with what the Application adds to the kustomization: " + failed.Message
	pointed.File, pointed.Line = placeOf(r.files, r.object, r.field.Join("kustomize"))
	return &pointed
}

// kustomizeFields are the fields of a kustomization that the Application changes.
func (r *argoRender) kustomizeFields(own *types.Kustomization) map[string]any {
	settings := r.source.Kustomize
	fields := map[string]any{}
	if settings == nil {
		return fields
	}
	for key, value := range map[string]string{"namePrefix": settings.NamePrefix, "nameSuffix": settings.NameSuffix, "namespace": settings.Namespace} {
		if value != "" {
			fields[key] = value
		}
	}
	if len(settings.Images) > 0 {
		var images []types.Image
		for _, image := range settings.Images {
			images = append(images, argoImage(r.variables.in(image)))
		}
		fields["images"] = mergedImages(own.Images, images)
	}
	if len(settings.CommonLabels) > 0 {
		labels := types.Label{Pairs: r.filled(settings.CommonLabels), IncludeSelectors: !settings.LabelWithoutSelector}
		labels.IncludeTemplates = settings.LabelWithoutSelector && settings.LabelIncludeTemplates
		fields["labels"] = append(slices.Clone(own.Labels), labels)
	}
	if len(settings.CommonAnnotations) > 0 {
		annotations := settings.CommonAnnotations
		if settings.CommonAnnotationsEnvsubst {
			annotations = r.filled(annotations)
		}
		fields["commonAnnotations"] = bothOf(own.CommonAnnotations, annotations)
	}
	if components := presentComponents(r.files, r.target.GitOps.Folder, settings.Components, settings.IgnoreMissingComponents); len(components) > 0 {
		fields["components"] = slices.Concat(own.Components, components)
	}
	if len(settings.Patches) > 0 {
		fields["patches"] = slices.Concat(own.Patches, settings.Patches)
	}
	if replicas := r.replicas(own, settings); len(replicas) > 0 {
		fields["replicas"] = replicas
	}
	return fields
}

func (r *argoRender) filled(texts map[string]string) map[string]string {
	filled := map[string]string{}
	for key, value := range texts {
		filled[key] = r.variables.in(value)
	}
	return filled
}

func (r *argoRender) replicas(own *types.Kustomization, settings *argoKustomize) (replicas []any) {
	if len(settings.Replicas) == 0 {
		return nil
	}
	for _, known := range own.Replicas {
		replicas = append(replicas, known)
	}
	for _, replica := range settings.Replicas {
		replicas = slices.DeleteFunc(replicas, func(known any) bool {
			other, ok := known.(types.Replica)
			return ok && other.Name == replica.Name
		})
		var count any = replica.Count
		if text, ok := count.(string); ok {
			_ = yaml.Unmarshal([]byte(text), &count) // what is no number kustomize refuses
		}
		replicas = append(replicas, map[string]any{"name": replica.Name, "count": count})
	}
	return replicas
}

// argoImage reads an image as kustomize edit set image does: name=new:tag, name:tag, or with a digest.
func argoImage(text string) types.Image {
	name, other, renamed := strings.Cut(text, "=")
	if !renamed {
		other = name
	}
	var image types.Image
	rest, digest, _ := strings.Cut(other, "@")
	image.Digest = digest
	if at := strings.LastIndex(rest, ":"); at > strings.LastIndex(rest, "/") {
		rest, image.NewTag = rest[:at], rest[at+1:]
	}
	if image.Name = rest; renamed {
		image.Name, image.NewName = name, rest
	}
	return image
}
