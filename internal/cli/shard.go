package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/shard"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// sharding is how a run shares its work with other jobs.
type sharding struct {
	number     shard.Number
	timings    *report.Report // nil for estimates
	assignment string         // digest
	targets    []render.Target
	assumed    []report.Assumed
}

// newSharding reads --shard; nil says that the run does everything itself.
func newSharding(env *Env, number, timings string) (*sharding, error) {
	if number == "" {
		if timings != "" {
			return nil, usagef("--timings shares targets out to shards; give --shard too, or leave it out")
		}
		return nil, nil
	}
	s := &sharding{}
	var err error
	if s.number, err = shard.Parse(number, env.Getenv); err != nil {
		return nil, usagef("--shard: %v", err)
	}
	s.timings, err = readTimings(env, timings)
	return s, err
}

// readTimings reads the report of a former run.
func readTimings(env *Env, name string) (*report.Report, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(inDir(env.Dir, name))
	if err != nil {
		return nil, usagef("--timings %s cannot be read: %v; name the JSON report of a former run, or leave it out", name, pathCause(err))
	}
	defer file.Close()
	timings, err := report.ReadJSON(file)
	if err != nil {
		return nil, usagef("--timings %s: %v", name, err)
	}
	return timings, nil
}

// assign shares the targets of the run out.
func (r *run) assign(shards int, timings *report.Report) shard.Assignment {
	loads := make([]shard.Load, len(r.targets))
	for i := range r.targets {
		loads[i] = shard.Load{Target: r.targets[i].ID, Cost: r.estimate(&r.targets[i])}
	}
	if timings != nil {
		loads = shard.Measured(loads, timings)
	}
	return shard.Assign(loads, shards)
}

// The estimate of what a target costs, in microseconds, as measured over repositories: so much for
// the first byte, and so much for each KiB.
var (
	costOfTarget = map[render.Kind]int64{render.Helm: 5000, render.Kustomize: 4000, render.Plain: 500, render.Flux: 8000, render.ArgoCD: 8000}
	costOfKiB    = map[render.Kind]int64{render.Helm: 150, render.Kustomize: 1000, render.Plain: 130, render.Flux: 300, render.ArgoCD: 300}
)

func (r *run) estimate(target *render.Target) int64 {
	var bytes int64
	for _, name := range r.discovery.Names(*target) {
		if info, err := r.repo.files.Stat(name); err == nil {
			bytes += info.Size()
		}
	}
	return costOfTarget[target.Kind] + costOfKiB[target.Kind]*bytes/1024
}

// takeShard keeps the targets of this shard.
func (r *run) takeShard() {
	assigned := r.assign(r.shard.number.Of, r.shard.timings)
	r.shard.assignment = assigned.Digest()
	r.shard.targets = r.targets
	own := map[string]bool{}
	for _, id := range assigned.Shards[r.shard.number.Index-1] {
		own[id] = true
	}
	r.targets = slices.DeleteFunc(slices.Clone(r.targets), func(t render.Target) bool { return !own[t.ID] })
}

// shardBlock is what podmend merge needs beside the report.
func (r *run) shardBlock() (*report.Shard, error) {
	settings, err := r.settingsDigest()
	if err != nil {
		return nil, err
	}
	namespaces := check.NamespacesOf(r.results)
	return &report.Shard{
		Index: r.shard.number.Index, Of: r.shard.number.Of, Podmend: version(),
		Settings: settings, Assignment: r.shard.assignment, Whole: r.whole,
		Parts:    shard.PartsOf(r.checked.Findings),
		Declared: shard.DeclaredOf(r.checked.Declared), Unjudged: shard.UnjudgedOf(r.checked.Unjudged),
		Namespaces: shard.EnforcedOf(namespaces.All()), Assumed: r.shard.assumed,
	}, nil
}

// settingsDigest is the same for runs that would find the same in the same files.
func (r *run) settingsDigest() (string, error) {
	text, err := json.Marshal(struct {
		Discover   render.DiscoverOptions
		Exemptions []check.Exemption
		Labels     check.NamespaceLabels
		Network    any
		GitOps     ConfigGitOps
		Judged     bool
		Within     string
	}{r.settings.discover, r.settings.exemptions, r.settings.check.NamespaceLabels, r.config.Network, r.config.GitOps, r.base != nil, r.repo.within})
	if err != nil {
		return "", fmt.Errorf("compare settings: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// tellShard says on standard error that the report is a part.
func (r *run) tellShard() {
	fmt.Fprintf(r.env.Stderr, "podmend: this is shard %s with %d of %s; podmend merge joins the JSON reports of all shards\n",
		r.shard.number, len(r.targets), plural(len(r.shard.targets), "target"))
}
