package render

import (
	"fmt"
	"path"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// releaseFolder is where only the build of a release's post-renderers sees what its chart printed.
const releaseFolder = fetchedCharts + "/release"

// A releasePatch is a patch of a release's post-renderers, and where it stands in the release.
type releasePatch struct {
	types.Patch
	at yamledit.Path
}

// postRender changes what the chart printed by the post-renderers of the release, as one kustomization of
// all their patches and images.
// https://fluxcd.io/flux/components/helm/helmreleases/#post-renderers
func (r *releaseRender) postRender(detail Detail) *Error {
	r.labelNamespaces()
	patches, images := r.postRenderers()
	if len(patches) == 0 && len(images) == 0 {
		return nil
	}
	var passed []Object
	keeps := func(object *Object) bool {
		return r.release.Spec.PostRenderStrategy == "nohooks" && object.isHook() || object.Source.printed.template == ""
	}
	for i := range r.result.Objects {
		if object := &r.result.Objects[i]; !keeps(object) {
			passed = append(passed, *object)
		}
	}
	objects, failed := r.patched(passed, patches, images, detail)
	if failed != nil {
		return failed
	}
	// What is kept keeps its place, so that the objects of a release can be compared with and without patches.
	var all []Object
	for i := range r.result.Objects {
		if object := &r.result.Objects[i]; keeps(object) {
			all = append(all, *object)
		} else if len(objects) > 0 {
			all, objects = append(all, objects[0]), objects[1:]
		}
	}
	r.result.Objects = append(all, objects...)
	return nil
}

func (o *Object) isHook() bool { return o.Annotations()["helm.sh/hook"] != "" }

// labelNamespaces sets the metadata that all objects of the release have in common where it decides how
// pods are judged.
func (r *releaseRender) labelNamespaces() {
	for i := range r.result.Objects {
		if common := r.release.Spec.CommonMetadata; common != nil && r.result.Objects[i].IsNamespace() {
			r.result.Objects[i].setMetadata(common)
		}
	}
}

// postRenderers are the patches and images of all post-renderers.
func (r *releaseRender) postRenderers() (patches []releasePatch, images []types.Image) {
	for i, renderer := range r.release.Spec.PostRenderers {
		if renderer.Kustomize == nil {
			continue
		}
		at := yamledit.NewPath("spec", "postRenderers", i, "kustomize")
		for n, patch := range renderer.Kustomize.Patches {
			patches = append(patches, releasePatch{types.Patch{Patch: patch.Patch, Target: patch.Target}, at.Join("patches").Join(n).Join("patch")})
		}
		for _, patch := range fluxOldPatches(renderer.Kustomize.PatchesStrategicMerge, renderer.Kustomize.PatchesJSON6902) {
			patches = append(patches, releasePatch{patch, nil})
		}
		images = mergedImages(images, renderer.Kustomize.Images)
	}
	return patches, images
}

// patched builds a kustomization of what the chart printed.
func (r *releaseRender) patched(objects []Object, patches []releasePatch, images []types.Image, detail Detail) ([]Object, *Error) {
	kustomization := types.Kustomization{Images: images, SortOptions: &types.SortOptions{Order: types.FIFOSortOrder}} // as helm prints them
	printed := map[string][]byte{}
	chart := printedChart{objects: objects, layers: r.result.Layers}
	for i := range objects {
		name := fmt.Sprintf("%d.yaml", i)
		kustomization.Resources = append(kustomization.Resources, "./"+name)
		chart.files = append(chart.files, path.Join(releaseFolder, name))
		printed[chart.files[i]] = objects[i].Document()
	}
	for _, patch := range patches {
		kustomization.Patches = append(kustomization.Patches, patch.Patch)
	}
	content, err := yaml.Marshal(kustomization)
	if err != nil {
		return nil, r.patchError(err.Error(), ErrPatch)
	}
	file := path.Join(releaseFolder, konfig.DefaultKustomizationFileName())
	// What is read there is no file of the repository.
	view := r.files.Recording(func(string) {}).With(map[string][]byte{file: content})
	scan := newKustomizationScan(view)
	build := &kustomizeBuild{files: view, scan: scan, all: scan.closure(releaseFolder), served: map[string][]byte{}, printed: printed}
	if len(build.all) == 0 {
		return nil, r.patchError("the patches cannot be read.", ErrPatch)
	}
	build.root = build.all[0]
	build.root.charts = []printedChart{chart}
	build.root.parsed.HelmCharts = []types.HelmChart{{Name: r.object.Name}}
	built, failed := build.objects(detail)
	if failed != nil {
		return nil, r.patchError(failed.Message, failed.Kind)
	}
	r.replaceFile(built, file, patches)
	return built, nil
}

func (r *releaseRender) patchError(message string, kind ErrorKind) *Error {
	return fieldError(r.files, r.object, kind, "the post-renderers of the release fail: "+message, "spec", "postRenderers")
}

// replaceFile lets traces name the release where they name the file of the kustomization.
func (r *releaseRender) replaceFile(objects []Object, file string, patches []releasePatch) {
	locator := NewLocator(r.files)
	origin := locator.Origin(r.object, yamledit.NewPath("spec", "postRenderers"))
	link := Link{File: origin.File, Line: origin.Line, Via: ViaPatch}
	for i := range objects {
		if objects[i].Source.File == file {
			objects[i].Source = Source{File: origin.File}
		}
		fields := objects[i].fields()
		if fields == nil {
			continue
		}
		for n := range fields.Places {
			place := &fields.Places[n]
			if place.File != file || len(place.Inside) != 3 || place.Inside[1].Index >= len(patches) {
				continue
			}
			patch := &patches[place.Inside[1].Index]
			path, ok := locator.SourcePath(r.object, patch.at)
			if patch.at == nil || !ok {
				fields.Doubtful = true
				continue
			}
			place.File, place.Inside = r.object.Source.File, yamledit.NewPath(r.object.Source.Doc).Concat(path)
		}
		for name := range fields.Charts {
			fields.Chains[name] = []Link{link}
		}
		fields.Chains[r.object.Source.File] = nil
		delete(fields.Chains, file)
	}
}
