package render

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// addFlux makes targets of the Kustomizations and HelmReleases in what targets render. Kustomizations come
// first, from the outermost in: they render others, and the objects that releases refer to.
func (g *gitOpsSearch) addFlux(ctx context.Context, targets []Target) error {
	if err := g.addLevels(ctx, targets, g.kustomizations); err != nil {
		return err
	}
	return g.addReleases(ctx)
}

// kustomizations are the target of an object, if it is a Kustomization of Flux.
func (g *gitOpsSearch) kustomizations(parent *Target, object *Object) []Target {
	if target, ok := g.kustomization(parent, object); ok {
		return []Target{target}
	}
	return nil
}

// kustomization makes the target of an object, if it is a Kustomization of Flux. One that applies itself,
// as bootstrap leaves it, is none again.
func (g *gitOpsSearch) kustomization(parent *Target, object *Object) (Target, bool) {
	if object.Kind != "Kustomization" || group(object.APIVersion) != "kustomize.toolkit.fluxcd.io" || object.YAML == nil {
		return Target{}, false
	}
	target := g.target(Flux, parent, object)
	var read fluxKustomization
	if target.Err = readGitOps(g.discovery.files, object, &read); target.Err != nil {
		target.GitOps.Folder = target.Path
		return target, true
	}
	target.GitOps.Folder, target.GitOps.Sources, target.Err = g.folder(parent, object, &read.Spec.SourceRef, read.Spec.Path)
	target.Path = target.GitOps.Folder
	if target.Err != nil {
		target.Path = object.Source.File
		return target, true
	}
	target.GitOps.Ignore = g.ignored(parent, object, &read.Spec.SourceRef)
	for _, component := range read.Spec.Components {
		target.GitOps.Sources = append(target.GitOps.Sources, g.discovery.scan.listed(path.Join(target.GitOps.Folder, component)).Files...)
	}
	target.LoadAnywhere = true
	target.OwnProcess = setsSchema(g.discovery.scan.closure(target.GitOps.Folder))
	return target, !g.appliesItself(&target)
}

func (g *gitOpsSearch) cycleError(target *Target) *Error {
	object := target.GitOps.Object
	failed := &Error{Kind: ErrGitOpsCycle, File: target.Path, Message: fmt.Sprintf("%s is applied by what it applies itself. Take it out of %s, or apply it from elsewhere.", object, target.GitOps.Folder)}
	if result := g.rendered[target.GitOps.Parent.ID]; result != nil {
		if found := find([]gitOpsInput{{objects: result.Objects}}, object); found != nil {
			at := []any{"spec"}
			var application argoApplication
			if target.Kind == ArgoCD && readGitOps(g.discovery.files, found, &application) == nil {
				_, fields := application.sources()
				at = fields[target.GitOps.Source]
			}
			failed.File, failed.Line = fieldPlace(g.discovery.files, found, append(at, "path")...)
		}
	}
	return failed
}

// target begins the target of an object that a parent renders. kind is that of its tool.
func (g *gitOpsSearch) target(kind Kind, parent *Target, object *Object) Target {
	above := parent.ID
	if _, rest, ok := strings.Cut(above, ":"); ok {
		above = rest
	}
	name := nameOf(object)
	target := Target{
		ID: string(kind) + ":" + above + "#" + name.String(), Kind: kind, Path: parent.Path, KubeVersion: g.options.KubeVersion, APIVersions: g.options.APIVersions,
		GitOps: &GitOps{Object: name, Parent: parent, Environment: g.environments[parent.ID]},
	}
	g.environments[target.ID] = target.GitOps.Environment
	return target
}

// addReleases makes the targets of the HelmReleases in what was rendered, and of the objects of Flux in what the
// charts of these print.
func (g *gitOpsSearch) addReleases(ctx context.Context) error {
	for begun := 0; begun < len(g.order); {
		from := g.order[begun:]
		begun = len(g.order)
		if len(g.released) > 0 { // what was rendered since Kustomizations were looked for
			if err := g.addLevels(ctx, g.unreleased(from), g.kustomizations); err != nil {
				return err
			}
		}
		releases := g.releasesIn(from)
		if err := g.addInputs(ctx, releases); err != nil {
			return err
		}
		g.found = append(g.found, releases...)
		printing := slices.DeleteFunc(releases, func(target Target) bool { return !g.printsGitOps(&target) })
		for i := range printing {
			g.cover(&printing[i]) // its defaults would deploy what nobody does
		}
		if err := g.render(ctx, printing); err != nil {
			return err
		}
	}
	return nil
}

// unreleased are the targets that were not searched for HelmReleases yet.
func (g *gitOpsSearch) unreleased(ids []string) (targets []Target) {
	for _, id := range ids {
		if !g.released[id] && g.covered[id] == "" {
			targets = append(targets, g.rendered[id].Target)
		}
	}
	return targets
}

// releasesIn makes the targets of the HelmReleases in what targets render.
func (g *gitOpsSearch) releasesIn(ids []string) (releases []Target) {
	for _, id := range ids {
		result := g.rendered[id]
		if _, covered := g.covered[id]; covered || g.released[id] {
			continue
		}
		g.released[id] = true
		for i := range result.Objects {
			object := &result.Objects[i]
			if object.Kind != "HelmRelease" || group(object.APIVersion) != "helm.toolkit.fluxcd.io" || object.YAML == nil {
				continue
			}
			target := g.target(Flux, &result.Target, object)
			if g.releasesItself(&target) {
				continue
			}
			g.addChart(&target, object)
			releases = append(releases, target)
		}
	}
	return releases
}

// releasesItself says whether the chart of a release prints the release again.
func (g *gitOpsSearch) releasesItself(target *Target) bool {
	for above := target.GitOps.Parent; above.GitOps != nil; above = above.GitOps.Parent {
		if above.GitOps.Object == target.GitOps.Object {
			return true
		}
	}
	return false
}

// printsGitOps says whether a release deploys a chart of this repository that may print objects of GitOps tools.
func (g *gitOpsSearch) printsGitOps(release *Target) bool {
	if release.Err != nil || release.GitOps.Chart == nil || release.GitOps.Chart.Folder == "" {
		return false
	}
	templates := path.Join(g.discovery.resolve(release.GitOps.Chart.Folder), "templates") + "/"
	for name := range g.holding {
		if strings.HasPrefix(name, templates) {
			return true
		}
	}
	return false
}

// environmentOf is what the cluster is called that a path belongs to: the folder below the one for clusters or
// environments; "" if there is none. A folder called cluster holds the parts of one.
func environmentOf(name string) string {
	parts := strings.Split(name, "/")
	for i := 0; i+1 < len(parts); i++ {
		switch strings.ToLower(parts[i]) {
		case "clusters", "environments", "envs", "env", "overlays", "stages":
			if i+2 < len(parts) || !isYAMLName(parts[i+1]) {
				return parts[i+1]
			}
		}
	}
	return ""
}
