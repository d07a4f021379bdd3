package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"regexp"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/shard"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// addNamespaces renders the targets of other shards that may render Namespaces whose labels say how
// pods of this one are judged. Which these are is guessed by the text of their files; podmend merge
// finds out where the guess was wrong.
func (r *run) addNamespaces(ctx context.Context) error {
	if r.settings.check.NamespaceLabels == check.IgnoreLabels {
		return nil
	}
	wanted := check.NamespacesOf(r.results).Wanted(r.results)
	if len(wanted) == 0 {
		return nil
	}
	texts := &sourceTexts{files: r.repo.files, inputs: render.NewInputs(r.repo.files), known: map[string]textKinds{}}
	if err := r.addContext(ctx, r.others(func(t *render.Target) bool { return texts.of(t).label })); err != nil {
		return err
	}
	labelled := func() bool {
		namespaces := check.NamespacesOf(r.inOrder())
		return slices.ContainsFunc(wanted, namespaces.IsLabelled)
	}
	if labelled() {
		// Beside labelled Namespaces those of the same name without a label count too.
		if err := r.addContext(ctx, r.others(func(t *render.Target) bool { return texts.of(t).namespace })); err != nil {
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

// textKinds says what the files of a target mention.
type textKinds struct {
	label     bool // a label of Pod Security
	namespace bool // objects of kind Namespace
}

// sourceTexts searches the files of targets, each once.
type sourceTexts struct {
	files  *overlay.FS
	inputs *render.Inputs
	known  map[string]textKinds // by file
}

var (
	// labelWord is the part of pod-security.kubernetes.io/enforce that templates print as it is.
	labelWord = []byte("pod-security")
	// namespaceWord is the kind, not the end of another word or of a path of values.
	namespaceWord = regexp.MustCompile(`(?:^|[^.\w])Namespace\b`)
)

const maxUnpacked = 64 << 20

func (s *sourceTexts) of(target *render.Target) textKinds {
	var kinds textKinds
	for _, name := range s.inputs.Of(target) {
		file := s.file(name)
		kinds.label = kinds.label || file.label
		kinds.namespace = kinds.namespace || file.namespace
	}
	return kinds
}

func (s *sourceTexts) file(name string) textKinds {
	if known, ok := s.known[name]; ok {
		return known
	}
	var kinds textKinds
	if content, err := s.files.ReadFile(name); err == nil {
		if packed, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
			// Of a broken or oversized archive, what could be unpacked is searched.
			content, _ = io.ReadAll(io.LimitReader(packed, maxUnpacked))
		}
		kinds = textKinds{label: bytes.Contains(content, labelWord), namespace: namespaceWord.Match(content)}
	}
	s.known[name] = kinds
	return kinds
}
