package render

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// GitOpsOptions say how targets are found that stand in what other targets render.
type GitOpsOptions struct {
	Options
	// KubeVersion and APIVersions are what charts see.
	KubeVersion string
	APIVersions []string
	// Here are the URLs of this repository: those of its remotes, and those that somebody configured.
	Here []string
	// Configured are those of them that somebody configured.
	Configured []string
	// Generators are the parameters of generators that ask a cluster or an API.
	Generators []GivenParameters
}

// AddGitOps adds the targets of objects of GitOps tools. Such objects come out of overlays and out of each
// other, so that what may hold them is rendered to find them; a repository without any is only searched for
// a word. What is applied through an object is no target of its own any more. The error is ctx's, or says
// that podmend failed.
func (d *Discovery) AddGitOps(ctx context.Context, options GitOpsOptions) error {
	holding, err := d.searchWords(ctx, slices.Concat(d.walked.manifests, d.chartTemplates()))
	if err != nil || len(holding) == 0 {
		return err
	}
	g := &gitOpsSearch{
		discovery: d, options: options, rendered: map[string]*Result{}, environments: map[string]string{}, covered: map[string]string{}, listed: map[string]map[string]bool{},
		released: map[string]bool{}, holding: holding, sought: map[string]bool{}, ordered: map[string][]string{},
	}
	d.search = g
	var targets []Target
	for _, target := range d.Targets {
		if target.Err == nil && len(target.IncludedBy) == 0 && slices.ContainsFunc(d.Names(target), func(name string) bool { return holding[name] }) {
			targets = append(targets, target)
		}
	}
	if err := g.render(ctx, targets); err != nil {
		return err
	}
	if err := g.addFlux(ctx, targets); err != nil {
		return err
	}
	if err := g.addArgo(ctx); err != nil {
		return err
	}
	if err := g.addReleases(ctx); err != nil { // in what Applications deploy
		return err
	}
	g.dropDefaults()
	g.takeCovered()
	d.Targets = append(d.Targets, g.found...)
	slices.SortFunc(d.Targets, func(a, b Target) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(d.Skipped, func(a, b SkippedPath) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Reason, b.Reason))
	})
	d.Skipped = slices.Compact(d.Skipped)
	return nil
}

// searchWords searches files for the words of GitOps objects, and keeps of each whether it holds them. Of what
// was searched before, only modified files are read.
func (d *Discovery) searchWords(ctx context.Context, files []string) (map[string]bool, error) {
	searched := map[string]bool{}
	unknown := slices.DeleteFunc(slices.Clone(files), func(name string) bool {
		holds, known := d.before.searched(d.resolve(name))
		if known {
			searched[d.resolve(name)] = holds
		}
		return known
	})
	holding, err := d.holding(ctx, unknown, fluxWords, argoWords)
	for _, name := range unknown {
		searched[d.resolve(name)] = holding[d.resolve(name)]
	}
	d.searched = searched
	found := maps.Clone(searched)
	maps.DeleteFunc(found, func(_ string, holds bool) bool { return !holds })
	return found, err
}

// holding are the resolved names of the files that hold all words of one of several lists.
func (d *Discovery) holding(ctx context.Context, files []string, lists ...[]string) (map[string]bool, error) {
	found := map[string]bool{}
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(files, 64) {
		group.Go(func() error {
			for _, name := range part {
				content, err := d.files.ReadFile(name)
				// What cannot be read is said by who renders it.
				if err != nil || !slices.ContainsFunc(lists, func(words []string) bool { return holdsAll(content, words) }) {
					continue
				}
				mutex.Lock()
				found[d.resolve(name)] = true
				mutex.Unlock()
			}
			return ctx.Err()
		})
	}
	return found, group.Wait()
}

func holdsAll(content []byte, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(content, []byte(word)) })
}

