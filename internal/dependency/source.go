// Package dependency fetches charts that Chart.lock or an entry of helmCharts pins and the repository
// lacks, verifies them, and lets targets be rendered with them. Nothing of it is written into the repository.
package dependency

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/render"
)

// A Source has the archives of pinned charts. It is safe for concurrent use.
type Source struct {
	credentials *Credentials
	cache       *Cache
	indexes     *indexes
	registries  *registries

	group singleflight.Group
	mutex sync.Mutex
	have  map[locked]*archive
	// chosen are the versions that releases mean, by what they ask for.
	chosen map[locked]locked
}

// An archive is a packaged chart that was verified.
type archive struct {
	content []byte
	notes   []string // what a person should know about how it came
}

// NewSource makes a source that fetches with client. credentials and cache may be nil.
func NewSource(client *fetch.Client, credentials *Credentials, cache *Cache) *Source {
	registries := &registries{client: client, credentials: credentials, tokens: map[string]*fetch.Credential{}}
	return &Source{
		credentials: credentials, cache: cache, registries: registries, have: map[locked]*archive{}, chosen: map[locked]locked{},
		indexes: &indexes{client: client, credentials: credentials, registries: registries, read: map[string]func() (*index, error){}},
	}
}

// A plan is what is to be fetched.
type plan struct {
	locked
	from *url.URL // the repository
	file string   // where helm dependency build would put the archive, or beside the folder of a pinned chart
	// chosen says that the version may be a range, of which the newest is meant.
	chosen bool
}

// plan says what a missing dependency is, or why it must not be fetched, before anything is opened.
func (s *Source) plan(missing *render.MissingDependency) (plan, error) {
	from, err := repositoryURL(missing.Repository, s.credentials)
	if err != nil {
		return plan{}, err
	}
	if err := s.permits(from, missing.Name); err != nil {
		var refused *fetch.Error
		switch {
		case !errors.As(err, &refused):
		case missing.Archive != "":
			err = problemf(render.ErrMissingChart, "it would have to be fetched from %s, which is not permitted. Add %s to network.allow in .podmend.yaml.", fetch.Shown(from), refused.Allow)
		case missing.Pinned != "":
			err = problemf(render.ErrHelmCharts, "%s lacks it, and %s may not be fetched from. Add %s to network.allow in .podmend.yaml, "+
				"or commit the chart there (`kustomize build --enable-helm` leaves it there).", missing.Chart, fetch.Shown(from), refused.Allow)
		default:
			err = problemf(render.ErrMissingDependency, "charts/ lacks it, and %s may not be fetched from. Add %s to network.allow in .podmend.yaml, "+
				"or run helm dependency build before podmend, or commit charts/.", fetch.Shown(from), refused.Allow)
		}
		return plan{}, err
	}
	if missing.Archive != "" {
		return releasePlan(missing, from)
	}
	if missing.Pinned != "" {
		chart, err := pinned(missing)
		return plan{locked: chart, from: from, file: path.Join(missing.Chart, chart.name+"-"+chart.version+".tgz")}, err
	}
	chart, err := lockedBy(missing, s.credentials.repositoryURL)
	return plan{locked: chart, from: from, file: path.Join(missing.Chart, "charts", chart.name+"-"+chart.version+".tgz")}, err
}

// repositoryURL reads what Chart.yaml names as repository.
func repositoryURL(repository string, credentials *Credentials) (*url.URL, error) {
	if name, named := aliasOf(repository); named {
		if repository = credentials.repositoryURL(name); repository == "" {
			return nil, problemf(ErrRepository, "its repository is the name %q, which stands for a URL in Helm's repositories file only. "+
				"Write the URL into Chart.yaml, or let network.credentials.helmRepositories in .podmend.yaml name that file.", name)
		}
	}
	u, err := url.Parse(repository)
	switch {
	case err != nil || u.Host == "":
		return nil, problemf(ErrRepository, "its repository is no URL. Write one that begins with https:// or oci://, run helm dependency update, and commit Chart.lock.")
	case u.User != nil:
		return nil, problemf(ErrRepository, "its repository's URL holds a user. Take it out; passwords belong into the files that network.credentials in .podmend.yaml names.")
	case u.Scheme == "oci", u.Scheme == "https", u.Scheme == "http":
		return u, nil
	}
	return nil, problemf(ErrRepository, "its repository has the scheme %s, and only https, oci and http can be fetched from. Run helm dependency build and commit charts/.", u.Scheme)
}

