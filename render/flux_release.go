package render

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// renderFlux renders what an object of Flux deploys.
func renderFlux(ctx context.Context, files *overlay.FS, target Target, detail Detail, result *Result) {
	object, inputs, failed := target.GitOps.object(ctx, files, detail.Traced)
	if failed != nil {
		result.Err = failed
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
	r.result.Input = r.input()
	r.result.Notes = r.release.Spec.notes()
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
		ID: r.target.ID, Kind: Helm, Path: chart, ReleaseName: releaseName(r.object, &r.release), Namespace: cmp.Or(r.release.Spec.TargetNamespace, r.object.Namespace),
		KubeVersion: r.target.KubeVersion, APIVersions: r.target.APIVersions, merged: values, defaults: r.defaults(chart),
	}
	if install := r.release.Spec.Install; install != nil {
		target.anyValues = install.DisableSchemaValidation
	}
	if failed := deployChart(ctx, r.files, source, "spec.values of the HelmRelease", target, layers, detail, r.result); failed != nil {
		if source.refuses(failed) {
			if failed.File, failed.Line = refusedAt(r.files, layers, failed); failed.File == "" {
				failed.File, failed.Line = fieldPlace(r.files, r.object, "spec", "values")
			}
		}
		return failed
	}
	if r.skipsCRDs() {
		r.result.Objects = slices.DeleteFunc(r.result.Objects, func(object Object) bool { return object.inCRDs() })
	}
	if failed := r.postRender(detail); failed != nil {
		return failed
	}
	if detail.PodTemplatesOnly {
		digestTrees(r.result.Objects, detail)
	}
	return nil
}

// input is a digest of the release and of what it takes its values from.
func (r *releaseRender) input() string {
	sum := sha256.New()
	sum.Write(r.object.YAML)
	for _, from := range r.release.Spec.ValuesFrom {
		if object := find(r.inputs, ObjectName{Kind: from.Kind, Name: from.Name, Namespace: r.object.Namespace}); object != nil {
			sum.Write(object.YAML)
		}
	}
	return string(sum.Sum(nil))
}

// maxReleaseName is what Helm allows.
const maxReleaseName = 53

// releaseName is the name that helm-controller gives to a release: what is longer than Helm allows ends with a digest.
// https://fluxcd.io/flux/components/helm/helmreleases/#release-name
func releaseName(object *Object, release *fluxRelease) string {
	spec := &release.Spec
	name := object.Name
	switch {
	case spec.ReleaseName != "":
		name = spec.ReleaseName
	case spec.TargetNamespace != "":
		name = spec.TargetNamespace + "-" + object.Name
	}
	if len(name) <= maxReleaseName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	const digits = 12
	return name[:maxReleaseName-digits-1] + "-" + hex.EncodeToString(sum[:])[:digits]
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
			name = belowRoot(name)
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
