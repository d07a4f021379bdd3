package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// A comparison is what a run knows of the base that its head is compared with.
type comparison struct {
	*changes.Comparison
	files     *overlay.FS // as the base has them
	headFiles *overlay.FS
	base      *run              // the targets that a changed file reaches, as the base has them
	changed   map[string]bool   // files, and folders with a slash at the end
	renamed   map[string]string // files of the head, to their names in the base
	relinked  bool              // a symbolic link is changed
	before    []render.Target   // of the base
	reached   map[string]bool   // ids of targets of the head
	inPath    map[string]bool   // ids of targets of the base that PATH takes
	scopes    *scopes
}

// openComparison finds the base and puts the head before everything that is read from here on.
func (r *run) openComparison() error {
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
	options := changes.Options{Base: r.scope.base, Head: r.scope.head, Lstat: r.repo.files.OnDisk}
	if options.Head == "" {
		options.Untracked = render.Untracked(r.repo.files)
	}
	found, err := repository.Compare(options)
	if err != nil {
		return asUsage(err)
	}
	c := &comparison{Comparison: found, changed: map[string]bool{}, renamed: map[string]string{}}
	for i := range found.Files {
		file := &found.Files[i]
		c.change(file.Name)
		c.relinked = c.relinked || isLink(file)
		if file.OldName != "" {
			c.change(file.OldName)
			c.renamed[file.Name] = file.OldName
		}
	}
	c.files = r.repo.files.WithTree(found.BaseFiles, found.BaseLinks)
	r.repo.files = r.repo.files.WithTree(found.HeadFiles, found.HeadLinks)
	c.headFiles = r.repo.files
	r.comparison = c
	return nil
}

// refuseOtherHead refuses to write fixes of a head that is not what lies on the disk.
func (r *run) refuseOtherHead() error {
	if r.comparison == nil || len(r.comparison.HeadFiles)+len(r.comparison.HeadLinks) == 0 {
		return nil
	}
	return usagef("--write changes what is checked out, and the head %.12s is not: %s there. Check it out first, or take the diff that podmend fix prints without --write",
		r.comparison.Head, plural(len(r.comparison.HeadFiles)+len(r.comparison.HeadLinks), "other file"))
}

func isLink(file *changes.File) bool { return file.Link != "" || file.OldLink != "" }

// emptied says that the base has targets that PATH takes.
func (r *run) emptied() bool { return r.comparison != nil && len(r.comparison.inPath) > 0 }

// asUsage makes mistakes of the caller of errors of the comparison.
func asUsage(err error) error {
	if mistake := (*changes.Error)(nil); errors.As(err, &mistake) {
		return &usageError{mistake.Message}
	}
	return err
}

// reach finds the targets that a changed file reaches, in the head and in the base. Unless all are
// listed, only they are rendered.
func (r *run) reach(ctx context.Context) error {
	c := r.comparison
	base := *r
	base.comparison, base.targets = nil, nil
	settings := *r.settings
	base.settings = &settings
	base.repo = &repository{files: c.files, within: ".", isWorkTree: true}
	discovery, err := c.discoverBase(r)
	if err != nil {
		return fmt.Errorf("look for targets of the base: %w", err)
	}
	if err := base.addGitOps(ctx, discovery); err != nil {
		return err
	}
	base.discovery, c.before = discovery, discovery.Targets
	before := map[string]render.Target{}
	for _, target := range discovery.Targets {
		before[target.ID] = target
	}
	c.reached, c.inPath = map[string]bool{}, map[string]bool{}
	take := func(target render.Target, names []string) bool {
		id := c.baseID(target)
		old, both := before[id]
		// What nothing changed leads to is the same in the base, unless a link leads elsewhere.
		reached := !both || c.anyChanged(names) || c.relinked && !slices.Equal(names, discovery.Names(old))
		if reached && both && !c.inPath[id] {
			base.targets = append(base.targets, old)
		}
		c.inPath[id] = true
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
			c.inPath[target.ID] = true
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

// discoverBase finds the targets of the base, from those of the head where only texts differ.
func (c *comparison) discoverBase(r *run) (*render.Discovery, error) {
	var modified []string
	for _, file := range c.Files {
		if file.Status != changes.Modified || isLink(&file) || len(c.Unseen) > 0 {
			return render.Discover(c.files, r.settings.discover)
		}
		modified = append(modified, file.Name)
	}
	return r.discovery.Again(c.files, r.settings.discover, modified)
}

// change marks a file and the folders that hold it.
func (c *comparison) change(name string) {
	c.changed[name] = true
	for at := path.Dir(name); at != "."; at = path.Dir(at) {
		c.changed[at+"/"] = true
	}
	c.changed["./"] = true
}

func (c *comparison) anyChanged(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.changed[name] })
}

// renderBase renders the base. If the Namespaces of the head enforce something else than there, every
// pod may be judged otherwise, so that every target is reached.
func (r *run) renderBase(ctx context.Context) error {
	base := r.comparison.base
	err := r.env.staged("render "+plural(len(base.targets), "target")+" of the base", func() error {
		return base.render(ctx, render.Detail{PodTemplatesOnly: true})
	})
	if err != nil {
		return fmt.Errorf("render the base: %w", err)
	}
	if err := r.renderOutside(ctx); err != nil {
		return err
	}
	if r.settings.check.NamespaceLabels == check.IgnoreLabels || slices.Equal(enforced(r.inOrder()), enforced(base.inOrder())) {
		return nil
	}
	r.targets = append(r.targets, r.unreached...)
	slices.SortFunc(r.targets, func(a, b render.Target) int { return strings.Compare(a.ID, b.ID) })
	r.unreached = nil
	for _, target := range r.targets {
		r.comparison.reached[target.ID] = true
	}
	base.targets = slices.DeleteFunc(slices.Clone(base.discovery.Targets), func(t render.Target) bool { return !r.comparison.inPath[t.ID] })
	if err := r.render(ctx, render.Detail{PodTemplatesOnly: true}); err != nil {
		return err
	}
	return base.render(ctx, render.Detail{PodTemplatesOnly: true})
}

// enforced lists what the Namespaces of targets enforce, whichever target renders them.
func enforced(results []render.Result) (all []string) {
	for _, one := range check.NamespacesOf(results).All() {
		all = append(all, one.Namespace+" "+one.Enforces)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// compareWithBase says of each finding whether the base has it, and keeps those that are listed.
func (r *run) compareWithBase(ctx context.Context) error {
	c := r.comparison
	base := c.base
	r.addSameContext()
	if err := base.judge(ctx); err != nil {
		return fmt.Errorf("check the base: %w", err)
	}
	c.scopes = newScopes(c, r, base)
	if err := r.causes(ctx); err != nil {
		return err
	}
	r.keepListed()
	return nil
}

// keepListed leaves out what the scope does not list.
func (r *run) keepListed() {
	if r.scope.list == report.ListNew {
		all := len(r.checked.Findings)
		r.list(func(finding *check.Finding) bool { return r.comparison.scopes.isNew(finding.ID) })
		r.leftOut = all - len(r.checked.Findings)
	}
}
