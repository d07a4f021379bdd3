package render

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// addArgo makes targets of the Applications in what targets render, and in what Applications deploy.
func (g *gitOpsSearch) addArgo(ctx context.Context) error {
	var targets []Target
	for _, id := range g.order {
		if _, covered := g.covered[id]; !covered {
			targets = append(targets, g.rendered[id].Target)
		}
	}
	return g.addLevels(ctx, targets, g.applications)
}

// applications makes the targets of an object of Argo CD.
func (g *gitOpsSearch) applications(parent *Target, object *Object) []Target {
	if object.YAML == nil || group(object.APIVersion) != argoGroup || !object.isGitOps() {
		return nil
	}
	if object.Kind == "Application" {
		return g.application(parent, object)
	}
	return g.applicationSet(parent, object)
}

// application makes a target of each source of an Application that deploys something.
func (g *gitOpsSearch) application(parent *Target, object *Object) []Target {
	begun := g.target(ArgoCD, parent, object)
	fail := func(failed *Error) []Target {
		begun.Err = failed
		return []Target{begun}
	}
	var read argoApplication
	if failed := readGitOps(g.discovery.files, object, &read); failed != nil {
		return fail(failed)
	}
	sources, fields := read.sources()
	if len(sources) == 0 {
		return fail(fieldError(g.discovery.files, object, ErrGitOpsObject, "the Application names no source. Add spec.source or spec.sources.", "spec"))
	}
	var targets []Target
	for i := range sources {
		if sources[i].Ref != "" && sources[i].Path == "" && sources[i].Chart == "" {
			continue // other sources name its files
		}
		target := begun
		gitOps := *begun.GitOps
		target.GitOps = &gitOps
		gitOps.Source = i
		if len(sources) > 1 {
			target.ID += fmt.Sprintf("[%d]", i)
		}
		source, overrides, failed := overridden(g.discovery.files, object, sources[i])
		if failed != nil {
			target.Err = failed
			targets = append(targets, target)
			continue
		}
		for _, file := range overrides {
			gitOps.Sources = append(gitOps.Sources, file)
		}
		slices.Sort(gitOps.Sources)
		gitOps.Sources = slices.Compact(gitOps.Sources)
		s := &argoSearch{gitOpsSearch: g, object: object, application: &read, sources: sources, source: &source, field: fields[i], target: &target}
		if reason := s.resolve(); reason != "" {
			g.discovery.Skipped = append(g.discovery.Skipped, SkippedPath{object.Source.File, fmt.Sprintf("%s: %s", gitOps.Object, reason)})
			continue
		}
		if target.Err == nil && g.appliesItself(&target) {
			continue
		}
		targets = append(targets, target)
	}
	setLater(targets)
	return targets
}

// appliesItself says whether a target is what its parent is, as an Application that holds itself. One that
// comes back to itself by others is an error.
func (g *gitOpsSearch) appliesItself(target *Target) bool {
	for above, depth := target.GitOps.Parent, 0; above.GitOps != nil; above, depth = above.GitOps.Parent, depth+1 {
		if above.applied() != target.applied() {
			continue
		}
		if depth == 0 {
			return true
		}
		target.Err = g.cycleError(target)
	}
	return false
}

// An argoSearch says what one source of an Application deploys.
type argoSearch struct {
	*gitOpsSearch
	object      *Object
	application *argoApplication
	sources     []argoSource
	source      *argoSource
	field       []any // of the source
	target      *Target
}

func (s *argoSearch) at(steps ...any) []any { return slices.Concat(s.field, steps) }

func (s *argoSearch) fail(kind ErrorKind, message string, at ...any) string {
	s.target.Err = fieldError(s.discovery.files, s.object, kind, message, s.at(at...)...)
	return ""
}

// resolve completes the target, or gives it its error. It returns why the source is left out, if it is.
func (s *argoSearch) resolve() (skip string) {
	spec := &s.application.Spec
	s.target.Namespace = spec.Destination.Namespace
	gitOps := s.target.GitOps
	if gitOps.Environment == "" {
		gitOps.Environment = environmentOf(s.source.Path + "/x")
	}
	if gitOps.Environment == "" && spec.Destination.Name != "in-cluster" {
		gitOps.Environment = spec.Destination.Name
	}
	s.environments[s.target.ID] = gitOps.Environment
	tools := s.source.chosen()
	if len(tools) > 1 {
		return s.fail(ErrGitOpsObject, fmt.Sprintf("the source names more than one tool: %s. Keep one.", strings.Join(tools, ", ")))
	}
	if len(tools) == 1 {
		gitOps.Tool = tools[0]
	}
	if gitOps.Tool == argoToolPlugin {
		return fmt.Sprintf("the plugin %q renders it, which podmend does not run; to check what it prints, commit that", s.source.Plugin.Name)
	}
	if chart := s.remoteChart(); chart != nil {
		gitOps.Tool, gitOps.Chart = argoToolHelm, chart
		chart.File, chart.Line = fieldPlace(s.discovery.files, s.object, s.at("chart")...)
		return s.valueFiles("")
	}
	return s.folder()
}

