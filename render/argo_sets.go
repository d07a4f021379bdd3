package render

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// GivenParameters are what a generator of ApplicationSets gives that asks a cluster or an API. It is plain data.
type GivenParameters struct {
	ApplicationSet string // its name, "" for all
	Generator      string // such as clusters
	Parameters     string // a list of mappings, as YAML or JSON
}

// An argoSet is what is read of an ApplicationSet.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
type argoSet struct {
	Spec struct {
		GoTemplate        bool             `json:"goTemplate"`
		GoTemplateOptions []string         `json:"goTemplateOptions"`
		Generators        []map[string]any `json:"generators"`
		Template          map[string]any   `json:"template"`
		TemplatePatch     string           `json:"templatePatch"`
	} `json:"spec"`
}

// applicationSet makes the target of an ApplicationSet, which renders its Applications.
func (g *gitOpsSearch) applicationSet(parent *Target, object *Object) []Target {
	target := g.target(ArgoCD, parent, object)
	target.GitOps.Tool = argoToolSet
	// Its Applications may be for several.
	delete(g.environments, target.ID)
	target.GitOps.Environment = ""
	for _, given := range g.options.Generators {
		if given.ApplicationSet == "" || given.ApplicationSet == object.Name {
			target.GitOps.Given = append(target.GitOps.Given, given)
		}
	}
	var read argoSet
	if target.Err = readGitOps(g.discovery.files, object, &read); target.Err != nil {
		return []Target{target}
	}
	if kind := target.GitOps.unknown(read.Spec.Generators); kind != "" {
		reason := fmt.Sprintf("%s: the generator %s asks a cluster or an API, and podmend asks none; to render the ApplicationSet, add to %s: gitops: {generators: [{applicationSet: %s, generator: %s, parameters: [%s]}]}",
			target.GitOps.Object, kind, ConfigFile, object.Name, kind, exampleParameters(kind))
		g.discovery.Skipped = append(g.discovery.Skipped, SkippedPath{object.Source.File, reason})
		g.discovery.Asking = append(g.discovery.Asking, AskingSet{File: object.Source.File, Object: target.GitOps.Object, Generator: kind, Parameters: exampleParameters(kind)})
		return nil
	}
	target.Err = g.otherGit(object, read.Spec.Generators, yamledit.NewPath("spec", "generators"))
	return []Target{target}
}

// An AskingSet is an ApplicationSet that is not rendered, because a generator asks for parameters that are not given.
type AskingSet struct {
	File       string
	Object     ObjectName
	Generator  string
	Parameters string // an example of them, as the configuration takes them
}

// askingGenerators ask a cluster or an API for their parameters.
var askingGenerators = []string{"clusters", "clusterDecisionResource", "scmProvider", "pullRequest", "plugin", "clusterProfiles"}

// unknown names a generator of which the parameters are not known here, "" if all are.
func (g *GitOps) unknown(generators []map[string]any) string {
	for _, generator := range generators {
		for _, kind := range askingGenerators {
			if _, there := generator[kind]; there && g.given(kind) == nil {
				return kind
			}
		}
		for _, nested := range nestedGenerators(generator) {
			if kind := g.unknown(nested); kind != "" {
				return kind
			}
		}
	}
	return ""
}

func (g *GitOps) given(kind string) *GivenParameters {
	for i := range g.Given {
		if g.Given[i].Generator == kind {
			return &g.Given[i]
		}
	}
	return nil
}

func exampleParameters(kind string) string {
	switch kind {
	case "clusters", "clusterDecisionResource", "clusterProfiles":
		return "{name: NAME, server: URL}"
	case "scmProvider":
		return "{repository: NAME, url: URL, branch: BRANCH}"
	case "pullRequest":
		return "{number: NUMBER, branch: BRANCH, head_sha: SHA}"
	}
	return "{KEY: VALUE}"
}

// nestedGenerators are the generators in a matrix or merge generator.
func nestedGenerators(generator map[string]any) (nested [][]map[string]any) {
	for _, kind := range []string{"matrix", "merge"} {
		of, _ := generator[kind].(map[string]any)
		var generators []map[string]any
		for _, item := range listOf(of["generators"]) {
			below, _ := item.(map[string]any)
			generators = append(generators, below)
		}
		if of != nil {
			nested = append(nested, generators)
		}
	}
	return nested
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}

// otherGit is the error of a generator that reads another repository of git.
func (g *gitOpsSearch) otherGit(object *Object, generators []map[string]any, at yamledit.Path) *Error {
	for i, generator := range generators {
		if git, ok := generator["git"].(map[string]any); ok {
			address, _ := git["repoURL"].(string)
			inside := ""
			for _, item := range slices.Concat(listOf(git["directories"]), listOf(git["files"])) {
				entry, _ := item.(map[string]any)
				pattern, _ := entry["path"].(string)
				if inside == "" {
					inside = fixedFolder(pattern)
				}
			}
			if !strings.Contains(address, "{{") && !g.leadsHere(address, inside) {
				file, line := placeOf(g.discovery.files, object, at.Join(i, "git", "repoURL"))
				return &Error{Kind: ErrOtherSource, File: file, Line: line, Message: otherRepository("the git generator", address)}
			}
		}
		for _, kind := range []string{"matrix", "merge"} {
			if of, ok := generator[kind].(map[string]any); ok {
				nested := nestedGenerators(map[string]any{kind: of})[0]
				if failed := g.otherGit(object, nested, at.Join(i, kind, "generators")); failed != nil {
					return failed
				}
			}
		}
	}
	return nil
}

