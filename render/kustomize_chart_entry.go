package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chartutil"
	"sigs.k8s.io/kustomize/api/types"
)

// chartName is the name of a chart's release. kustomize asks helm to make one up where its entry has none, but
// helm template doesn't.
func chartName(chart *types.HelmChart) string {
	switch {
	case chart.ReleaseName != "":
		return chart.ReleaseName
	case chart.NameTemplate != "":
		return chart.NameTemplate
	}
	return helmReleaseName
}

// refusedEntry says why kustomize, or the helm that it runs, does not take the entry of a chart.
func (b *kustomizeBuild) refusedEntry(k *kustomization, chart *types.HelmChart) *Error {
	at := func(value, message string) *Error {
		return &Error{Kind: ErrInvalidField, File: k.file, Line: scalarLine(k.content, "helmCharts", value), Message: message}
	}
	merges := []string{"merge", "override", "replace"}
	if chart.ValuesMerge != "" && !slices.Contains(merges, chart.ValuesMerge) {
		return at(chart.ValuesMerge, fmt.Sprintf("valuesMerge must be one of %v. Write one of them, or take the field out.", merges))
	}
	for _, name := range chart.AdditionalValuesFiles {
		if refused := b.outsideValues(k, name, name); refused != nil {
			return refused
		}
	}
	if refused := b.outsideDefaults(k, chart); refused != nil {
		return refused
	}
	if chart.ReleaseName != "" && chart.NameTemplate != "" {
		return at(chart.NameTemplate, "helm: cannot set --name-template and also specify a name. Keep the releaseName alone.")
	}
	name := chartName(chart)
	if err := chartutil.ValidateReleaseName(name); err != nil {
		return at(name, fmt.Sprintf("release name %q: %v. Correct it.", name, err))
	}
	return nil
}

// outsideDefaults refuses the values file that an entry is merged with, its own or that of its chart.
func (b *kustomizeBuild) outsideDefaults(k *kustomization, chart *types.HelmChart) *Error {
	switch {
	case chart.ValuesMerge == "replace" && len(chart.ValuesInline) > 0:
		return nil // nothing is read
	case chart.ValuesFile != "":
		return b.outsideValues(k, chart.ValuesFile, chart.ValuesFile)
	}
	refused := b.outsideValues(k, chart.Name, k.relative(path.Join(k.chartFolder(chart), "values.yaml")))
	if refused != nil && k.parsed.HelmGlobals != nil {
		refused.Line = scalarLine(k.content, "helmGlobals", k.parsed.HelmGlobals.ChartHome)
		refused.Message += " Or give the entry a valuesFile of its own."
	}
	return refused
}

// relative is a name of the repository as seen from the folder of a kustomization.
func (k *kustomization) relative(name string) string {
	if k.dir == "." {
		return name
	}
	return strings.Repeat("../", strings.Count(k.dir, "/")+1) + name
}

// outsideValues refuses a values file that kustomize would not read, as it lies outside of the folder of the
// kustomization.
func (b *kustomizeBuild) outsideValues(k *kustomization, value, name string) *Error {
	if b.anywhere {
		return nil
	}
	name = path.Join(k.dir, name)
	resolved, err := b.files.Resolve(name)
	if errors.Is(err, fs.ErrNotExist) {
		resolved = name
	} else if err != nil {
		return nil // reading it says why
	}
	if k.dir == "." || strings.HasPrefix(resolved, k.dir+"/") {
		return nil
	}
	return &Error{
		Kind: ErrLoadRestriction, File: k.file, Line: scalarLine(k.content, "helmCharts", value),
		Message: fmt.Sprintf("security; file '%s' is not in or below '%s'. "+
			"kustomize reads values files only from the folder of the kustomization and below: move the file there.", name, k.dir),
	}
}

var conflictingID = regexp.MustCompile(`registered id: (\S+)`)

// placePrinted tells of what a chart prints a second time in the words of kustomize, which takes it from a
// generator and not from a file.
func placePrinted(f *kustomizeFailure, found *Error) {
	for _, printed := range f.where.charts {
		words := conflictingID.FindStringSubmatch(f.reason)
		if words == nil || !slices.Contains(printed.files, path.Join(f.where.dir, f.value)) {
			continue
		}
		name := f.where.parsed.HelmCharts[printed.index].Name
		found.File, found.Line = f.where.file, scalarLine(f.where.content, "helmCharts", name)
		found.Message = fmt.Sprintf("merging from generator: id %s exists; can not use behavior: 'unspecified', behavior must be merge or replace. "+
			"Keep one of the objects that the chart %q prints, or give the releases different names or namespaces.", words[1], name)
		return
	}
}
