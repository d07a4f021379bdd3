package render

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// addChart says where the chart of a release is, or why that cannot be told.
func (g *gitOpsSearch) addChart(target *Target, object *Object) {
	files := g.discovery.files
	var release fluxRelease
	if target.Err = readGitOps(files, object, &release); target.Err != nil {
		return
	}
	spec := &release.Spec
	target.ReleaseName, target.Namespace = releaseName(object, &release), cmp.Or(spec.TargetNamespace, object.Namespace)
	switch {
	case spec.Chart != nil:
		g.chartOf(target, object, &spec.Chart.Spec, object.Namespace, "spec", "chart", "spec", "chart")
	case spec.ChartRef == nil:
		target.Err = fieldError(files, object, ErrGitOpsObject, "the HelmRelease names no chart. Add spec.chart or spec.chartRef.", "spec")
	default:
		g.referredChart(target, object, spec.ChartRef)
	}
}

// referredChart follows the chartRef of a release.
func (g *gitOpsSearch) referredChart(target *Target, object *Object, ref *fluxReference) {
	wanted := ObjectName{Group: "source.toolkit.fluxcd.io", Kind: ref.Kind, Namespace: cmp.Or(ref.Namespace, object.Namespace), Name: ref.Name}
	source := g.lookup(target.GitOps.Parent, wanted)
	if source == nil && ref.Kind != "ExternalArtifact" {
		target.Err = g.missing(object, ref.Kind, wanted.Name, "spec", "chartRef")
		return
	}
	switch ref.Kind {
	case "OCIRepository":
		g.imageOf(target, object, source)
	case "HelmChart":
		var read struct {
			Spec fluxChart `json:"spec"`
		}
		if target.Err = readGitOps(g.discovery.files, source, &read); target.Err == nil {
			target.GitOps.Sources = append(target.GitOps.Sources, source.Source.File)
			g.chartOf(target, object, &read.Spec, source.Namespace, "spec", "chartRef")
		}
	default:
		g.inFolder(target, object, ref, "", nil, "spec", "chartRef")
	}
}

func (g *gitOpsSearch) missing(object *Object, kind, name string, at ...any) *Error {
	return fieldError(g.discovery.files, object, ErrMissingSource, fmt.Sprintf("the %s %s is not in this repository. Add it, or mend the reference.", kind, name), at...)
}

// chartOf reads where a chart is by the fields of a HelmChart, which stand at a path of the release.
func (g *gitOpsSearch) chartOf(target *Target, object *Object, chart *fluxChart, namespace string, at ...any) {
	ref := &chart.SourceRef
	if ref.Kind != "HelmRepository" {
		below := *ref
		below.Namespace = cmp.Or(ref.Namespace, namespace)
		g.inFolder(target, object, &below, chart.Chart, chart, at...)
		return
	}
	wanted := ObjectName{Group: "source.toolkit.fluxcd.io", Kind: ref.Kind, Namespace: cmp.Or(ref.Namespace, namespace), Name: ref.Name}
	source := g.lookup(target.GitOps.Parent, wanted)
	if source == nil {
		target.Err = g.missing(object, ref.Kind, wanted.Name, at...)
		return
	}
	var read fluxSource
	if target.Err = readGitOps(g.discovery.files, source, &read); target.Err != nil {
		return
	}
	g.remote(target, object, source, &ChartSource{Repository: read.Spec.URL, Name: chart.Chart, Version: chart.Version, TagChoice: TagChoice{Flux: true}}, chart, at...)
}

// remote gives a target a chart that has to be fetched.
func (g *gitOpsSearch) remote(target *Target, object, source *Object, chart *ChartSource, fields *fluxChart, at ...any) {
	chart.File, chart.Line = fieldPlace(g.discovery.files, object, at...)
	chart.takeValuesFiles(fields)
	chart.takeFolders()
	target.GitOps.Chart = chart
	target.GitOps.Sources = append(target.GitOps.Sources, source.Source.File)
}

// imageOf reads where a chart is by an OCIRepository, whose URL names the chart itself.
func (g *gitOpsSearch) imageOf(target *Target, object, source *Object) {
	var read fluxSource
	if target.Err = readGitOps(g.discovery.files, source, &read); target.Err != nil {
		return
	}
	address := strings.TrimSuffix(read.Spec.URL, "/")
	chart := &ChartSource{Repository: path.Dir(address), Name: path.Base(address)}
	chart.Repository = strings.Replace(chart.Repository, ":/", "://", 1)
	chart.takeReference(&read)
	g.remote(target, object, source, chart, nil, "spec", "chartRef")
}

// chartLayer is the type of the layer that is a packaged chart.
const chartLayer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

// takeReference reads which tag of an image is meant: that of the digest, else the newest in a range, else the one that is
// named.
// https://fluxcd.io/flux/components/source/ocirepositories/#reference
func (c *ChartSource) takeReference(source *fluxSource) {
	c.TagChoice = TagChoice{Flux: true, Image: true, Tag: "latest"}
	ref := source.Spec.Reference
	switch {
	case ref == nil:
	case ref.Digest != "":
		c.Digest, c.Tag = ref.Digest, ""
	case ref.SemVer != "":
		layer := source.Spec.LayerSelector
		c.Version, c.Tag, c.Filter, c.Exact = ref.SemVer, "", ref.Filter, layer == nil || layer.MediaType != chartLayer
	case ref.Tag != "":
		c.Tag = ref.Tag
	}
}

// inFolder gives a target a chart that is a folder of this repository.
func (g *gitOpsSearch) inFolder(target *Target, object *Object, ref *fluxReference, folder string, fields *fluxChart, at ...any) {
	named := *object
	named.Namespace = cmp.Or(ref.Namespace, object.Namespace)
	dir, sources, failed := g.folder(target.GitOps.Parent, &named, ref, folder)
	if failed != nil {
		failed.File, failed.Line = fieldPlace(g.discovery.files, object, at...)
		target.Err = failed
		return
	}
	chart := &ChartSource{Folder: dir}
	chart.File, chart.Line = fieldPlace(g.discovery.files, object, at...)
	chart.takeValuesFiles(fields)
	target.GitOps.Chart = chart
	target.GitOps.Sources = append(target.GitOps.Sources, sources...)
}

func (c *ChartSource) takeValuesFiles(fields *fluxChart) {
	if fields == nil {
		return
	}
	c.ValuesFiles, c.IgnoreMissing = fields.ValuesFiles, fields.IgnoreMissingValuesFiles
	if fields.ValuesFile != "" {
		c.ValuesFiles = slices.Insert(slices.Clone(c.ValuesFiles), 0, fields.ValuesFile)
	}
}
