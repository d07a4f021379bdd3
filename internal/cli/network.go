package cli

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/podmend/podmend/internal/dependency"
	"github.com/podmend/podmend/internal/fetch"
)

// fetchDependencies lets the run fetch what the configuration permits. Without permission nothing is
// set up: renderers then say what is missing.
func (r *run) fetchDependencies(config *configFile, cacheDir string) error {
	wrong := func(err error) error { return usagef("%s:%d: %v", config.name, config.lines["network"], err) }
	options, err := config.Network.fetchOptions(r.env)
	if err != nil {
		return wrong(err)
	}
	dir, err := cacheFolder(r.env, cacheDir, r.repo.files.Dir())
	if err != nil || len(options.Allow) == 0 {
		return err
	}
	credentials, err := config.Network.Credentials.read(r.env)
	if err != nil {
		return wrong(err)
	}
	var cache *dependency.Cache
	if dir != "" {
		cache = dependency.NewCache(dir, options.MaxSize)
	}
	r.client = fetch.New(options)
	r.dependencies = dependency.NewRenderer(dependency.NewSource(r.client, credentials, cache), r.renderer)
	r.renderer = r.dependencies
	return nil
}

// cacheFolder is where archives are kept: what was asked for, else podmend's part of the user's
// cache folder; "" if there is none outside of the repository.
func cacheFolder(env *Env, asked, repository string) (string, error) {
	if asked != "" {
		dir := inDir(env.Dir, asked)
		if isInside(dir, repository) {
			return "", usagef("--cache-dir %s is inside the repository, into which podmend writes nothing but fixes; name another folder", asked)
		}
		return dir, nil
	}
	dir := env.Getenv("XDG_CACHE_HOME") // https://specifications.freedesktop.org/basedir-spec/latest/
	switch home := env.Getenv("HOME"); {
	case filepath.IsAbs(dir):
	case runtime.GOOS == "windows":
		dir = env.Getenv("LocalAppData")
	case home != "" && runtime.GOOS == "darwin":
		dir = filepath.Join(home, "Library", "Caches")
	case home != "":
		dir = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(dir) || isInside(dir, repository) {
		return "", nil
	}
	return filepath.Join(dir, "podmend"), nil
}

// isInside says whether a path, of which the end need not exist, is in the folder dir or leads there.
func isInside(name, dir string) bool {
	rest := ""
	for at := filepath.Clean(name); ; at = filepath.Dir(at) {
		if resolved, err := filepath.EvalSymlinks(at); err == nil {
			name = filepath.Join(resolved, rest)
			break
		}
		if _, err := os.Lstat(at); err == nil || filepath.Dir(at) == at {
			return true // a link to nothing: where it leads cannot be told
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
	inside, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(inside)
}
