package render

import (
	"path"
	"slices"
	"strings"
)

// addCharts makes the targets of each chart: one for each configured set of values, else its
// defaults and each ci/*-values.yaml (the convention of chart-testing).
func (d *discoverer) addCharts() {
	copies := d.pulledCharts()
	for _, dir := range d.charts {
		if !d.included(dir) {
			continue
		}
		if by, ok := copies[dir]; ok && len(d.chartOptions(dir).ValueSets) == 0 {
			d.skip(dir, "copy of a remote chart: it is rendered with the values of "+by+", which names it")
			d.manifests = slices.DeleteFunc(d.manifests, func(file string) bool { return strings.HasPrefix(file, dir+"/") })
			continue
		}
		_, library, err := chartInfo(d.files, dir)
		if err == nil && library {
			d.skip(dir, "library chart: it is rendered with the charts that use it")
			continue
		}
		options := d.chartOptions(dir)
		sets := options.ValueSets
		if len(sets) == 0 {
			sets = []ValueSet{{}}
			for _, file := range ciValues(d.files, dir) {
				sets = append(sets, ValueSet{Files: []string{"/" + file}})
			}
		}
		used := map[string]bool{}
		for _, set := range sets {
			target := chartTarget(dir, options, set)
			for _, file := range target.Values {
				used[file] = true
			}
			d.found.Targets = append(d.found.Targets, target)
		}
		d.reportUnusedValues(dir, used)
	}
}

// pulledCharts lists the chart folders that kustomizations name with the repository that they were pulled
// from, and which kustomization does.
func (d *discoverer) pulledCharts() map[string]string {
	pulled := map[string]string{}
	for _, dir := range d.kustomizations {
		k := d.found.scan.load(dir)
		if k == nil {
			continue
		}
		for i := range k.parsed.HelmCharts {
			if chart := &k.parsed.HelmCharts[i]; chart.Repo != "" {
				pulled[k.chartFolder(chart)] = k.file
			}
		}
	}
	return pulled
}

func (d *discoverer) chartOptions(dir string) ChartOptions {
	merged := ChartOptions{KubeVersion: d.options.KubeVersion, APIVersions: d.options.APIVersions}
	for _, chart := range d.options.Charts {
		if !matchPath(chart.Path, dir) {
			continue
		}
		d.usedChartOptions[chart.Path] = true
		if chart.KubeVersion == "" {
			chart.KubeVersion = merged.KubeVersion
		}
		chart.APIVersions = append(slices.Clone(merged.APIVersions), chart.APIVersions...)
		merged = chart
	}
	return merged
}

func chartTarget(dir string, options ChartOptions, set ValueSet) Target {
	target := Target{
		ID: "helm:" + dir, Kind: Helm, Path: dir,
		ReleaseName: options.ReleaseName, Namespace: options.Namespace,
		KubeVersion: options.KubeVersion, APIVersions: options.APIVersions,
	}
	for _, file := range set.Files {
		if rooted, ok := strings.CutPrefix(file, "/"); ok {
			target.Values = append(target.Values, path.Clean(rooted))
		} else {
			target.Values = append(target.Values, path.Join(dir, file))
		}
	}
	name := set.Name
	if name == "" {
		var names []string
		for _, file := range target.Values {
			names = append(names, strings.TrimPrefix(file, dir+"/"))
		}
		name = strings.Join(names, "+")
	}
	if name != "" {
		target.ID += "@" + name
	}
	return target
}

// reportUnusedValues says which values files beside a chart no target renders: they often are
// what production runs with.
func (d *discoverer) reportUnusedValues(dir string, used map[string]bool) {
	d.manifests = slices.DeleteFunc(d.manifests, func(file string) bool {
		base := path.Base(file)
		atTop, inCI := path.Dir(file) == dir, path.Dir(file) == path.Join(dir, "ci")
		if !atTop && !inCI {
			return used[file]
		}
		if !used[file] && unusedValuesName(base) {
			d.skip(file, "values file that no target uses; to render the chart with it too, add to "+ConfigFile+
				": charts: [{path: "+dir+", valueSets: [{name: defaults}, {files: ["+strings.TrimPrefix(file, dir+"/")+"]}]}]")
			return true
		}
		return used[file] || atTop && (base == "Chart.yaml" || base == "values.yaml" || base == "values.schema.json")
	})
}

// addKustomizations makes a target of each kustomization root, and returns the files that
// belong to kustomizations.
func (d *discoverer) addKustomizations() map[string]bool {
	claimed := map[string]bool{}
	includedBy := map[string][]string{}
	var roots []string
	for _, dir := range d.kustomizations {
		closure := d.found.scan.listed(dir)
		for _, file := range closure.Files {
			claimed[file] = true
		}
		if d.found.scan.load(dir) == nil { // it cannot be read
			if name, ok := kustomizationFile(d.files, dir); ok {
				claimed[path.Join(dir, name)] = true
			}
		}
		if d.found.scan.isComponent(dir) {
			d.skip(dir, "component: it is rendered with the overlays that use it")
			continue
		}
		roots = append(roots, dir)
		for _, included := range closure.Roots {
			if included != dir {
				includedBy[included] = append(includedBy[included], dir)
			}
		}
	}
	for _, dir := range roots {
		if !d.included(dir) {
			continue
		}
		slices.Sort(includedBy[dir])
		d.found.Targets = append(d.found.Targets, Target{
			ID: "kustomize:" + dir, Kind: Kustomize, Path: dir,
			IncludedBy: slices.Compact(includedBy[dir]), LoadAnywhere: d.options.LoadAnywhere,
			OwnProcess: setsSchema(d.found.scan.closure(dir)),
		})
	}
	return claimed
}

// addManifests makes a target of each remaining file that may hold manifests.
func (d *discoverer) addManifests(claimed map[string]bool) {
	for _, file := range d.manifests {
		if claimed[file] || !d.included(file) {
			continue
		}
		d.found.Targets = append(d.found.Targets, Target{ID: "plain:" + file, Kind: Plain, Path: file})
	}
}
