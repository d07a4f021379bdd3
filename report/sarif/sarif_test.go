package sarif

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/podmend/podmend/internal/golden"
	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

const top = "../.."

func officialSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func write(t *testing.T, r *report.Report, o Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestSchema holds what is written against the official schema, and the schema's test against what is
// wrong.
func TestSchema(t *testing.T) {
	schema := officialSchema(t)
	for _, name := range samples.Names {
		r, source := samples.Read(t, top, name)
		for _, o := range []Options{{}, {Source: source, Version: "v1.0.0", Repository: "https://github.com/o/r"}, {CodeScanning: true}} {
			text := write(t, r, o)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for line := range strings.Lines(string(text)) {
				if line = strings.TrimSuffix(line, "\n"); report.Inert(line, 0) != line {
					t.Errorf("%s: %q acts on a log", name, line)
				}
			}
		}
	}
	broken := map[string]any{"version": "2.1.0", "runs": []any{map[string]any{"tool": map[string]any{}}}}
	if schema.Validate(broken) == nil {
		t.Error("the schema takes a run whose tool has no driver")
	}
}

type log struct {
	Runs []struct {
		Results     []result
		Invocations []struct {
			ToolExecutionNotifications, ToolConfigurationNotifications []struct {
				Level   string
				Message struct{ Text string }
			}
		}
	}
}

type result struct {
	Level, BaselineState string
	Properties           struct{ FindingID string }
	PartialFingerprints  map[string]string
	Suppressions         []struct{ Kind, Justification string }
	Fixes                []struct {
		ArtifactChanges []struct {
			Replacements []struct {
				DeletedRegion   struct{ ByteOffset, ByteLength, StartLine, StartColumn, EndLine, EndColumn int }
				InsertedContent struct{ Text string }
			}
		}
	}
}

func parse(t *testing.T, text []byte) log {
	t.Helper()
	var parsed log
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestGolden(t *testing.T) {
	r, source := samples.Read(t, top, "full")
	got := write(t, r, Options{Source: source, Version: "v1.0.0", Repository: "https://github.com/o/r"})
	// The rules are the pages of docs/controls, which have goldens of their own.
	var whole map[string]any
	if err := json.Unmarshal(got, &whole); err != nil {
		t.Fatal(err)
	}
	driver := whole["runs"].([]any)[0].(map[string]any)["tool"].(map[string]any)["driver"].(map[string]any)
	rules := driver["rules"].([]any)
	driver["rules"] = rules[:1]
	got, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "full.sarif", append(got, '\n'))
}

// TestFixes applies the regions of the fixes to the source, by bytes and by lines.
func TestFixes(t *testing.T) {
	r, source := samples.Read(t, top, "full")
	seen := 0
	for _, result := range parse(t, write(t, r, Options{Source: source})).Runs[0].Results {
		for _, fix := range result.Fixes {
			for _, replacement := range fix.ArtifactChanges[0].Replacements {
				seen++
				region := replacement.DeletedRegion
				text, _ := source("charts/agent/templates/daemonset.yaml")
				deleted := string(text[region.ByteOffset : region.ByteOffset+region.ByteLength])
				if deleted != "true" && !strings.HasPrefix(deleted, "hostPath:") {
					t.Errorf("%s: the bytes are %q", result.Properties.FindingID, deleted)
				}
				lines := strings.SplitAfter(string(text), "\n")
				var byLines string
				for n := region.StartLine; n <= region.EndLine; n++ {
					line := []rune(lines[n-1])
					from, to := 0, len(line)
					if n == region.StartLine {
						from = region.StartColumn - 1
					}
					if n == region.EndLine {
						to = region.EndColumn - 1
					}
					byLines += string(line[from:to])
				}
				if byLines != deleted {
					t.Errorf("%s: the lines hold %q and the bytes %q", result.Properties.FindingID, byLines, deleted)
				}
			}
		}
	}
	if seen != 5 { // two edits at two findings, and one
		t.Errorf("%d replacements are written, want 5", seen)
	}
}

// TestCodeScanning leaves out what code scanning would open alerts for, and says so.
func TestCodeScanning(t *testing.T) {
	r, _ := samples.Read(t, top, "full")
	all, some := parse(t, write(t, r, Options{})).Runs[0], parse(t, write(t, r, Options{CodeScanning: true})).Runs[0]
	if want := r.Summary.Findings + len(r.Mended); len(all.Results) != want {
		t.Errorf("%d results are written, want %d", len(all.Results), want)
	}
	if want := r.Summary.Findings - r.Summary.Exempt; len(some.Results) != want {
		t.Errorf("%d results are written for code scanning, want %d", len(some.Results), want)
	}
	if told := fmt.Sprint(some.Invocations); !strings.Contains(told, "2 exempt findings are left out") {
		t.Errorf("nothing says that the exempt are left out: %s", told)
	}
	states, suppressed := map[string]int{}, 0
	for _, result := range all.Results {
		states[result.BaselineState]++
		suppressed += len(result.Suppressions)
	}
	if fmt.Sprint(states) != "map[absent:1 new:8 unchanged:1]" || suppressed != 2 {
		t.Errorf("the states are %v, and %d are suppressed", states, suppressed)
	}
}

// TestLimits cuts by number and by size, keeps the worst, and loses no count.
func TestLimits(t *testing.T) {
	r, source := samples.Sized(3000)
	for _, o := range []Options{{maxResults: 1000}, {maxBytes: 100_000}, {}} {
		o.Source = source
		text := write(t, r, o)
		run := parse(t, text).Runs[0]
		left := 0
		for _, note := range run.Invocations[0].ToolExecutionNotifications {
			fmt.Sscanf(note.Message.Text, "%d more results do not fit", &left)
		}
		if len(run.Results)+left != 3000 {
			t.Errorf("%d results and %d left out are not 3000", len(run.Results), left)
		}
		if o.maxResults > 0 && len(run.Results) != o.maxResults {
			t.Errorf("%d results are written, want %d", len(run.Results), o.maxResults)
		}
		if o.maxBytes > 0 && (packed(text) > o.maxBytes || left == 0) {
			t.Errorf("%d bytes are left of %d, and %d results are left out", packed(text), o.maxBytes, left)
		}
		if o.maxResults+o.maxBytes == 0 && left > 0 {
			t.Errorf("%d results are left out without need", left)
		}
		if left > 0 && (run.Results[0].Level != "error") {
			t.Errorf("the first result is %q", run.Results[0].Level)
		}
	}
}

func packed(text []byte) int {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	io.Copy(zip, bytes.NewReader(text))
	zip.Close()
	return out.Len()
}
