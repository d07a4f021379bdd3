package dependency

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"

	"github.com/podmend/podmend/render"
)

// A locked dependency is one archive of one repository.
type locked struct {
	name, version string
	repository    string // a URL
	digest        string // of the manifest in a registry, where that says which chart is meant
	render.TagChoice
}

// Names and versions become parts of URLs and of file names.
var (
	plainName    = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`)
	plainVersion = regexp.MustCompile(`^v?[0-9][0-9A-Za-z.+-]*$`)
)

const updateAdvice = "Run helm dependency update and commit Chart.lock."

// lockedBy finds what Chart.lock says of a dependency, after it has checked, as helm dependency build
// does, that the lock was made from what Chart.yaml declares. aliases resolves repositories that are
// named; it answers "" for a name that it does not know.
func lockedBy(missing *render.MissingDependency, aliases func(name string) string) (locked, error) {
	var none locked
	if missing.Lock.File == "" {
		return none, problemf(ErrMissingLock, "there is no Chart.lock, and podmend picks no versions. %s", updateAdvice)
	}
	var declared, lock []*chart.Dependency
	if json.Unmarshal(missing.Declared, &declared) != nil || json.Unmarshal(missing.Lock.Locked, &lock) != nil || missing.Index >= len(declared) {
		return none, problemf(ErrLockMismatch, "%s cannot be read. %s", missing.Lock.File, updateAdvice)
	}
	// Helm 2 computed its digest before it resolved names.
	older := digestOf(map[string][]*chart.Dependency{"dependencies": declared})
	for _, dependency := range declared {
		if name, named := aliasOf(dependency.Repository); named {
			if dependency.Repository = aliases(name); dependency.Repository == "" {
				return none, problemf(ErrRepository, "its repository is the name %q, which stands for a URL in Helm's repositories file only. "+
					"Write the URL into Chart.yaml, or let network.credentials.helmRepositories in .podmend.yaml name that file.", name)
			}
		}
	}
	if sum := digestOf([2][]*chart.Dependency{declared, lock}); sum != missing.Lock.Digest && (!missing.Lock.Legacy || older != missing.Lock.Digest) {
		return none, problemf(ErrLockMismatch, "%s was not made from these dependencies. %s", missing.Lock.File, updateAdvice)
	}
	wanted := declared[missing.Index]
	found := entryFor(wanted, missing.Index, lock)
	switch {
	case found == nil:
		return none, problemf(ErrLockMismatch, "%s does not hold it. %s", missing.Lock.File, updateAdvice)
	case strings.TrimSuffix(found.Repository, "/") != strings.TrimSuffix(wanted.Repository, "/"):
		return none, problemf(ErrLockMismatch, "%s names another repository. %s", missing.Lock.File, updateAdvice)
	case !plainName.MatchString(found.Name):
		return none, problemf(ErrRepository, "its name holds characters that no chart's name has. Mend it.")
	case !plainVersion.MatchString(found.Version) || (wanted.Version != "" && !chartutil.IsCompatibleRange(wanted.Version, found.Version)):
		return none, problemf(ErrLockMismatch, "%s holds a version that is not exact, or not one that is declared. %s", missing.Lock.File, updateAdvice)
	}
	return locked{name: found.Name, version: found.Version, repository: found.Repository}, nil
}

// pinned is the chart of a kustomization, whose entry is to name one version.
func pinned(missing *render.MissingDependency) (locked, error) {
	switch {
	case !plainName.MatchString(missing.Name):
		return locked{}, problemf(ErrRepository, "its name holds characters that no chart's name has. Mend it.")
	case !plainVersion.MatchString(missing.Pinned):
		return locked{}, problemf(ErrMissingLock, "its version is not exact, and podmend picks no versions. Write one like 1.2.3 into its entry.")
	}
	return locked{name: missing.Name, version: missing.Pinned, repository: missing.Repository}, nil
}

// entryFor finds a dependency in a lock: they have the same order, but Helm leaves gaps.
func entryFor(wanted *chart.Dependency, index int, lock []*chart.Dependency) *chart.Dependency {
	if index < len(lock) && lock[index] != nil && lock[index].Name == wanted.Name {
		return lock[index]
	}
	for _, entry := range lock {
		if entry != nil && entry.Name == wanted.Name && entry.Repository == wanted.Repository {
			return entry
		}
	}
	return nil
}

// digestOf is Helm's digest over dependencies.
// https://github.com/helm/helm/blob/v3.22.0/internal/resolver/resolver.go
func digestOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// aliasOf returns the name in a repository that is named as @name or alias:name.
func aliasOf(repository string) (name string, named bool) {
	if name, named = strings.CutPrefix(repository, "@"); named {
		return name, true
	}
	return strings.CutPrefix(repository, "alias:")
}
