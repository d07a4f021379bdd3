package dependency

import (
	"strings"
	"testing"
)

// An index that is small enough to be fetched may still fill the memory once it is parsed.
func TestIndexOfMillionsIsRefused(t *testing.T) {
	for _, text := range []string{"entries: [" + strings.Repeat("a,", 4_000_000) + "]", "entries:\n" + strings.Repeat("- - - - - a\n", 600_000)} {
		if _, wrong := parseIndex([]byte(text)); !strings.Contains(wrong, "more than 3000000 lines and items") {
			t.Errorf("%.20s…: %q", text, wrong)
		}
	}
}

// An index, a challenge and the words of a lock lead nowhere but where they say.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("apiVersion: v1\nentries:\n  a:\n  - {name: a, version: 1.0.0, urls: [a.tgz], digest: sha256:0}\n"), `realm="https://a.example/token",service="a"`)
	f.Add([]byte(`{"entries": {"a": [null, {"version": 1}]}}`), `Bearer realm="a`)
	f.Fuzz(func(t *testing.T, text []byte, challenge string) {
		listed, wrong := parseIndex(text)
		if (listed == nil) == (wrong == "") {
			t.Fatalf("an index and an error, or none: %v %q", listed, wrong)
		}
		for key, value := range challengeParameters(challenge) {
			if !strings.Contains(strings.ToLower(challenge), key) || !strings.Contains(challenge, value) {
				t.Errorf("%q holds no %s=%s", challenge, key, value)
			}
		}
	})
}
