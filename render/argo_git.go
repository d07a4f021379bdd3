package render

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// git gives a set of parameters for each folder or file of this repository that the generator names.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Git/
func (m *argoGenerators) git(settings map[string]any, at yamledit.Path) ([]parameterSet, *Error) {
	type entry struct {
		pattern string
		exclude bool
	}
	entries := func(key string) (all []entry) {
		for _, item := range listOf(settings[key]) {
			fields, _ := item.(map[string]any)
			pattern, _ := fields["path"].(string)
			exclude, _ := fields["exclude"].(bool)
			all = append(all, entry{pattern, exclude})
		}
		return all
	}
	chosen := func(all []entry, list func(pattern string) []string, matches func(pattern, name string) bool) []string {
		taken := map[string]bool{}
		for _, entry := range all {
			if !entry.exclude {
				for _, name := range list(entry.pattern) {
					taken[name] = true
				}
			}
		}
		for _, entry := range all {
			if entry.exclude {
				maps.DeleteFunc(taken, func(name string, _ bool) bool { return matches(entry.pattern, name) })
			}
		}
		return slices.Sorted(maps.Keys(taken))
	}
	values, _ := settings["values"].(map[string]any)
	var sets []parameterSet
	add := func(set parameterSet, dir, file string) *Error {
		m.pathParameters(&set, settings, dir, file)
		sets = append(sets, set)
		return m.addValues(&sets[len(sets)-1], values, at.Join("values"))
	}
	directories, files := entries("directories"), entries("files")
	switch {
	case len(directories) > 0:
		for _, dir := range chosen(directories, m.directories, matchesFolder) {
			if failed := add(parameterSet{values: map[string]any{}}, dir, ""); failed != nil {
				return nil, failed
			}
		}
	case len(files) > 0:
		for _, file := range chosen(files, m.filesLike, matchesPathspec) {
			read, failed := m.gitFile(file)
			if failed != nil {
				return nil, failed
			}
			for _, set := range read {
				if failed := add(set, path.Dir(file), file); failed != nil {
					return nil, failed
				}
			}
		}
	default:
		return nil, m.fail(at, "the git generator names neither directories nor files. Add one of them.")
	}
	return sets, nil
}

func matchesFolder(pattern, name string) bool {
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// directories lists the folders that match a pattern. Those whose names begin with a dot are none.
func (m *argoGenerators) directories(pattern string) []string {
	found := []string{""}
	for _, step := range strings.Split(pattern, "/") {
		var next []string
		for _, above := range found {
			dir := above
			if dir == "" {
				dir = "."
			}
			entries, err := m.files.ReadDir(dir)
			if err != nil {
				continue
			}
			for _, entry := range entries {
				if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && matchesFolder(step, entry.Name()) {
					next = append(next, path.Join(above, entry.Name()))
				}
			}
		}
		found = next
	}
	return found
}

// filesLike lists the files that match a pattern as git ls-files does.
func (m *argoGenerators) filesLike(pattern string) []string {
	dir := fixedFolder(pattern)
	if info, err := m.files.Stat(dir); err == nil && !info.IsDir() {
		return []string{dir}
	}
	if dir == "" {
		dir = "."
	}
	return slices.DeleteFunc(below(m.files, dir, 0), func(name string) bool {
		return strings.HasPrefix(name, ".git/") || !matchesPathspec(pattern, name)
	})
}

// matchesPathspec says whether git takes a file by a pattern: * and ? stand for slashes too, and so do two
// stars; a folder stands for all below it.
// https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-pathspec
func matchesPathspec(pattern, name string) bool {
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
	return name == pattern || strings.HasPrefix(name, pattern+"/") || matchesAnywhere(withoutBraces.Replace(pattern), name)
}

// withoutBraces takes the meaning from braces, which git has none for.
var withoutBraces = strings.NewReplacer("{", `\{`, "}", `\}`)

// gitFile reads the parameters in a file: a mapping, or a list of several.
func (m *argoGenerators) gitFile(file string) ([]parameterSet, *Error) {
	content, err := m.files.ReadFile(file)
	if err != nil {
		return nil, readError(file, err)
	}
	var tree any
	if err = yamledit.Bounded(content); err == nil {
		err = yaml.Unmarshal(content, &tree)
	}
	if err != nil {
		line, problem := helmYAMLError(err)
		return nil, &Error{Kind: ErrSyntax, File: file, Line: line, Message: fmt.Sprintf("the parameters cannot be read: %s. Mend the file; the ApplicationSet %s reads it.", problem, m.set.Name)}
	}
	if tree == nil {
		tree = map[string]any{} // an empty file has no parameters but those of its path
	}
	items, isList := tree.([]any)
	if !isList {
		items = []any{tree}
	}
	var sets []parameterSet
	for i, item := range items {
		values, ok := item.(map[string]any)
		if !ok {
			return nil, &Error{Kind: ErrGitOpsObject, File: file, Line: 1, Message: fmt.Sprintf("the file holds no mapping of parameters, which the ApplicationSet %s expects. Mend the file.", m.set.Name)}
		}
		at := yamledit.Path(nil)
		if isList {
			at = at.Join(i)
		}
		set := parameterSet{values: maps.Clone(values), from: map[string]Place{}}
		if !m.read.Spec.GoTemplate {
			set.values = map[string]any{}
			for name, value := range flat(values) {
				set.values[name] = value
			}
		}
		placeInFile(file, values, at, "", set.from)
		sets = append(sets, set)
	}
	return sets, nil
}

func placeInFile(file string, node any, at yamledit.Path, name string, into map[string]Place) {
	below, ok := node.(map[string]any)
	if !ok {
		into[name] = Place{File: file, Path: at}
		return
	}
	for key, value := range below {
		placeInFile(file, value, at.Join(key), strings.TrimPrefix(name+"."+key, "."), into)
	}
}
