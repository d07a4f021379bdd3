package render

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/podmend/podmend/internal/overlay"
)

// A packedChart is what an archive holds, or why that cannot be told.
type packedChart struct {
	chart  *helmChart
	failed *Error
}

// loadPackedChart loads the chart in an archive. Many releases deploy the same one: it is unpacked and read
// once, and each of them gets a copy, which Helm may change.
func loadPackedChart(files *overlay.FS, archive string) (*helmChart, *Error) {
	data, err := files.ReadFile(archive)
	if err != nil {
		return nil, helmReadError(archive, err)
	}
	sum := sha256.Sum256(data)
	loaded := files.Kept("chart "+archive+" "+hex.EncodeToString(sum[:]), func() (any, int) {
		l := newHelmLoader(files)
		found, failed := helmArchiveFiles(helmFile{data: data, place: helmPlace{file: archive}})
		if failed != nil {
			return packedChart{failed: failed}, 0
		}
		l.chart.Chart, failed = l.assemble(found, helmPlace{file: archive, inside: "Chart.yaml"}, true)
		size := 0
		for _, file := range found {
			size += len(file.data)
		}
		return packedChart{&l.chart, l.failure(failed)}, size
	}).(packedChart)
	if loaded.failed != nil {
		failed := *loaded.failed
		return nil, &failed
	}
	return loaded.chart.copy(), nil
}

// copy returns a chart of which everything may be changed but the bytes of files.
func (c *helmChart) copy() *helmChart {
	copied := &helmChart{places: maps.Clone(c.places), absent: map[*chart.Dependency]helmAbsence{}, defaults: slices.Clone(c.defaults)}
	copied.Chart = copied.copyOf(c, c.Chart)
	return copied
}

func (c *helmChart) copyOf(from *helmChart, of *chart.Chart) *chart.Chart {
	copied, metadata := *of, *of.Metadata
	copied.Metadata = &metadata
	metadata.Dependencies = nil
	for _, dependency := range of.Metadata.Dependencies {
		same := *dependency
		same.ImportValues = slices.Clone(dependency.ImportValues)
		metadata.Dependencies = append(metadata.Dependencies, &same)
		if absence, ok := from.absent[dependency]; ok {
			if absence.err != nil {
				err := *absence.err
				absence.err = &err
			}
			c.absent[&same] = absence
		}
	}
	copied.Values, _ = copyTree(of.Values).(map[string]any)
	copied.Raw, copied.Files, copied.Templates = slices.Clone(of.Raw), slices.Clone(of.Files), nil
	for _, template := range of.Templates {
		same := *template
		copied.Templates = append(copied.Templates, &same)
		c.places[&same] = from.places[template]
	}
	var subcharts []*chart.Chart
	for _, subchart := range of.Dependencies() {
		subcharts = append(subcharts, c.copyOf(from, subchart))
	}
	copied.SetDependencies(subcharts...)
	return &copied
}
