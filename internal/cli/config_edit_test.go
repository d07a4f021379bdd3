package cli

import (
	"strings"
	"testing"
)

// TestAddExemptions asks that what stood in the file stands there still, and that the new item is
// the last.
func TestAddExemptions(t *testing.T) {
	item := map[string]any{"controls": []any{"privileged"}, "name": "new", "reason": "a: b # c"}
	for name, before := range map[string]string{
		"no file":             "",
		"comments only":       "# nothing yet",
		"an empty document":   "---\n",
		"other keys":          "# top\nlevel: baseline # for now\n\nexclude:\n- a\n",
		"no final newline":    "level: baseline",
		"CRLF":                "level: baseline\r\nexemptions:\r\n- control: hostPorts\r\n  reason: x\r\n",
		"a null list":         "exemptions:\nlevel: baseline\n",
		"an empty list":       "exemptions: []\nlevel: baseline\n",
		"flow style":          "exemptions: [{control: hostPorts, reason: x}] # all\n",
		"block style":         "exemptions:\n  # one\n  - {control: hostPorts, reason: x} # two\n\n# three\nlevel: baseline\n",
		"a document's marker": "---\nexemptions:\n- control: hostPorts\n  reason: x\n",
		"braces":              "{\"level\": \"baseline\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			was, err := parseConfig([]byte(before))
			if err != nil {
				t.Fatal(err)
			}
			after, err := addExemptions([]byte(before), []map[string]any{item})
			if err != nil {
				t.Fatal(err)
			}
			config, err := parseConfig(after)
			if err != nil {
				t.Fatalf("%v\n%s", err, after)
			}
			if len(config.Exemptions) != len(was.Exemptions)+1 {
				t.Fatalf("there are %d exemptions\n%s", len(config.Exemptions), after)
			}
			last := config.Exemptions[len(was.Exemptions)]
			if last.Name != "new" || last.Reason != "a: b # c" || config.Level != was.Level {
				t.Errorf("got %+v\n%s", last, after)
			}
			for _, comment := range []string{"# top", "# for now", "# nothing yet", "# all", "# one", "# two", "# three"} {
				if strings.Contains(before, comment) && !strings.Contains(string(after), comment) {
					t.Errorf("%s is gone\n%s", comment, after)
				}
			}
		})
	}
}

func TestSplitList(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "a, b": "a|b", "{a,b},c": "{a,b}|c", ",a,,": "a", "{a,b": "{a,b", "}a,b": "}a|b",
	} {
		if got := strings.Join(splitList(text), "|"); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
