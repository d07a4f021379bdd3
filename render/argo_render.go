package render

import (
	"cmp"
	"context"
	"crypto/sha256"
	"hash"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// renderArgo renders what a source of an Application deploys, or the Applications of an ApplicationSet.
func renderArgo(ctx context.Context, files *overlay.FS, target Target, detail Detail, result *Result) {
	gitOps := target.GitOps
	object, inputs, failed := gitOps.object(ctx, files, detail.Traced)
	if failed != nil {
		result.Err = failed
		return
	}
	if gitOps.Tool == argoToolSet {
		result.Objects, result.Err = gitOps.generate(files, object)
		return
	}
	r := &argoRender{files: files, target: target, object: object, result: result}
	if result.Err = readGitOps(files, object, &r.application); result.Err != nil {
		return
	}
	sources, fields := r.application.sources()
	if gitOps.Source >= len(sources) {
		result.Err = gitOps.gone(&inputs[0])
		return
	}
	source, overrides, failed := overridden(files, object, sources[gitOps.Source])
	if failed != nil {
		result.Err = failed
		return
	}
	r.source, r.overrides, r.field = &source, overrides, yamledit.NewPath(fields[gitOps.Source]...)
	r.variables = argoVariablesOf(object, &r.application, r.source)
	switch gitOps.Tool {
	case argoToolHelm:
		result.Err = r.release(ctx, detail)
	case argoToolKustomize:
		result.Err = r.kustomize(ctx, detail)
	default:
		renderManifests(files, gitOps.Files, result)
	}
	if result.Err == nil {
		r.replaced(ctx)
	}
}

// An argoRender renders one source of an Application.
type argoRender struct {
	files       *overlay.FS
	target      Target
	object      *Object
	result      *Result
	application argoApplication
	source      *argoSource
	field       yamledit.Path // of the source
	overrides   argoOverrides
	variables   argoVariables
}

// release renders the chart of the source, as argocd-repo-server does by helm template.
func (r *argoRender) release(ctx context.Context, detail Detail) *Error {
	helm := r.source.Helm
	if helm == nil {
		helm = &argoHelm{}
	}
	r.result.Input = r.input(helm)
	chart, failed := r.target.GitOps.Chart.locate(r.files)
	if failed != nil {
		return failed
	}
	values, layers, failed := r.values(helm)
	if failed != nil {
		return failed
	}
	target := Target{
		ID: r.target.ID, Kind: Helm, Path: chart, ReleaseName: cmp.Or(helm.ReleaseName, r.object.Name),
		Namespace:   cmp.Or(helm.Namespace, r.application.Spec.Destination.Namespace),
		KubeVersion: cmp.Or(helm.KubeVersion, r.target.KubeVersion), APIVersions: r.target.APIVersions,
		merged: values, defaults: r.defaults(helm), anyValues: helm.SkipSchemaValidation,
	}
	if len(helm.APIVersions) > 0 {
		target.APIVersions = helm.APIVersions // in place of those of the cluster
	}
	if failed := deployChart(ctx, r.files, r.target.GitOps.Chart, "valuesObject or a values file of the Application", target, layers, detail, r.result); failed != nil {
		if r.target.GitOps.Chart.refuses(failed) {
			placed := r.fieldError(failed.Kind, failed.Message, "helm")
			if file, line := refusedAt(r.files, layers, failed); file != "" {
				placed.File, placed.Line = file, line
			}
			return placed
		}
		return failed
	}
	r.result.Objects = slices.DeleteFunc(r.result.Objects, func(object Object) bool {
		return helm.SkipCRDs && object.inCRDs() || helm.SkipTests && strings.HasPrefix(object.Annotations()["helm.sh/hook"], "test")
	})
	return nil
}

// input is a digest of the Application and of what it takes its values from.
func (r *argoRender) input(helm *argoHelm) string {
	sum := sha256.New()
	sum.Write(r.object.YAML)
	for _, file := range r.overrides {
		r.addTo(sum, file)
	}
	for _, name := range helm.ValueFiles {
		for _, file := range r.valueFilesOf(name) {
			r.addTo(sum, file)
		}
	}
	for _, parameter := range helm.FileParameters {
		if file, ok := r.valueFile(parameter.Path); ok {
			r.addTo(sum, file)
		}
	}
	return string(sum.Sum(nil))
}

func (r *argoRender) addTo(sum hash.Hash, file string) {
	if content, err := r.files.ReadFile(file); err == nil {
		sum.Write(content)
	}
}

// argoVariables are what Argo CD puts into paths and parameters.
// https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
type argoVariables map[string]string

func argoVariablesOf(object *Object, application *argoApplication, source *argoSource) argoVariables {
	name := object.Name
	return argoVariables{
		"ARGOCD_APP_NAME": name, "ARGOCD_APP_NAMESPACE": application.Spec.Destination.Namespace,
		"ARGOCD_APP_PROJECT_NAME": application.Spec.Project, "ARGOCD_APP_SOURCE_PATH": source.Path,
		"ARGOCD_APP_SOURCE_REPO_URL": source.RepoURL, "ARGOCD_APP_SOURCE_TARGET_REVISION": source.TargetRevision,
	}
}

// in puts the variables into a text as Argo CD does: what is none is empty, and $$ is a dollar. The revision is
// not known here, so that its variables stay.
func (v argoVariables) in(text string) string {
	return os.Expand(text, func(name string) string {
		switch {
		case name == "$":
			return "$"
		case strings.HasPrefix(name, "ARGOCD_APP_REVISION"):
			return "${" + name + "}"
		}
		return v[name]
	})
}

// argoRef splits the name of a values file that begins with what another source is called.
func argoRef(name string) (ref, inside string, ok bool) {
	named, isRef := strings.CutPrefix(name, "$")
	if !isRef || strings.HasPrefix(named, "ARGOCD_") {
		return "", "", false
	}
	return strings.Cut(named, "/")
}

// argoValueFile is where a values file of this repository is that a source names, if it is one: beside a
// chart of this repository, or, with a slash, below the root.
func argoValueFile(chart, name string) (file string, ok bool) {
	switch {
	case strings.Contains(name, "://") || chart == "":
		return "", false
	case strings.HasPrefix(name, "/"):
		return belowRoot(name), true
	}
	return belowRoot(path.Join(chart, name)), true
}
