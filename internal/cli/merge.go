package cli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/internal/shard"
	"github.com/podmend/podmend/report"
)

func mergeCommand(env *Env) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Join the reports of all shards into that of a single run",
		Long: `Join the JSON reports that podmend check --shard has made in several jobs into the one that a
single run would have made, and end as it would. Reports of different commits, settings or
versions, and missing or doubled ones, are refused.`,
		Example: "  podmend merge shards/*.json --output report.json\n  podmend merge shards/*.json --format text",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("there is no report to merge; name the JSON reports of all shards: podmend merge shards/*.json")
			}
			if len(args) > shard.Max {
				return usagef("there are %d reports, and at most %d shards; name one report of each", len(args), shard.Max)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.fromEnvironment(env.Getenv); err != nil {
				return err
			}
			f.fromFile(&configFile{})
			if f.sources["format"][0].From == "default" {
				f.format = "json" // what a further stage reads
			}
			if err := f.validate(); err != nil {
				return err
			}
			merged, err := mergeFiles(env, args)
			if err != nil {
				return err
			}
			if err := f.writeMerged(env, merged); err != nil {
				return err
			}
			return verdict(merged, &f, "the shards", merged.Source.Base != "")
		},
	}
	set := cmd.Flags()
	set.SortFlags = false
	f.set = set
	f.addOutcomeFlags(set)
	set.Lookup("format").DefValue = "json"
	return cmd
}

// maxMerged is how many bytes all reports have together, at most.
const maxMerged = 1 << 30

// mergeFiles reads reports, which may have been made by strangers, and joins them.
func mergeFiles(env *Env, names []string) (*report.Report, error) {
	var inputs []shard.Input
	var total int64
	for _, name := range names {
		text, err := readCapped(inDir(env.Dir, name), maxMerged-total)
		if err != nil {
			return nil, usagef("%s cannot be read: %v; name the JSON reports of all shards", name, pathCause(err))
		}
		total += int64(len(text))
		read, err := report.ReadStrictJSON(bytes.NewReader(text))
		if err != nil {
			return nil, usagef("%s: %v", name, err)
		}
		inputs = append(inputs, shard.Input{Name: name, Report: read})
	}
	merged, err := shard.Merge(inputs)
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	if ours, theirs := version(), inputs[0].Report.Shard.Podmend; ours != theirs {
		return nil, usagef("the reports are of podmend %s, and this is %s; merge with the version that made them", theirs, ours)
	}
	return merged, nil
}

// readCapped reads a regular file of at most limit bytes.
func readCapped(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is no regular file")
	case info.Size() > min(limit, report.MaxJSON):
		return nil, fmt.Errorf("it is larger than %d MiB, or all are larger than %d MiB together", report.MaxJSON>>20, maxMerged>>20)
	}
	return os.ReadFile(name)
}

// writeMerged sends the joined report where a single run would have sent it.
func (f *flags) writeMerged(env *Env, merged *report.Report) error {
	t := &telling{env: env, report: merged, verbose: f.verbose}
	return t.tellAll(f.outputs())
}
