package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
)

// ConfigGitOps says what GitOps objects refer to.
type ConfigGitOps struct {
	// Repositories are URLs by which objects name this repository, beside those of its remotes.
	Repositories []string `yaml:"repositories"`
}

// addGitOps adds the targets of GitOps objects to those that files show.
func (r *run) addGitOps(ctx context.Context, discovery *render.Discovery) error {
	configured := r.config.GitOps.Repositories
	err := discovery.AddGitOps(ctx, render.GitOpsOptions{
		Options: r.rendering(), KubeVersion: r.settings.discover.KubeVersion, APIVersions: r.settings.discover.APIVersions,
		Here: slices.Concat(changes.Remotes(r.repo.files.Dir()), configured), Configured: configured,
	})
	if err != nil {
		return fmt.Errorf("look for targets of GitOps objects: %w", err)
	}
	return nil
}
