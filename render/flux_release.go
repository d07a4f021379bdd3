package render

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// renderFlux renders what an object of Flux deploys.
func renderFlux(ctx context.Context, files *overlay.FS, target Target, detail Detail, result *Result) {
	gitOps := target.GitOps
	inputs := inputsOf(ctx, files, gitOps, detail.Traced)
	object := find(inputs[:1], gitOps.Object)
	if object == nil {
		result.Err = gitOps.gone(&inputs[0])
		return
	}
	switch object.Kind {
	case "HelmRelease":
		r := &releaseRender{files: files, target: target, object: object, inputs: inputs, result: result}
		result.Err = r.render(ctx, detail)
	default:
		k := &fluxBuild{files: files, target: target, object: object, inputs: inputs, result: result}
		result.Err = k.render(ctx, detail)
	}
}

// A releaseRender renders the chart of a HelmRelease as helm-controller would install it.
type releaseRender struct {
	files   *overlay.FS
	target  Target
	object  *Object
	inputs  []gitOpsInput
	result  *Result
	release fluxRelease
}

func (r *releaseRender) render(ctx context.Context, detail Detail) *Error {
	if failed := readGitOps(r.files, r.object, &r.release); failed != nil {
		return failed
	}
	source := r.target.GitOps.Chart
	chart, failed := source.locate(r.files)
	if failed != nil {
		return failed
	}
	values, layers, failed := r.values()
	if failed != nil {
		return failed
	}
	target := Target{
		ID: r.target.ID, Kind: Helm, Path: chart, ReleaseName: r.releaseName(), Namespace: r.namespace(),
		KubeVersion: r.target.KubeVersion, APIVersions: r.target.APIVersions, merged: values, defaults: r.defaults(chart),
	}
	tracing := tracingOf(detail)
	deployed := &DeployedChart{Repository: shownChartRepository(source)}
	target.deployed = deployed
	objects, notes, failed := renderHelm(ctx, r.files, target, detail, tracing)
	r.result.Notes = append(r.result.Notes, notes...)
	if deployed.Name != "" {
		r.result.Chart = deployed
	}
	if failed != nil {
		return r.pointed(failed, chart)
	}
	if r.skipsCRDs() {
		objects = slices.DeleteFunc(objects, func(object Object) bool {
			return object.Kind == "CustomResourceDefinition" && object.Source.printed.template == ""
		})
	}
	if source.Folder == "" {
		for i := range objects {
			objects[i].Source.Declared = Declaration{File: source.File, Line: source.Line}
		}
	}
	r.result.Objects = objects
	r.result.takeTracing(tracing)
	if tracing != nil {
		r.result.Layers = append(layers, foreignLayers(r.result.Layers, source.Repository)...)
		for i := range objects {
			objects[i].nameVendor(source.Repository)
		}
	}
	return r.postRender(detail)
}

// pointed gives an error about a chart that is not in this repository the line that names it.
func (r *releaseRender) pointed(failed *Error, chart string) *Error {
	source := r.target.GitOps.Chart
	if source.Folder != "" || !strings.HasPrefix(failed.File, chart) {
		return failed
	}
	pointed := *failed
	pointed.Message = fmt.Sprintf("in %s of the chart %s: %s", strings.TrimPrefix(strings.TrimPrefix(failed.File, chart), "/"), source.Name, failed.Message)
	pointed.File, pointed.Line = source.File, source.Line
	return &pointed
}

// foreignLayers marks the values of a chart that comes from elsewhere.
func foreignLayers(layers []ValuesLayer, repository string) []ValuesLayer {
	for i := range layers {
		if layers[i].Vendor == "" {
			layers[i].Vendor = repository
		}
	}
	return layers
}

// nameVendor lets a trace say of which repository the chart is.
func (o *Object) nameVendor(repository string) {
	if o.Trace == nil || o.Trace.Template == nil {
		return
	}
	for n := range o.Trace.Template.Files {
		if file := &o.Trace.Template.Files[n]; file.Vendor == "" {
			file.Vendor = repository
		}
	}
}

// maxReleaseName is what Helm allows.
const maxReleaseName = 53

// releaseName is the name that helm-controller gives: what is longer than Helm allows ends with a digest.
// https://fluxcd.io/flux/components/helm/helmreleases/#release-name
func (r *releaseRender) releaseName() string {
	spec := &r.release.Spec
	name := r.object.Name
	switch {
	case spec.ReleaseName != "":
		name = spec.ReleaseName
	case spec.TargetNamespace != "":
		name = spec.TargetNamespace + "-" + r.object.Name
	}
	if len(name) <= maxReleaseName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	const digits = 12
	return name[:maxReleaseName-digits-1] + "-" + hex.EncodeToString(sum[:])[:digits]
}

func (r *releaseRender) namespace() string {
	if namespace := r.release.Spec.TargetNamespace; namespace != "" {
		return namespace
	}
	return r.object.Namespace
}

func (r *releaseRender) skipsCRDs() bool {
	install := r.release.Spec.Install
	return install != nil && (install.CRDs == "Skip" || install.SkipCRDs)
}

// defaults are the values files that take the place of the chart's own values.
// https://fluxcd.io/flux/components/source/helmcharts/#values-files
func (r *releaseRender) defaults(chart string) *defaultValues {
	spec := r.target.GitOps.Chart
	if len(spec.ValuesFiles) == 0 {
		return nil
	}
	defaults := &defaultValues{ignoreMissing: spec.IgnoreMissing}
	for _, name := range spec.ValuesFiles {
		if spec.Folder != "" {
			// Below the root of the source, as the chart is.
			name = strings.TrimPrefix(path.Clean("/"+name), "/")
			if inside, ok := strings.CutPrefix(name, chart+"/"); ok {
				name = inside
			} else {
				name = "/" + name
			}
		}
		defaults.names = append(defaults.names, name)
	}
	return defaults
}
