package changes

import (
	"bytes"

	"github.com/go-git/go-git/v5/config"

	"github.com/podmend/podmend/internal/gitdir"
)

// Remotes are the URLs by which git knows the repository of a work tree elsewhere; none if dir is no
// work tree.
func Remotes(dir string) []string {
	found := gitdir.Find(dir, ".")
	if found == "" {
		return nil
	}
	content, ok := gitdir.ReadFile(gitdir.Common(found), "config")
	if !ok {
		return nil
	}
	read, err := config.ReadConfig(bytes.NewReader(content))
	if err != nil {
		return nil // git itself would say so
	}
	var urls []string
	for _, remote := range read.Remotes {
		urls = append(urls, remote.URLs...)
	}
	return urls
}
