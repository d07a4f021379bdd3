package cli

import (
	"bytes"
	"context"
	"fmt"

	gitconfig "github.com/go-git/go-git/v5/config"

	"github.com/podmend/podmend/internal/gitdir"
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
		Here: append(remotes(r.repo.files.Dir()), configured...), Configured: configured,
	})
	if err != nil {
		return fmt.Errorf("look for targets of GitOps objects: %w", err)
	}
	return nil
}

// remotes are the URLs that git knows the repository by; none if there is no work tree.
func remotes(dir string) []string {
	found := gitdir.Find(dir, ".")
	if found == "" {
		return nil
	}
	content, ok := gitdir.ReadFile(gitdir.Common(found), "config")
	if !ok {
		return nil
	}
	config, err := gitconfig.ReadConfig(bytes.NewReader(content))
	if err != nil {
		return nil // git itself would say so
	}
	var urls []string
	for _, remote := range config.Remotes {
		urls = append(urls, remote.URLs...)
	}
	return urls
}
