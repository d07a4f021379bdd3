package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// ConfigGitOps says what GitOps objects refer to.
type ConfigGitOps struct {
	// Repositories are URLs by which objects name this repository, beside those of its remotes.
	Repositories []string `yaml:"repositories"`
	// Generators are what generators of ApplicationSets give that ask a cluster or an API.
	Generators []ConfigGenerator `yaml:"generators"`
}

// ConfigGenerator gives the parameters of a generator.
type ConfigGenerator struct {
	ApplicationSet string           `yaml:"applicationSet"`
	Generator      string           `yaml:"generator"`
	Parameters     []map[string]any `yaml:"parameters"`
}

// given are the parameters as they are rendered with.
func (c *ConfigGitOps) given() ([]render.GivenParameters, error) {
	var all []render.GivenParameters
	for i, generator := range c.Generators {
		text, err := json.Marshal(generator.Parameters)
		if err != nil {
			return nil, usagef("gitops.generators[%d].parameters cannot be read: %v; write them as mappings with keys that are text", i, err)
		}
		all = append(all, render.GivenParameters{ApplicationSet: generator.ApplicationSet, Generator: generator.Generator, Parameters: string(text)})
	}
	return all, nil
}

// addGitOps adds the targets of GitOps objects to those that files show.
func (r *run) addGitOps(ctx context.Context, discovery *render.Discovery) error {
	configured := r.config.GitOps.Repositories
	given, err := r.config.GitOps.given()
	if err != nil {
		return err
	}
	err = discovery.AddGitOps(ctx, render.GitOpsOptions{
		Options: r.rendering(), KubeVersion: r.settings.discover.KubeVersion, APIVersions: r.settings.discover.APIVersions,
		Here: slices.Concat(changes.Remotes(r.repo.files.Dir()), configured), Configured: configured, Generators: given,
	})
	if err != nil {
		return fmt.Errorf("look for targets of GitOps objects: %w", err)
	}
	return nil
}

// asking warns of the ApplicationSets of which nothing was looked at, once a generator.
func (r *run) asking() (warnings []report.Warning) {
	byGenerator := map[string][]render.AskingSet{}
	for _, set := range r.discovery.Asking {
		if sets := byGenerator[set.Generator]; isBelow(set.File, r.repo.within) && !slices.Contains(sets, set) {
			byGenerator[set.Generator] = append(sets, set)
		}
	}
	for _, generator := range slices.Sorted(maps.Keys(byGenerator)) {
		sets := byGenerator[generator]
		first, others := sets[0], ""
		if len(sets) > 1 {
			others = fmt.Sprintf(", nor what %s deploy", plural(len(sets)-1, "more ApplicationSet"))
		}
		warnings = append(warnings, report.Warning{File: first.File, Message: fmt.Sprintf(
			"What %s deploys is not checked%s: the generator %s asks a cluster or an API, and podmend asks none. Give parameters in %s, as in gitops: {generators: [{generator: %s, parameters: [%s]}]}.",
			first.Object, others, generator, render.ConfigFile, generator, first.Parameters)})
	}
	return warnings
}
