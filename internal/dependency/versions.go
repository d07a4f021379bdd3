package dependency

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/render"
)

// releasePlan says what the chart of a release is. Its version may be a range, of which the controllers
// take the newest that there is; which one that is shows when the repository is asked.
func releasePlan(missing *render.MissingDependency, from *url.URL) (plan, error) {
	if !plainName.MatchString(path.Base(missing.Name)) {
		return plan{}, problemf(ErrRepository, "its name holds characters that no chart's name has. Mend it.")
	}
	digest := ""
	if missing.Digest != "" {
		found := hexDigest().FindStringSubmatch(missing.Digest)
		if found == nil {
			return plan{}, problemf(ErrRepository, "the digest %q is none. Write it like sha256:….", missing.Digest)
		}
		digest = "sha256:" + strings.ToLower(found[1])
	}
	chart := locked{name: missing.Name, version: missing.Range, repository: missing.Repository, digest: digest, TagChoice: missing.TagChoice}
	return plan{locked: chart, from: from, file: missing.Archive, chosen: true}, nil
}

// choose finds the version that a release means, once in a run.
func (s *Source) choose(ctx context.Context, wanted plan) (locked, error) {
	chart := wanted.locked
	if chart.digest != "" || chart.Tag != "" {
		return chart, nil
	}
	key := fmt.Sprintf("choose %#v", chart)
	chosen, err, _ := s.group.Do(key, func() (any, error) {
		s.mutex.Lock()
		known, ok := s.chosen[chart]
		s.mutex.Unlock()
		if ok {
			return known, nil
		}
		versions := s.indexes.versions
		if wanted.from.Scheme == "oci" {
			versions = s.registries.versions
		}
		found := chart
		version := &found.version
		if chart.Image {
			version = &found.Tag
		}
		var err error
		if *version, err = newest(ctx, versions, wanted.from, chart); err != nil {
			return nil, err
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.chosen[chart] = found
		return found, nil
	})
	if err != nil {
		return locked{}, err
	}
	return chosen.(locked), nil
}

// newest is the newest version of a chart that its range allows. What is no range is a tag of a registry, but not for Flux.
// https://fluxcd.io/flux/components/source/helmcharts/#version
func newest(ctx context.Context, versions func(context.Context, *url.URL, locked) ([]string, error), from *url.URL, chart locked) (string, error) {
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(chart.version, "v")); err == nil && !chart.Image {
		return chart.version, nil
	}
	allowed := cmp.Or(chart.version, "*")
	within, err := semver.NewConstraint(allowed)
	if err != nil {
		if from.Scheme == "oci" && !chart.Flux && plainTag().MatchString(chart.version) {
			return chart.version, nil
		}
		return "", problemf(ErrVersion, "%q is no version and no range of versions. Mend it.", chart.version)
	}
	filter, err := regexp.Compile(chart.Filter)
	if err != nil {
		return "", problemf(ErrVersion, "its semverFilter %q is no regular expression. Mend it.", chart.Filter)
	}
	listed, err := versions(ctx, from, chart)
	if err != nil {
		return "", err
	}
	if chart.Flux && from.Scheme != "oci" && slices.Contains(listed, chart.version) {
		return chart.version, nil
	}
	var best *semver.Version
	text := ""
	for _, candidate := range listed {
		if !filter.MatchString(strings.ReplaceAll(candidate, "+", "_")) {
			continue
		}
		version, err := chart.parse(from, candidate)
		if err == nil && within.Check(version) && (best == nil || version.GreaterThan(best)) {
			best, text = version, candidate
		}
	}
	if best == nil {
		return "", problemf(ErrVersion, "%s has no version that %q allows. Name one that it has.", fetch.Shown(from), allowed)
	}
	return text, nil
}

// parse reads a version as the tool reads it that deploys the chart: Flux takes nothing without three parts for one, nor,
// among the charts of a registry, one that begins with a v.
// https://github.com/fluxcd/pkg/blob/main/version/version.go
// https://github.com/helm/helm/blob/v3.18.0/pkg/registry/client.go (Tags)
func (l *locked) parse(from *url.URL, text string) (*semver.Version, error) {
	switch {
	case l.Flux && from.Scheme == "oci" && !l.Image:
		return semver.StrictNewVersion(text)
	case l.Flux && strings.Count(text, ".") < 2:
		return nil, semver.ErrInvalidSemVer
	}
	return semver.NewVersion(text)
}

// versions lists the versions that the index of a repository has.
func (i *indexes) versions(ctx context.Context, repository *url.URL, chart locked) ([]string, error) {
	listed, err := i.of(ctx, repository)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, entry := range listed.Entries[chart.name] {
		if entry != nil {
			versions = append(versions, entry.Version)
		}
	}
	if len(versions) == 0 {
		return nil, problemf(ErrVersion, "the index of %s does not list a chart of that name. Mend the name or the URL.", fetch.Shown(repository))
	}
	return versions, nil
}

// maxTagPages bounds how often a registry is asked for more tags.
const maxTagPages = 100

// versions lists the tags of a chart in a registry.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
func (r *registries) versions(ctx context.Context, repository *url.URL, chart locked) ([]string, error) {
	at, err := r.remote(repository, chart.name)
	if err != nil {
		return nil, err
	}
	var versions []string
	next := at.url("tags", "list")
	for range maxTagPages {
		response, err := r.get(ctx, at, fetch.Request{URL: next.String(), MaxSize: maxManifest})
		if err != nil {
			return nil, err
		}
		var listed struct{ Tags []string }
		if json.Unmarshal(response.Body, &listed) != nil {
			return nil, problemf(ErrInvalid, "%s is no list of tags. Check the repository's URL.", fetch.Shown(next))
		}
		for _, tag := range listed.Tags {
			if !chart.Exact {
				tag = strings.ReplaceAll(tag, "_", "+") // a tag cannot hold the plus
			}
			versions = append(versions, tag)
		}
		link, ok := nextPage(response.Header.Get("Link"))
		if !ok {
			break
		}
		more, err := next.Parse(link)
		if err != nil || more.Host != at.server.Host || more.Scheme != at.server.Scheme {
			break
		}
		next = more
	}
	return versions, nil
}

// nextPage reads the address of the next page out of a Link header.
func nextPage(header string) (string, bool) {
	address, rest, ok := strings.Cut(strings.TrimPrefix(header, "<"), ">")
	return address, ok && strings.Contains(rest, `rel="next"`)
}
