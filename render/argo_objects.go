package render

import (
	"reflect"

	"sigs.k8s.io/kustomize/api/types"
)

const argoGroup = "argoproj.io"

// An argoApplication is what is read of an Application.
// https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
type argoApplication struct {
	Spec struct {
		Source      *argoSource  `json:"source"`
		Sources     []argoSource `json:"sources"`
		Hydrator    *argoHydrate `json:"sourceHydrator"`
		Destination struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"destination"`
		Project string `json:"project"`
	} `json:"spec"`
}

// An argoHydrate says that what is deployed is rendered beforehand, of a source.
type argoHydrate struct {
	DrySource argoSource `json:"drySource"`
}

type argoSource struct {
	RepoURL        string         `json:"repoURL"`
	Path           string         `json:"path"`
	TargetRevision string         `json:"targetRevision"`
	Chart          string         `json:"chart"`
	Ref            string         `json:"ref"`
	Helm           *argoHelm      `json:"helm"`
	Kustomize      *argoKustomize `json:"kustomize"`
	Directory      *argoDirectory `json:"directory"`
	Plugin         *struct {
		Name string `json:"name"`
	} `json:"plugin"`
}

type argoHelm struct {
	ValueFiles              []string        `json:"valueFiles"`
	IgnoreMissingValueFiles bool            `json:"ignoreMissingValueFiles"`
	Values                  string          `json:"values"`
	ValuesObject            map[string]any  `json:"valuesObject"`
	Parameters              []argoParameter `json:"parameters"`
	FileParameters          []argoParameter `json:"fileParameters"`
	ReleaseName             string          `json:"releaseName"`
	Namespace               string          `json:"namespace"`
	KubeVersion             string          `json:"kubeVersion"`
	APIVersions             []string        `json:"apiVersions"`
	SkipCRDs                bool            `json:"skipCrds"`
	SkipTests               bool            `json:"skipTests"`
	SkipSchemaValidation    bool            `json:"skipSchemaValidation"`
	Version                 string          `json:"version"`
}

type argoParameter struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	Path        string `json:"path"`
	ForceString bool   `json:"forceString"`
}

type argoKustomize struct {
	NamePrefix                string            `json:"namePrefix"`
	NameSuffix                string            `json:"nameSuffix"`
	Images                    []string          `json:"images"`
	CommonLabels              map[string]string `json:"commonLabels"`
	LabelWithoutSelector      bool              `json:"labelWithoutSelector"`
	LabelIncludeTemplates     bool              `json:"labelIncludeTemplates"`
	CommonAnnotations         map[string]string `json:"commonAnnotations"`
	CommonAnnotationsEnvsubst bool              `json:"commonAnnotationsEnvsubst"`
	Namespace                 string            `json:"namespace"`
	Components                []string          `json:"components"`
	IgnoreMissingComponents   bool              `json:"ignoreMissingComponents"`
	Patches                   []types.Patch     `json:"patches"`
	Replicas                  []struct {
		Name  string `json:"name"`
		Count any    `json:"count"`
	} `json:"replicas"`
	Version string `json:"version"`
}

type argoDirectory struct {
	Recurse bool   `json:"recurse"`
	Include string `json:"include"`
	Exclude string `json:"exclude"`
	Jsonnet any    `json:"jsonnet"`
}

// sources are the sources of an Application, and the field that holds each.
func (a *argoApplication) sources() (sources []argoSource, fields [][]any) {
	switch spec := &a.Spec; {
	case len(spec.Sources) > 0:
		for i := range spec.Sources {
			fields = append(fields, []any{"spec", "sources", i})
		}
		return spec.Sources, fields
	case spec.Source != nil:
		return []argoSource{*spec.Source}, [][]any{{"spec", "source"}}
	case spec.Hydrator != nil:
		return []argoSource{spec.Hydrator.DrySource}, [][]any{{"spec", "sourceHydrator", "drySource"}}
	}
	return nil, nil
}

// The tools that render a source.
const (
	argoToolHelm      = "helm"
	argoToolKustomize = "kustomize"
	argoToolDirectory = "directory"
	argoToolPlugin    = "plugin"
	argoToolSet       = "applicationset" // what makes Applications
)

// chosen are the tools that the source itself names. A tool without settings is not named.
func (s *argoSource) chosen() (tools []string) {
	if s.Kustomize != nil && !reflect.ValueOf(*s.Kustomize).IsZero() {
		tools = append(tools, argoToolKustomize)
	}
	if s.Helm != nil && !reflect.ValueOf(*s.Helm).IsZero() {
		tools = append(tools, argoToolHelm)
	}
	if s.Directory != nil && !reflect.ValueOf(*s.Directory).IsZero() {
		tools = append(tools, argoToolDirectory)
	}
	if s.Plugin != nil {
		tools = append(tools, argoToolPlugin)
	}
	return tools
}