// remoteChart is the chart of a repository or registry that the source names, nil for one in git.
func (s *argoSearch) remoteChart() *ChartSource {
	address := strings.TrimSuffix(s.source.RepoURL, "/")
	switch {
	case s.source.Chart != "":
		if !strings.Contains(address, "://") {
			address = "oci://" + address
		}
		chart := &ChartSource{Repository: address, Name: s.source.Chart, Version: s.source.TargetRevision}
		chart.takeFolders()
		return chart
	case strings.HasPrefix(address, "oci://") && !slices.ContainsFunc(s.options.Configured, func(u string) bool { return sameRepository(u, address) }):
		above, name := path.Split(address)
		return &ChartSource{Repository: strings.TrimSuffix(above, "/"), Name: name, Version: s.source.TargetRevision}
	}
	return nil
}

// folder finds the folder of this repository, and how it is rendered.
func (s *argoSearch) folder() (skip string) {
	files, gitOps := s.discovery.files, s.target.GitOps
	dir := belowRoot(s.source.Path)
	if dir == "" {
		dir = "."
	}
	gitOps.Folder = dir
	if !s.leadsHere(s.source.RepoURL, dir) {
		s.fail(ErrOtherSource, otherRepository("the source", s.source.RepoURL), "repoURL")
		return ""
	}
	if info, err := files.Stat(dir); err != nil || !info.IsDir() {
		problem := "Mend the path."
		if revision := s.source.TargetRevision; revision != "" && revision != "HEAD" {
			problem = fmt.Sprintf("The source takes it at %s: check that out to render it, else mend the path, or leave the object out with --exclude.", revision)
		}
		return s.fail(ErrMissingSource, fmt.Sprintf("the folder %s does not exist. %s", dir, problem), "path")
	}
	s.target.Path = dir
	if gitOps.Tool == "" {
		gitOps.Tool = argoToolDirectory
		if _, ok := kustomizationFile(files, dir); ok {
			gitOps.Tool = argoToolKustomize
		}
		if _, err := files.Stat(path.Join(dir, "Chart.yaml")); err == nil {
			gitOps.Tool = argoToolHelm
		}
	}
	switch gitOps.Tool {
	case argoToolHelm:
		gitOps.Chart = &ChartSource{Folder: dir}
		gitOps.Chart.File, gitOps.Chart.Line = fieldPlace(files, s.object, s.at("path")...)
		return s.valueFiles(dir)
	case argoToolKustomize:
		s.target.OwnProcess = setsSchema(s.discovery.scan.closure(dir))
		for i := range s.discovery.Targets {
			if known := &s.discovery.Targets[i]; known.Kind == Kustomize && known.Path == dir {
				s.target.LoadAnywhere = known.LoadAnywhere
			}
		}
		return ""
	}
	return s.directory(dir)
}

// valueFiles notes the values files of this repository that a chart is rendered with.
func (s *argoSearch) valueFiles(chart string) (skip string) {
	if s.source.Helm == nil {
		return ""
	}
	for i, name := range s.source.Helm.ValueFiles {
		alias, inside, isRef := argoRef(name)
		if !isRef {
			if file, ok := argoValueFile(chart, s.variables().in(name)); ok {
				s.target.GitOps.Sources = append(s.target.GitOps.Sources, s.filesOf(file)...)
			}
			continue
		}
		at := slices.IndexFunc(s.sources, func(source argoSource) bool { return source.Ref == alias })
		if at < 0 {
			return s.fail(ErrMissingSource, fmt.Sprintf("no source of the Application has the ref %q. Add it, or mend the name.", alias), "helm", "valueFiles", i)
		}
		if !s.leadsHere(s.sources[at].RepoURL, inside) {
			return s.fail(ErrOtherSource, otherRepository("the source with the ref "+alias, s.sources[at].RepoURL), "helm", "valueFiles", i)
		}
		s.target.GitOps.Sources = append(s.target.GitOps.Sources, s.filesOf(belowRoot(s.variables().in(inside)))...)
	}
	return ""
}

// filesOf are a values file, or those that match if it is a glob.
func (s *argoSearch) filesOf(file string) []string {
	if strings.ContainsAny(file, "*?[") {
		return globbed(s.discovery.files, file)
	}
	return []string{file}
}

func (s *argoSearch) variables() argoVariables {
	return argoVariablesOf(s.object, s.application, s.source)
}
