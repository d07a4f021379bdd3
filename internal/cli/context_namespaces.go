package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/shard"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// addNamespaces renders the other targets that may render Namespaces whose labels say how pods of this
// run are judged. Which these are is guessed by the text of their files; where shards guess wrong,
// podmend merge finds out.
func (r *run) addNamespaces(ctx context.Context) error {
	if r.settings.check.NamespaceLabels == check.IgnoreLabels {
		return nil
	}
	wanted := check.NamespacesOf(r.results).Wanted(r.results)
	if r.comparison != nil {
		base := r.comparison.base.results
		wanted = append(wanted, check.NamespacesOf(base).Wanted(base)...)
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	if len(wanted) == 0 {
		return nil
	}
	texts := newSourceTexts(r)
	if r.shard == nil {
		return r.addTelling(ctx, texts, wanted)
	}
	texts.want(wanted)
	if err := r.addContext(ctx, r.others(texts.labels)); err != nil {
		return err
	}
	labelled := func() bool {
		namespaces := check.NamespacesOf(r.inOrder())
		return slices.ContainsFunc(wanted, namespaces.IsLabelled)
	}
	if labelled() {
		// Beside labelled Namespaces those of the same name without a label count too.
		if err := r.addContext(ctx, r.others(texts.namespaces)); err != nil {
			return err
		}
	}
	namespaces := check.NamespacesOf(r.inOrder())
	for _, name := range wanted {
		r.shard.assumed = append(r.shard.assumed, report.Assumed{
			Namespace: check.NamespaceDigest(name), Enforced: shard.EnforcedOf(namespaces.Of(name)),
		})
	}
	return nil
}

// sourceTexts searches the files of targets, each once for each question.
type sourceTexts struct {
	files  *overlay.FS
	names  func(render.Target) []string
	wanted *regexp.Regexp // names of Namespaces
	given  *regexp.Regexp // the same as what a kustomization puts everything in
	known  map[asked]bool
	spoken map[string]*namespaceText // by file

	read map[string][]byte // contents, of at most maxKept bytes
	kept int
}

const maxKept = 64 << 20

func newSourceTexts(of *run) *sourceTexts {
	return &sourceTexts{files: of.repo.files, names: namesOf(of.discovery), known: map[asked]bool{}, spoken: map[string]*namespaceText{}, read: map[string][]byte{}}
}

// namesOf remembers the names of each target.
func namesOf(discovery *render.Discovery) func(render.Target) []string {
	known := map[string][]string{}
	return func(target render.Target) []string {
		names, ok := known[target.ID]
		if !ok {
			names = discovery.Names(target)
			known[target.ID] = names
		}
		return names
	}
}

// want sets the names that are looked for.
func (s *sourceTexts) want(names []string) {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	any := "(?:" + strings.Join(quoted, "|") + ")"
	s.wanted = regexp.MustCompile(`(?:^|[^\w-])` + any + `(?:[^\w-]|$)`)
	s.given = regexp.MustCompile(`(?m)\bnamespace["']?\s*:\s*["']?` + any + `\b`)
}

type asked struct {
	question, file string
}

var (
	// labelWord is the part of pod-security.kubernetes.io/enforce that templates print as it is.
	labelWord = []byte("pod-security")
	// computingWords are those of kustomizations that may make the name of a Namespace from others.
	computingWords = regexp.MustCompile(`namePrefix|nameSuffix|PrefixSuffix|PrefixTransformer|SuffixTransformer|replacements|ReplacementTransformer|\bvars\b|helmChart|HelmChart|NamespaceTransformer|metadata/name`)
)

const maxUnpacked = 64 << 20

// labels says that a target may label a wanted Namespace.
func (s *sourceTexts) labels(target *render.Target) bool {
	return s.any(target, "label", hasLabelWord) && s.namespaces(target)
}

// namespaces says that a target may render a wanted Namespace: a file names it, or the kustomization
// gives its name to one, or makes names.
func (s *sourceTexts) namespaces(target *render.Target) bool {
	if !s.any(target, "namespace", hasNamespaceWord) {
		return false
	}
	return target.Kind == render.Helm ||
		s.any(target, "named", func(content []byte) bool { return s.wanted.Match(content) && hasNamespaceWord(content) }) ||
		s.any(target, "given", s.given.Match) ||
		s.any(target, "computes", computingWords.Match)
}

// any asks whether a file of a target holds something.
func (s *sourceTexts) any(target *render.Target, question string, holds func(content []byte) bool) bool {
	return slices.ContainsFunc(s.names(*target), func(name string) bool { return s.holds(name, question, holds) })
}

func (s *sourceTexts) holds(name, question string, holds func(content []byte) bool) bool {
	key := asked{question, name}
	answer, known := s.known[key]
	if !known {
		answer = holds(s.content(name))
		s.known[key] = answer
	}
	return answer
}

// content is the text of a file, unpacked if it is an archive. Of a broken or oversized archive, what
// could be unpacked counts.
func (s *sourceTexts) content(name string) []byte {
	content, known := s.read[name]
	if known {
		return content
	}
	content = s.unpacked(name)
	if s.kept += len(content); s.kept < maxKept {
		s.read[name] = content
	}
	return content
}

func (s *sourceTexts) unpacked(name string) []byte {
	content, err := s.files.ReadFile(name)
	if err != nil {
		return nil // who renders the target says so
	}
	packed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return content
	}
	content, _ = io.ReadAll(io.LimitReader(packed, maxUnpacked))
	return content
}
