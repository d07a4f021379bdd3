package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/report"
)

// TestHelmOrigins asks of every finding in a chart, by nothing but the text of the files, that its line holds
// the field's key or value or an action that prints it, and that each step of its chain is an action.
func TestHelmOrigins(t *testing.T) {
	t.Parallel()
	for _, dir := range corpora(t) {
		r, _ := runJSON(t, dir, "check")
		root := workTree(dir)
		placed, uncertain := 0, 0
		for _, finding := range r.Findings {
			if !strings.HasPrefix(finding.Occurrences[0].Target, "helm:") {
				continue
			}
			origin := finding.Origin
			if !origin.Exact {
				if strings.HasSuffix(origin.File, ".tgz") {
					continue // an archive has no lines
				}
				uncertain++
				t.Logf("%s:%d: the file alone is certain: %s", origin.File, origin.Line, finding.Message)
				continue
			}
			placed++
			text := sourceLines(t, root, origin.File, origin.Line, origin.EndLine)
			if !holdsField(text, finding) {
				t.Errorf("%s:%d says %q (%s), the field is %s", origin.File, origin.Line, text, origin.Via, finding.Occurrences[0].Field)
			}
			for _, link := range origin.Chain {
				if text := sourceLines(t, root, link.File, link.Line, link.Line); !strings.Contains(text, "{{") {
					t.Errorf("%s:%d says %q, which is no action", link.File, link.Line, text)
				}
			}
		}
		t.Logf("%s: %d placed, %d uncertain", dir, placed, uncertain)
		if placed == 0 || uncertain*100 > placed {
			t.Errorf("%s: %d findings are placed, %d are not", dir, placed, uncertain)
		}
	}
}

// holdsField says whether a text holds a finding's field.
func holdsField(text string, finding report.Finding) bool {
	field, value := finding.Occurrences[0].Field, finding.Occurrences[0].Value
	key := field[strings.LastIndex(field, ".")+1:]
	if at := strings.Index(key, "["); at >= 0 {
		key = key[:at]
		if strings.HasSuffix(field, `"]`) { // an annotation's key
			key = strings.TrimSuffix(field[strings.LastIndex(field, `["`)+2:], `"]`)
		}
	}
	switch finding.Origin.Via {
	case "literal", "helper":
		return strings.Contains(text, key) || value != "" && strings.Contains(text, value)
	case "values":
		return strings.Contains(text, key) || value != "" && strings.Contains(text, value) || strings.Contains(text, "{{")
	case "generated":
		return strings.Contains(text, "{{")
	}
	return false
}

func sourceLines(t *testing.T, root, name string, first, last int) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
		return ""
	}
	lines := strings.Split(string(content), "\n")
	if first < 1 || last < first || last > len(lines) {
		t.Errorf("%s has no lines %d to %d", name, first, last)
		return ""
	}
	return strings.Join(lines[first-1:last], "\n")
}
