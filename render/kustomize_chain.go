package render

import (
	"slices"

	"sigs.k8s.io/kustomize/api/types"
)

// inclusions say through what each file of a build came into it.
type inclusions map[string]inclusion

type inclusion struct {
	by  *kustomization
	ref *reference
}

// inclusions finds the entry that names each file or included kustomization, the first where there
// are several.
func (b *kustomizeBuild) inclusions() inclusions {
	found := inclusions{}
	for _, k := range b.all {
		for i := range k.refs {
			ref := &k.refs[i]
			name := ref.target
			if ref.isDir {
				name = ""
				if included := b.scan.load(ref.target); included != nil && included != b.root {
					name = included.file
				}
			}
			if _, known := found[name]; name != "" && !known {
				found[name] = inclusion{k, ref}
			}
		}
	}
	return found
}

// namespace is the one that charts of a kustomization are rendered for: its own, else that of what
// includes it.
func (i inclusions) namespace(k *kustomization) string {
	seen := map[*kustomization]bool{}
	for k != nil && !seen[k] {
		if k.parsed.Namespace != "" {
			return k.parsed.Namespace
		}
		seen[k] = true
		k = i[k.file].by
	}
	return ""
}

// within returns the kustomizations of which the replacements of one see the objects: those that it includes, for a
// component those of what includes that. What includes a kustomization changes objects later.
func (b *kustomizeBuild) within(k *kustomization) []*kustomization {
	var all []*kustomization
	seen := map[*kustomization]bool{}
	var visit func(k *kustomization)
	visit = func(k *kustomization) {
		if seen[k] {
			return
		}
		seen[k] = true
		if k.parsed.Kind != types.ComponentKind {
			for _, included := range b.scan.closure(k.dir) {
				if !slices.Contains(all, included) {
					all = append(all, included)
				}
			}
			return
		}
		for _, by := range b.all {
			if slices.ContainsFunc(by.refs, func(ref reference) bool {
				return ref.use == useComponent && ref.target != "" && b.scan.load(ref.target) == k
			}) {
				visit(by)
			}
		}
	}
	visit(k)
	return all
}

// patchedLater returns the files with patches that are applied after all that a kustomization does: those of the
// kustomizations that include it.
func (b *kustomizeBuild) patchedLater(k *kustomization) []string {
	var files []string
	for _, by := range b.all {
		if by == k || !slices.Contains(b.scan.closure(by.dir), k) {
			continue
		}
		files = append(files, by.file)
		for _, ref := range by.refs {
			if ref.use == usePatch && ref.target != "" {
				files = append(files, ref.target)
			}
		}
	}
	return files
}

// chain leads from a file to the root: the entries that name it, the nearest first.
func (i inclusions) chain(file string) []Link {
	var chain []Link
	seen := map[string]bool{}
	for {
		at, ok := i[file]
		if !ok || seen[file] {
			return slices.Clip(chain)
		}
		seen[file] = true
		via := ViaManifest
		if at.ref.use == usePatch {
			via = ViaPatch
		}
		chain = append(chain, Link{File: at.ref.file, Line: at.ref.line(at.by), Via: via})
		file = at.by.file
		if _, configured := i[at.ref.file]; configured {
			file = at.ref.file // the file that configures a plugin, which the kustomization names
		}
	}
}

// through returns the kustomizations that a file passes on its way to the root, and the components that these take in.
func (b *kustomizeBuild) through(file string, included inclusions) map[*kustomization]bool {
	found := map[*kustomization]bool{}
	var add func(k *kustomization)
	add = func(k *kustomization) {
		if k == nil || found[k] {
			return
		}
		found[k] = true
		for _, ref := range k.refs {
			if ref.use == useComponent && ref.target != "" {
				add(b.scan.load(ref.target))
			}
		}
	}
	for at, ok := included[file]; ok && !found[at.by]; at, ok = included[at.by.file] {
		add(at.by)
	}
	return found
}
