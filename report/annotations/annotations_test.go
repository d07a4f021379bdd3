package annotations

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/golden"
	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

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
		golden.Check(t, name+".txt", []byte(got))
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

// What a reader sees in comments is not annotated too, and counted all the same.
func TestToldFindings(t *testing.T) {
	r, _ := samples.Sized(30)
	told := map[string]bool{}
	fresh := 0
	for _, f := range r.Findings {
		if f.Status == report.StatusOpen && f.Scope == report.ScopeNew {
			if fresh++; fresh > 3 {
				told[f.ID] = true
			}
		}
	}
	var out bytes.Buffer
	if err := Write(&out, r, Options{Told: told}); err != nil {
		t.Fatal(err)
	}
	if own := strings.Count(out.String(), "\n::") + 1; own != 3 {
		t.Errorf("%d annotations:\n%s", own, out.String())
	}
	if want := fmt.Sprintf("30 findings: 3 annotated, %d told on the pull request", fresh-3); !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out.String())
	}
}
