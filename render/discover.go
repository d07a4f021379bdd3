package render

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/podmend/podmend/internal/overlay"
)

// DiscoverOptions choose what Discover takes. The zero value takes everything.
type DiscoverOptions struct {
	Include []string // globs of paths to take; none takes all
	Exclude []string // globs of paths to leave out, even if included
	Charts  []ChartOptions

	// LoadAnywhere lets kustomizations read files outside of their folder, as LoadRestrictionsNone does.
	LoadAnywhere bool

	// Defaults for every chart that Charts says nothing of.
	KubeVersion string
	APIVersions []string
}

// ChartOptions say how the charts that match Path are rendered.
type ChartOptions struct {
	Path        string // glob of chart folders
	ReleaseName string
	Namespace   string
	KubeVersion string
	APIVersions []string
	ValueSets   []ValueSet
}

// A ValueSet is a list of values files that are merged in order over a chart's defaults.
type ValueSet struct {
	Name  string   // "" is made of the files' names
	Files []string // relative to the chart's folder, or to the repository's root with a leading slash
}

// A SkippedPath is a file or folder that is no target, and why.
type SkippedPath struct {
	Path, Reason string
}

// A Discovery is what Discover found, sorted.
type Discovery struct {
	Targets []Target
	Skipped []SkippedPath
	// Unused names the chart options that matched no chart, by their path.
	Unused []string
	// Asking are the ApplicationSets that are skipped because of what their generators ask for.
	Asking []AskingSet

	files    *overlay.FS
	scan     *kustomizationScan
	resolved map[string]string
	named    map[string][]string // names by target id
	charts   map[string][]string // names by chart folder
	walked   walked
	before   *before         // nil if this was not discovered again
	searched map[string]bool // whether files hold the words of GitOps objects, by resolved name
	search   *gitOpsSearch   // nil if there are no objects of GitOps tools
}

func newDiscovery(files *overlay.FS) Discovery {
	return Discovery{files: files, scan: newKustomizationScan(files), resolved: map[string]string{}, named: map[string][]string{}, charts: map[string][]string{}}
}

// Discover walks a repository and finds every target in it.
// The error says that the root cannot be listed.
func Discover(files *overlay.FS, options DiscoverOptions) (*Discovery, error) {
	return newDiscoverer(files, options).discover()
}

func newDiscoverer(files *overlay.FS, options DiscoverOptions) *discoverer {
	return &discoverer{files: files, list: files.ReadDir, options: options, found: newDiscovery(files), ignored: newIgnoreRules(files), usedChartOptions: map[string]bool{}}
}

func (d *discoverer) discover() (*Discovery, error) {
	if err := d.walk("."); err != nil {
		return nil, err
	}
	return d.targets()
}

// targets makes targets of what a walk has seen.
func (d *discoverer) targets() (*Discovery, error) {
	d.found.walked = walked{
		charts: slices.Clone(d.charts), kustomizations: slices.Clone(d.kustomizations), manifests: slices.Clone(d.manifests),
		skipped: slices.Clone(d.found.Skipped), unlisted: slices.Clone(d.found.Targets),
	}
	d.found.scan.readAhead(slices.DeleteFunc(slices.Clone(d.kustomizations), func(dir string) bool { return d.found.scan.loaded[dir] != nil }))
	d.addCharts()
	claimed := d.addKustomizations()
	d.addManifests(claimed)
	for _, chart := range d.options.Charts {
		if !d.usedChartOptions[chart.Path] {
			d.found.Unused = append(d.found.Unused, chart.Path)
		}
	}
	slices.SortFunc(d.found.Targets, func(a, b Target) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(d.found.Skipped, func(a, b SkippedPath) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Reason, b.Reason))
	})
	return &d.found, nil
}

type discoverer struct {
	files   *overlay.FS
	list    func(dir string) ([]fs.DirEntry, error)
	options DiscoverOptions
	ignored *ignoreRules

	charts         []string // folders with a Chart.yaml
	kustomizations []string // folders with a kustomization file
	manifests      []string // YAML and JSON files that may hold plain manifests

	usedChartOptions map[string]bool
	found            Discovery
}

