package cli

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// addTelling renders other targets until no further one can say something new of what the wanted
// Namespaces enforce. What a target may say at most is read from its text, so that one that includes
// the whole repository is not rendered for a Namespace that a base of it renders too.
func (r *run) addTelling(ctx context.Context, texts *sourceTexts, wanted []string) error {
	if !slices.ContainsFunc(r.discovery.Targets, func(t render.Target) bool { return texts.any(&t, "label", hasLabelWord) }) {
		return nil
	}
	for {
		telling := map[string]render.Target{}
		namespaces := check.NamespacesOf(r.inOrder())
		others := r.others(func(t *render.Target) bool { return texts.any(t, "namespace", hasNamespaceWord) })
		for _, name := range wanted {
			for _, target := range texts.telling(others, namespaces, name) {
				telling[target.ID] = target
			}
		}
		if len(telling) == 0 {
			return nil
		}
		// The small ones first: what they say need not be heard from the large ones.
		next := slices.SortedFunc(maps.Values(telling), func(a, b render.Target) int {
			return cmp.Or(cmp.Compare(len(texts.names(a)), len(texts.names(b))), cmp.Compare(a.ID, b.ID))
		})
		if err := r.addContext(ctx, next[:min(r.jobs, len(next))]); err != nil {
			return err
		}
	}
}

// telling are the targets that may say of a Namespace what none that is rendered says. Nothing matters
// unless something has a label.
func (s *sourceTexts) telling(targets []render.Target, namespaces *check.Namespaces, name string) (telling []render.Target) {
	heard := map[string]bool{}
	for _, one := range namespaces.Of(name) {
		heard[one.Enforces] = true
	}
	labelled := namespaces.IsLabelled(name)
	for i := range targets {
		said, all := s.said(&targets[i], name)
		labelled = labelled || !all || slices.ContainsFunc(said, func(s string) bool { return s != check.Unlabelled })
		if !all || slices.ContainsFunc(said, func(s string) bool { return !heard[s] }) {
			telling = append(telling, targets[i])
		}
	}
	if !labelled {
		return nil
	}
	return telling
}

// said lists all that Namespaces of a name may enforce which a target renders. It is not all if they may
// enforce something else too.
func (s *sourceTexts) said(target *render.Target, name string) (said []string, all bool) {
	switch target.Kind {
	case render.Helm:
		return []string{check.Unlabelled}, !s.chartLabels(target)
	case render.Kustomize, render.Plain:
	default:
		return nil, false
	}
	texts := make([]*namespaceText, 0, len(s.names(*target)))
	anyName := false
	for _, file := range s.names(*target) {
		text := s.namespaceText(file)
		if text.unclear {
			return nil, false
		}
		anyName = anyName || text.given == name || text.anyName
		texts = append(texts, text)
	}
	levels, versions, unlabelled := map[string]bool{}, map[string]bool{}, false
	for _, text := range texts {
		for _, one := range text.named {
			if one.name != name && !anyName {
				continue
			}
			level, ok := one.labels[api.EnforceLevelLabel]
			if !ok {
				unlabelled = true
				continue
			}
			levels[level] = true
			versions[one.labels[api.EnforceVersionLabel]] = true
		}
	}
	if len(levels) == 0 && !unlabelled {
		return nil, true
	}
	for _, text := range texts {
		for _, one := range text.patches {
			switch {
			case !one.names.MatchString(name) && !anyName:
			case one.labels:
				return nil, false
			default:
				unlabelled = true // it may take the labels away
			}
		}
	}
	if unlabelled {
		said = append(said, check.Unlabelled)
	}
	// A patch may take the level of one and leave the version of another.
	for level := range levels {
		for version := range versions {
			said = append(said, check.Enforces(map[string]string{api.EnforceLevelLabel: level, api.EnforceVersionLabel: version}))
		}
	}
	return said, true
}

// chartLabels says that a chart may label a Namespace. What its documentation shows does not count,
// unless templates read files.
func (s *sourceTexts) chartLabels(target *render.Target) bool {
	if s.any(target, "reads files", readsFiles) {
		return s.any(target, "label", hasLabelWord)
	}
	return slices.ContainsFunc(s.names(*target), func(name string) bool {
		isText := strings.HasSuffix(strings.TrimSuffix(name, ".gotmpl"), ".md") && !strings.Contains(name, "templates/")
		return !isText && s.holds(name, "label", hasLabelWord)
	})
}

// readsFiles finds templates that may print other files of their chart.
func readsFiles(content []byte) bool { return bytes.Contains(content, []byte("Files")) }

func hasLabelWord(content []byte) bool { return bytes.Contains(content, labelWord) }

func (s *sourceTexts) namespaceText(file string) *namespaceText {
	text, known := s.spoken[file]
	if !known {
		text = namespaceTextOf(file, s.content)
		s.spoken[file] = text
	}
	return text
}
