package render

import (
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/podmend/podmend/internal/yamledit"
)

// A ValuesLayer is a file of values that a target reads.
type ValuesLayer struct {
	File   string // relative to the repository's root; an archive, if Inside is set
	Inside string // the file in the archive
	// Within leads from the values of the target to the file's: the names of subcharts.
	Within []string
	// Vendor is the repository that the file's chart was copied from, "" if it is at home here.
	Vendor string
	// Content is the file's, where it stands in an archive.
	Content []byte
	// At leads in the file to the values, where a kustomization holds them inline.
	At yamledit.Path
	// Chart names the chart among those of a kustomization that has the values, "" for a target that is
	// a chart.
	Chart string
	// Above says that the layer belongs to what names the chart: a kustomization, or a release.
	Above bool
	// Release says that the layer is a file that a release's object names.
	Release bool
	// Of is the object that holds the values in the field At, as its target rendered it; nil where a file
	// does. Text says that the field is a text that holds them as YAML.
	Of   *Object
	Text bool
	// Parameter says what the field sets, if it holds one value and no mapping.
	Parameter *ParameterValue
	// Encoded says that Content holds the values, which are encoded where they stand and not edited: the field At of
	// the object asks for them.
	Encoded bool
	// Copied says that a ConfigMap is generated of the file, and changes with it.
	Copied bool
}

// helmTracing asks a rendering for traces, and takes what belongs to the whole target.
type helmTracing struct {
	all    bool // also of objects that hold no pod template
	inputs bool // also of objects of GitOps tools, and of what these read
	// podsIn is Target.PodsIn where the caller compares what is traced; nil prints and traces all.
	podsIn []string
	layers []ValuesLayer
	// readTemplates and steady are as in Result.
	readTemplates []string
	steady        bool
}

// wants says whether an object is to have a trace.
func (t *helmTracing) wants(object *Object) bool {
	return t.all || object.HasPodTemplate() || t.inputs && object.isGitOpsInput()
}

// vendorOf returns the repository that a subchart, or a chart around it, was copied from, "" if it is at
// home where it stands.
func vendorOf(of *chart.Chart) string {
	for ; of.Parent() != nil; of = of.Parent() {
		for _, dependency := range of.Parent().Metadata.Dependencies {
			remote := dependency.Repository != "" && !strings.HasPrefix(dependency.Repository, "file://")
			if remote && (dependency.Name == of.Name() || dependency.Alias == of.Name()) {
				return dependency.Repository
			}
		}
	}
	return ""
}

// layers lists the values files of a target, the strongest first: its own, the chart's, then those
// of subcharts.
func (c *helmChart) layers(target Target) []ValuesLayer {
	var layers []ValuesLayer
	for _, name := range slices.Backward(target.Values) {
		layers = append(layers, ValuesLayer{File: name})
	}
	layers = append(layers, c.defaults...)
	level := []*chart.Chart{c.Chart}
	for len(level) > 0 {
		var below []*chart.Chart
		for _, of := range level {
			for _, file := range of.Raw {
				if of == c.Chart && len(c.defaults) > 0 {
					break
				}
				if file.Name == "values.yaml" {
					place := c.places[file]
					layer := ValuesLayer{File: place.file, Inside: place.inside, Within: subchartNames(of), Vendor: vendorOf(of)}
					if place.inside != "" {
						layer.Content = file.Data
					}
					layers = append(layers, layer)
				}
			}
			below = append(below, of.Dependencies()...)
		}
		level = below
	}
	return layers
}