func (s *Source) permits(repository *url.URL, name string) error {
	if repository.Scheme == "oci" {
		_, err := s.registries.remote(repository, name)
		return err
	}
	index, err := below(repository, "index.yaml")
	if err != nil {
		return err
	}
	return s.indexes.client.Permits(index, fetch.File)
}

// get returns the archive of a locked chart, which it asks its repository about once.
func (s *Source) get(ctx context.Context, wanted plan) (*archive, error) {
	chart := wanted.locked
	if wanted.chosen {
		var err error
		if chart, err = s.choose(ctx, wanted); err != nil {
			return nil, err
		}
	}
	key := fmt.Sprintf("%#v", chart)
	fetched, err, _ := s.group.Do(key, func() (any, error) {
		s.mutex.Lock()
		known := s.have[chart]
		s.mutex.Unlock()
		if known != nil {
			return known, nil
		}
		found, err := s.fetch(ctx, chart, wanted.from)
		if err != nil {
			return nil, err
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.have[chart] = found
		return found, nil
	})
	if err != nil {
		return nil, err
	}
	return fetched.(*archive), nil
}

func (s *Source) fetch(ctx context.Context, chart locked, repository *url.URL) (*archive, error) {
	find := s.indexes.find
	if repository.Scheme == "oci" {
		find = s.registries.find
	}
	// The digest comes from the repository on each run: a cache could be told any.
	wanted, err := find(ctx, repository, chart)
	if err != nil {
		return nil, err
	}
	found := &archive{}
	origin := "fetched from"
	if s.cache != nil {
		var damaged bool
		if found.content, damaged = s.cache.get(wanted.digest); damaged {
			found.notes = append(found.notes, fmt.Sprintf("The cached archive of %s %s was damaged and was fetched again.", chart.name, chart.version))
		}
	}
	if found.content != nil {
		origin = "taken from the cache for"
	} else if found.content, err = s.download(ctx, wanted, chart); err != nil {
		return nil, err
	}
	if err := checkIdentity(found.content, chart, wanted.from); err != nil {
		return nil, err
	}
	if s.cache == nil {
		found.notes = append(found.notes, fmt.Sprintf("%s %s was not cached, since there is no cache folder outside of the repository. Name one by --cache-dir.", chart.name, chart.version))
	}
	if origin == "fetched from" && s.cache != nil {
		if err := s.cache.put(wanted.digest, found.content); err != nil {
			found.notes = append(found.notes, fmt.Sprintf("%s %s could not be cached, so that each run fetches it (%v). Name another folder by --cache-dir.", chart.name, chart.version, err))
		}
	}
	if chart.version == "" || chart.Image {
		_, chart.version, _ = identity(found.content)
	}
	found.notes = append(found.notes, fmt.Sprintf("The dependency %s %s was %s %s (sha256:%s).", chart.name, chart.version, origin, fetch.Shown(repository), wanted.digest))
	return found, nil
}

func (s *Source) download(ctx context.Context, wanted *announced, chart locked) ([]byte, error) {
	content, err := wanted.get(ctx)
	if err != nil {
		return nil, err
	}
	if digestSum(content) != wanted.digest {
		return nil, problemf(ErrDigest, "what came from %s has another SHA-256 than the repository announces. Try again; if it stays so, tell its owner.", fetch.Shown(wanted.from))
	}
	return content, nil
}

func checkIdentity(content []byte, chart locked, from *url.URL) error {
	name, version, err := identity(content)
	switch {
	case err != nil:
		return problemf(ErrInvalid, "what came from %s is no packaged chart (%v). Tell its owner.", fetch.Shown(from), err)
	case chart.Image: // Flux deploys whatever is there
	case name != path.Base(chart.name) || isVersion(chart.version) && !sameVersion(version, chart.version):
		return problemf(ErrInvalid, "what came from %s is the chart %s %s. Tell its owner.", fetch.Shown(from), name, version)
	}
	return nil
}
