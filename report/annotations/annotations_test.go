package annotations

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const top = "../.."

func write(t *testing.T, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r, Options{Rest: "in the step summary"}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, name := range samples.Names {
		r, _ := samples.Read(t, top, name)
		got := write(t, r)
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s differs (%v); look at it and run go test ./report/annotations -update. It is now:\n%s", file, err, got)
		}
	}
}

var command = regexp.MustCompile(`^::(error|warning|notice) [^:]*::.`)

// TestNothingActs allows no command but annotations, one a line.
func TestNothingActs(t *testing.T) {
	for _, name := range samples.Names {
		r, _ := samples.Read(t, top, name)
		lines := strings.Split(strings.TrimSuffix(write(t, r), "\n"), "\n")
		for i, line := range lines {
			if i < len(lines)-1 && !command.MatchString(line) {
				t.Errorf("%s: %q is no annotation", name, line)
			}
			rest := strings.TrimLeft(line, ":")
			if report.Inert(rest, 0) != rest || regexp.MustCompile(`##[A-Za-z]*\[`).MatchString(line) {
				t.Errorf("%s: %q acts on a log", name, line)
			}
		}
		if !strings.HasPrefix(lines[len(lines)-1], "podmend: ") {
			t.Errorf("%s: the last line is %q", name, lines[len(lines)-1])
		}
	}
}

// TestCounts adds up what is annotated, counted and left out, within what GitHub shows.
func TestCounts(t *testing.T) {
	for _, n := range []int{0, 1, 10, 11, 300, 30_000} {
		r, _ := samples.Sized(n)
		out := write(t, r)
		own, counted, total := 0, 0, 0
		perKind := map[string]int{}
		for line := range strings.Lines(out) {
			kind, _, _ := strings.Cut(strings.TrimPrefix(line, "::"), " ")
			if !strings.HasPrefix(line, "::") {
				continue
			}
			perKind[kind]++
			more := 0
			if strings.Contains(line, "more than GitHub shows") {
				_, message, _ := strings.Cut(line[2:], "::")
				if _, err := fmt.Sscanf(message, "%d more", &more); err != nil {
					t.Error(err)
				}
				counted += more
			} else {
				own++
			}
		}
		for kind, count := range perKind {
			if count > 10 {
				t.Errorf("%d findings: there are %d annotations of kind %s", n, count, kind)
			}
		}
		old, exempt := 0, 0
		for _, f := range r.Findings {
			switch {
			case f.Status == report.StatusExempt:
				exempt++
			case f.Scope == report.ScopeOld:
				old++
			}
		}
		if own+counted+old+exempt != n {
			t.Errorf("%d findings: %d annotated, %d counted, %d old, %d exempt", n, own, counted, old, exempt)
		}
		_, last, _ := strings.Cut(out, "podmend: "+report.Quantity(n, "finding", "findings")+": ")
		for _, part := range strings.Split(last, ",") {
			count := 0
			fmt.Sscan(part, &count)
			total += count
		}
		if total != n {
			t.Errorf("the last line does not add up to %d: %s", n, last)
		}
	}
}
