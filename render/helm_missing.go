package render

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// helmMaxOffered is far above what the dependencies of real charts take, and keeps a Chart.yaml of
// thousands from being sent to the parent process once for each.
const helmMaxOffered = 8 << 20

// A MissingDependency is a dependency that Chart.yaml declares and charts/ lacks, or a chart that a
// kustomization names and its chart folder lacks, with all that is needed to fetch it. It is plain data.
type MissingDependency struct {
	Chart      string // folder of the chart that declares it
	File       string // where it is declared
	Line       int
	Name       string
	Repository string // as it is declared: a URL or an alias

	// Pinned is the exact version of a chart that a kustomization names. There is no lock for it, and its
	// archive is to stand in the folder Chart.
	Pinned string

	// Archive is where the chart of a release is to stand. Range says which versions do, and Digest which
	// manifest of a registry, where a release names one.
	Archive, Range, Digest string
	TagChoice

	Index    int    // its place among the declared ones
	Declared []byte // all dependencies of the chart as they are declared, in JSON
	Lock     ChartLock
}

// A ChartLock is what Chart.lock, or requirements.lock, holds.
type ChartLock struct {
	File   string // "" if there is none
	Legacy bool   // the chart is of apiVersion v1, whose locks Helm 2 may have written
	Digest string
	Locked []byte // the locked dependencies in JSON
}

// missingDependencyOf describes the i-th dependency of a chart in the repository.
func (l *helmLoader) missingDependencyOf(c *chart.Chart, i int, place helmPlace, line int) (*MissingDependency, error) {
	declared, err := json.Marshal(c.Metadata.Dependencies)
	if err != nil {
		return nil, err
	}
	dependency := c.Metadata.Dependencies[i]
	missing := &MissingDependency{
		Chart: path.Dir(place.file), File: place.file, Line: line, Name: dependency.Name,
		Repository: dependency.Repository, Index: i, Declared: declared,
	}
	if c.Lock == nil {
		return missing, nil
	}
	missing.Lock = ChartLock{Legacy: c.Metadata.APIVersion == chart.APIVersionV1, Digest: c.Lock.Digest}
	for _, name := range []string{"Chart.lock", "requirements.lock"} {
		if at := slices.IndexFunc(c.Raw, func(file *chart.File) bool { return file.Name == name }); at >= 0 {
			missing.Lock.File = l.chart.places[c.Raw[at]].file
		}
	}
	missing.Lock.Locked, err = json.Marshal(c.Lock.Dependencies)
	return missing, err
}

// missingAdvice says how a dependency comes to be there.
func missingAdvice(repository string, locked bool) string {
	advice := "Run helm dependency build before podmend, or commit charts/"
	host := hostToAllow(repository)
	if host == "" {
		return advice + "."
	}
	advice += fmt.Sprintf("; or let podmend fetch it: add %s to network.allow in .podmend.yaml (network: {allow: [%s]})", host, quotedHost(host))
	if !locked {
		advice += " and commit Chart.lock, which helm dependency update writes"
	}
	return advice + "."
}

// hostToAllow is what network.allow must hold for a repository, or "" if its URL names none.
func hostToAllow(repository string) string {
	u, err := url.Parse(repository)
	if err != nil || u.Host == "" {
		return ""
	}
	switch {
	case u.Scheme == "oci" && u.Host == "docker.io":
		return "registry-1.docker.io"
	case u.Scheme == "https", u.Scheme == "oci":
		return u.Host
	case u.Scheme == "http":
		return "http://" + u.Host
	}
	return ""
}

// Allow is what network.allow must hold for what is missing, in the order of the alphabet.
func (e *Error) Allow() []string {
	var hosts []string
	for _, missing := range e.Missing {
		if host := hostToAllow(missing.Repository); host != "" {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// quotedHost is a host as an item of a flow list, where brackets and colons have a meaning.
func quotedHost(host string) string {
	if strings.ContainsAny(host, "[]:") {
		return `"` + host + `"`
	}
	return host
}

// shownRepository is a repository as it may be printed: a URL without user and query.
func shownRepository(repository string) string {
	u, err := url.Parse(repository)
	switch {
	case err != nil:
		return "no URL"
	case u.User == nil && u.RawQuery == "" && u.Fragment == "":
		return repository
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