// chartTemplates are the templates of charts, which may print objects of GitOps tools.
func (d *Discovery) chartTemplates() []string {
	var names []string
	for i := range d.Targets {
		if target := &d.Targets[i]; target.Kind == Helm && len(target.Values) == 0 {
			names = append(names, below(d.files, path.Join(target.Path, "templates"), 0)...)
		}
	}
	return names
}

// A gitOpsSearch looks for GitOps objects in what targets render.
type gitOpsSearch struct {
	discovery *Discovery
	options   GitOpsOptions

	rendered     map[string]*Result  // by target id
	order        []string            // of the ids in rendered
	ordered      map[string][]string // the same by how near they lie to paths
	environments map[string]string   // by target id
	found        []Target
	// listed is what generated kustomizations list, by folder and rules.
	listed   map[string]map[string]bool
	holding  map[string]bool // files with a word of a GitOps tool
	sought   map[string]bool // names of inputs for which all that may render one was rendered
	released map[string]bool // ids of what was searched for HelmReleases
	// covered are the targets that are applied through another, by id, with the id of that.
	covered map[string]string
}

// render renders targets for the GitOps objects in them.
func (g *gitOpsSearch) render(ctx context.Context, targets []Target) error {
	targets = slices.DeleteFunc(slices.Clone(targets), func(target Target) bool { return g.rendered[target.ID] != nil })
	var fresh []Target
	for _, target := range targets {
		if g.rendered[target.ID] = g.discovery.before.render(g.discovery, target); g.rendered[target.ID] == nil {
			fresh = append(fresh, target)
		}
	}
	options := g.options.Options
	options.Detail = gitOpsDetail
	results, err := All(ctx, g.discovery.files, fresh, options)
	if err != nil {
		return err
	}
	for i := range results {
		g.rendered[results[i].Target.ID] = &results[i]
	}
	for _, target := range targets {
		g.order = append(g.order, target.ID)
		if target.GitOps == nil {
			g.environments[target.ID] = environmentOf(target.Path)
		}
	}
	return nil
}

// gitOpsDetail is how the search for GitOps objects renders targets.
var gitOpsDetail = Detail{PodTemplatesOnly: true, Inputs: true}

// Rendered returns what the search for GitOps objects has rendered of a target, as rendering it with
// PodTemplatesOnly alone would. ok is false where that has to be done.
func (d *Discovery) Rendered(target *Target) (result Result, ok bool) {
	if d.search == nil {
		return result, false
	}
	known := d.search.rendered[target.ID]
	if known == nil || known.Status != OK || !reflect.DeepEqual(known.Target, *target) {
		return result, false
	}
	result = *known
	result.Objects = slices.Clone(known.Objects)
	dropTexts(result.Objects, gitOpsDetail.withoutInputs())
	return result, true
}

// dropDefaults drops what comes out of targets that are applied through others, as was found later. What only
// such applied is a target of its own again.
func (g *gitOpsSearch) dropDefaults() {
	dropped := map[string]bool{}
	g.found = slices.DeleteFunc(g.found, func(target Target) bool {
		through := lineageIDs(&target)
		dropped[target.ID] = slices.ContainsFunc(through[1:], func(id string) bool {
			by := g.covered[id] // where Flux applies its own folder, the target itself or one that it comes out of
			return by != "" && !slices.Contains(through, by)
		})
		return dropped[target.ID]
	})
	maps.DeleteFunc(g.covered, func(_, by string) bool { return dropped[by] })
	for i := range g.found {
		g.cover(&g.found[i])
	}
}

// takeCovered takes the targets away that are applied through another.
func (g *gitOpsSearch) takeCovered() {
	d := g.discovery
	d.Targets = slices.DeleteFunc(d.Targets, func(target Target) bool {
		by, covered := g.covered[target.ID]
		if covered {
			d.Skipped = append(d.Skipped, SkippedPath{target.Path, "applied by " + by + ", and rendered as part of it"})
		}
		return covered
	})
}
