package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

// sizes is how many overlays and charts are generated, and how often: make shards asks for 1,000
// and 200.
func sizes(t *testing.T) (overlays, charts, seeds int) {
	t.Helper()
	given := os.Getenv("PODMEND_TEST_SHARDS")
	if given == "" {
		return 24, 8, 4
	}
	if _, err := fmt.Sscanf(given, "%dx%dx%d", &overlays, &charts, &seeds); err != nil {
		t.Fatalf("PODMEND_TEST_SHARDS is %q, not OVERLAYSxCHARTSxSEEDS: %v", given, err)
	}
	return overlays, charts, seeds
}

// TestShardsEqualOneRun asks that plan, check --shard and merge come to what one check comes to.
func TestShardsEqualOneRun(t *testing.T) {
	t.Parallel()
	overlays, charts, seeds := sizes(t)
	for seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			whole := shardsEqual(t, generateRepository(t, int64(seed), overlays, charts), 4)
			if len(whole.Findings) < overlays/8 {
				t.Errorf("only %d findings were compared", len(whole.Findings))
			}
			clean := whole.Summary.Errors == 0
			if unused := slices.ContainsFunc(whole.Warnings, func(w report.Warning) bool { return strings.Contains(w.Message, "matches no finding") }); unused != clean {
				t.Errorf("of %d errors, and a warning of an unused exemption is %v", whole.Summary.Errors, unused)
			}
		})
	}
}

func TestShardsOfCorpusEqualOneRun(t *testing.T) {
	t.Parallel()
	for _, dir := range corpora(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) { shardsEqual(t, dir, 4) })
	}
}

func shardsEqual(t *testing.T, dir string, shards int) *report.Report {
	t.Helper()
	reports := t.TempDir()
	whole := filepath.Join(reports, "whole.json")
	code := runIn(t, dir, "check", "--format", "json", "--output", whole)
	var planned matrix
	text := runOutput(t, dir, exitClean, "plan", "--shards", strconv.Itoa(shards))
	if err := json.Unmarshal([]byte(text), &planned); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	args := []string{"merge", "--output", filepath.Join(reports, "merged.json")}
	for _, job := range planned.Include {
		name := filepath.Join(reports, fmt.Sprintf("%d.json", job.Index))
		runIn(t, dir, "check", "--shard", job.Shard, "--format", "json", "--output", name)
		args = append(args, name)
	}
	if got := runIn(t, dir, args...); got != code {
		t.Errorf("one run ends with %d, merge with %d", code, got)
	}
	want, got := withoutDurations(t, whole), withoutDurations(t, filepath.Join(reports, "merged.json"))
	if !bytes.Equal(want, got) {
		t.Errorf("merged shards and one run differ:\n%s", firstDifference(want, got))
	}
	read, err := report.ReadJSON(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func runIn(t *testing.T, dir string, args ...string) int {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	code := Run(context.Background(), args, env)
	if code == exitUsage || code == exitFailed {
		t.Fatalf("podmend %v ended with %d: %s", args, code, stderr.String())
	}
	return code
}

func runOutput(t *testing.T, dir string, want int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	if code := Run(context.Background(), args, env); code != want {
		t.Fatalf("podmend %v ended with %d: %s", args, code, stderr.String())
	}
	return stdout.String()
}

func withoutDurations(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, err := report.ReadStrictJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range read.Targets {
		read.Targets[i].DurationMs = 0
	}
	var text bytes.Buffer
	if err := report.WriteJSON(&text, read); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// firstDifference shows where two texts part, with what stands around.
func firstDifference(want, got []byte) string {
	wanted, gotten := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range wanted {
		if i >= len(gotten) || wanted[i] != gotten[i] {
			from := max(i-25, 0)
			return strings.Join(wanted[from:min(i+6, len(wanted))], "\n") + "\n--- but\n" + strings.Join(gotten[min(max(i-3, 0), len(gotten)):min(i+6, len(gotten))], "\n")
		}
	}
	return "the second is longer"
}
