package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// eventCommits are the commit that a pull request is to be merged into, and its head; "" where they are
// not told.
func eventCommits(env *Env) (base, head string, judged bool) {
	started, err := event.Read(env.Getenv)
	if err != nil {
		return "", "", started.Judged()
	}
	return started.Base, started.Head, started.Judged()
}

// judgingConfig reads the configuration by which the repository is judged where no --config names
// one: that of the work tree, or on a pull request the base commit's.
func judgingConfig(env *Env, files *overlay.FS, base *baseFiles) (content []byte, err error) {
	content, err = files.ReadFile(render.ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = nil, nil
	}
	if base == nil || err != nil {
		return content, err
	}
	judging, unknown := base.ReadFile(render.ConfigFile)
	if errors.Is(unknown, fs.ErrNotExist) {
		unknown = nil
	}
	switch {
	case unknown != nil && len(content) > 0:
		return nil, usagef("on %s, %s is the base commit's, and %v. Fetch it (actions/checkout has fetch-depth: 0), or name a configuration that you trust by --config.",
			env.Getenv("GITHUB_EVENT_NAME"), render.ConfigFile, unknown)
	case unknown != nil:
		fmt.Fprintf(env.Stderr, "podmend: whether the base commit has a %s is not known: %v. podmend's defaults are in force.\n", render.ConfigFile, unknown)
	case !bytes.Equal(judging, content):
		fmt.Fprintf(env.Stderr, "podmend: %s is that of the base commit %.12s; what is changed in it takes effect after the merge.\n", render.ConfigFile, base.sha)
	}
	return judging, nil
}