func (d *discoverer) skip(name, reason string) {
	d.found.Skipped = append(d.found.Skipped, SkippedPath{Path: name, Reason: reason})
}

func (d *discoverer) walk(dir string) error {
	entries, err := d.list(dir)
	if err != nil {
		return err
	}
	d.ignored.enter(dir, entries)
	names := map[string]bool{}
	for _, entry := range entries {
		names[entry.Name()] = true
	}
	isChart := names["Chart.yaml"]
	if isChart {
		d.charts = append(d.charts, dir)
	}
	// Only where a name fits is the file system asked, which takes longest of all.
	if slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool { return names[name] }) {
		if name, ok := kustomizationFile(d.files, dir); ok && d.ignored.ignoredBy(path.Join(dir, name), false) == "" {
			d.kustomizations = append(d.kustomizations, dir)
		}
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		isDir := entry.IsDir()
		if strings.EqualFold(entry.Name(), ".git") {
			continue
		}
		if rules := d.ignored.ignoredBy(name, isDir); rules != "" {
			if isDir || isYAMLName(name) {
				d.skip(name, "ignored by "+rules)
			}
			continue
		}
		if isDir && isChart && isChartPart(entry.Name()) {
			continue
		}
		if pattern, ok := matchAny(d.options.Exclude, name); ok {
			if isDir || isYAMLName(name) {
				d.skip(name, "excluded by "+pattern)
			}
			continue
		}
		if isDir {
			d.walkInto(name)
			continue
		}
		d.file(entry, name)
	}
	return nil
}

func (d *discoverer) walkInto(name string) {
	if reason := foreignFolder(d.files, name); reason != "" {
		d.skip(name, reason)
		return
	}
	if strings.Count(name, "/") > maxFolderDepth {
		d.skip(name, "nested too deeply")
		return
	}
	if err := d.walk(name); err != nil {
		d.unlisted(name, err)
	}
}

// unlisted makes a target of a folder that cannot be listed, which fails: a finding may hide there.
func (d *discoverer) unlisted(dir string, err error) {
	d.found.Targets = append(d.found.Targets, Target{
		ID: "plain:" + dir, Kind: Plain, Path: dir,
		Err: &Error{
			Kind: ErrUnreadable, File: dir,
			Message: fmt.Sprintf("the folder cannot be listed: %v. Check its permissions, or leave it out with --exclude.", cause(err)),
		},
	})
}

func (d *discoverer) file(entry fs.DirEntry, name string) {
	if entry.Type()&fs.ModeSymlink != 0 {
		d.link(name)
		return
	}
	if reason := helmfileReason(entry.Name()); reason != "" {
		d.skip(name, reason)
		return
	}
	if !isYAMLName(name) || name == ConfigFile {
		return
	}
	if !entry.Type().IsRegular() {
		d.skip(name, "is not a regular file")
		return
	}
	d.manifests = append(d.manifests, name)
}

// link accounts for a symbolic link. What it leads to is looked at where it stands.
func (d *discoverer) link(name string) {
	resolved, err := d.files.Resolve(name)
	if err == nil {
		if info, statErr := d.files.Stat(resolved); statErr == nil && (info.IsDir() || isYAMLName(name)) {
			d.skip(name, "symbolic link to "+resolved+", which is looked at where it stands")
		}
		return
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && isYAMLName(name):
		d.skip(name, "symbolic link to nothing")
	case !errors.Is(err, fs.ErrNotExist):
		d.skip(name, "symbolic link that "+cause(err).Error())
	}
}

// included says whether --include takes a target at name, and accounts for it if not.
func (d *discoverer) included(name string) bool {
	if len(d.options.Include) == 0 {
		return true
	}
	if _, ok := matchAny(d.options.Include, name); ok {
		return true
	}
	d.skip(name, "not matched by any include pattern")
	return false
}

// cause is the innermost error of a failed file operation: its path is said elsewhere.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
