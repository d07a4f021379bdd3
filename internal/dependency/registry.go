package dependency

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/internal/late"
)

// What Helm pushes: a manifest with a configuration of its own type, and the archive as a layer.
// https://helm.sh/docs/topics/registries/#helm-chart-manifest
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
const (
	imageManifest = "application/vnd.oci.image.manifest.v1+json"
	imageIndex    = "application/vnd.oci.image.index.v1+json"
	helmConfig    = "application/vnd.cncf.helm.config.v1+json"
	helmLayer     = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	oldHelmLayer  = "application/tar+gzip"

	maxManifest = 4 << 20
	maxListed   = 8 // manifests of an index that are looked at
)

// Docker Hub is called by another name than it answers to.
const (
	dockerHub       = "registry-1.docker.io"
	dockerHubTokens = "auth.docker.io"
)

// registries talks to OCI registries.
type registries struct {
	client      *fetch.Client
	credentials *Credentials

	mutex  sync.Mutex
	tokens map[string]*fetch.Credential // by registry and repository
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

type manifest struct {
	MediaType string       `json:"mediaType"`
	Config    descriptor   `json:"config"`
	Layers    []descriptor `json:"layers"`
	Manifests []descriptor `json:"manifests"`
}

var registryPath = late.Regexp(`^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)

var plainTag = late.Regexp(`^[a-zA-Z0-9_][a-zA-Z0-9._+-]{0,127}$`)

// A remoteChart is a repository of a registry, where each version of one chart is a tag.
type remoteChart struct {
	server *url.URL // scheme and host
	path   string
}

// remote says where a registry keeps a chart.
func (r *registries) remote(repository *url.URL, chart string) (remoteChart, error) {
	host := strings.ToLower(repository.Host)
	if host == "docker.io" || host == "index.docker.io" {
		host = dockerHub
	}
	at := remoteChart{
		server: &url.URL{Scheme: r.client.SchemeOf(host), Host: host},
		path:   strings.Trim(strings.Trim(repository.Path, "/")+"/"+chart, "/"),
	}
	if !registryPath().MatchString(at.path) {
		return at, problemf(ErrRepository, "%s is not what a repository of a registry can be called. Mend it.", fetch.Shown(repository))
	}
	return at, r.client.Permits(at.url("manifests", "x"), fetch.Registry)
}

func (c remoteChart) url(kind, reference string) *url.URL {
	return &url.URL{Scheme: c.server.Scheme, Host: c.server.Host, Path: "/v2/" + c.path + "/" + kind + "/" + reference}
}

// find asks for the manifest of a locked chart.
func (r *registries) find(ctx context.Context, repository *url.URL, chart locked) (*announced, error) {
	at, err := r.remote(repository, chart.name)
	if err != nil {
		return nil, err
	}
	if chart.digest != "" {
		return r.findManifest(ctx, at, chart.digest, chart.digest)
	}
	return r.findTag(ctx, at, cmp.Or(chart.Tag, chart.version))
}

// findReference asks for the manifest that an index names as host/path:tag.
func (r *registries) findReference(ctx context.Context, reference, index string) (*announced, error) {
	colon := strings.LastIndexByte(reference, ':')
	repository, err := url.Parse("oci://" + reference[:max(colon, 0)])
	if err != nil || repository.Host == "" || repository.User != nil || !plainTag().MatchString(reference[colon+1:]) {
		return nil, problemf(ErrInvalid, "the index of %s holds a URL for it that cannot be read. Tell the owner of the repository.", index)
	}
	at, err := r.remote(repository, "")
	if err != nil {
		return nil, err
	}
	return r.findTag(ctx, at, reference[colon+1:])
}

func (r *registries) findTag(ctx context.Context, at remoteChart, tag string) (*announced, error) {
	// A tag cannot hold the plus of a version.
	return r.findManifest(ctx, at, strings.ReplaceAll(tag, "+", "_"), "")
}

// findManifest asks for a manifest, which must have the digest if one is given.
func (r *registries) findManifest(ctx context.Context, at remoteChart, reference, digest string) (*announced, error) {
	from := at.url("manifests", reference)
	layer, err := r.layer(ctx, at, from, digest)
	if err != nil {
		return nil, err
	}
	sum := strings.ToLower(strings.TrimPrefix(layer.Digest, "sha256:"))
	return &announced{digest: sum, from: from, get: func(ctx context.Context) ([]byte, error) {
		response, err := r.get(ctx, at, fetch.Request{URL: at.url("blobs", layer.Digest).String(), MaxSize: layer.Size})
		if err != nil {
			return nil, err
		}
		return response.Body, nil
	}}, nil
}

// layer reads a manifest, which must have the digest if one is given, and returns the archive's
// description.
func (r *registries) layer(ctx context.Context, at remoteChart, from *url.URL, digest string) (descriptor, error) {
	var none descriptor
	response, err := r.get(ctx, at, fetch.Request{URL: from.String(), Accept: imageManifest + ", " + imageIndex, MaxSize: maxManifest})
	if err != nil {
		return none, err
	}
	if digest == "" {
		digest = response.Header.Get("Docker-Content-Digest")
	}
	if given := hexDigest().FindStringSubmatch(digest); given != nil && strings.ToLower(given[1]) != digestSum(response.Body) {
		return none, problemf(ErrDigest, "%s has another SHA-256 than the registry says. Try again, or tell its owner.", fetch.Shown(from))
	}
	var read manifest
	if json.Unmarshal(response.Body, &read) != nil {
		return none, problemf(ErrInvalid, "%s is no manifest. Check the repository's URL.", fetch.Shown(from))
	}
	if read.MediaType == imageIndex || len(read.Manifests) > 0 {
		if digest != "" && strings.HasSuffix(from.Path, "/"+digest) {
			return none, problemf(ErrInvalid, "%s is a list inside of a list. Push the chart with helm push.", fetch.Shown(from))
		}
		return r.layerOfIndex(ctx, at, from, read.Manifests)
	}
	if read.Config.MediaType != helmConfig {
		return none, problemf(ErrInvalid, "%s is no Helm chart. Check the repository's URL.", fetch.Shown(from))
	}
	found := slices.IndexFunc(read.Layers, func(layer descriptor) bool { return layer.MediaType == helmLayer || layer.MediaType == oldHelmLayer })
	if found < 0 || read.Layers[found].Size <= 0 {
		return none, problemf(ErrInvalid, "%s has no chart in it. Push it again with helm push.", fetch.Shown(from))
	}
	if layer := read.Layers[found]; strings.HasPrefix(layer.Digest, "sha256:") && hexDigest().MatchString(layer.Digest) {
		return layer, nil
	}
	return none, problemf(ErrDigest, "%s gives no SHA-256 of the chart. Push it again with helm push.", fetch.Shown(from))
}

// layerOfIndex looks for the chart among the manifests that an index lists, as Helm does.
func (r *registries) layerOfIndex(ctx context.Context, at remoteChart, from *url.URL, listed []descriptor) (descriptor, error) {
	for _, entry := range listed[:min(len(listed), maxListed)] {
		if !hexDigest().MatchString(entry.Digest) {
			continue
		}
		if layer, err := r.layer(ctx, at, at.url("manifests", entry.Digest), entry.Digest); err == nil {
			return layer, nil
		}
	}
	return descriptor{}, problemf(ErrInvalid, "%s lists no Helm chart. Check the repository's URL.", fetch.Shown(from))
}
