package render

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/podmend/podmend/internal/overlay"
)

// A helmChart is a chart with its subcharts, and what Helm's own types don't know: where each
// file stands in the repository, and why a declared dependency is absent. Both are kept by
// pointers that survive the copies that Helm makes of charts with an alias.
type helmChart struct {
	*chart.Chart
	places map[*chart.File]helmPlace
	absent map[*chart.Dependency]helmAbsence
	// defaults are the files that hold the chart's values in place of values.yaml, the strongest first.
	defaults []ValuesLayer
}

// A helmLoader loads charts from the overlay file system.
type helmLoader struct {
	files  *overlay.FS
	chart  helmChart
	within []string // chart folders being loaded, to end cycles of file:// dependencies

	// Archives and file:// dependencies can multiply without end, and an archive can hold itself.
	charts   int // how many were loaded
	unpacked int // how many bytes were unpacked
	offered  int // how many bytes describe what could be fetched
	tooMany  *Error
}

// helmMaxCharts is far above what real charts are made of, and Helm can still merge their values.
const helmMaxCharts = 500

// loadHelmChart loads the chart in dir, which may be an archive, with its subcharts.
func loadHelmChart(files *overlay.FS, dir string) (*helmChart, *Error) {
	if info, err := files.Stat(dir); err == nil && info.Mode().IsRegular() {
		return loadPackedChart(files, dir)
	}
	l := newHelmLoader(files)
	var failed *Error
	l.chart.Chart, failed = l.folder(dir)
	if failed = l.failure(failed); failed != nil {
		return nil, failed
	}
	return &l.chart, nil
}

func newHelmLoader(files *overlay.FS) *helmLoader {
	return &helmLoader{files: files, chart: helmChart{
		places: map[*chart.File]helmPlace{},
		absent: map[*chart.Dependency]helmAbsence{},
	}}
}

// failure is why a chart cannot be loaded: too many subcharts are the reason for what else failed.
func (l *helmLoader) failure(failed *Error) *Error {
	if l.tooMany != nil {
		return l.tooMany
	}
	return failed
}

// folder loads a chart folder that is nobody's vendored subchart.
func (l *helmLoader) folder(dir string) (*chart.Chart, *Error) {
	resolved, err := l.files.Resolve(dir)
	if err != nil {
		return nil, helmReadError(dir, err)
	}
	l.within = append(l.within, resolved)
	defer func() { l.within = l.within[:len(l.within)-1] }()
	found, failed := helmChartFiles(l.files, resolved)
	if failed != nil {
		return nil, failed
	}
	return l.assemble(found, helmPlace{file: path.Join(resolved, "Chart.yaml")}, true)
}

