package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/internal/shard"
)

// A matrix is what GitHub's fromJSON takes for a strategy.
type matrix struct {
	Include []matrixJob `json:"include"`
}

type matrixJob struct {
	Shard   string `json:"shard"` // as check --shard takes it
	Index   int    `json:"index"`
	Of      int    `json:"of"`
	Targets int    `json:"targets"`
	Percent int    `json:"percent"` // of the work
}

func planCommand(env *Env) *cobra.Command {
	var f flags
	var shards int
	var timings string
	cmd := &cobra.Command{
		Use:   "plan [PATH]",
		Short: "Share targets out to several jobs, and print their matrix",
		Long: `Print a matrix of jobs as JSON, for fromJSON in a workflow of GitHub. Each job runs podmend check
with the same PATH and --shard, and podmend merge joins their reports into the one that a
single run would have made. Targets are shared out by what they cost: as the files that they
read suggest, or as a former report (--timings) has measured. Give check the same --timings.`,
		Example: "  podmend plan --shards 4\n  podmend check --shard 1/4 --format json --output 1.json\n  podmend merge 1.json 2.json 3.json 4.json",
		Args:    onePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if shards < 1 || shards > shard.Max {
				return usagef("--shards %d: there are 1 to %d; a matrix has no more jobs", shards, shard.Max)
			}
			measured, err := readTimings(env, timings)
			if err != nil {
				return err
			}
			run, err := newRun(env, &f, pathOf(args))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, run.close()) }()
			if err := run.discover(cmd.Context()); err != nil {
				return err
			}
			if len(run.targets) == 0 {
				return usagef("there is no Helm chart, kustomization or manifest in %s; check the path, .gitignore and --include", run.repo.within)
			}
			return run.printMatrix(run.assign(min(shards, len(run.targets)), measured))
		},
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.IntVar(&shards, "shards", 0, "how many jobs share the work; fewer if there are fewer targets")
	set.StringVar(&timings, "timings", "", "JSON `report` of a former run, which says how long targets take")
	f.addTargetFlags(set)
	return cmd
}

func (r *run) printMatrix(assigned shard.Assignment) error {
	var total int64
	for _, cost := range assigned.Costs {
		total += cost
	}
	var printed matrix
	for i, targets := range assigned.Shards {
		number := shard.Number{Index: i + 1, Of: len(assigned.Shards)}
		printed.Include = append(printed.Include, matrixJob{
			Shard: number.String(), Index: number.Index, Of: number.Of,
			Targets: len(targets), Percent: int(100 * float64(assigned.Costs[i]) / float64(max(total, 1))),
		})
	}
	text, err := json.Marshal(printed)
	if err != nil {
		return fmt.Errorf("print the matrix: %w", err)
	}
	if r.env.action != nil {
		r.env.action.matrix = string(text)
	}
	_, err = fmt.Fprintf(r.env.Stdout, "%s\n", text)
	return err
}
