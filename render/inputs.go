package render

import (
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// Inputs tells which files targets may read, without rendering them: a good guess, by which work is
// shared out, and no promise. It is not safe for concurrent use.
type Inputs struct {
	files  *overlay.FS
	scan   *kustomizationScan
	charts map[string][]string // files by chart folder
}

// NewInputs makes an answerer that looks into files.
func NewInputs(files *overlay.FS) *Inputs {
	return &Inputs{files: files, scan: newKustomizationScan(files), charts: map[string][]string{}}
}

// Of lists the files of a target, sorted.
func (i *Inputs) Of(target *Target) []string {
	var names []string
	switch target.Kind {
	case Helm:
		names = slices.Concat(target.Values, i.chart(target.Path, nil))
	case Kustomize:
		names = i.scan.listed(target.Path).Files
		for _, k := range i.scan.closure(target.Path) {
			for at := range k.parsed.HelmCharts {
				names = append(names, i.chart(k.chartFolder(&k.parsed.HelmCharts[at]), nil)...)
			}
		}
	case Plain:
		names = append(names, target.Path)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// chart lists the files of a chart folder, and of those that it depends on by file://.
func (i *Inputs) chart(dir string, within []string) []string {
	resolved, err := i.files.Resolve(dir)
	if err != nil || slices.Contains(within, resolved) {
		return nil
	}
	if known, ok := i.charts[resolved]; ok {
		return known
	}
	names := below(i.files, resolved, 0)
	for _, local := range i.localDependencies(resolved) {
		names = append(names, i.chart(path.Join(resolved, local), append(within, resolved))...)
	}
	i.charts[resolved] = names
	return names
}

func (i *Inputs) localDependencies(dir string) []string {
	var local []string
	for _, name := range []string{"Chart.yaml", "requirements.yaml"} {
		content, err := i.files.ReadFile(path.Join(dir, name))
		if err != nil || len(content) > helmMaxFileSize || yamledit.Bounded(content) != nil {
			continue
		}
		var declared struct {
			Dependencies []*chart.Dependency `json:"dependencies"`
		}
		if yaml.Unmarshal(content, &declared) != nil {
			continue
		}
		for _, dependency := range declared.Dependencies {
			if dependency == nil {
				continue
			}
			if at, ok := strings.CutPrefix(dependency.Repository, "file://"); ok && !path.IsAbs(at) {
				local = append(local, at)
			}
		}
	}
	return local
}
