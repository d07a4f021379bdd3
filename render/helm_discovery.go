package render

import (
	"fmt"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// chartInfo reads the name of the chart in dir, and whether it is a library. A broken Chart.yaml
// is an error that rendering the chart would give too.
func chartInfo(files *overlay.FS, dir string) (name string, library bool, err *Error) {
	file := path.Join(dir, "Chart.yaml")
	content, readErr := files.ReadFile(file)
	if readErr != nil {
		return "", false, helmReadError(file, readErr)
	}
	if len(content) > helmMaxFileSize {
		return "", false, helmTooLarge(file)
	}
	var metadata chart.Metadata
	if yamlErr := yamledit.Bounded(content); yamlErr != nil {
		return "", false, &Error{Kind: ErrChartMetadata, File: file, Message: fmt.Sprintf("%v. Mend Chart.yaml; Helm renders nothing before.", yamlErr)}
	}
	if yamlErr := yaml.Unmarshal(content, &metadata); yamlErr != nil {
		line, problem := helmYAMLError(yamlErr)
		return metadata.Name, metadata.Type == "library", &Error{
			Kind: ErrChartMetadata, File: file, Line: line,
			Message: fmt.Sprintf("%s. Mend Chart.yaml; Helm renders nothing before.", problem),
		}
	}
	return metadata.Name, metadata.Type == "library", nil
}

// ciValues lists the values files that chart-testing renders the chart in dir with, sorted.
// https://github.com/helm/chart-testing/blob/main/doc/ct_install.md
func ciValues(files *overlay.FS, dir string) []string {
	entries, err := files.ReadDir(path.Join(dir, "ci"))
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), "-values.yaml") && !entry.IsDir() {
			names = append(names, path.Join(dir, "ci", entry.Name()))
		}
	}
	return names
}