// fixedFolder is the part of a glob that leads to a folder without one.
func fixedFolder(pattern string) string {
	if at := strings.IndexAny(pattern, `*?[{\`); at >= 0 {
		pattern = pattern[:strings.LastIndex(pattern[:at], "/")+1]
	}
	return belowRoot(pattern)
}

// maxApplications bounds what an ApplicationSet may make.
const maxApplications = 2000

// templateOptions are those of Go's templates, which panic at others.
// https://pkg.go.dev/text/template#Template.Option
var templateOptions = []string{"missingkey=default", "missingkey=invalid", "missingkey=zero", "missingkey=error"}

// generate makes the Applications of an ApplicationSet.
func (g *GitOps) generate(files *overlay.FS, set *Object) ([]Object, *Error) {
	m := &argoGenerators{files: files, gitOps: g, set: set, locator: NewLocator(files)}
	if failed := readGitOps(files, set, &m.read); failed != nil {
		return nil, failed
	}
	for i, option := range m.read.Spec.GoTemplateOptions {
		if m.read.Spec.GoTemplate && !slices.Contains(templateOptions, option) {
			return nil, m.fail(yamledit.NewPath("spec", "goTemplateOptions", i), "templates have no option %q. Write one of %s.", option, strings.Join(templateOptions, ", "))
		}
	}
	var objects []Object
	named := map[string]bool{}
	for i, generator := range m.read.Spec.Generators {
		at := yamledit.NewPath("spec", "generators", i)
		sets, failed := m.parameters(generator, at, nil)
		if failed != nil {
			return nil, failed
		}
		if len(objects)+len(sets) > maxApplications {
			return nil, m.fail(at, "the generators give more than %d sets of parameters. Split the ApplicationSet.", maxApplications)
		}
		override, overrideAt := overriding(generator, at)
		for _, parameters := range sets {
			object, failed := m.expand(parameters, override, overrideAt)
			if failed != nil {
				return nil, failed
			}
			if named[object.Name] {
				return nil, m.fail(yamledit.NewPath("spec", "template", "metadata", "name"), "two Applications would be called %q. Let the name hold what tells the parameters apart.", object.Name)
			}
			named[object.Name] = true
			objects = append(objects, object)
		}
	}
	return objects, nil
}

// overriding is the template that a generator puts over that of the ApplicationSet.
func overriding(generator map[string]any, at yamledit.Path) (map[string]any, yamledit.Path) {
	for _, kind := range sortedKeys(generator) {
		settings, _ := generator[kind].(map[string]any)
		if template, ok := settings["template"].(map[string]any); ok && kind != "selector" {
			template, _ = withoutEmpty(template).(map[string]any)
			return template, at.Join(kind, "template")
		}
	}
	return nil, nil
}

// withoutEmpty is a tree without what a template does not override: empty texts, mappings and lists, false and 0.
func withoutEmpty(node any) any {
	switch node := node.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, value := range node {
			if value = withoutEmpty(value); value != nil {
				kept[key] = value
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		if len(node) > 0 {
			return node
		}
		return nil
	case string, bool, float64:
		if reflect.ValueOf(node).IsZero() {
			return nil
		}
	}
	return node
}

// expand makes an Application of a set of parameters.
func (m *argoGenerators) expand(parameters parameterSet, override map[string]any, overrideAt yamledit.Path) (Object, *Error) {
	spec := &m.read.Spec
	e := &argoExpansion{argoGenerators: m, parameters: parameters, override: override, overrideAt: overrideAt}
	e.fields = &FieldTrace{Fields: map[string][]int{}, Chains: map[string][]Link{}, Copies: map[string]Copy{}}
	template := spec.Template
	if values := yamledit.NewPath("spec", "source", "helm", "valuesObject"); yamledit.ValueAt(override, values) != nil {
		// It is one value, which is not merged.
		if without, err := yamledit.ApplyTree(template, []yamledit.Change{{Op: yamledit.Delete, Path: values}}); err == nil {
			template, _ = without.(map[string]any)
		}
	}
	template = mergeHelmValues(template, override)
	tree, failed := e.node(template, nil, nil)
	if failed != nil {
		return Object{}, failed
	}
	application := tree.(map[string]any)
	if spec.TemplatePatch != "" {
		if application, failed = e.patched(application); failed != nil {
			return Object{}, failed
		}
	}
	metadata, _ := application["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	if m.set.Namespace != "" {
		metadata["namespace"] = m.set.Namespace
	}
	application["apiVersion"], application["kind"], application["metadata"] = m.set.APIVersion, "Application", metadata
	object := objectOf(application)
	text, err := yaml.Marshal(application)
	if err != nil {
		return Object{}, m.fail(yamledit.NewPath("spec", "template"), "the template gives what is no YAML: %v. Mend it.", err)
	}
	object.YAML = text
	object.Source = Source{File: m.set.Source.File, Doc: m.set.Source.Doc, Path: m.set.Source.Path, Kustomization: m.set.Source.Kustomization}
	object.Trace = &Trace{Fields: e.fields}
	if fields := m.set.fields(); fields != nil {
		e.fields.Chains, e.fields.Doubtful = fields.Chains, fields.Doubtful
	}
	return object, nil
}

func (m *argoGenerators) fail(at yamledit.Path, format string, args ...any) *Error {
	origin := m.locator.Origin(m.set, at)
	return &Error{Kind: ErrGitOpsObject, File: origin.File, Line: origin.Line, Message: fmt.Sprintf(format, args...)}
}
