package fix

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// TestExemptionSnippet requires YAML that says what the finding says, whatever names hold.
func TestExemptionSnippet(t *testing.T) {
	control, _ := check.ControlByID("privileged")
	finding := &check.Finding{Control: control, HostNeed: check.HostNeed{Likely: true, Evidence: []string{`it "mounts" devices: #1`}}}
	names := []string{"node", "yes", "a: {b}, #c", "node"}
	for _, name := range names {
		finding.Occurrences = append(finding.Occurrences, check.Occurrence{
			Pod:   &render.PodTemplate{Object: &render.Object{Kind: "DaemonSet", Name: name, Namespace: "1e3"}},
			Field: check.Field{Container: "null"},
		})
	}
	var read struct {
		Exemptions []map[string]any `json:"exemptions"`
	}
	snippet := exemptionSnippet(finding)
	if err := yaml.Unmarshal([]byte(snippet), &read); err != nil {
		t.Fatalf("%v in %s", err, snippet)
	}
	if len(read.Exemptions) != 3 {
		t.Fatalf("one object has one entry: %s", snippet)
	}
	for i, entry := range read.Exemptions {
		want := map[string]any{
			"control": "privileged", "kind": "DaemonSet", "name": names[i], "namespace": "1e3", "container": "null",
			"reason": `needs the host: it "mounts" devices: #1`,
		}
		if fmt.Sprint(entry) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", entry, want)
		}
	}

	finding.Occurrences[3].Pod.Object.Name = "fourth"
	if snippet := exemptionSnippet(finding); !strings.HasSuffix(snippet, "] (and 1 more alike)") || strings.Contains(snippet, "fourth") {
		t.Errorf("only three are named: %s", snippet)
	}
}
