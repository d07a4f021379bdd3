package fetch

import (
	"net/netip"
	"net/url"
	"testing"
)

func TestParseRuleRefuses(t *testing.T) {
	for _, text := range []string{
		"", "/", "https://", "ftp://example.com", "file:///srv", "*.example.com", "user:pw@example.com",
		"example.com?x=y", "example.com/a/../b", "example.com/a%2fb", "example.com:0", "example.com:99999",
		"bücher.example", "exa mple.com", "git@github.com:org", "example.com//a",
	} {
		if rule, err := ParseRule(text); err == nil {
			t.Errorf("%q is taken as %+v", text, rule)
		}
	}
}

func TestRulePermits(t *testing.T) {
	tests := []struct {
		rule, url string
		purpose   Purpose
		want      bool
	}{
		{"charts.example.com", "https://charts.example.com/index.yaml", File, true},
		{"charts.example.com", "https://CHARTS.example.com.:443/index.yaml", File, true},
		{"https://charts.example.com/", "https://charts.example.com/a", File, true},
		{"oci://ghcr.io/org", "https://ghcr.io/v2/org/app/manifests/1", Registry, true},
		{"charts.example.com", "http://charts.example.com/index.yaml", File, false},
		{"charts.example.com", "https://charts.example.com:8443/index.yaml", File, false},
		{"charts.example.com", "https://evil.charts.example.com/", File, false},
		{"charts.example.com", "https://charts.example.com.evil.example/", File, false},
		{"http://127.0.0.1:5000", "http://127.0.0.1:5000/x", File, true},
		{"http://127.0.0.1:5000", "https://127.0.0.1:5000/x", File, false},
		{"127.0.0.1:5000", "http://127.0.0.1:5000/x", File, false},
		{"[::1]:5000", "https://[::1]:5000/x", File, true},
		{"example.com/stable", "https://example.com/stable", File, true},
		{"example.com/stable", "https://example.com/stable/index.yaml", File, true},
		{"example.com/stable", "https://example.com/stable2/index.yaml", File, false},
		{"example.com/stable", "https://example.com/stable/../secret", File, false},
		{"example.com/stable", "https://example.com/stable/%2e%2e/secret", File, false},
		{"example.com/stable", "https://example.com/stable%2f..%2fsecret", File, false},
		{"example.com/stable", `https://example.com/stable/..\secret`, File, false},
		{"ghcr.io/org", "https://ghcr.io/v2/other/app/manifests/1", Registry, false},
		{"ghcr.io/org", "https://ghcr.io/v2/org/app/manifests/1", File, false},
		{"ghcr.io/org", "https://ghcr.io/token", Token, true},
		{"ghcr.io/org", "https://evil.io/token", Token, false},
	}
	for _, test := range tests {
		rule, err := ParseRule(test.rule)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.permits(u, test.purpose); got != test.want {
			t.Errorf("%s permits %s: %v", test.rule, test.url, got)
		}
	}
}

// What an error tells to add must permit what was refused.
func TestTheLineToAddPermits(t *testing.T) {
	for _, text := range []string{"https://a.example/x", "http://127.0.0.1:80/x", "https://[2001:db8::1]:444/x", "https://A.example:8443"} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		rule, err := ParseRule(allowLine(u))
		if err != nil || !rule.permits(u, File) {
			t.Errorf("%s: %q: %v", text, allowLine(u), err)
		}
	}
}

func TestReach(t *testing.T) {
	for text, want := range map[string]reach{
		"8.8.8.8": public, "2606:4700::1111": public, "64:ff9b::8.8.8.8": public,
		"127.0.0.1": private, "127.8.8.8": private, "::1": private, "::ffff:127.0.0.1": private,
		"10.1.2.3": private, "172.16.0.1": private, "192.168.1.1": private, "100.64.0.1": private, "100.100.100.200": private,
		"fd00::1": private, "64:ff9b::10.0.0.1": private,
		"169.254.169.254": special, "::ffff:169.254.169.254": special, "64:ff9b::169.254.169.254": special,
		"fe80::1": special, "fe80::1%eth0": special, "0.0.0.0": special, "0.1.2.3": special, "::": special, "::7f00:1": special,
		"224.0.0.1": special, "ff02::1": special, "255.255.255.255": special, "240.0.0.1": special, "192.0.0.8": special,
		"198.18.0.1": special, "2002:7f00:1::": special, "2001:db8::1": special, "2001::1": special, "fec0::1": special,
	} {
		if got, word := reachOf(netip.MustParseAddr(text)); got != want || (word == "") != (want == public) {
			t.Errorf("%s: %d %s", text, got, word)
		}
	}
}
