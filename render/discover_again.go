package render

import (
	"path"
	"reflect"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/podmend/podmend/internal/overlay"
)

// A walked repository is what a walk has seen of it.
type walked struct {
	charts, kustomizations, manifests []string
	skipped                           []SkippedPath
	unlisted                          []Target // folders
}

// before is what was discovered in files that differ in the content of some.
type before struct {
	found      *Discovery
	modified   map[string]bool // names
	sameCharts bool            // no modified file says what charts depend on
}

// Again discovers the targets in files that differ from those of d in the content of some regular files
// and in nothing else: no file is added or removed, and no link is another. modified lists those files.
func (d *Discovery) Again(files *overlay.FS, options DiscoverOptions, modified []string) (*Discovery, error) {
	isModified := map[string]bool{}
	kustomizations := map[string]bool{} // folders
	for _, name := range modified {
		isModified[name] = true
		switch base := path.Base(name); {
		case base == ".gitignore" || base == "Chart.yaml":
			return Discover(files, options)
		case slices.Contains(konfig.RecognizedKustomizationFileNames(), base):
			kustomizations[path.Dir(name)] = true
		}
	}
	again := newDiscoverer(files, options)
	again.found.before = &before{found: d, modified: isModified, sameCharts: !slices.ContainsFunc(modified, func(name string) bool { return path.Base(name) == "requirements.yaml" })}
	again.charts = slices.Clone(d.walked.charts)
	again.manifests = slices.Clone(d.walked.manifests)
	again.found.Skipped, again.found.Targets = slices.Clone(d.walked.skipped), slices.Clone(d.walked.unlisted)
	again.kustomizations = slices.Clone(d.walked.kustomizations)
	for dir := range kustomizations {
		_, was := kustomizationFile(d.files, dir)
		_, is := kustomizationFile(files, dir)
		if was != is {
			return Discover(files, options)
		}
	}
	for dir, k := range d.scan.loaded {
		if k != nil && !isModified[k.file] && k.plain() {
			again.found.scan.loaded[dir] = k
		}
	}
	return again.targets()
}

// plain says that a kustomization reads no configurations of plugins, which may name more files.
func (k *kustomization) plain() bool {
	return len(k.parsed.Generators) == 0 && len(k.parsed.Transformers) == 0 && len(k.parsed.Validators) == 0
}

// searched says whether a file held the words of GitOps objects before, if that is known and it was not
// modified.
func (b *before) searched(resolved string) (holds, known bool) {
	if b == nil || b.modified[resolved] {
		return false, false
	}
	holds, known = b.found.searched[resolved]
	return holds, known
}

// render is what a target rendered before, if no modified file leads to it. It renders the same then.
func (b *before) render(d *Discovery, target Target) *Result {
	if b == nil || b.found.search == nil {
		return nil
	}
	known := b.found.search.rendered[target.ID]
	if known == nil || !reflect.DeepEqual(known.Target, target) ||
		slices.ContainsFunc(d.Names(target), func(name string) bool { return b.modified[name] }) {
		return nil
	}
	same := *known
	return &same
}
