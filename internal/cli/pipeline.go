package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/internal/dependency"
	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/internal/rendercache"
	"github.com/podmend/podmend/internal/worker"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A run is one passage through the pipeline: discover, render, check, and for fix propose, prove.
type run struct {
	env      *Env
	started  time.Time
	repo     *repository
	base     *baseFiles // nil if what the work tree holds judges
	config   *configFile
	settings *settings
	whole    bool // nothing but the configuration narrows what is looked at
	scope    scope
	mend     check.MendOptions
	jobs     int
	children *worker.Pool    // nil renders in this process
	renderer render.Renderer // the children, or what asks them; nil renders in this process
	client   *fetch.Client
	cache    *rendercache.Renderer // nil renders everything
	store    *rendercache.Store
	// dependencies gives charts what they lack; nil if nothing may be fetched.
	dependencies *dependency.Renderer

	discovery *render.Discovery
	targets   []render.Target // those that PATH takes
	results   []render.Result
	byTarget  map[string]*render.Result
	locator   *render.Locator
	literals  *render.Literals
	checked   *check.Report // what is listed
	all       *check.Report // what was found
	proposals []*fix.Proposal
	refusals  map[string]*fix.Refusal
	provedIn  *run // with the targets outside of this run that share its source; nil before the proof

	comparison *comparison     // nil if there is no base to compare with
	unreached  []render.Target // that PATH takes and no changed file reaches
	leftOut    int             // old findings that are not listed
	context    []render.Result // of other targets, which decide about some of this run

	shard *sharding // nil if the run does everything itself
}

func newRun(env *Env, f *flags, name string) (*run, error) {
	if err := f.fromEnvironment(env.Getenv); err != nil {
		return nil, err
	}
	repo, err := openRepository(env.Dir, name)
	if err != nil {
		return nil, err
	}
	base := openBase(env, repo.files.Dir())
	config, err := loadConfig(env, repo.files, base, f.config)
	if err != nil {
		return nil, err
	}
	for _, output := range f.output {
		if err := repo.refuseLinked("--output", output, inDir(env.Dir, output)); err != nil {
			return nil, err
		}
	}
	f.fromFile(config)
	if err := f.validate(); err != nil {
		return nil, err
	}
	settings, err := f.settings(config)
	if err != nil {
		return nil, err
	}
	r := &run{
		env: env, started: time.Now(), repo: repo, base: base, config: config, settings: settings, whole: f.isWhole(repo), scope: f.scopeOf(env),
		jobs: cmp.Or(f.jobs, runtime.GOMAXPROCS(0)), mend: check.MendOptions{HostPath: check.HostPathRemedy(f.hostPath), Vendored: f.vendored},
	}
	if env.Program != "" {
		limits, err := f.limits()
		if err != nil {
			return nil, errors.Join(err, repo.files.Close())
		}
		warnUnlimited(env.Stderr)
		r.children = worker.NewPool(env.Program, r.jobs, limits)
		r.renderer = r.children
	}
	if err := r.keepRenderings(f); err != nil {
		return nil, err
	}
	if err := r.fetchDependencies(config, f.cacheDir); err != nil {
		return nil, err
	}
	return r, nil
}

// timeForFixes bounds the search for fixes, far above what it takes for thousands of charts.
const timeForFixes = 5 * time.Minute

func (r *run) close() error {
	if r.children != nil {
		r.children.Close()
	}
	if r.client != nil {
		r.client.Close()
	}
	return r.repo.files.Close()
}

// rendering are the options by which everything of this run is rendered.
func (r *run) rendering() render.Options {
	return render.Options{Jobs: r.jobs, Renderer: r.renderer}
}

// check takes the run from discovery to findings.
func (r *run) check(ctx context.Context) error {
	r.startAhead()
	if err := r.openComparison(); err != nil {
		return err
	}
	r.readyAhead()
	if err := r.env.staged("look for targets", func() error { return r.discover(ctx) }); err != nil {
		return err
	}
	if r.comparison != nil {
		if err := r.env.staged("find what the change reaches", func() error { return r.reach(ctx) }); err != nil {
			return err
		}
	}
	go check.Ready() // this process waits while children render
	err := r.env.staged("render "+plural(len(r.targets), "target"), func() error {
		err := r.render(ctx, render.Detail{PodTemplatesOnly: true})
		r.tellSlowest()
		return err
	})
	if err != nil {
		return err
	}
	if r.comparison != nil {
		if err := r.renderBase(ctx); err != nil {
			return err
		}
	}
	if err := r.renderContext(ctx); err != nil {
		return err
	}
	if err := r.env.staged("check the pod templates and find their source", func() error { return r.judge(ctx) }); err != nil {
		return err
	}
	if err := r.exempt(ctx); err != nil {
		return err
	}
	if r.comparison != nil {
		return r.env.staged("compare with the base", func() error { return r.compareWithBase(ctx) })
	}
	return nil
}

// judge makes findings of what was rendered, and finds their places.
func (r *run) judge(ctx context.Context) error {
	r.all = nil
	r.locator = render.NewLocator(r.repo.files)
	r.literals = render.NewLiterals(r.repo.files)
	policy := r.settings.check
	policy.Shown = r.literals.Shown
	r.settings.check.Namespaces = check.NamespacesOf(r.inOrder())
	policy.Namespaces = r.settings.check.Namespaces
	var err error
	if r.checked, err = check.Run(r.results, r.locator, policy); err != nil {
		return err
	}
	if err := r.trace(ctx, policy); err != nil {
		return err
	}
	if err := r.confirm(ctx); err != nil {
		return err
	}
	r.all = r.checked
	return nil
}