// assemble makes a chart of its files. It does what loader.LoadFiles does, level by level, since
// that one knows neither the places of files nor a stable order of subcharts. Chart.yaml is
// where the chart's metadata stands or should stand.
func (l *helmLoader) assemble(found []helmFile, chartYAML helmPlace, complete bool) (*chart.Chart, *Error) {
	if l.charts++; l.charts > helmMaxCharts {
		l.tooMany = chartYAML.fail(ErrRecursion, 0, fmt.Sprintf("the chart has more than %d subcharts in one another. Take away those that hold themselves.", helmMaxCharts))
		return nil, l.tooMany
	}
	var own []*loader.BufferedFile
	places := map[string]helmPlace{}
	vendored := map[string][]helmFile{}
	for _, file := range found {
		if below, ok := strings.CutPrefix(file.name, "charts/"); ok && path.Ext(below) != ".prov" {
			name, _, _ := strings.Cut(below, "/")
			file.name = below
			vendored[name] = append(vendored[name], file)
			continue
		}
		own = append(own, &loader.BufferedFile{Name: file.name, Data: file.data})
		places[file.name] = file.place
	}
	if failed := boundedChartFiles(own, places); failed != nil {
		return nil, failed
	}
	loaded, err := loadChartFiles(own)
	if err != nil {
		return nil, helmLoadError(err, chartYAML, places)
	}
	for _, list := range [][]*chart.File{loaded.Raw, loaded.Templates, loaded.Files} {
		for _, file := range list {
			l.chart.places[file] = places[file.Name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(vendored)) {
		if strings.IndexAny(name, "_.") == 0 {
			continue
		}
		subchart, failed := l.vendored(name, vendored[name], chartYAML)
		if failed != nil {
			return nil, failed
		}
		loaded.AddDependency(subchart)
	}
	l.addLocalDependencies(loaded, chartYAML, complete)
	return loaded, nil
}

// vendored loads what is called name in a charts folder.
func (l *helmLoader) vendored(name string, found []helmFile, parent helmPlace) (*chart.Chart, *Error) {
	if path.Ext(name) == ".tgz" && found[0].name == name {
		archived, failed := helmArchiveFiles(found[0])
		if failed != nil {
			return nil, failed
		}
		archive := found[0].place
		for _, file := range archived {
			l.unpacked += len(file.data)
		}
		if l.unpacked > helmMaxChartSize {
			return nil, archive.fail(ErrTooLarge, 0, fmt.Sprintf("the packaged subcharts up to this one hold more than %d MiB. Vendor less.", helmMaxChartSize>>20))
		}
		return l.assemble(archived, helmPlace{file: archive.file, inside: path.Join(archive.inside, "Chart.yaml")}, false)
	}
	chartYAML := parent.beside(path.Join("charts", name, "Chart.yaml"))
	var inside []helmFile
	for _, file := range found {
		if _, below, ok := strings.Cut(file.name, "/"); ok {
			file.name = below
			inside = append(inside, file)
			if below == "Chart.yaml" {
				chartYAML = file.place
			}
		}
	}
	if len(inside) == 0 {
		return nil, found[0].place.fail(ErrChartMetadata, 0,
			"is no chart, and Helm refuses other files in charts/. Move it, or list it in .helmignore.")
	}
	return l.assemble(inside, chartYAML, false)
}

// helmLoadError says what keeps the files of a chart from being a chart.
func helmLoadError(err error, chartYAML helmPlace, places map[string]helmPlace) *Error {
	text := err.Error()
	if text == "Chart.yaml file is missing" {
		return chartYAML.fail(ErrChartMetadata, 0, "Chart.yaml is missing. Add it; if the folder is no chart, move it out of charts/ or list it in .helmignore.")
	}
	if rest, ok := strings.CutPrefix(text, "cannot load "); ok {
		name, _, _ := strings.Cut(rest, ":")
		place := cmp.Or(places[name], chartYAML.beside(name))
		line, problem := helmYAMLError(err)
		if name == "values.yaml" {
			return helmValuesSyntax(place, line, problem)
		}
		return place.fail(ErrChartMetadata, line, fmt.Sprintf("%s. Mend %s; Helm renders nothing before.", problem, name))
	}
	problem := strings.TrimPrefix(strings.TrimPrefix(text, "validation: "), "chart.metadata.")
	return chartYAML.fail(ErrChartMetadata, 0, fmt.Sprintf("%s. Mend Chart.yaml; Helm renders nothing before.", problem))
}

// place says where a file of a chart stands, or its Chart.yaml if there is no such file.
func (c *helmChart) place(of *chart.Chart, name string) helmPlace {
	for _, wanted := range []string{name, "Chart.yaml"} {
		for _, file := range of.Raw {
			if file.Name == wanted {
				return c.places[file]
			}
		}
	}
	return helmPlace{}
}

// walk calls visit for a chart and all its subcharts, subcharts first, as Helm gathers templates.
func walkHelmChart(c *chart.Chart, visit func(*chart.Chart)) {
	for _, subchart := range c.Dependencies() {
		walkHelmChart(subchart, visit)
	}
	visit(c)
}
