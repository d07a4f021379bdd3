package render

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// GitOps says how a target comes about that is an object of a GitOps tool. The object is rendered out of
// its parent each time, so that an edit anywhere on the way shows. It is plain data.
type GitOps struct {
	Object ObjectName // in what Parent renders
	Parent *Target
	// Inputs render ConfigMaps and Secrets that the object reads and Parent does not render.
	Inputs []Target
	// Chart is what a release deploys.
	Chart *ChartSource
	// Folder is what is applied from this repository, where the object deploys no chart.
	Folder string
	// Ignore is what a source of Flux leaves out of Folder by itself, in the lines of a .gitignore.
	Ignore string
	// Files are the manifests of Folder that are applied, where they are chosen one by one.
	Files []string
	// Tool renders what an Application deploys.
	Tool string
	// Source is which of the sources of an Application the target is.
	Source int
	// Later are the targets of the sources of an Application that come after this one.
	Later []Target
	// Given are parameters of generators of an ApplicationSet that ask a cluster or an API.
	Given []GivenParameters
	// Sources are the files with the objects that say where the chart or folder is.
	Sources []string
	// Environment names the cluster, as its folder is called; "" where that cannot be told.
	Environment string
}

// An ObjectName tells an object from the others that one target renders.
type ObjectName struct{ Group, Kind, Namespace, Name string }

func (n ObjectName) String() string {
	return strings.Join(slices.DeleteFunc([]string{n.Kind, n.Namespace, n.Name}, func(part string) bool { return part == "" }), "/")
}

func nameOf(object *Object) ObjectName {
	return ObjectName{group(object.APIVersion), object.Kind, object.Namespace, object.Name}
}

// The kinds of errors of GitOps objects.
const (
	ErrMissingSource ErrorKind = "missing-source"
	ErrOtherSource   ErrorKind = "other-repository"
	ErrMissingChart  ErrorKind = "missing-chart"
	ErrGitOpsObject  ErrorKind = "gitops-object"
	ErrGitOpsCycle   ErrorKind = "gitops-cycle"
	ErrSubstitution  ErrorKind = "substitution"
)

// The words that stand in each file that holds an object of Flux or of Argo CD.
var (
	fluxWords = []string{"fluxcd.io/"}
	argoWords = []string{"argoproj.io/", "Application"}
)

// isGitOps says whether an object tells a GitOps tool what to deploy, or from where.
func (o *Object) isGitOps() bool {
	switch group(o.APIVersion) {
	case "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "source.extensions.fluxcd.io":
		return true
	case argoGroup:
		return o.Kind == "Application" || o.Kind == "ApplicationSet"
	}
	return false
}

// isGitOpsInput says whether GitOps objects may be made of an object.
func (o *Object) isGitOpsInput() bool {
	return o.isGitOps() || o.APIVersion == "v1" && (o.Kind == "ConfigMap" || o.Kind == "Secret")
}

// Steers says whether what an object changes is seen in other targets: there its proof is.
func (o *Object) Steers() bool { return o.isGitOps() }

// A gitOpsInput is what one target renders of the inputs of another.
type gitOpsInput struct {
	objects []Object
	err     *Error
	notes   []string
	target  Target
}

// inputsOf renders the parent of a GitOps target and its other inputs, the parent first.
func inputsOf(ctx context.Context, files *overlay.FS, gitOps *GitOps, traced bool) []gitOpsInput {
	var inputs []gitOpsInput
	for _, target := range slices.Concat([]Target{*gitOps.Parent}, gitOps.Inputs) {
		inputs = append(inputs, inputOf(ctx, files, target, traced))
	}
	return inputs
}

// inputOf renders one input, once for all that it is an input of: a chart that was fetched is none of its files.
func inputOf(ctx context.Context, files *overlay.FS, target Target, traced bool) gitOpsInput {
	detail := gitOpsDetail
	detail.Traced = traced
	render := func(files *overlay.FS) any {
		var result Result
		renderTarget(ctx, files, target, detail, &result)
		return gitOpsInput{result.Objects, result.Err, result.Notes, target}
	}
	key, err := json.Marshal(struct {
		Target Target
		Traced bool
	}{target, traced})
	if err != nil {
		return render(files).(gitOpsInput)
	}
	return files.Once(string(key), fetchedCharts, render).(gitOpsInput)
}

// find returns an object of the inputs, nil if none renders it. A namespace may be left out where only
// whoever applies the object knows it.
func find(inputs []gitOpsInput, wanted ObjectName) *Object {
	for _, strict := range []bool{true, false} {
		for i := range inputs {
			for j := range inputs[i].objects {
				object := &inputs[i].objects[j]
				if object.YAML == nil || object.Kind != wanted.Kind || object.Name != wanted.Name || group(object.APIVersion) != wanted.Group {
					continue
				}
				if object.Namespace == wanted.Namespace || !strict && (object.Namespace == "" || wanted.Namespace == "") {
					return object
				}
			}
		}
	}
	return nil
}

// object finds the object of a target in what its parent renders. inputs are what that and its other inputs
// render.
func (g *GitOps) object(ctx context.Context, files *overlay.FS, traced bool) (object *Object, inputs []gitOpsInput, failed *Error) {
	inputs = inputsOf(ctx, files, g, traced)
	if object = find(inputs[:1], g.Object); object == nil {
		return nil, nil, g.gone(&inputs[0])
	}
	return object, inputs, nil
}

// gone is the error of an object that its parent does not render any more.
func (g *GitOps) gone(parent *gitOpsInput) *Error {
	if parent.err != nil {
		failed := *parent.err
		failed.Message = fmt.Sprintf("%s stands in %s, which cannot be rendered: %s", g.Object, parent.target.ID, failed.Message)
		failed.Missing = nil
		return &failed
	}
	return &Error{
		Kind: ErrMissingSource, File: parent.target.Path,
		Message: fmt.Sprintf("%s is not in what %s renders. Check what renames or removes it.", g.Object, parent.target.ID),
	}
}
