package render

import (
	"bytes"
	"context"
	"slices"
)

// addInputs adds to targets what renders the ConfigMaps and Secrets that their objects read. What may
// render one that is not known yet is rendered for that.
func (g *gitOpsSearch) addInputs(ctx context.Context, targets []Target) error {
	for i := range targets {
		target := &targets[i]
		if target.Err != nil || target.Kind == ArgoCD {
			continue
		}
		for _, wanted := range g.inputsOf(target) {
			from := g.input(target.GitOps.Parent, wanted)
			if from == nil && !g.sought[wanted.Name] {
				g.sought[wanted.Name] = true
				candidates, err := g.mayRender(ctx, wanted.Name)
				if err != nil {
					return err
				}
				if err := g.render(ctx, candidates); err != nil {
					return err
				}
				from = g.input(target.GitOps.Parent, wanted)
			}
			known := from == nil || from.ID == target.GitOps.Parent.ID ||
				slices.ContainsFunc(target.GitOps.Inputs, func(input Target) bool { return input.ID == from.ID })
			if !known {
				target.GitOps.Inputs = append(target.GitOps.Inputs, *from)
			}
		}
	}
	return nil
}

// inputsOf names the ConfigMaps and Secrets that the object of a target reads.
func (g *gitOpsSearch) inputsOf(target *Target) []ObjectName {
	object := find([]gitOpsInput{{objects: g.rendered[target.GitOps.Parent.ID].Objects}}, target.GitOps.Object)
	if object == nil {
		return nil
	}
	var names []ObjectName
	add := func(kind, name string) {
		names = append(names, ObjectName{Kind: kind, Namespace: object.Namespace, Name: name})
	}
	if object.Kind == "HelmRelease" {
		var release fluxRelease
		if readGitOps(g.discovery.files, object, &release) == nil {
			for _, from := range release.Spec.ValuesFrom {
				add(from.Kind, from.Name)
			}
		}
		return names
	}
	var kustomization fluxKustomization
	if readGitOps(g.discovery.files, object, &kustomization) == nil && kustomization.Spec.PostBuild != nil {
		for _, from := range kustomization.Spec.PostBuild.SubstituteFrom {
			add(from.Kind, from.Name)
		}
	}
	return names
}

// mayRender are the targets, not rendered yet, of which a file holds a name beside a ConfigMap or Secret.
func (g *gitOpsSearch) mayRender(ctx context.Context, name string) ([]Target, error) {
	d := g.discovery
	named, err := d.holding(ctx, d.walked.manifests, []string{name})
	if err != nil {
		return nil, err
	}
	for file := range named {
		content, err := d.files.ReadFile(file)
		if err != nil || !bytes.Contains(content, []byte("ConfigMap")) && !bytes.Contains(content, []byte("Secret")) && !bytes.Contains(content, []byte("configMapGenerator")) && !bytes.Contains(content, []byte("secretGenerator")) {
			delete(named, file)
		}
	}
	var targets []Target
	for _, target := range d.Targets {
		fits := target.Kind == Plain || target.Kind == Kustomize
		if fits && target.Err == nil && g.rendered[target.ID] == nil && slices.ContainsFunc(d.Names(target), func(file string) bool { return named[file] }) {
			targets = append(targets, target)
		}
	}
	return targets, nil
}

// Secrets are the data of the Secrets in results and in what the search for GitOps objects rendered, decoded, by
// key. Those that cannot be read are left out.
func (d *Discovery) Secrets(results []Result) (all []map[string]string) {
	add := func(result *Result) {
		for i := range result.Objects {
			object := &result.Objects[i]
			if object.Kind != "Secret" || object.APIVersion != "v1" || object.YAML == nil {
				continue
			}
			if data, _, failed := dataOf(d.files, object); failed == nil && len(data) > 0 {
				all = append(all, data)
			}
		}
	}
	for i := range results {
		add(&results[i])
	}
	if d.search != nil {
		for _, id := range d.search.order {
			add(d.search.rendered[id])
		}
	}
	return all
}
