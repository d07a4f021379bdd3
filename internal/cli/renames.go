package cli

import (
	"path"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
)

// baseID is the id that a target of the head has in the base: of a renamed folder or values file, the
// old one.
func (c *comparison) baseID(target render.Target) string {
	was := target.Path
	switch target.Kind {
	case render.Plain:
		if old, ok := c.renamed[target.Path]; ok {
			was = old
		}
	case render.Helm:
		was = c.baseFolder(target.Path, "Chart.yaml")
		if id, ok := c.withOldValues(was, target.Values); ok {
			return id
		}
	case render.Kustomize:
		was = c.baseFolder(target.Path, "kustomization.yaml", "kustomization.yml", "Kustomization")
	}
	return strings.Replace(target.ID, ":"+target.Path, ":"+was, 1)
}

// withOldValues finds the target that a chart of the base is with values files that were renamed.
func (c *comparison) withOldValues(chart string, values []string) (id string, ok bool) {
	were := make([]string, len(values))
	for i, name := range values {
		were[i] = c.baseFile(name)
	}
	if slices.Equal(were, values) {
		return "", false
	}
	for _, target := range c.before {
		if target.Kind == render.Helm && target.Path == chart && slices.Equal(target.Values, were) {
			return target.ID, true
		}
	}
	return "", false
}

// baseFolder is the folder of a target in the base, which has one of some files.
func (c *comparison) baseFolder(dir string, names ...string) string {
	for _, name := range names {
		switch file := c.File(path.Join(dir, name)); {
		case file == nil:
		case file.OldName != "":
			return path.Dir(file.OldName)
		case file.Status == changes.Added:
			return c.movedFrom(dir, names)
		}
	}
	return dir
}

// movedFrom finds the folder that was moved where git sees no rename: an overlay of three lines has
// little in common with itself once its path to the base is another. Of those that are gone it is the
// one of the most similar path, if there is one alone.
func (c *comparison) movedFrom(dir string, names []string) string {
	best, found := 0, dir
	for _, file := range c.Files {
		if file.Status != changes.Removed || !slices.Contains(names, path.Base(file.Name)) {
			continue
		}
		was := path.Dir(file.Name)
		switch common := alike(was, dir); {
		case common > best:
			best, found = common, was
		case common == best:
			found = dir
		}
	}
	return found
}

// alike counts the elements that two paths have in common at both ends; 0 if their last ones differ.
func alike(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	shorter := min(len(as), len(bs))
	end := 0
	for end < shorter && as[len(as)-1-end] == bs[len(bs)-1-end] {
		end++
	}
	start := 0
	for start < shorter-end && as[start] == bs[start] {
		start++
	}
	if end == 0 {
		return 0
	}
	return start + end
}

// baseFile is the name of a file of the head in the base.
func (c *comparison) baseFile(name string) string {
	if old, ok := c.renamed[name]; ok {
		return old
	}
	return name
}

// baseLine is the number that a line of the head has in the base; 0 if the head adds or changes it.
func (c *comparison) baseLine(name string, line int) int {
	if file := c.File(name); file != nil {
		return file.OldLine(line)
	}
	return line
}

// has says that the base has a target.
func (c *comparison) has(id string) bool {
	return slices.ContainsFunc(c.before, func(target render.Target) bool { return target.ID == id })
}

// betweenTwins says that something moved between two folders that go to different places, as from an
// environment to another: there it makes something worse. Such folders hold the same below them, and
// both live on; whoever only sorts files makes nothing worse.
func (c *comparison) betweenTwins(from, to string, heads []render.Target) bool {
	was, is := path.Dir(from), path.Dir(to)
	if isBelow(was, is) || isBelow(is, was) {
		return false
	}
	lives := func(folder string) bool {
		return slices.ContainsFunc(heads, func(target render.Target) bool { return isBelow(c.baseFile(target.Path), folder) })
	}
	held := map[string]bool{}
	for _, target := range c.before {
		if name, ok := strings.CutPrefix(target.Path, was+"/"); ok {
			held[name] = true
		}
	}
	return lives(was) && lives(is) && slices.ContainsFunc(c.before, func(target render.Target) bool {
		name, ok := strings.CutPrefix(target.Path, is+"/")
		return ok && held[name]
	})
}

// movable are the showings of manifests and of targets that the head lacks, by field. Another manifest or
// a new target may show the same: a kustomization that takes manifests in makes nothing worse, nor does
// whoever moves an object from file to file.
func (c *comparison) movable(base *run, heads map[string]string, byField map[string][]*showing) map[string][]*showing {
	kept := map[string]bool{}
	for _, id := range heads {
		kept[id] = true
	}
	found, known := map[string][]*showing{}, map[string]bool{}
	for i := range base.checked.Findings {
		finding := &base.checked.Findings[i]
		for j := range finding.Occurrences {
			occurrence := &finding.Occurrences[j]
			field := fieldKey(occurrence.Target, finding, occurrence)
			isPlain := base.byTarget[occurrence.Target].Target.Kind == render.Plain
			if (!kept[occurrence.Target] || isPlain) && !known[field] {
				known[field] = true
				anywhere := fieldKey("", finding, occurrence)
				found[anywhere] = append(found[anywhere], byField[field]...)
			}
		}
	}
	return found
}
