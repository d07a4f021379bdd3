package cli

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// A namespaceText is what a file says of Namespaces.
type namespaceText struct {
	unclear bool // it may say anything
	named   []namedLabels
	anyName bool // they may have any name
	// Of a kustomization:
	given   string // the namespace that it puts everything in
	patches []namespacePatch
}

// variable begins what kustomize's vars replace.
const variable = "$("

// A namedLabels is a document of kind Namespace: an object or a patch of one.
type namedLabels struct {
	name   string
	labels map[string]string
}

// A namespacePatch is one that selects its targets, Namespaces among them.
type namespacePatch struct {
	names  *regexp.Regexp
	labels bool // it may set the label
}

func namespaceTextOf(file string, content func(name string) []byte) *namespaceText {
	text := &namespaceText{}
	source := content(file)
	isKustomization := slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(file))
	switch {
	case !isKustomization && !hasNamespaceWord(source):
	case yamledit.Bounded(source) != nil:
		text.unclear = true
	case isKustomization:
		text.readKustomization(source, func(name string) []byte { return content(path.Join(path.Dir(file), name)) })
	default:
		text.readObjects(source)
	}
	return text
}

func (t *namespaceText) readObjects(content []byte) {
	// Parsing takes long, and few documents of a large file are Namespaces.
	for i, part := range bytes.Split(content, []byte("\n---")) {
		if !hasNamespaceWord(part) {
			continue
		}
		if i > 0 {
			part = slices.Concat([]byte("---"), part)
		}
		for _, doc := range yamledit.Parse(part).Docs {
			t.readObject(&doc)
		}
	}
}

func (t *namespaceText) readObject(doc *yamledit.Document) {
	var object struct {
		Kind     string
		Items    []any
		Metadata struct {
			Name   string
			Labels map[string]*string
		}
	}
	if doc.Root != nil {
		t.unclear = t.unclear || doc.Root.Decode(&object) != nil
	}
	t.unclear = t.unclear || doc.Err != nil || object.Items != nil
	if object.Kind != "Namespace" {
		return
	}
	one := namedLabels{object.Metadata.Name, map[string]string{}}
	t.anyName = t.anyName || strings.Contains(one.name, variable)
	for label, value := range object.Metadata.Labels {
		if value == nil || strings.Contains(*value, variable) {
			t.unclear = true // a patch that takes the label away, or what is not known here
			continue
		}
		one.labels[label] = *value
	}
	_, level := one.labels[api.EnforceLevelLabel]
	if _, version := one.labels[api.EnforceVersionLabel]; version && !level {
		t.unclear = true // a patch that gives a version to another's level
	}
	t.named = append(t.named, one)
}

// A kindName selects objects as kustomize does: by patterns of all of the text, of which none selects all.
type kindName struct{ Kind, Name string }

func (k kindName) selectsNamespaces() bool {
	kinds, err := regexp.Compile("^(?:" + k.Kind + ")$")
	return err != nil || k.Kind == "" || kinds.MatchString("Namespace")
}

// namePath is in operations that may change a name.
var namePath = regexp.MustCompile(`/metadata(/name)?["'\s,}]`)

func (t *namespaceText) readKustomization(content []byte, read func(name string) []byte) {
	type patch struct {
		Path, Patch string
		Target      *kindName
		Options     map[string]any
	}
	var k struct {
		Namespace                string
		Patches, PatchesJSON6902 []patch
		PatchesStrategicMerge    []string
		Replacements             []struct {
			Path    string
			Targets []struct{ Select kindName }
		}
		Generators, Transformers, Validators, HelmCharts, HelmChartInflationGenerator []any
	}
	if yaml.Unmarshal(content, &k) != nil ||
		len(k.Generators)+len(k.Transformers)+len(k.Validators)+len(k.HelmCharts)+len(k.HelmChartInflationGenerator) > 0 {
		t.unclear = true
		return
	}
	t.given = k.Namespace
	inPatches := 0
	for _, text := range k.PatchesStrategicMerge {
		inPatches += strings.Count(text, string(labelWord))
		if strings.Contains(text, "\n") {
			t.readObjects([]byte(text))
		}
	}
	for _, one := range append(k.Patches, k.PatchesJSON6902...) {
		inPatches += strings.Count(one.Patch, string(labelWord))
		text := []byte(one.Patch)
		if one.Path != "" {
			text = slices.Concat(text, []byte("\n"), read(one.Path))
		}
		switch {
		case one.Target == nil && one.Patch != "":
			t.readObjects([]byte(one.Patch))
		case one.Target == nil || !one.Target.selectsNamespaces():
			continue
		default:
			names, err := regexp.Compile("^(?:" + one.Target.Name + ")$")
			if err != nil || one.Target.Name == "" {
				names = regexp.MustCompile("")
			}
			t.patches = append(t.patches, namespacePatch{names, hasLabelWord(text)})
		}
		t.anyName = t.anyName || len(one.Options) > 0 || namePath.Match(append(text, '\n'))
	}
	for _, replacement := range k.Replacements {
		t.unclear = t.unclear || replacement.Path != ""
		for _, target := range replacement.Targets {
			t.unclear = t.unclear || target.Select.selectsNamespaces()
		}
	}
	// Elsewhere it is a label for everything.
	t.unclear = t.unclear || bytes.Count(content, labelWord) > inPatches
}

// hasNamespaceWord says that a text may hold an object of kind Namespace, or select such by a patch. A
// regular expression would take longer than all else for large files.
func hasNamespaceWord(content []byte) bool {
	const value = "Namespace"
	for rest := content; ; {
		at := bytes.Index(rest, []byte(value))
		if at < 0 {
			return false
		}
		before, after := rest[:at], rest[at+len(value):]
		rest = after
		if len(after) > 0 && isWordByte(after[0]) {
			continue
		}
		before, colon := bytes.CutSuffix(bytes.TrimRight(trimQuote(before), " \t\r\n"), []byte(":"))
		before, ok := bytes.CutSuffix(trimQuote(bytes.TrimRight(before, " \t\r\n")), []byte("kind"))
		if colon && ok && (len(before) == 0 || !isWordByte(before[len(before)-1])) {
			return true
		}
	}
}

func trimQuote(text []byte) []byte {
	if last := len(text) - 1; last >= 0 && (text[last] == '"' || text[last] == '\'') {
		return text[:last]
	}
	return text
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}
