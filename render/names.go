package render

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// Names lists files that a target names or holds, whether it can be rendered or not: what one that
// fails early would go on to read. Names are resolved and sorted; not all need to be there. Folders that
// are read whole are listed too, with a slash at the end.
func Names(files *overlay.FS, target Target) []string {
	d := newDiscovery(files)
	return d.Names(target)
}

// Names is the function Names for many targets, which share what they read. Callers must not change
// what it returns.
func (d *Discovery) Names(target Target) []string {
	if target.GitOps != nil || target.ID == "" {
		return d.namesOf(target) // what renders one may still be added to it
	}
	names, known := d.named[target.ID]
	if !known {
		names = slices.Clip(d.namesOf(target))
		d.named[target.ID] = names
	}
	return names
}

func (d *Discovery) namesOf(target Target) []string {
	var names []string
	switch target.Kind {
	case Kustomize:
		names = slices.Clone(d.scan.listed(target.Path).Files)
		for _, k := range d.scan.closure(target.Path) {
			for _, name := range konfig.RecognizedKustomizationFileNames() {
				names = append(names, path.Join(k.dir, name)) // a second one is an error
			}
			for i := range k.parsed.HelmCharts {
				names = append(names, d.chartNames(k.chartFolder(&k.parsed.HelmCharts[i]))...)
			}
		}
	case Helm:
		names = append(d.chartNames(target.Path), target.Values...)
	case Plain:
		names = []string{target.Path}
	}
	if target.GitOps != nil {
		names = append(names, d.gitOpsNames(target.GitOps)...)
	}
	for i, name := range names {
		if folder, ok := strings.CutSuffix(name, "/"); ok {
			names[i] = d.resolve(folder) + "/"
		} else {
			names[i] = d.resolve(name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// belowRoot is a name that somebody wrote as one of a file of the repository: nothing leads above the root.
func belowRoot(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// gitOpsNames are the files of what an object deploys, of all that renders it, and of its sources.
func (d *Discovery) gitOpsNames(gitOps *GitOps) []string {
	names := append(slices.Clone(gitOps.Sources), d.Names(*gitOps.Parent)...)
	for _, input := range slices.Concat(gitOps.Inputs, gitOps.Later) {
		names = append(names, d.Names(input)...)
	}
	if chart := gitOps.Chart; chart != nil {
		for _, name := range chart.ValuesFiles {
			names = append(names, belowRoot(name))
		}
		if chart.Folder != "" {
			names = append(names, d.chartNames(chart.Folder)...)
		}
		return names
	}
	if _, ok := kustomizationFile(d.files, gitOps.Folder); ok {
		return append(names, d.Names(Target{Kind: Kustomize, Path: gitOps.Folder})...)
	}
	names = append(names, below(d.files, gitOps.Folder, 0)...)
	for _, above := range foldersAbove(gitOps.Folder) {
		names = append(names, path.Join(above, sourceIgnoreFile))
	}
	for _, resource := range manifestsBelow(d.files, gitOps.Folder, gitOps.Ignore) {
		names = append(names, d.scan.listed(path.Join(gitOps.Folder, resource)).Files...)
	}
	return append(names, gitOps.Folder+"/")
}

// resolve follows links, once for each name.
func (d *Discovery) resolve(name string) string {
	if known, ok := d.resolved[name]; ok {
		return known
	}
	resolved, err := d.files.Resolve(name)
	if err != nil {
		resolved = name
	}
	d.resolved[name] = resolved
	return resolved
}

// chartNames is the function chartNames, once for all sets of values of a chart.
func (d *Discovery) chartNames(dir string) []string {
	names, known := d.charts[dir]
	if !known {
		if d.before != nil && d.before.sameCharts {
			names = d.before.found.chartNames(dir)
		} else {
			names = slices.Clip(chartNames(d.files, dir, 0))
		}
		d.charts[dir] = names
	}
	return names
}

// maxChartYAML is the size in bytes above which a Chart.yaml is not looked into.
const maxChartYAML = 1 << 20

// chartNames lists the files of a chart folder and of the folders that it names as dependencies.
func chartNames(files *overlay.FS, dir string, depth int) []string {
	names := append(below(files, dir, 0), dir+"/")
	if depth > maxFolderDepth {
		return names
	}
	for _, name := range []string{"Chart.yaml", "requirements.yaml"} {
		content, err := files.ReadFile(path.Join(dir, name))
		if err != nil || len(content) > maxChartYAML {
			continue // rendering says so
		}
		var declared struct {
			Dependencies []struct {
				Repository string `json:"repository"`
			} `json:"dependencies"`
		}
		if err := yaml.Unmarshal(content, &declared); err != nil {
			continue
		}
		for _, dependency := range declared.Dependencies {
			if local, ok := strings.CutPrefix(dependency.Repository, "file://"); ok && !path.IsAbs(local) {
				if at := path.Join(dir, local); at != dir {
					names = append(names, chartNames(files, at, depth+1)...)
				}
			}
		}
	}
	return names
}

// below lists the files at and below a folder, as far as it can be listed.
func below(files *overlay.FS, dir string, depth int) []string {
	entries, err := files.ReadDir(dir)
	if err != nil || depth > maxFolderDepth {
		return nil
	}
	var names []string
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case entry.IsDir():
			names = append(names, below(files, name, depth+1)...)
		case entry.Type()&(fs.ModeIrregular|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) == 0:
			names = append(names, name)
		}
	}
	return names
}
