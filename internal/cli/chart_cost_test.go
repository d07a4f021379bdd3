//go:build unix

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"

	_ "github.com/podmend/podmend/internal/memory" // as the program collects it
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A costRenderer measures by processor time what each chart takes. It renders one target at a time.
type costRenderer struct {
	plain map[string]time.Duration // one rendering for which nothing is kept, by target id
	spent map[string]time.Duration // all renderings
	each  map[string][]time.Duration
}

func (c *costRenderer) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	if target.Kind != render.Helm {
		return render.One(ctx, files, target, detail), nil
	}
	first := c.plain[target.ID] == 0
	for range 3 {
		if !first {
			break
		}
		render.Forget()
		start := processorTime()
		render.One(ctx, files, target, render.Detail{PodTemplatesOnly: true})
		if took := processorTime() - start; c.plain[target.ID] == 0 || took < c.plain[target.ID] {
			c.plain[target.ID] = took
		}
	}
	start := processorTime()
	result := render.One(ctx, files, target, detail)
	took := processorTime() - start
	if first {
		took = c.plain[target.ID]
	}
	c.spent[target.ID] += took
	c.each[target.ID] = append(c.each[target.ID], took)
	return result, nil
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkChartCost tells how many plain renderings of a chart the search for its findings' source and the proof of
// fixes take, the first one included: over PODMEND_CORPUS, and the folders in PODMEND_BENCH. Of several rounds the least
// counts, for each chart.
func BenchmarkChartCost(b *testing.B) {
	for _, includeHost := range []bool{false, true} {
		name := "host workloads left alone"
		if includeHost {
			name = "host workloads mended"
		}
		b.Run(name, func(b *testing.B) {
			least := map[string]*chartCost{}
			for b.Loop() {
				for _, dir := range benchFolders(b) {
					keepLeast(least, chartCosts(b, dir, includeHost), dir)
				}
			}
			reportCosts(b, least)
		})
	}
}

// A chartCost is what one target took.
type chartCost struct {
	factor float64 // in plain renderings
	found  bool    // it has findings
	told   string
}

func keepLeast(least, costs map[string]*chartCost, dir string) {
	for id, cost := range costs {
		key := dir + " " + id
		if known := least[key]; known == nil || cost.factor < known.factor {
			least[key] = cost
		}
	}
}

func reportCosts(b *testing.B, costs map[string]*chartCost) {
	factors := map[bool][]float64{}
	for _, key := range sortedNames(costs) {
		cost := costs[key]
		factors[cost.found] = append(factors[cost.found], cost.factor)
		if testing.Verbose() && cost.found {
			fmt.Printf("%7.2f of %s: %s\n", cost.factor, key, cost.told)
		}
	}
	for found, name := range map[bool]string{true: "with-findings", false: "without"} {
		b.ReportMetric(float64(len(factors[found])), "charts-"+name)
		b.ReportMetric(quantile(factors[found], .5), "median-"+name)
		b.ReportMetric(quantile(factors[found], .9), "p90-"+name)
	}
}

func benchFolders(b *testing.B) []string {
	demo, err := filepath.Abs(filepath.Join("..", "..", "testdata", "demo"))
	if err != nil {
		b.Fatal(err)
	}
	folders := strings.Fields(os.Getenv("PODMEND_CORPUS") + " " + os.Getenv("PODMEND_BENCH"))
	if len(folders) == 0 {
		folders = []string{demo}
	}
	return folders
}

// chartCosts fixes what is below a folder, and returns what each chart took.
func chartCosts(b *testing.B, dir string, includeHost bool) map[string]*chartCost {
	var out bytes.Buffer
	var f flags
	set := pflag.NewFlagSet("fix", pflag.ContinueOnError)
	f.addTargetFlags(set)
	f.addCheckFlags(set)
	f.hostPath, f.jobs = "auto", 1
	r, err := newRun(&Env{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Dir: dir}, &f, ".")
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := r.close(); err != nil {
			b.Error(err)
		}
	}()
	r.mend.IncludeHostWorkloads = includeHost
	renderer := &costRenderer{plain: map[string]time.Duration{}, spent: map[string]time.Duration{}, each: map[string][]time.Duration{}}
	r.renderer = renderer
	if err := r.fix(context.Background(), true); err != nil {
		b.Fatal(err)
	}
	costs := map[string]*chartCost{}
	for id, plain := range renderer.plain {
		told := fmt.Sprintf("%.1f ms;", plain.Seconds()*1000)
		for _, took := range renderer.each[id] {
			told += fmt.Sprintf(" %.1f", float64(took)/float64(plain))
		}
		costs[id] = &chartCost{factor: float64(renderer.spent[id]) / float64(plain), told: told}
	}
	for _, finding := range r.checked.Findings {
		for _, occurrence := range finding.Occurrences {
			if cost := costs[occurrence.Target]; cost != nil {
				cost.found = true
			}
		}
	}
	return costs
}

func quantile(values []float64, part float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[int(float64(len(values)-1)*part)]
}
