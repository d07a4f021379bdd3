package render

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// skipMark tells Argo CD that a file of a folder is no manifest.
const skipMark = "+argocd:skip-file-rendering"

// directory chooses the manifests of a folder that are applied as they are.
// https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
func (s *argoSearch) directory(dir string) (skip string) {
	settings := argoDirectory{}
	if s.source.Directory != nil {
		settings = *s.source.Directory
	}
	chosen := func(name string) bool {
		name = strings.TrimPrefix(name, dir+"/")
		return (settings.Exclude == "" || !matchesAnywhere(settings.Exclude, name)) && (settings.Include == "" || matchesAnywhere(settings.Include, name))
	}
	jsonnet := ""
	for _, name := range below(s.discovery.files, dir, 0) {
		if !settings.Recurse && path.Dir(name) != dir || !chosen(name) {
			continue
		}
		switch {
		case strings.HasSuffix(name, ".jsonnet"):
			jsonnet = name
		case isYAMLName(name) && !marksSkipped(s.discovery.files, name):
			s.target.GitOps.Files = append(s.target.GitOps.Files, name)
		}
	}
	const reason = "%s is Jsonnet, which podmend does not run; to check what it prints, commit that"
	if jsonnet == "" {
		return ""
	}
	if len(s.target.GitOps.Files) == 0 {
		return fmt.Sprintf(reason, jsonnet)
	}
	s.discovery.Skipped = append(s.discovery.Skipped, SkippedPath{jsonnet, fmt.Sprintf("%s: "+reason, s.target.GitOps.Object, path.Base(jsonnet))})
	return ""
}

func marksSkipped(files *overlay.FS, name string) bool {
	content, err := files.ReadFile(name)
	return err == nil && bytes.Contains(content, []byte(skipMark))
}

// renderManifests reads the manifests of a folder.
func renderManifests(files *overlay.FS, names []string, result *Result) {
	for _, name := range names {
		read := renderPlain(files, Target{Kind: Plain, Path: name})
		result.Objects = append(result.Objects, read.objects...)
		result.Notes = append(result.Notes, read.notes...)
		switch {
		case read.failure != nil && result.Err == nil:
			result.Err = read.failure
		case read.failure != nil:
			result.Err.Others += 1 + read.failure.Others
		case read.reason != "":
			result.Notes = append(result.Notes, fmt.Sprintf("%s is left out: %s.", name, read.reason))
		}
	}
	slices.Sort(result.Notes)
	result.Notes = slices.Compact(result.Notes)
}

// matchesAnywhere matches a name by a glob of which * and ? stand for any characters, slashes too, and
// {a,b} for one of several. What is no glob matches nothing.
func matchesAnywhere(glob, name string) bool {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '*':
			b.WriteString(".*")
		case c == '?':
			b.WriteByte('.')
		case c == '{':
			depth++
			b.WriteString("(?:")
		case c == '}' && depth > 0:
			depth--
			b.WriteByte(')')
		case c == ',' && depth > 0:
			b.WriteByte('|')
		case c == '[' && strings.IndexByte(glob[i:], ']') > 1:
			end := i + strings.IndexByte(glob[i:], ']')
			class := glob[i+1 : end]
			negated := strings.HasPrefix(class, "!")
			b.WriteByte('[')
			if negated {
				b.WriteByte('^')
			}
			b.WriteString(strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`).Replace(strings.TrimPrefix(class, "!")))
			b.WriteByte(']')
			i = end
		case c == '\\' && i+1 < len(glob):
			i++
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	expression, err := regexp.Compile(`(?s)^(?:` + b.String() + `)$`)
	return err == nil && expression.MatchString(name)
}
