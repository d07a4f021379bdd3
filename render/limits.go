package render

import (
	"errors"
	"fmt"

	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/podmend/podmend/internal/yamledit"
)

// What is rendered is parsed again by the process that judges it, which has no limits of its own.
const (
	// MaxObjectSize is how many bytes an object with a pod template may have: the API server
	// takes no larger request. https://github.com/kubernetes/apiserver/blob/master/pkg/server/config.go
	MaxObjectSize = 3 << 20
	// maxNameLength is that of the longest name that Kubernetes takes.
	// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
	maxNameLength = 253
	// maxDocuments is how many documents a file of manifests may hold.
	maxDocuments = 100_000
	// maxFolderDepth is how deep folders may nest: each step down costs a call of the system for
	// each folder above.
	maxFolderDepth = 100
	// maxClosure is how many kustomizations one may be made of.
	maxClosure = 1000
	// maxKustomizationSize is how many bytes of a kustomization, or of a plugin's configuration,
	// are read.
	maxKustomizationSize = 2 << 20
	// maxPluginDepth is how many kustomizations may configure plugins of each other in a row.
	maxPluginDepth = 20
	// maxReferences is how many files and folders one kustomization may name.
	maxReferences = 100_000
)

// dropHuge takes away the objects with pod templates that no API server takes, and makes the
// first an error of the target.
func dropHuge(result *Result) {
	kept := result.Objects[:0]
	for i := range result.Objects {
		object := &result.Objects[i]
		problem := object.huge()
		if problem == "" {
			kept = append(kept, *object)
			continue
		}
		if result.Err == nil {
			result.Err = &Error{
				Kind: ErrOutputLimit, File: object.Source.File,
				Message: fmt.Sprintf("a rendered %.40s %s, and Kubernetes takes no such object. Look for what multiplies or repeats in it.", object.Kind, problem),
			}
		} else if result.Err.Kind == ErrOutputLimit {
			result.Err.Others++
		}
	}
	result.Objects = kept
}

func (o *Object) huge() string {
	switch {
	case max(len(o.APIVersion), len(o.Kind), len(o.Namespace), len(o.Name)) > maxNameLength:
		return fmt.Sprintf("has a name of more than %d characters", maxNameLength)
	case !o.HasPodTemplate() && !o.IsNamespace():
		return ""
	case len(o.YAML) > MaxObjectSize:
		return fmt.Sprintf("has more than %d MiB", MaxObjectSize>>20)
	}
	if err := yamledit.Bounded(o.YAML); err != nil {
		return fmt.Sprintf("cannot be written out: %v", err)
	}
	return ""
}

// plausible refuses container names that are longer than any that Kubernetes takes: they are said
// with each finding in the container.
func (o *Object) plausible(pods []PodTemplate) ([]PodTemplate, error) {
	for i := range pods {
		for _, container := range pods[i].Containers() {
			if len(container.Name) > maxNameLength {
				return nil, o.badObject(fmt.Errorf("the container name %.20s… is too long", container.Name), "Shorten the name")
			}
		}
	}
	return pods, nil
}

// boundedChartFiles refuses files of a chart that Helm would read and whose aliases multiply.
func boundedChartFiles(files []*loader.BufferedFile, places map[string]helmPlace) *Error {
	for _, file := range files {
		switch file.Name {
		case "Chart.yaml", "Chart.lock", "values.yaml", "requirements.yaml", "requirements.lock":
		default:
			continue
		}
		err := yamledit.Bounded(file.Data)
		switch {
		case !errors.Is(err, yamledit.ErrExpands):
		case file.Name == "values.yaml":
			return helmValuesSyntax(places[file.Name], 0, err.Error())
		default:
			return places[file.Name].fail(ErrChartMetadata, 0, fmt.Sprintf("%v. Mend %s; Helm renders nothing before.", err, file.Name))
		}
	}
	return nil
}
