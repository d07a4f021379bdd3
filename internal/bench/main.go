// Command bench measures podmend check over a folder against calling the helm and kustomize
// command lines for each target, in one run, and prints the ratio.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	folder := flag.Arg(0)
	if folder == "" {
		folder = filepath.Join("testdata", "demo")
		fmt.Println("no folder given: measuring the small example; name a folder of charts and overlays by PODMEND_CORPUS")
	}
	if err := c.run(folder, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (c commands) run(folder string, rounds int) error {
	var best measured
	for range rounds {
		one, err := c.check(folder)
		if err != nil {
			return err
		}
		if best.wall == 0 || one.wall < best.wall {
			best = one
		}
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
	sum := helm.wall + kustomize.wall
	summary := best.report.Summary
	fmt.Printf("%-34s %8s  %s\n", "", "seconds", "")
	fmt.Printf("%-34s %8.2f  %d targets, %d pod templates, %d findings\n", "podmend check",
		best.wall.Seconds(), summary.Targets, summary.PodTemplates, summary.Findings)
	fmt.Printf("%-34s %8.2f  %d calls, %d of them fail\n", "helm template, each target", helm.wall.Seconds(), helm.calls, helm.failed)
	fmt.Printf("%-34s %8.2f  %d calls, %d of them fail\n", "kustomize build, each target", kustomize.wall.Seconds(), kustomize.calls, kustomize.failed)
	fmt.Printf("\npodmend takes %.2f of the wall time of both loops; the largest of its processes holds %d MiB\n", best.wall.Seconds()/sum.Seconds(), best.memory>>20)
	return nil
}

type measured struct {
	wall   time.Duration
	memory int64 // peak resident bytes
	report *report.Report
}

func (c commands) check(folder string) (measured, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(c.podmend, "check", "--format", "json", folder)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if cmd.ProcessState == nil {
		return measured{}, err
	}
	r, readErr := report.ReadJSON(&stdout)
	if readErr != nil {
		return measured{}, fmt.Errorf("%s: %w: %s", cmd, readErr, stderr.String())
	}
	return measured{wall, peakMemory(cmd.ProcessState), r}, nil
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
