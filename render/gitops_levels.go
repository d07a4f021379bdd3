package render

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
)

// addLevels adds the targets that made finds in what targets render, and in what those render in turn, from
// the outermost in.
func (g *gitOpsSearch) addLevels(ctx context.Context, targets []Target, made func(parent *Target, object *Object) []Target) error {
	all := g.madeOf(targets, made)
	sets := slices.DeleteFunc(slices.Clone(all), func(target Target) bool { return target.GitOps.Tool != argoToolSet || target.Err != nil })
	if err := g.render(ctx, sets); err != nil {
		return err
	}
	level, inner := g.outermost(all, g.madeOf(sets, made))
	reached := map[string]bool{}
	for len(level) > 0 {
		if err := g.addInputs(ctx, level); err != nil {
			return err
		}
		for i := range level {
			g.cover(&level[i])
			reached[level[i].applied()] = true
		}
		if err := g.render(ctx, level); err != nil {
			return err
		}
		g.found = append(g.found, level...)
		level = g.madeOf(level, made)
	}
	// What is reached by nothing but itself: objects that apply each other, with nobody who begins. What
	// one that fails applies is told by its error.
	for i := range inner {
		target := &inner[i]
		if !g.cyclic(target, inner) {
			continue
		}
		begun := slices.ContainsFunc(g.found, func(other Target) bool { return other.Err == nil && g.covers(&other, target.GitOps.Parent) })
		if !begun && !reached[target.applied()] {
			target.Err = g.cycleError(target)
			g.found = append(g.found, *target)
			reached[target.applied()] = true
		}
	}
	return nil
}

// cyclic says whether a target is applied by what it applies itself.
func (g *gitOpsSearch) cyclic(target *Target, all []Target) bool {
	seen := make([]bool, len(all))
	var reaches func(from *Target) bool
	reaches = func(from *Target) bool {
		if g.covers(from, target.GitOps.Parent) {
			return true
		}
		for i := range all {
			if !seen[i] && g.covers(from, all[i].GitOps.Parent) {
				seen[i] = true
				if reaches(&all[i]) {
					return true
				}
			}
		}
		return false
	}
	return reaches(target)
}

func (g *gitOpsSearch) madeOf(targets []Target, made func(parent *Target, object *Object) []Target) []Target {
	var all []Target
	for _, target := range targets {
		result := g.rendered[target.ID]
		for i := range result.Objects {
			all = append(all, made(&result.Target, &result.Objects[i])...)
		}
	}
	return all
}

// applied tells objects apart that apply others by what they are, wherever they were found.
func (t *Target) applied() string {
	return strings.Join([]string{t.GitOps.Object.String(), strconv.Itoa(t.GitOps.Source), t.GitOps.Folder, t.GitOps.Environment}, "\x00")
}

// outermost are the targets that no other applies, nor one that they make themselves. generated are others
// that are found later. inner are the rest, as they were found.
func (g *gitOpsSearch) outermost(all, generated []Target) (outer, inner []Target) {
	everything := slices.Concat(all, generated)
	for i := range all {
		applied, again := false, false
		for n := range everything {
			other := &everything[n]
			if n == i || other.Err != nil || slices.Contains(lineageIDs(other), all[i].ID) || !g.covers(other, all[i].GitOps.Parent) {
				continue
			}
			same := other.applied() == all[i].applied()
			applied = applied || !same
			again = again || same && !g.covers(&all[i], other.GitOps.Parent)
		}
		switch {
		case applied:
			inner = append(inner, all[i])
		case !again: // what applies itself stands elsewhere too
			outer = append(outer, all[i])
		}
	}
	return outer, inner
}

// covers says whether a target of a GitOps object applies another target, which is none by itself then.
func (g *gitOpsSearch) covers(applying, target *Target) bool {
	switch {
	case applying.Kind == Flux && applying.GitOps.Chart != nil:
		return target.Kind == Helm && target.Path == applying.GitOps.Chart.Folder && len(target.Values) == 0
	case applying.Kind == Flux:
		return g.folderCovers(applying.GitOps.Folder, applying.GitOps.Ignore, target)
	case applying.GitOps.Tool == argoToolHelm:
		return target.Kind == Helm && target.Path == applying.GitOps.Chart.Folder && len(target.Values) == 0
	case applying.GitOps.Tool == argoToolDirectory:
		return target.Kind == Plain && slices.Contains(applying.GitOps.Files, target.Path)
	}
	return target.Kind == Kustomize && target.Path == applying.GitOps.Folder
}

// folderCovers says whether what applies a folder applies a target of it: the kustomization there, or what a
// generated one lists.
func (g *gitOpsSearch) folderCovers(folder, ignore string, target *Target) bool {
	if target.Path == folder {
		return target.Kind == Kustomize
	}
	if folder != "." && !strings.HasPrefix(target.Path, folder+"/") {
		return false
	}
	files := g.discovery.files
	if _, ok := kustomizationFile(files, folder); ok {
		return slices.Contains(g.discovery.scan.listed(folder).Files, target.Path) || slices.Contains(g.discovery.scan.listed(folder).Roots, target.Path)
	}
	return (target.Kind == Kustomize || target.Kind == Plain) && g.generated(folder, ignore)[target.Path]
}

// generated is what a generated kustomization of a folder lists.
func (g *gitOpsSearch) generated(folder, ignore string) map[string]bool {
	key := folder + "\x00" + ignore
	if g.listed[key] == nil {
		g.listed[key] = map[string]bool{}
		for _, name := range manifestsBelow(g.discovery.files, folder, ignore) {
			g.listed[key][path.Join(folder, name)] = true
		}
	}
	return g.listed[key]
}

// cover notes which targets one applies.
func (g *gitOpsSearch) cover(applying *Target) {
	if applying.Err != nil {
		return
	}
	for i := range g.discovery.Targets {
		target := &g.discovery.Targets[i]
		if target.Err == nil && g.covered[target.ID] == "" && g.covers(applying, target) {
			g.covered[target.ID] = applying.ID
		}
	}
}
