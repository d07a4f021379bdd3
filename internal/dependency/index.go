package dependency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// An index lists the charts of an HTTP repository.
// https://helm.sh/docs/topics/chart_repository/#the-index-file
type index struct {
	Entries map[string][]*indexEntry `json:"entries"`
}

type indexEntry struct {
	Version string   `json:"version"`
	URLs    []string `json:"urls"`
	Digest  string   `json:"digest"`
}

// An announced archive has a digest before it is fetched.
type announced struct {
	digest string // SHA-256 in hexadecimal
	from   *url.URL
	get    func(ctx context.Context) ([]byte, error)
}

var hexDigest = late.Regexp(`^(?:sha256:)?([0-9a-fA-F]{64})$`)

// indexes reads each repository's index once.
type indexes struct {
	client      *fetch.Client
	credentials *Credentials

	registries *registries // indexes may lead there

	mutex sync.Mutex
	read  map[string]func() (*index, error)
}

// find looks a locked chart up in the index of its repository.
func (i *indexes) find(ctx context.Context, repository *url.URL, chart locked) (*announced, error) {
	listed, err := i.of(ctx, repository)
	if err != nil {
		return nil, err
	}
	for _, entry := range listed.Entries[chart.name] {
		if entry == nil || len(entry.URLs) == 0 || !sameVersion(entry.Version, chart.version) {
			continue
		}
		if reference, ok := strings.CutPrefix(entry.URLs[0], "oci://"); ok {
			return i.registries.findReference(ctx, reference, fetch.Shown(repository))
		}
		digest := hexDigest().FindStringSubmatch(entry.Digest)
		if digest == nil {
			return nil, problemf(ErrDigest, "the index of %s gives no SHA-256 of it, so that nobody can tell whether an archive is the right one. "+
				"Commit the chart, or have the index made anew by helm repo index.", fetch.Shown(repository))
		}
		from, err := below(repository, entry.URLs[0])
		if err != nil {
			return nil, problemf(ErrInvalid, "the index of %s holds a URL for it that cannot be read. Tell the owner of the repository.", fetch.Shown(repository))
		}
		if err := i.client.Permits(from, fetch.File); err != nil {
			return nil, err
		}
		return &announced{digest: strings.ToLower(digest[1]), from: from, get: func(ctx context.Context) ([]byte, error) {
			response, err := i.get(ctx, repository, fetch.Request{URL: from.String(), Accept: "application/gzip,application/octet-stream"})
			if err != nil {
				return nil, err
			}
			return response.Body, nil
		}}, nil
	}
	return nil, problemf(ErrVersion, "the index of %s does not list that version. Ask for one that it lists, or the owner of the repository for this one.", fetch.Shown(repository))
}

// of returns the index of a repository, which is fetched once.
func (i *indexes) of(ctx context.Context, repository *url.URL) (*index, error) {
	i.mutex.Lock()
	key := repository.String()
	read := i.read[key]
	if read == nil {
		read = sync.OnceValues(func() (*index, error) { return i.fetch(ctx, repository) })
		i.read[key] = read
	}
	i.mutex.Unlock()
	return read()
}

func (i *indexes) fetch(ctx context.Context, repository *url.URL) (*index, error) {
	at, err := below(repository, "index.yaml")
	if err != nil {
		return nil, err
	}
	response, err := i.get(ctx, repository, fetch.Request{URL: at.String()})
	if err != nil {
		return nil, err
	}
	listed, wrong := parseIndex(response.Body)
	if wrong != "" {
		return nil, problemf(ErrInvalid, "%s %s", fetch.Shown(at), wrong)
	}
	return listed, nil
}

// maxIndexItems is several times what the largest known index has. A parsed item takes much more
// memory than its text.
const maxIndexItems = 3_000_000

// parseIndex returns an index, or what is wrong with it.
func parseIndex(text []byte) (listed *index, wrong string) {
	if yamledit.Items(text) > maxIndexItems {
		return nil, fmt.Sprintf("has more than %d lines and items. Tell the owner of the repository, or use another.", maxIndexItems)
	}
	var err error
	listed = &index{}
	if json.Valid(text) {
		err = json.Unmarshal(text, listed)
	} else {
		err = yaml.Unmarshal(text, listed)
	}
	if err != nil || listed.Entries == nil {
		return nil, "is no index of charts. Check the repository's URL."
	}
	return listed, ""
}

// get fetches a file that belongs to a repository. The client sends the repository's password to the
// repository's own server only, wherever the file is.
func (i *indexes) get(ctx context.Context, repository *url.URL, request fetch.Request) (*fetch.Response, error) {
	request.Credential = i.credentials.forRepository(repository)
	response, err := i.client.Get(ctx, request)
	var refused *fetch.Error
	if errors.As(err, &refused) && refused.Kind == fetch.Unauthorized {
		return nil, explained(refused, "network.credentials.helmRepositories", "Helm repositories", false)
	}
	return response, err
}

// below resolves a reference as Helm does: relative to the repository as a folder, with the query of
// the repository.
func below(repository *url.URL, reference string) (*url.URL, error) {
	parsed, err := url.Parse(reference)
	if err != nil || parsed.User != nil {
		return nil, problemf(ErrInvalid, "a URL cannot be read")
	}
	if parsed.IsAbs() && parsed.Host != "" && (parsed.Scheme == "https" || parsed.Scheme == "http") {
		return parsed, nil
	}
	if parsed.Scheme != "" {
		return nil, problemf(ErrInvalid, "a URL has the scheme %s", parsed.Scheme)
	}
	folder := *repository
	folder.Path = strings.TrimSuffix(folder.Path, "/") + "/"
	if folder.RawPath != "" {
		folder.RawPath = strings.TrimSuffix(folder.RawPath, "/") + "/"
	}
	resolved := folder.ResolveReference(parsed)
	resolved.RawQuery = repository.RawQuery
	return resolved, nil
}
