package render

import (
	"crypto/sha256"
	"slices"
	"strings"
	"sync"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
)

// A contentCache keeps what is made of contents, by their digest: a fix renders a chart many times, and most of what
// it is made of stays the same.
type contentCache[T any] struct {
	most int // how much is kept, in what put says

	mutex sync.Mutex
	size  int
	made  map[contentDigest]T
}

type contentDigest [sha256.Size]byte

func (c *contentCache[T]) get(key contentDigest) (made T, ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	made, ok = c.made[key]
	return made, ok
}

func (c *contentCache[T]) put(key contentDigest, made T, size int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if size > c.most {
		return
	}
	if c.size += size; c.made == nil || c.size > c.most {
		c.made, c.size = map[contentDigest]T{}, size
	}
	c.made[key] = made
}

// loadedCharts holds charts without their subcharts and templates, 16 MiB of files of them.
var loadedCharts = contentCache[*chart.Chart]{most: 16 << 20}

// loadChartFiles is loader.LoadFiles for files of one chart, without subcharts. The caller may change the chart.
func loadChartFiles(files []*loader.BufferedFile) (*chart.Chart, error) {
	var others []*loader.BufferedFile
	for _, file := range files {
		if !isTemplateFile(file) {
			others = append(others, file)
		}
	}
	loaded, err := loadOthers(others)
	if err != nil {
		return nil, err
	}
	loaded.Raw = nil
	for _, file := range files {
		loaded.Raw = append(loaded.Raw, &chart.File{Name: file.Name, Data: file.Data})
		if isTemplateFile(file) {
			loaded.Templates = append(loaded.Templates, &chart.File{Name: file.Name, Data: file.Data})
		}
	}
	return loaded, nil
}

func isTemplateFile(file *loader.BufferedFile) bool {
	return strings.HasPrefix(file.Name, "templates/")
}

// loadOthers loads the files that are no templates, or knows what equal ones are. The values are read apart: fixes edit
// them.
func loadOthers(files []*loader.BufferedFile) (*chart.Chart, error) {
	size := 0
	var values *loader.BufferedFile
	sum := sha256.New()
	for _, file := range files {
		sum.Write([]byte(file.Name + "\x00"))
		if file.Name == chartutil.ValuesfileName {
			values = file
			continue
		}
		size += len(file.Data)
		of := sha256.Sum256(file.Data)
		sum.Write(of[:])
	}
	key := contentDigest(sum.Sum(nil))
	if kept, ok := loadedCharts.get(key); ok {
		loaded := copyChart(kept)
		if values == nil {
			return loaded, nil
		}
		var err error
		if loaded.Values, err = readValues(key, values.Data); err == nil {
			return loaded, nil
		}
	}
	loaded, err := loader.LoadFiles(files)
	if err == nil && len(loaded.Dependencies()) == 0 {
		kept := copyChart(loaded)
		if values != nil {
			readFiles.put(key, readFile{values.Data, kept.Values}, len(values.Data))
			kept.Values = nil
		}
		loadedCharts.put(key, kept, size)
	}
	return loaded, err
}

// copyChart copies what rendering changes of a chart without subcharts and templates.
func copyChart(from *chart.Chart) *chart.Chart {
	to := &chart.Chart{Files: copyFiles(from.Files), Lock: from.Lock, Schema: from.Schema}
	to.Values, _ = copyTree(from.Values).(map[string]any)
	metadata := *from.Metadata
	metadata.Dependencies = slices.Clone(metadata.Dependencies)
	for i, dependency := range metadata.Dependencies {
		copied := *dependency
		metadata.Dependencies[i] = &copied
	}
	to.Metadata = &metadata
	return to
}

func copyFiles(from []*chart.File) (to []*chart.File) {
	for _, file := range from {
		copied := *file
		to = append(to, &copied)
	}
	return to
}
