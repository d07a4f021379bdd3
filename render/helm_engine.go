package render

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

// A keptEngine prints templates as Helm's engine does, which parses everything again each time. It is for renderings that
// are compared with one of Helm's.
type keptEngine struct {
	set       *texttemplate.Template
	templates map[string]engineTemplate // by the names of their files
	depths    map[string]int            // how often each named template is running
}

// An engineTemplate is the template of a file, with what it sees.
type engineTemplate struct {
	source   string
	dot      chartutil.Values
	basePath string
}

// engineName is that of Helm's set of templates, and of each text that tpl is given.
const engineName = "gotpl"

// engineBase has the functions of templates.
var engineBase = sync.OnceValue(func() *texttemplate.Template {
	return texttemplate.New(engineName).Funcs(engineFunctions())
})

// printKept prints the templates of a chart, except for those that are silent. ok is false where one fails, or does
// something rare: Helm's own engine is to print them then, with other values, since these may have been changed.
func printKept(c *chart.Chart, input chartutil.Values, silent map[string]bool) (printed map[string]string, ok bool) {
	defer func() {
		if recover() != nil {
			printed, ok = nil, false
		}
	}()
	e := &keptEngine{templates: map[string]engineTemplate{}, depths: map[string]int{}}
	dot, ok := engineDot(c, input)
	if !ok || !e.add(c, dot) {
		return nil, false
	}
	names := slices.SortedFunc(maps.Keys(e.templates), engineOrder)
	if !e.parse(names) {
		return nil, false
	}
	printed = map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") || silent[name] {
			continue
		}
		t := e.templates[name]
		t.dot["Template"] = chartutil.Values{"Name": name, "BasePath": t.basePath}
		var b strings.Builder
		if err := e.set.ExecuteTemplate(&b, name, t.dot); err != nil {
			return nil, false
		}
		printed[name] = withoutNoValue(b.String())
	}
	return printed, true
}

func withoutNoValue(text string) string { return strings.ReplaceAll(text, "<no value>", "") }

// engineOrder is that in which Helm's engine parses and prints: those of subcharts first.
func engineOrder(a, b string) int {
	return cmp.Or(strings.Count(b, "/")-strings.Count(a, "/"), strings.Compare(b, a))
}

// engineDot returns what the templates of a chart see: a template of ours lets it out of Helm's engine.
func engineDot(c *chart.Chart, input chartutil.Values) (dot chartutil.Values, ok bool) {
	templates := map[*chart.Chart][]*chart.File{}
	walkHelmChart(c, func(of *chart.Chart) { templates[of], of.Templates = of.Templates, nil })
	c.Templates = []*chart.File{{Name: "templates/dot", Data: []byte(`{{ $_ := set .Release "podmend's dot" . }}`)}}
	_, err := new(engine.Engine).Render(c, input)
	for of, own := range templates {
		of.Templates = own
	}
	release, ok := input["Release"].(map[string]any)
	if !ok || err != nil {
		return nil, false
	}
	dot, ok = release["podmend's dot"].(chartutil.Values)
	delete(release, "podmend's dot")
	delete(dot, "Template")
	return dot, ok
}

// add takes the templates of a chart and its subcharts in.
func (e *keptEngine) add(c *chart.Chart, dot chartutil.Values) bool {
	subcharts, _ := dot["Subcharts"].(map[string]any)
	if len(subcharts) != len(c.Dependencies()) {
		return false // of two with one name, Helm's engine mixes the templates
	}
	for _, subchart := range c.Dependencies() {
		below, ok := subcharts[subchart.Name()].(map[string]any)
		if !ok || !e.add(subchart, below) {
			return false
		}
	}
	for _, file := range c.Templates {
		if strings.EqualFold(c.Metadata.Type, "library") && !strings.HasPrefix(path.Base(file.Name), "_") {
			continue
		}
		e.templates[path.Join(c.ChartFullPath(), file.Name)] = engineTemplate{string(file.Data), dot, path.Join(c.ChartFullPath(), "templates")}
	}
	return true
}

func (e *keptEngine) parse(names []string) bool {
	set, err := engineBase().Clone()
	if err != nil {
		return false
	}
	e.set = set.Option("missingkey=zero").Funcs(texttemplate.FuncMap{"include": e.include, "tpl": e.tpl})
	for _, name := range names {
		own, twins, marked := strings.Cut(e.templates[name].source, twinsMark)
		if !e.parseText(name, own, true) || marked && !e.parseText(name, twins, false) {
			return false
		}
	}
	return true
}

// parseText adds the templates of a text of a file.
func (e *keptEngine) parseText(name, text string, mayPrint bool) bool {
	file := e.set.New(name)
	trees := parsedOf(name, text)
	for defined, tree := range trees {
		if defined == engineName || !mayPrint && defined == name && !parse.IsEmptyTree(tree.Root) {
			return false
		}
		if _, err := file.AddParseTree(defined, tree); err != nil {
			return false
		}
	}
	return trees != nil
}

// maxDepth is how often Helm's engine lets a named template include itself.
const maxDepth = 1000

func (e *keptEngine) include(name string, dot any) (string, error) {
	if e.depths[name] > maxDepth || name == engineName {
		return "", errHelmsEngine
	}
	e.depths[name]++
	var b strings.Builder
	err := e.set.ExecuteTemplate(&b, name, dot)
	e.depths[name]--
	return b.String(), err
}

// tpl prints a text as a template. Helm copies the set of templates for it, so that it may define some: those that do
// are left to Helm.
func (e *keptEngine) tpl(text string, dot any) (string, error) {
	if !strings.Contains(text, "{{") {
		return withoutNoValue(text), nil
	}
	trees := parsedOf(engineName, text)
	if len(trees) != 1 || strings.Contains(text, engineName) {
		return "", errHelmsEngine
	}
	t := e.set.New(engineName)
	t.Tree = trees[engineName]
	var b strings.Builder
	err := t.Execute(&b, dot)
	return withoutNoValue(b.String()), err
}

// parsedTemplates holds what is parsed of 3 MiB of templates, which nobody changes.
var parsedTemplates = contentCache[map[string]*parse.Tree]{most: 3 << 20}

// parsedOf parses the text of a file of templates, or knows that of an equal one. It returns nil where that fails.
func parsedOf(name, text string) map[string]*parse.Tree {
	key := contentDigest(sha256.Sum256([]byte(name + "\x00" + text)))
	if trees, ok := parsedTemplates.get(key); ok {
		return trees
	}
	trees, err := parse.Parse(name, text, "", "", engineNames())
	if err != nil {
		return nil
	}
	parsedTemplates.put(key, trees, len(text)+treeSize*len(trees))
	return trees
}

// treeSize is about what a tree takes that holds nothing.
const treeSize = 64
