package render

import (
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// helmDocumentOf says which document of which template an object is.
type helmDocumentOf struct {
	template string
	start    int // offset in what the template printed
}

// A chartTracer renders a chart with marks.
type chartTracer struct {
	chart   *helmChart
	input   chartutil.Values
	values  any                      // those of input, before any template could change them
	wanted  map[string]bool          // engine names of the templates that are traced
	order   []*chart.File            // template files by their index in the marker
	within  map[string][]string      // names of subcharts above a template, by engine name
	names   map[*chart.File][]string // engine names of a template file
	vendors map[*chart.File]string
	plain   map[string]string      // what the unmarked templates printed; nil if the caller knows
	traced  map[string]tracedPrint // by engine name
	// readNames are as in Result.ReadTemplates.
	readNames []string
	// only says that templates that are not wanted need not be printed.
	only bool
}

// A tracedPrint is what one template printed, without and with marks.
type tracedPrint struct {
	trace         *TemplateTrace
	plain, marked []helmDocument
	text          string // without marks
}

// trace renders the chart again with marks in its templates, and gives the objects that hold pod
// templates, or all of them, traces of their text. What is unsound stays without: a trace is attached only where
// the marked templates printed the same text.
func (c *helmChart) trace(objects []Object, plain map[string]string, input chartutil.Values, values any, wants func(*Object) bool) (readTemplates []string) {
	t := c.tracer(input, values)
	t.plain = plain
	for i := range objects {
		if name := objects[i].Source.printed.template; name != "" && wants(&objects[i]) {
			t.wanted[name] = true
		}
	}
	if len(t.wanted) == 0 {
		return nil
	}
	for _, twins := range []bool{true, false} {
		if !t.render(twins) {
			continue
		}
		sound := true
		for i := range objects {
			object := &objects[i]
			if object.Trace == nil && t.wanted[object.Source.printed.template] && wants(object) {
				object.Trace = t.object(object)
				sound = sound && object.Trace != nil
			}
		}
		if sound {
			break
		}
	}
	return t.readNames
}

func (c *helmChart) tracer(input chartutil.Values, values any) *chartTracer {
	return &chartTracer{
		chart: c, input: input, values: values,
		wanted: map[string]bool{}, within: map[string][]string{}, names: map[*chart.File][]string{}, vendors: map[*chart.File]string{},
	}
}

// render marks the templates and prints them. Without twins, what named templates print counts
// as the output of the actions that include them.
func (t *chartTracer) render(twins bool) bool {
	m := &templateMarker{twins: map[string]bool{}}
	t.order = nil
	added := map[*chart.File]bool{} // a chart with aliases shares its files
	unknown := false
	walkHelmChart(t.chart.Chart, func(of *chart.Chart) {
		for _, template := range of.Templates {
			name := path.Join(of.ChartFullPath(), template.Name)
			t.within[name] = subchartNames(of)
			t.vendors[template] = vendorOf(of)
			if !slices.Contains(t.names[template], name) {
				t.names[template] = append(t.names[template], name)
			}
			if added[template] || strings.HasSuffix(name, helmNotes) {
				continue
			}
			if holdsMarks(string(template.Data)) {
				unknown = true
				continue
			}
			if _, ok := m.add(name, string(template.Data)); ok {
				added[template] = true
				t.order = append(t.order, template)
			} else {
				unknown = true
			}
		}
	})
	if twins {
		for index := range m.files {
			m.findDefines(index)
		}
	}
	t.readNames = readTemplates(m.files, t.texts)
	if unknown {
		t.readNames = []string{AnyTemplate}
	}
	originals := map[*chart.File][]byte{}
	defer func() {
		for template, data := range originals {
			template.Data = data
		}
	}()
	bodies := make([]bool, len(t.order))
	for index, template := range t.order {
		bodies[index] = slices.ContainsFunc(t.names[template], func(name string) bool { return t.wanted[name] })
		if bodies[index] {
			m.follow(index)
		}
	}
	silent := map[string]bool{}
	for index, template := range t.order {
		if t.only && !bodies[index] && m.isolated(index, path.Base(template.Name)) {
			for _, name := range t.names[template] {
				silent[name] = true
			}
		}
		originals[template] = template.Data
		template.Data = []byte(m.marked(index, bodies[index]))
	}
	t.input["Values"] = chartutil.Values(copyTree(t.values).(map[string]any))
	printed, err := t.chart.print(t.input, true, silent)
	if err != nil {
		return false
	}
	var files []TemplateFile
	for _, template := range t.order {
		place := t.chart.places[template]
		file := TemplateFile{File: place.file, Inside: place.inside, Vendor: t.vendors[template]}
		if file.Inside != "" {
			file.Content = originals[template]
		}
		files = append(files, file)
	}
	t.traced = map[string]tracedPrint{}
	for name := range t.wanted {
		unmarked := unmark(printed[name])
		trace := m.spansOf(unmarked)
		trace.Within, trace.Files = t.within[name], files
		marked := splitHelmDocuments(unmarked.text)
		plain := marked
		if t.plain != nil {
			plain = splitHelmDocuments(t.plain[name])
		}
		t.traced[name] = tracedPrint{trace, plain, marked, unmarked.text}
	}
	return true
}

// texts visits what the chart's templates may run as templates: the texts of values, and files.
func (t *chartTracer) texts(visit func(text string)) {
	visitTexts(t.values, visit)
	readsFiles := slices.ContainsFunc(t.order, func(template *chart.File) bool { return strings.Contains(string(template.Data), ".Files") })
	walkHelmChart(t.chart.Chart, func(of *chart.Chart) {
		for _, file := range of.Files {
			if readsFiles {
				visit(string(file.Data))
			}
		}
	})
}

func visitTexts(tree any, visit func(text string)) {
	switch tree := tree.(type) {
	case string:
		visit(tree)
	case map[string]any:
		for _, value := range tree {
			visitTexts(value, visit)
		}
	case []any:
		for _, value := range tree {
			visitTexts(value, visit)
		}
	}
}

// subchartNames leads from the values of the whole chart to those of a subchart.
func subchartNames(of *chart.Chart) []string {
	var names []string
	for ; of.Parent() != nil; of = of.Parent() {
		names = append(names, of.Name())
	}
	slices.Reverse(names)
	return names
}

// object returns the trace of an object's text, nil if the marked templates printed another text.
func (t *chartTracer) object(object *Object) *Trace {
	printed := t.traced[object.Source.printed.template]
	plain, marked := printed.plain, printed.marked
	if len(plain) != len(marked) {
		return nil
	}
	for i := range plain {
		if plain[i].start != object.Source.printed.start {
			continue
		}
		isItem := len(object.Source.Path) > 0
		if !isItem && string(object.YAML) != plain[i].text {
			return nil
		}
		trace := printed.trace.part(marked[i].start, marked[i].start+len(marked[i].text))
		if !trace.agrees(plain[i].text, marked[i].text) {
			return nil
		}
		if isItem {
			if trace = trace.item(plain[i].text, object); trace == nil {
				return nil
			}
		}
		return &Trace{Template: trace.compact()}
	}
	return nil
}

// copyTree copies a tree of values.
func copyTree(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		if tree == nil {
			return tree
		}
		copied := make(map[string]any, len(tree))
		for key, value := range tree {
			copied[key] = copyTree(value)
		}
		return copied
	case chartutil.Values:
		return copyTree(map[string]any(tree))
	case []any:
		if tree == nil {
			return tree
		}
		copied := make([]any, len(tree))
		for i, value := range tree {
			copied[i] = copyTree(value)
		}
		return copied
	}
	return tree
}
