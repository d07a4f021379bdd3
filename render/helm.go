package render

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime/debug"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// What helm template uses where nothing is configured.
const (
	helmReleaseName = "release-name"
	helmNamespace   = "default"
)

// renderHelm renders a chart with one set of values into the objects that helm template
// --include-crds prints: those of crds folders, then those of templates by path. It reads
// through files alone, and runs no lookup, no DNS query and no command. Template functions
// cannot be stopped: after ctx has ended, their goroutine goes on until it is done.
func renderHelm(ctx context.Context, files *overlay.FS, target Target, detail Detail, tracing *helmTracing) (objects []Object, notes []string, err *Error) {
	type outcome struct {
		objects []Object
		notes   []string
		err     *Error
	}
	done := make(chan outcome, 1)
	go func() {
		var result outcome
		defer func() {
			if broken := recover(); broken != nil {
				result = outcome{err: panicError(target, broken, debug.Stack())}
			}
			done <- result
		}()
		result.objects, result.notes, result.err = helmTemplate(ctx, files, target, detail, tracing)
	}()
	select {
	case result := <-done:
		if result.err != nil && result.err.File == "" {
			result.err.File = path.Join(target.Path, "Chart.yaml")
		}
		pointAtSyntax(files, result.err)
		return result.objects, result.notes, result.err
	case <-ctx.Done():
		return nil, nil, helmTimeout(ctx, target)
	}
}

// pointAtSyntax gives an error about a file that is no YAML the line where a person sees the
// mistake; Helm's own lines are those where its reader gave up.
func pointAtSyntax(files *overlay.FS, failed *Error) {
	if failed == nil || (failed.Kind != ErrValuesSyntax && failed.Kind != ErrChartMetadata) || !isYAMLName(failed.File) {
		return
	}
	content, err := files.ReadFile(failed.File)
	if err != nil {
		return
	}
	for _, doc := range yamledit.Parse(content).Docs {
		if doc.Err != nil {
			failed.Line = doc.Err.Line
			return
		}
	}
}

func helmTimeout(ctx context.Context, target Target) *Error {
	return &Error{
		Kind: ErrTimeout, File: target.Path,
		Message: fmt.Sprintf("rendering the chart was stopped: %v. Look for a template that loops over a large range or includes itself, or raise the time limit.", context.Cause(ctx)),
	}
}

// helmTemplate goes the way of helm template.
func helmTemplate(ctx context.Context, files *overlay.FS, target Target, detail Detail, tracing *helmTracing) ([]Object, []string, *Error) {
	values, failed := target.values(files)
	if failed != nil {
		return nil, nil, failed
	}
	loaded, failed := loadHelmChart(files, target.Path)
	if failed != nil {
		return nil, nil, failed
	}
	if loaded.Metadata.Type == "library" {
		return nil, nil, loaded.place(loaded.Chart, "Chart.yaml").fail(ErrLibraryChart, 0,
			"library charts are not installable. Render a chart that depends on it.")
	}
	target.deployed.of(loaded.Chart)
	if failed := loaded.replaceValues(files, target.defaults); failed != nil {
		return nil, nil, failed
	}
	if detail.SameCertificates {
		loaded.sameCertificates()
	}
	var aside asideValues
	if detail.SameCertificates || tracing != nil && tracing.podsIn != nil { // it is compared with what Helm alone makes
		aside.putAside(loaded.Chart, values)
	}
	if err := chartutil.ProcessDependenciesWithMerge(loaded.Chart, values); err != nil {
		return nil, nil, loaded.valuesError(err)
	}
	notes, failed := loaded.missingDependency()
	if failed != nil {
		return nil, notes, failed
	}
	version, note, failed := loaded.kubeVersion(target.KubeVersion)
	if failed != nil {
		return nil, notes, failed
	}
	notes = append(notes, note)
	input, failed := loaded.renderInput(target, values, aside, version)
	if failed != nil {
		return nil, notes, failed
	}
	if ctx.Err() != nil {
		return nil, notes, helmTimeout(ctx, target)
	}
	var untouched any
	if tracing != nil {
		untouched = copyTree(map[string]any(input["Values"].(chartutil.Values)))
	}
	if tracing != nil && tracing.podsIn != nil {
		objects, failed := loaded.traceCompared(input, untouched, tracing)
		if failed == nil {
			tracing.steady, tracing.layers = loaded.steady(untouched), loaded.layers(target)
		}
		return objects, notes, failed
	}
	rendered, err := loaded.print(input, detail.SameCertificates, nil)
	places := loaded.templatePlaces()
	if err != nil {
		return nil, notes, helmTemplateError(err, places)
	}
	if ctx.Err() != nil {
		return nil, notes, helmTimeout(ctx, target)
	}
	objects, crdNotes := loaded.crdObjects()
	templated, objectNotes, failed := helmObjects(rendered, places)
	if tracing != nil && failed == nil {
		tracing.steady = loaded.steady(untouched)
		tracing.readTemplates = loaded.trace(templated, rendered, input, untouched, tracing.wants)
		tracing.layers = loaded.layers(target)
	}
	notes = append(append(notes, crdNotes...), objectNotes...)
	if failed != nil {
		return nil, notes, failed
	}
	return append(objects, templated...), notes, nil
}

// print prints templates. What is compared with Helm's print may be printed by a kept engine, which leaves out those of
// silent.
func (c *helmChart) print(input chartutil.Values, kept bool, silent map[string]bool) (map[string]string, error) {
	if kept {
		values, release := copyTree(input["Values"]), copyTree(input["Release"])
		if printed, ok := printKept(c.Chart, input, silent); ok {
			return printed, nil
		}
		input["Values"], input["Release"] = chartutil.Values(values.(map[string]any)), release
	}
	// The zero engine has neither a cluster for lookup nor DNS.
	return new(engine.Engine).Render(c.Chart, input)
}

// renderInput is what templates see as their dot. aside are values of the chart that were put aside.
func (c *helmChart) renderInput(target Target, values map[string]any, aside asideValues, version *chartutil.KubeVersion) (chartutil.Values, *Error) {
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	capabilities.APIVersions = append(capabilities.APIVersions[:len(capabilities.APIVersions):len(capabilities.APIVersions)], target.APIVersions...)
	release := chartutil.ReleaseOptions{
		Name:      cmp.Or(target.ReleaseName, helmReleaseName),
		Namespace: cmp.Or(target.Namespace, helmNamespace),
		Revision:  1,
		IsInstall: true,
	}
	// Helm's own validation of values would reach for the network; ours follows.
	input, err := chartutil.ToRenderValuesWithSchemaValidation(c.Chart, values, release, capabilities, true)
	if err != nil {
		return nil, c.valuesError(err)
	}
	merged, _ := input["Values"].(chartutil.Values)
	aside.putBack(map[string]any(merged))
	if target.anyValues {
		return input, nil
	}
	return input, c.checkSchemas(merged)
}

// templatePlaces says where each template stands, by the name under which the engine knows it.
func (c *helmChart) templatePlaces() map[string]helmPlace {
	places := map[string]helmPlace{}
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, template := range of.Templates {
			places[path.Join(of.ChartFullPath(), template.Name)] = c.places[template]
		}
	})
	return places
}
