package fixpr

import (
	"regexp"
	"slices"
	"strings"
)

// OwnerFiles are where GitHub looks for owners; the first that is there counts.
// https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
var OwnerFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// Owners says who owns a file.
type Owners struct{ rules []ownerRule }

type ownerRule struct {
	pattern *regexp.Regexp
	owners  []string
}

// ParseOwners reads a CODEOWNERS file. Lines that GitHub skips are skipped.
func ParseOwners(text string) *Owners {
	owners := &Owners{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.ReplaceAll(line, `\#`, "\x00"), "#")
		words := strings.Fields(strings.ReplaceAll(line, `\ `, "\x01"))
		if len(words) == 0 || strings.HasPrefix(words[0], "!") || strings.ContainsAny(words[0], "[]") {
			continue
		}
		pattern := strings.NewReplacer("\x00", "#", "\x01", " ").Replace(words[0])
		owners.rules = append(owners.rules, ownerRule{ownerPattern(pattern), slices.Sorted(slices.Values(words[1:]))})
	}
	return owners
}

// ownerPattern differs from .gitignore in one way: docs/* does not reach into folders.
func ownerPattern(pattern string) *regexp.Regexp {
	body := strings.TrimSuffix(pattern, "/")
	anchored := strings.Contains(body, "/")
	inFolder := strings.HasSuffix(pattern, "/")
	flat := anchored && strings.HasSuffix(body, "/*")
	body = strings.TrimPrefix(body, "/")
	var b strings.Builder
	b.WriteString("^")
	if !anchored {
		b.WriteString("(?:.*/)?")
	}
	for len(body) > 0 {
		switch {
		case strings.HasPrefix(body, "**/"):
			b.WriteString("(?:.*/)?")
			body = body[3:]
		case strings.HasPrefix(body, "**"):
			b.WriteString(".*")
			body = body[2:]
		case body[0] == '*':
			b.WriteString("[^/]*")
			body = body[1:]
		case body[0] == '?':
			b.WriteString("[^/]")
			body = body[1:]
		default:
			plain := body
			if i := strings.IndexAny(body, "*?"); i >= 0 {
				plain = body[:i]
			}
			b.WriteString(regexp.QuoteMeta(plain))
			body = body[len(plain):]
		}
	}
	switch {
	case inFolder:
		b.WriteString("/.*")
	case !flat:
		b.WriteString("(?:/.*)?")
	}
	return regexp.MustCompile(strings.ToValidUTF8(b.String(), "�") + "$")
}

// Of returns the owners of a file, of which the last rule that matches tells.
func (o *Owners) Of(file string) []string {
	for _, rule := range slices.Backward(o.rules) {
		if rule.pattern.MatchString(file) {
			return rule.owners
		}
	}
	return nil
}
