// Package shard shares the targets of a repository out to several jobs, and joins their reports
// into that of a single run.
package shard

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/report"
)

// Max is how many jobs a matrix may have.
// https://docs.github.com/en/actions/reference/limits#existing-system-limits
const Max = 256

// A Load is what a target costs.
type Load struct {
	Target string // id
	Cost   int64  // in any unit; less than one counts as one
}

// An Assignment says which target goes to which shard.
type Assignment struct {
	Shards [][]string // target ids, sorted
	Costs  []int64    // of each shard
}

// Assign shares targets out so that no shard has much more to do than others: the dearest first,
// each to the shard that has least. The same loads give the same assignment in any order.
func Assign(loads []Load, shards int) Assignment {
	loads = slices.Clone(loads)
	slices.SortFunc(loads, func(a, b Load) int {
		return cmp.Or(cmp.Compare(b.Cost, a.Cost), strings.Compare(a.Target, b.Target))
	})
	assigned := Assignment{Shards: make([][]string, shards), Costs: make([]int64, shards)}
	for _, load := range loads {
		least := 0
		for i, cost := range assigned.Costs {
			if cost < assigned.Costs[least] {
				least = i
			}
		}
		assigned.Shards[least] = append(assigned.Shards[least], load.Target)
		assigned.Costs[least] += max(load.Cost, 1)
	}
	for _, targets := range assigned.Shards {
		slices.Sort(targets)
	}
	return assigned
}

// Digest is the same for the same assignment.
func (a Assignment) Digest() string {
	sum := sha256.New()
	for i, targets := range a.Shards {
		fmt.Fprintf(sum, "%d\n", i)
		for _, target := range targets {
			fmt.Fprintf(sum, "%q\n", target)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Measured replaces estimates by what a former report has measured. What it does not know keeps its
// estimate, in the same proportion to the others.
func Measured(loads []Load, timings *report.Report) []Load {
	took := map[string]int64{}
	for _, target := range timings.Targets {
		took[target.ID] = max(target.DurationMs, 1)
	}
	const unit = 1000 // so that small estimates keep their differences
	var estimated, measured int64
	for _, load := range loads {
		if ms, ok := took[load.Target]; ok {
			estimated += max(load.Cost, 1)
			measured += min(ms, maxMs)
		}
	}
	if estimated == 0 {
		return loads
	}
	scaled := slices.Clone(loads)
	for i, load := range scaled {
		if ms, ok := took[load.Target]; ok {
			scaled[i].Cost = min(ms, maxMs) * unit
		} else {
			scaled[i].Cost = int64(float64(load.Cost) * float64(measured) / float64(estimated) * unit)
		}
	}
	return scaled
}

// maxMs is more than any target takes, so that no report makes sums overflow.
const maxMs = 24 * 60 * 60 * 1000