// list keeps the findings that are listed; proofs need the others too.
func (r *run) list(listed func(finding *check.Finding) bool) {
	checked := *r.checked
	checked.Findings = nil
	for i := range r.checked.Findings {
		if listed(&r.checked.Findings[i]) {
			checked.Findings = append(checked.Findings, r.checked.Findings[i])
		}
	}
	r.checked = &checked
}

// confirm tries the places that another file may overrule: a fix there must change the field.
// Where it does not, the finding moves to what is certain.
func (r *run) confirm(ctx context.Context) error {
	doubtful := &check.Report{}
	for _, finding := range r.checked.Findings {
		if finding.Occurrences = r.mayBeOverruled(&finding); len(finding.Occurrences) > 0 {
			doubtful.Findings = append(doubtful.Findings, finding)
		}
	}
	if len(doubtful.Findings) == 0 {
		return nil
	}
	budget := fix.NewBudget(timeForFixes)
	proposals, _ := fix.Propose(r.repo.files, r.results, doubtful, r.locator, check.MendOptions{IncludeHostWorkloads: true}, budget)
	prover := r.prover(budget)
	prover.Targets = r.targets
	overruled, err := prover.Overruled(ctx, proposals)
	r.checked.Overrule(r.locator, overruled)
	return err
}

// mayBeOverruled returns the occurrences in kustomizations where a file beside the one that holds the
// field mentions its key too, or where the value is copied.
func (r *run) mayBeOverruled(finding *check.Finding) []check.Occurrence {
	if !finding.Origin.Exact || len(finding.Origin.Path) == 0 {
		return nil
	}
	var doubtful []check.Occurrence
	for _, occurrence := range finding.Occurrences {
		result := r.byTarget[occurrence.Target]
		if result.Target.Kind != render.Kustomize || occurrence.Pod.Object.Traced() {
			continue
		}
		if finding.Origin.Copied || slices.ContainsFunc(result.Reads, func(name string) bool {
			return name != finding.Origin.File && r.literals.Holds(name, lastKey(finding.Origin.Path))
		}) {
			doubtful = append(doubtful, occurrence)
		}
	}
	return doubtful
}

func lastKey(path yamledit.Path) string {
	for i := len(path) - 1; i >= 0; i-- {
		if !path[i].List {
			return path[i].Key
		}
	}
	return ""
}

func (r *run) discover(ctx context.Context) error {
	discovery, err := render.Discover(r.repo.files, r.settings.discover)
	if err != nil {
		return fmt.Errorf("look for targets: %w", err)
	}
	for _, chart := range discovery.Unused {
		return usagef("%s: no chart matches the path %q of charts; name a folder that holds a Chart.yaml, relative to the repository's root", render.ConfigFile, chart)
	}
	if err := r.addGitOps(ctx, discovery); err != nil {
		return err
	}
	r.discovery = discovery
	r.targets = r.repo.narrow(discovery.Targets)
	if r.shard != nil {
		r.takeShard()
	}
	return nil
}

func (r *run) render(ctx context.Context, detail render.Detail) error {
	bar := newProgress(r.env)
	defer bar.clear()
	options := r.rendering()
	options.Detail = detail
	options.Progress = bar.update
	results, err := r.renderAll(ctx, options)
	if err != nil {
		return err
	}
	if r.dependencies != nil {
		// What is looked up in source from here on may stand in a fetched archive.
		r.repo.files = r.dependencies.View(r.repo.files)
	}
	r.results = results
	r.byTarget = map[string]*render.Result{}
	for i := range results {
		r.byTarget[results[i].Target.ID] = &results[i]
	}
	return nil
}

// renderAll renders the targets that the search for GitOps objects has not rendered.
func (r *run) renderAll(ctx context.Context, options render.Options) ([]render.Result, error) {
	known := map[string]render.Result{}
	var unknown []render.Target
	for i := range r.targets {
		target := &r.targets[i]
		// The cache counts what it renders and what it has.
		if result, ok := r.discovery.Rendered(target); ok && r.cache == nil && options.Detail == (render.Detail{PodTemplatesOnly: true}) {
			known[target.ID] = result
		} else {
			unknown = append(unknown, *target)
		}
	}
	rendered, err := render.All(ctx, r.repo.files, unknown, options)
	if err != nil || len(known) == 0 {
		return rendered, err
	}
	results := make([]render.Result, 0, len(r.targets))
	for i := range r.targets {
		if result, ok := known[r.targets[i].ID]; ok {
			results = append(results, result)
		} else {
			results = append(results, rendered[0])
			rendered = rendered[1:]
		}
	}
	render.SkipIncluded(results)
	return results, nil
}

// prover proves against every target of the repository, also those outside PATH: one file may
// serve many.
func (r *run) prover(budget fix.Budget) *fix.Prover {
	return &fix.Prover{
		Files: r.repo.files, Targets: r.discovery.Targets, Results: r.results, Report: cmp.Or(r.all, r.checked), Names: r.discovery.Names,
		Render: r.rendering(), Policy: r.settings.check, Budget: budget,
	}
}
