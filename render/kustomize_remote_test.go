package render

import (
	"bytes"
	"testing"
)

// The cases are those of upstream's own tests of its loader and of RepoSpec.
func TestCloneHost(t *testing.T) {
	tests := map[string]string{
		"https://github.com/org/repo":                                   "github.com",
		"https://github.com/org/repo//path?ref=v1":                      "github.com",
		"github.com/org/repo/path":                                      "github.com",
		"GitHub.com:org/repo":                                           "GitHub.com",
		"git@github.com:org/repo.git//path":                             "github.com",
		"git::https://git.example.com/org/repo":                         "git.example.com",
		"git::git@git.example.com:org/repo":                             "git.example.com",
		"ssh://git@ssh.github.com:443/org/repo":                         "ssh.github.com:443",
		"SSH://git@host.example.com/org/repo":                           "host.example.com",
		"git@gitlab2.sqtools.ru:infra/kubernetes/thanos-base.git?ref=0": "gitlab2.sqtools.ru",
		"https://user@dev.azure.com/org/project/_git/repo/path":         "dev.azure.com",
		"file:///srv/repo":                                              "file://",
		"file://a":                                                      "file://",
		"https://host/one":                                              "",
		"https://":                                                      "",
		"/absolute/github.com/a/b":                                      "",
		"../github.com/a/b":                                             "",
		"github.com/a":                                                  "",
		"git@host":                                                      "",
		"https://github.com/org/repo//../../outside":                    "",
		"cert-manager@v1/crds.yaml":                                     "",
		"cert-manager@v1/crds/all.yaml":                                 "v1",
		"base":                                                          "",
		"":                                                              "",
	}
	for reference, want := range tests {
		host, remote := cloneHost(reference)
		if !remote {
			host = ""
		}
		if host != want || remote != (want != "") {
			t.Errorf("cloneHost(%q) = %q, %v; want %q", reference, host, remote, want)
		}
	}
}

func TestFetchHost(t *testing.T) {
	for reference, want := range map[string]string{
		"https://example.com/x.yaml": "example.com",
		"HTTP://example.com:80/x":    "example.com",
		"https:/example.com/x":       "https:/example.com/x",
		"ftp://example.com":          "",
		"https":                      "",
		"git@github.com:org/repo":    "",
	} {
		host, remote := fetchHost(reference)
		if host != want || remote != (want != "") {
			t.Errorf("fetchHost(%q) = %q, %v; want %q", reference, host, remote, want)
		}
	}
}

func TestCutCRDs(t *testing.T) {
	crd := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\n"
	for name, test := range map[string]struct{ in, out string }{
		"body":      {crd + "spec:\n  group: g\n# note\n  names: {}\nstatus: {}\n---\nkind: Pod\nspec: {}\n", crd + "---\nkind: Pod\nspec: {}\n"},
		"CRLF":      {"kind: CustomResourceDefinition\r\nspec:\r\n  a: b\r\nmetadata:\r\n  name: x\r\n", "kind: CustomResourceDefinition\r\nmetadata:\r\n  name: x\r\n"},
		"other":     {"kind: Pod\nspec: {}\n", "kind: Pod\nspec: {}\n"},
		"flow":      {"{kind: CustomResourceDefinition, spec: {}}\n", "{kind: CustomResourceDefinition, spec: {}}\n"},
		"odd":       {crd + "spec: {\n}\n", crd + "spec: {\n}\n"},
		"nested":    {"kind: Other\nspec:\n  crd: |\n    kind: CustomResourceDefinition\n", "kind: Other\nspec:\n  crd: |\n    kind: CustomResourceDefinition\n"},
		"no end":    {crd + "spec:\n  a: b", crd},
		"separator": {"# first\n---\n" + crd + "spec: {}\n--- # next\nkind: X\n", "# first\n---\n" + crd + "--- # next\nkind: X\n"},
	} {
		out, shorter := cutCRDs([]byte(test.in), nil)
		if !bytes.Equal(out, []byte(test.out)) || shorter != (test.in != test.out) {
			t.Errorf("%s: got %q (%v), want %q", name, out, shorter, test.out)
		}
	}
}
