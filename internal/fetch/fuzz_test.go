package fetch

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

// A request that a rule permits goes to the rule's server, and not above its path.
func FuzzRule(f *testing.F) {
	f.Add("ghcr.io/org", "https://ghcr.io/org/a")
	f.Add("http://127.0.0.1:5000", "http://127.0.0.1:5000/a%2f..")
	f.Add("[::1]:80/a", "https://[::1]:80/a/../b")
	f.Add("a.example", "https://a.example.:443\\@b.example/")
	f.Fuzz(func(t *testing.T, word, address string) {
		rule, err := ParseRule(word)
		if err != nil {
			return
		}
		u, err := url.Parse(address)
		if err != nil || !rule.permits(u, File) {
			return
		}
		if !strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), rule.host) || u.Scheme != rule.scheme {
			t.Errorf("%q permits %q", word, address)
		}
		if at := path.Clean("/" + u.Path); rule.path != "" && at != rule.path && !strings.HasPrefix(at, rule.path+"/") {
			t.Errorf("%q permits %q, which leads to %s", word, address, at)
		}
	})
}
