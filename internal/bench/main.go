// Command bench measures podmend check over folders against calling the helm and kustomize command
// lines for each target, in one run, and a change of one file against all, and prints the ratios.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/podmend/podmend/report"
)

type commands struct{ podmend, helm, kustomize string }

func main() {
	var c commands
	flag.StringVar(&c.podmend, "podmend", "podmend", "the podmend program")
	flag.StringVar(&c.helm, "helm", "helm", "the helm program")
	flag.StringVar(&c.kustomize, "kustomize", "kustomize", "the kustomize program")
	rounds := flag.Int("rounds", 3, "how often each is measured; the fastest counts")
	flag.Parse()
	folders := flag.Args()
	if len(folders) == 0 {
		folders = []string{filepath.Join("testdata", "demo")}
		fmt.Println("no folder given: measuring the small example; name folders of charts and overlays by PODMEND_CORPUS and PODMEND_BENCH")
	}
	for _, folder := range folders {
		fmt.Printf("%s\n\n", folder)
		if err := c.run(folder, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	if err := c.change(*rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (c commands) run(folder string, rounds int) error {
	best, err := c.fastest(rounds, folder)
	if err != nil {
		return err
	}
	root := folder
	if out, err := exec.Command("git", "-C", folder, "rev-parse", "--show-toplevel").Output(); err == nil {
		root = strings.TrimSpace(string(out))
	}
	var helm, kustomize loop
	for round := range rounds {
		h, k, err := c.loops(root, best.report)
		if err != nil {
			return err
		}
		if round == 0 || h.wall < helm.wall {
			helm = h
		}
		if round == 0 || k.wall < kustomize.wall {
			kustomize = k
		}
	}
	roots, err := c.fastest(rounds, append([]string{root}, onlyRoots(best.report)...)...)
	if err != nil {
		return err
	}
	sum := helm.wall + kustomize.wall
	summary := best.report.Summary
	fmt.Printf("%-34s %8s  %s\n", "", "seconds", "")
	fmt.Printf("%-34s %8.2f  %d targets, %d pod templates, %d findings\n", "podmend check",
		best.wall.Seconds(), summary.Targets, summary.PodTemplates, summary.Findings)
	fmt.Printf("%-34s %8.2f  %d calls, %d of them fail\n", "helm template, each target", helm.wall.Seconds(), helm.calls, helm.failed)
	fmt.Printf("%-34s %8.2f  %d calls, %d of them fail\n", "kustomize build, each target", kustomize.wall.Seconds(), kustomize.calls, kustomize.failed)
	fmt.Printf("%-34s %8.2f  %d targets\n", "podmend check, kustomizations", roots.wall.Seconds(), roots.report.Summary.Targets)
	fmt.Printf("\npodmend takes %.3f of the wall time of both loops, and %.3f of that of kustomize build for kustomizations;\n"+
		"its processes hold %d MiB together, %d MiB for kustomizations\n\n",
		best.wall.Seconds()/sum.Seconds(), roots.wall.Seconds()/kustomize.wall.Seconds(), best.memory>>20, roots.memory>>20)
	return nil
}

// fastest runs podmend check some times. The fastest counts, and the most memory of all.
func (c commands) fastest(rounds int, args ...string) (measured, error) {
	var best measured
	for range rounds {
		one, err := c.check(args...)
		if err != nil {
			return best, err
		}
		one.memory = max(one.memory, best.memory)
		if best.report != nil && best.wall < one.wall {
			one.wall = best.wall
		}
		best = one
	}
	return best, nil
}

// onlyRoots are the arguments by which podmend takes the kustomizations of a report alone: few, since each path is
// compared with all of them.
func onlyRoots(r *report.Report) []string {
	args := []string{"--include", "/no kustomization"}
	kinds := map[string]map[string]bool{} // of the targets at or below a folder
	for _, target := range r.Targets {
		for at := target.Path; ; at = path.Dir(at) {
			if kinds[at] == nil {
				kinds[at] = map[string]bool{}
			}
			kinds[at][target.Kind] = true
			if at == "." {
				break
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(kinds)) {
		only := func(at string) bool { return kinds[at]["kustomize"] && !kinds[at]["helm"] && !kinds[at]["plain"] }
		switch {
		case !only(folder) || folder != "." && only(path.Dir(folder)):
		case folder == ".":
			return nil
		default:
			args = append(args, "--include", "/"+globSigns.ReplaceAllString(folder, `\$0`))
		}
	}
	return args
}

var globSigns = regexp.MustCompile(`[*?\[\]{}\\]`)

type measured struct {
	wall   time.Duration
	memory int64 // peak resident bytes of all processes together
	report *report.Report
}

func (c commands) check(args ...string) (measured, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(c.podmend, append([]string{"check", "--format", "json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return measured{}, err
	}
	peak := watchMemory(cmd.Process.Pid)
	_ = cmd.Wait() // findings end it with another code than 0; the report tells
	wall := time.Since(start)
	memory := max(peak(), peakMemory(cmd.ProcessState))
	r, readErr := report.ReadJSON(&stdout)
	if readErr != nil {
		return measured{}, fmt.Errorf("%s: %w: %s", cmd, readErr, stderr.String())
	}
	return measured{wall, memory, r}, nil
}

type loop struct {
	wall          time.Duration
	calls, failed int
}

// loops calls the command lines for each target, one after the other, as a script would.
func (c commands) loops(root string, r *report.Report) (helm, kustomize loop, err error) {
	for _, target := range r.Targets {
		switch target.Kind {
		case "helm":
			args := []string{"template", target.Path}
			for _, values := range target.Values {
				args = append(args, "--values", values)
			}
			err = helm.call(root, c.helm, args...)
		case "kustomize":
			err = kustomize.call(root, c.kustomize, "build", target.Path)
		}
		if err != nil {
			return helm, kustomize, err
		}
	}
	return helm, kustomize, nil
}

func (l *loop) call(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	start := time.Now()
	err := cmd.Run()
	l.wall += time.Since(start)
	l.calls++
	if cmd.ProcessState == nil {
		return err
	}
	if err != nil {
		l.failed++
	}
	return nil
}
