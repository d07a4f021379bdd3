package cli

import (
	"context"
	"fmt"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/fix"
	"github.com/podmend/podmend/render"
)

// A run is one passage through the pipeline: discover, render, check, propose, prove.
type run struct {
	env      *Env
	repo     *repository
	config   *configFile
	settings *settings
	whole    bool // nothing but the configuration narrows what is looked at
	mend     check.MendOptions
	jobs     int

	discovery *render.Discovery
	targets   []render.Target // those that PATH takes
	results   []render.Result
	checked   *check.Report
	proposals []*fix.Proposal
	refusals  map[string]*fix.Refusal
}

func newRun(env *Env, f *flags, name string) (*run, error) {
	if err := f.fromEnvironment(env.Getenv); err != nil {
		return nil, err
	}
	repo, err := openRepository(env.Dir, name)
	if err != nil {
		return nil, err
	}
	config, err := loadConfig(repo.files, f.config, env.Dir)
	if err != nil {
		return nil, err
	}
	f.fromFile(config)
	if err := f.validate(); err != nil {
		return nil, err
	}
	settings, err := f.settings(config)
	if err != nil {
		return nil, err
	}
	return &run{
		env: env, repo: repo, config: config, settings: settings, jobs: f.jobs, whole: f.isWhole(repo),
		mend: check.MendOptions{HostPath: check.HostPathRemedy(f.hostPath)},
	}, nil
}

func (r *run) close() error { return r.repo.files.Close() }

// analyse takes the run through the whole pipeline.
func (r *run) analyse(ctx context.Context) error {
	locator := render.NewLocator(r.repo.files)
	if err := r.judge(ctx, locator); err != nil {
		return err
	}
	r.proposals, r.refusals = fix.Propose(r.repo.files, r.results, r.checked, locator, r.mend)
	if err := r.prover().Prove(ctx, r.proposals); err != nil {
		return err
	}
	r.doubtOrigins(locator)
	return nil
}

// judge renders and checks, and takes exemptions into account.
func (r *run) judge(ctx context.Context, locator *render.Locator) (err error) {
	if err := r.discover(); err != nil {
		return err
	}
	if err := r.render(ctx, render.Options{PodTemplatesOnly: true}); err != nil {
		return err
	}
	r.settings.check.Namespaces = check.NamespacesOf(r.results)
	if r.checked, err = check.Run(r.results, locator, r.settings.check); err != nil {
		return err
	}
	return r.exempt(ctx, locator)
}

// doubtOrigins takes the exact line back from findings whose fix changed nothing: the field is
// set elsewhere too.
func (r *run) doubtOrigins(locator *render.Locator) {
	doubted := map[string]bool{}
	for _, proposal := range r.proposals {
		if proposal.Refusal != nil && proposal.Refusal.Reason == fix.NotMended {
			for _, id := range proposal.Findings {
				doubted[id] = true
			}
		}
	}
	for i := range r.checked.Findings {
		finding := &r.checked.Findings[i]
		if doubted[finding.ID] {
			first := finding.Occurrences[0]
			finding.Origin = locator.Uncertain(first.Pod.Object, first.Path())
		}
	}
}

func (r *run) discover() error {
	discovery, err := render.Discover(r.repo.files, r.settings.discover)
	if err != nil {
		return fmt.Errorf("look for targets: %w", err)
	}
	for _, chart := range discovery.Unused {
		return usagef("%s: no chart matches the path %q of charts; name a folder that holds a Chart.yaml, relative to the repository's root", render.ConfigFile, chart)
	}
	r.discovery = discovery
	r.targets = r.repo.narrow(discovery.Targets)
	return nil
}

func (r *run) render(ctx context.Context, options render.Options) error {
	bar := newProgress(r.env)
	defer bar.clear()
	options.Jobs = r.jobs
	options.Progress = bar.update
	results, err := render.All(ctx, r.repo.files, r.targets, options)
	if err != nil {
		return err
	}
	r.results = results
	return nil
}

// prover proves against every target of the repository, also those outside PATH: one file may
// serve many.
func (r *run) prover() *fix.Prover {
	return &fix.Prover{
		Files: r.repo.files, Targets: r.discovery.Targets, Results: r.results, Report: r.checked,
		Render: render.Options{Jobs: r.jobs}, Policy: r.settings.check,
	}
}
