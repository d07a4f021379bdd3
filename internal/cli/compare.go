package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// A comparison is what a run knows of the base that its head is compared with.
type comparison struct {
	*changes.Comparison
	files   *overlay.FS // as the base has them
	base    *run        // the targets that a changed file reaches, as the base has them
	changed map[string]bool
	renamed map[string]string // files of the head, to their names in the base
	reached map[string]bool   // ids of targets of the head
	scopes  *scopes
}

// openComparison finds the base and puts the head before everything that is read from here on.
func (r *run) openComparison(ctx context.Context) error {
	if r.scope.base == "" {
		if r.scope.list != report.ListAll {
			return usagef("--scope %s needs a base to compare with; name one by --base, such as --base origin/main", r.scope.list)
		}
		return nil
	}
	if !r.repo.isWorkTree {
		return usagef("%s is no work tree of git, so there is no base to compare with; check it out with git, or use --scope all", r.repo.files.Dir())
	}
	repository, err := changes.Open(r.repo.files.Dir())
	if err != nil {
		return asUsage(err)
	}
	options := changes.Options{Base: r.scope.base, Head: r.scope.head}
	if options.Head == "" {
		options.Untracked = render.Untracked(r.repo.files)
	}
	found, err := repository.Compare(ctx, options)
	if err != nil {
		return asUsage(err)
	}
	c := &comparison{Comparison: found, changed: map[string]bool{}, renamed: map[string]string{}}
	for _, file := range found.Files {
		c.changed[file.Name] = true
		if file.OldName != "" {
			c.changed[file.OldName] = true
			c.renamed[file.Name] = file.OldName
		}
	}
	c.files = r.repo.files.With(found.BaseFiles)
	r.repo.files = r.repo.files.With(found.HeadFiles)
	r.comparison = c
	return nil
}

// refuseOtherHead refuses to write fixes of a head that is not what lies on the disk.
func (r *run) refuseOtherHead() error {
	if r.comparison == nil || len(r.comparison.HeadFiles) == 0 {
		return nil
	}
	return usagef("--write changes what is checked out, and the head %.12s is not: %s there. Check it out first, or take the diff that podmend fix prints without --write",
		r.comparison.Head, plural(len(r.comparison.HeadFiles), "other file"))
}

// asUsage makes mistakes of the caller of errors of the comparison.
func asUsage(err error) error {
	if mistake := (*changes.Error)(nil); errors.As(err, &mistake) {
		return &usageError{mistake.Message}
	}
	return err
}

// reach finds the targets that a changed file reaches, in the head and in the base. Unless all are
// listed, only they are rendered.
func (r *run) reach() error {
	c := r.comparison
	base := *r
	base.comparison, base.targets = nil, nil
	base.repo = &repository{files: c.files, within: ".", isWorkTree: true}
	discovery, err := render.Discover(c.files, r.settings.discover)
	if err != nil {
		return fmt.Errorf("look for targets of the base: %w", err)
	}
	base.discovery = discovery
	before := map[string]render.Target{}
	for _, target := range discovery.Targets {
		before[target.ID] = target
	}
	labels := newLabelled(r.settings.check.NamespaceLabels)
	c.reached = map[string]bool{}
	taken := map[string]bool{} // ids of the base
	take := func(target render.Target, names []string) bool {
		id := c.baseID(target)
		old, both := before[id]
		reached := !both || c.anyChanged(names) || labels.any(r.repo.files, names)
		if both && !reached {
			names := discovery.Names(old)
			reached = c.anyChanged(names) || labels.any(c.files, names)
		}
		if reached && both && !taken[id] {
			base.targets = append(base.targets, old)
		}
		taken[id] = true
		return reached
	}
	for _, target := range r.targets {
		c.reached[target.ID] = take(target, r.discovery.Names(target))
	}
	heads := map[string]bool{}
	for _, target := range r.discovery.Targets {
		heads[c.baseID(target)] = true
	}
	for _, target := range r.repo.narrow(discovery.Targets) {
		if !heads[target.ID] { // the head lacks it
			base.targets = append(base.targets, target)
		}
	}
	slices.SortFunc(base.targets, func(a, b render.Target) int { return strings.Compare(a.ID, b.ID) })
	c.base = &base
	if r.scope.list != report.ListAll {
		r.unreached = slices.DeleteFunc(slices.Clone(r.targets), func(t render.Target) bool { return c.reached[t.ID] })
		r.targets = slices.DeleteFunc(slices.Clone(r.targets), func(t render.Target) bool { return !c.reached[t.ID] })
		r.whole = false
	}
	return nil
}

func (c *comparison) anyChanged(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.changed[name] })
}

// baseID is the id that a target of the head has in the base: of a renamed folder, the old one.
func (c *comparison) baseID(target render.Target) string {
	was := target.Path
	switch target.Kind {
	case render.Plain:
		if old, ok := c.renamed[target.Path]; ok {
			was = old
		}
	case render.Helm:
		was = c.baseFolder(target.Path, "Chart.yaml")
	case render.Kustomize:
		was = c.baseFolder(target.Path, "kustomization.yaml", "kustomization.yml", "Kustomization")
	}
	return strings.Replace(target.ID, ":"+target.Path, ":"+was, 1)
}

func (c *comparison) baseFolder(dir string, names ...string) string {
	for _, name := range names {
		if old, ok := c.renamed[path.Join(dir, name)]; ok {
			return path.Dir(old)
		}
	}
	return dir
}

// baseFile is the name of a file of the head in the base.
func (c *comparison) baseFile(name string) string {
	if old, ok := c.renamed[name]; ok {
		return old
	}
	return name
}

// labelled tells which files may label Namespaces: those judge pods of other targets.
type labelled struct {
	ignored bool
	known   map[*overlay.FS]map[string]bool
}

func newLabelled(labels check.NamespaceLabels) *labelled {
	return &labelled{ignored: labels == check.IgnoreLabels, known: map[*overlay.FS]map[string]bool{}}
}

func (l *labelled) any(files *overlay.FS, names []string) bool {
	if l.ignored {
		return false
	}
	known := l.known[files]
	if known == nil {
		known = map[string]bool{}
		l.known[files] = known
	}
	return slices.ContainsFunc(names, func(name string) bool {
		holds, asked := known[name]
		if !asked {
			content, err := files.ReadFile(name)
			holds = err == nil && bytes.Contains(content, []byte(api.EnforceLevelLabel))
			known[name] = holds
		}
		return holds
	})
}

// compareWithBase says of each finding whether the base has it, and keeps those that are listed.
func (r *run) compareWithBase(ctx context.Context) error {
	c := r.comparison
	base := c.base
	if err := base.render(ctx, render.Detail{PodTemplatesOnly: true}); err != nil {
		return fmt.Errorf("render the base: %w", err)
	}
	if err := base.judge(ctx); err != nil {
		return fmt.Errorf("check the base: %w", err)
	}
	c.scopes = newScopes(c, r.results, r.checked, base)
	if err := r.causes(ctx); err != nil {
		return err
	}
	if r.scope.list == report.ListNew {
		all := len(r.checked.Findings)
		r.checked.Findings = slices.DeleteFunc(r.checked.Findings, func(f check.Finding) bool { return !c.scopes.isNew(f.ID) })
		r.leftOut = all - len(r.checked.Findings)
	}
	return nil
}
