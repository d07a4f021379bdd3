package fixpr

import (
	"fmt"
	"strings"
	"testing"
)

// The rules are those of GitHub's own examples.
func TestOwners(t *testing.T) {
	owners := ParseOwners(`
# comment
*       @global-owner1 @global-owner2
*.js    @js-owner #inline comment
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/github
/a\ b/ @spaced
!never @nobody
[section] @nobody
docs/*.md @writers
`)
	for file, want := range map[string]string{
		"any.yaml": "@global-owner1 @global-owner2", "deep/any.js": "@js-owner", "build/logs/x": "@octocat", "build/x": "@global-owner1 @global-owner2",
		"docs/getting-started.txt": "@doctocat", "docs/build/x.txt": "@doctocat", "docs/a.md": "@writers", "docs/build/a.md": "@doctocat",
		"apps/shop/x": "@octocat", "x/apps/y": "@octocat", "apps/github": "", "apps/github/x": "", "scripts/x": "@doctocat @octocat",
		"deeply/nested/logs/x": "@octocat", "a b/c": "@spaced",
	} {
		if got := strings.Join(owners.Of(file), " "); got != want {
			t.Errorf("%s belongs to %q, want %q", file, got, want)
		}
	}
	star := ParseOwners("docs/* @flat\n")
	if star.Of("docs/x/y") != nil || star.Of("docs/x") == nil {
		t.Error("docs/* reaches into folders, or nowhere")
	}
}

// Each file is in one group, whatever reaches across.
func TestGroups(t *testing.T) {
	got := Groups(map[string][]string{
		"p1": {"apps/a/x.yaml"}, "p2": {"apps/a/y.yaml", "base/b/z.yaml"}, "p3": {"base/b/z.yaml"}, "p4": {"apps/c/x.yaml"}, "p5": {"x.yaml"},
	}, func(file string) string { return GroupOf(ByFolder, nil, file) })
	want := "map[apps/a, base/b:[p1 p2 p3] apps/c:[p4] the root folder:[p5]]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"apps/a", "@octo/team", "the root folder", "..", "日本", strings.Repeat("x", 300)} {
		if strings.Trim(slug(name), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || len(slug(name)) > 80 {
			t.Errorf("%q is no part of a branch's name", slug(name))
		}
	}
	if slug("a/b") == slug("a-b") {
		t.Error("two groups have one branch")
	}
}

// FuzzOwners: no file of owners breaks the reader.
func FuzzOwners(f *testing.F) {
	f.Add("/docs/**/*.md @a b@example.com\n", "docs/a.md")
	f.Add("\xff* @a\n", "\xff")
	f.Fuzz(func(t *testing.T, text, file string) {
		for _, owner := range ParseOwners(text).Of(file) {
			if strings.ContainsAny(owner, " \t\n") {
				t.Errorf("%q is no owner", owner)
			}
		}
	})
}

// FuzzText: what people write around podmend's part survives, and is never taken for it.
func FuzzText(f *testing.F) {
	f.Add("Mine.", "Mine too.")
	f.Add("<!-- podmend:fix:end -->", "- [x] "+renewMark)
	f.Fuzz(func(t *testing.T, before, after string) {
		if parseText(before).marker != nil || endForm().MatchString(before) {
			return
		}
		m := marker{findings: digest("a"), text: digest("b"), title: digest("c"), commit: strings.Repeat("d", 40)}
		body := parseText(before).with(m, "Own.\n- [ ] "+renewMark+"\n") + "\n" + after
		parsed := parseText(body)
		if parsed.marker == nil || *parsed.marker != m || parsed.after != "\n"+after || !strings.HasPrefix(parsed.before, before) || parsed.ticked() {
			t.Errorf("%q became %+v", body, parsed)
		}
	})
}
