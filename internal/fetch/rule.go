package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// A Rule permits requests to one host and port, or to what lies below a path there.
type Rule struct {
	scheme string // https or http
	host   string // lower case, without a port
	port   string
	path   string // "" or begins with a slash and ends without one
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// ParseRule reads what a person writes into network.allow: a host, with a port, a path and a
// scheme if need be. Without a scheme it means https; oci:// means that too.
func ParseRule(text string) (Rule, error) {
	scheme, rest := "https", text
	if before, after, ok := strings.Cut(text, "://"); ok {
		scheme, rest = strings.ToLower(before), after
	}
	switch scheme {
	case "http", "https":
	case "oci":
		scheme = "https"
	default:
		return Rule{}, fmt.Errorf("%q has the scheme %s; only https, oci and http can be fetched from", text, scheme)
	}
	u, err := url.Parse(scheme + "://" + rest)
	switch {
	case err != nil || u.Host == "":
		return Rule{}, fmt.Errorf("%q is no host; write it like charts.example.com, ghcr.io/org or 127.0.0.1:5000", text)
	case u.User != nil:
		return Rule{}, errors.New("a host must be named without a user or password; they belong into the files under network.credentials")
	case u.RawQuery != "" || u.Fragment != "" || u.RawPath != "" || !cleanPath(u.Path):
		return Rule{}, fmt.Errorf("%q has more than a host and a plain path; leave the rest away", text)
	}
	rule := Rule{scheme: scheme, host: hostOf(u), port: portOf(u), path: strings.TrimSuffix(u.Path, "/")}
	if number, err := strconv.Atoi(rule.port); err != nil || number < 1 || number > 65535 {
		return Rule{}, fmt.Errorf("%q has the port %s, which is none", text, rule.port)
	}
	if _, err := netip.ParseAddr(rule.host); err != nil && !hostName.MatchString(rule.host) {
		return Rule{}, fmt.Errorf("%q is no host name; wildcards are not known, and names of other alphabets are written as xn--…", text)
	}
	return rule, nil
}

// permits says whether a request may go to u. What a registry answers lies below /v2/, which no
// repository's name has; the path where it gives out tokens has nothing to do with repositories.
func (r Rule) permits(u *url.URL, purpose Purpose) bool {
	if !r.sameServer(u) {
		return false
	}
	if r.path == "" || purpose == Token {
		return true
	}
	if u.RawPath != "" || !cleanPath(u.Path) {
		return false // an encoded slash or .. may lead a server elsewhere
	}
	at := u.Path
	if purpose == Registry {
		at = strings.TrimPrefix(at, "/v2")
	}
	return at == r.path || strings.HasPrefix(at, r.path+"/")
}

func (r Rule) sameServer(u *url.URL) bool {
	return r.scheme == u.Scheme && r.host == hostOf(u) && r.port == portOf(u)
}

// cleanPath says whether a path means what it says.
func cleanPath(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if segment == "." || segment == ".." || strings.ContainsAny(segment, `\%;`) {
			return false
		}
	}
	return !strings.Contains(path, "//")
}

func hostOf(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }

func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case u.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}

// allowLine is what network.allow must hold so that u may be fetched from.
func allowLine(u *url.URL) string {
	line := hostOf(u)
	if strings.Contains(line, ":") {
		line = "[" + line + "]"
	}
	if port := u.Port(); port != "" {
		line += ":" + port
	}
	if u.Scheme == "http" {
		line = "http://" + line
	}
	return line
}
