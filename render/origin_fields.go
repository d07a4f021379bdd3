package render

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// fields is what a kustomization's build told of an object's fields, nil where it told nothing.
func (o *Object) fields() *FieldTrace {
	if o.Trace == nil {
		return nil
	}
	return o.Trace.Fields
}

// HasTracedFields says whether a build of a kustomization told where the object's fields come from.
func (o *Object) HasTracedFields() bool { return o.fields() != nil }

// Traced says whether all that may have set the object's fields is known.
func (o *Object) Traced() bool { return o.fields() != nil && !o.fields().Doubtful }

// traced returns the place of a field of an object whose fields are traced.
func (l *Locator) traced(object *Object, fields *FieldTrace, path yamledit.Path) Origin {
	rendered := l.rendered(object)
	if copied, ok := l.copied(object, fields, path); ok {
		origin := l.atPlace(object, fields, &copied.From)
		origin.Copied = true
		if copied.Part {
			origin.Place = l.nameInVariable(&copied.From)
		}
		if holder := fields.holder(path); copied.Variable && holder != nil {
			by := l.atPlace(object, fields, holder)
			origin.Chain = slices.Concat([]Link{{File: by.File, Line: by.Line, Via: by.Via}}, by.Chain)
		} else if copied.By.File != "" {
			origin.Chain = slices.Concat([]Link{copied.By}, fields.Chains[copied.By.File])
		}
		return origin
	}
	if writers := fields.writers(path); len(writers) > 0 {
		place := writers[len(writers)-1]
		if l.holds(&place, walk(lastRoot(rendered), path)) {
			return l.atPlace(object, fields, &place)
		}
		if place.Computed {
			origin := l.atPlace(object, fields, &place)
			origin.Exact, origin.Via = false, ViaGenerated
			return origin
		}
		origin := l.fileOnly(object, rendered, path)
		base := l.atPlace(object, fields, &place) // a transformer changed what stands there
		origin.Chain = slices.Concat([]Link{{File: base.File, Line: base.Line, Via: base.Via}}, base.Chain)
		return origin
	}
	missing := walk(lastRoot(rendered), path) == nil
	if !missing && !outsideMarks(path) {
		return l.fileOnly(object, rendered, path) // something that gets no marks wrote it
	}
	if chart, at, ok := l.InChart(object, path); ok {
		return l.atChart(object, fields, chart, at)
	}
	if at, ok := l.translate(object, rendered, path); ok {
		origin := l.exact(object, at)
		origin.Chain = fields.Chains[origin.File]
		return origin
	}
	for above := path; missing && len(above) > 0; above = above[:len(above)-1] {
		if writers := fields.writers(above); len(writers) > 0 {
			origin := l.atPlace(object, fields, &writers[len(writers)-1])
			origin.Place += l.namedPath(nil, path[len(above):])
			return origin
		}
	}
	return l.fileOnly(object, rendered, path)
}

// copied returns what a replacement or variable copied into a field, if that is what was rendered.
func (l *Locator) copied(object *Object, fields *FieldTrace, path yamledit.Path) (Copy, bool) {
	node := walk(lastRoot(l.rendered(object)), path)
	copied, ok := fields.Copies[path.String()]
	if writers := fields.writers(path); !ok && len(writers) > 0 && len(fields.Variables) > 0 {
		copied, ok = fields.Variables[l.variableAt(&writers[len(writers)-1])]
	} else if !ok && len(writers) == 0 && len(fields.Variables) > 0 {
		copied, ok = l.inVariable(fields, path)
	}
	if writers := fields.writers(path); ok && len(writers) > 0 {
		last := &writers[len(writers)-1]
		ok = !last.Patch || !slices.Contains(copied.Over, last.File) // else a later patch sets it again
	}
	return copied, ok && l.holds(&copied.From, node)
}

// outsideMarks says whether a field stands where twins have no marks.
func outsideMarks(path yamledit.Path) bool {
	if len(path) == 0 || path[0].Key == "metadata" || path[0].Key == "apiVersion" || path[0].Key == "kind" {
		return true
	}
	for i, step := range path {
		if !step.List && (unmarkedBelow(path[:i], step.Key) || strings.HasPrefix(step.Key, "$")) {
			return true
		}
	}
	return false
}

// A placedText is the text that a place is in.
type placedText struct {
	file  *yamledit.File // the text
	inner *yamledit.Inner
}

// textOf reads the text of a place. The file of a text that is not written out byte for byte is the
// one around it; ok says whether it is the text.
func (l *Locator) textOf(place *Place) (text placedText, ok bool) {
	if place.chart != nil {
		file := l.rendered(place.chart)
		return placedText{file: &yamledit.File{Src: file.Src, Docs: file.Docs[max(len(file.Docs)-1, 0):]}}, len(file.Docs) > 0
	}
	file := l.source(place.File)
	if file == nil {
		return placedText{}, false
	}
	if len(place.Inside) == 0 {
		return placedText{file: file}, place.Doc < len(file.Docs)
	}
	inner, ok := file.InnerAt(place.Inside)
	if !ok {
		return placedText{}, false
	}
	return placedText{inner.File, inner}, place.Doc < len(inner.Docs)
}

// holds says whether the field stands at the place as it was rendered. Of a mapping or list, other
// places may have written parts.
func (l *Locator) holds(place *Place, rendered *yaml.Node) bool {
	if place.Line > 0 {
		variable, ok := l.envAt(place)
		return ok && rendered != nil && rendered.Kind == yaml.ScalarNode && variable.value == rendered.Value
	}
	text, ok := l.textOf(place)
	if !ok || rendered == nil {
		return false
	}
	node := walk(text.file.Docs[place.Doc].Root, place.Path)
	if node == nil || node.Kind != rendered.Kind {
		return false
	}
	if place.Prefix != "" {
		return node.Value == place.Prefix+rendered.Value
	}
	if node.Kind != yaml.ScalarNode || sameValue(node, rendered) {
		return true
	}
	if found := wholeVariable.FindStringSubmatch(node.Value); found != nil {
		return found[2] != "" && found[2] == rendered.Value
	}
	return couldBecome(node.Value, rendered.Value)
}

// atPlace describes a place that a trace leads to.
func (l *Locator) atPlace(object *Object, fields *FieldTrace, place *Place) Origin {
	if place.chart != nil {
		return l.atChart(object, fields, place.chart, place.Path)
	}
	if place.Line > 0 {
		return l.atEnv(place)
	}
	text, ok := l.textOf(place)
	if !ok {
		return l.fileOnly(object, l.rendered(object), nil)
	}
	source := Source{File: place.File, Doc: place.Doc}
	if place.File == object.Source.File && place.Doc == object.Source.Doc && place.Path.HasPrefix(object.Source.Path) {
		source.Path = object.Source.Path
	}
	origin := Origin{
		File: place.File, Via: ViaManifest, Exact: true, Inside: place.Inside, Doc: place.Doc, Path: place.Path,
		Chain: fields.Chains[place.File],
		Place: l.placeName(text.file, source, text.file.Home(place.Doc, place.Path)),
	}
	if place.Patch {
		origin.Via = ViaPatch
		origin.Place = l.patchName(text.file, place)
	}
	origin.at(text.file, place.Doc, place.Path)
	if text.inner != nil {
		origin.outside(text, place)
	}
	return origin
}

// patchName names a place in a patch.
func (l *Locator) patchName(file *yamledit.File, place *Place) string {
	root := file.Docs[place.Doc].Root
	name := place.Inside.String() + "#"
	if root.Kind != yaml.SequenceNode || len(place.Path) == 0 {
		return name + l.placeName(file, Source{Doc: place.Doc}, place.Path)
	}
	pointer := ""
	if at := child(item(root, place.Path[0].Index), "path"); at != nil {
		pointer = at.Value
	}
	same := 0
	for i := range place.Path[0].Index {
		if earlier := child(item(root, i), "path"); earlier != nil && earlier.Value == pointer {
			same++
		}
	}
	return fmt.Sprintf("%s%s#%d:%s", name, pointer, same, l.namedPath(item(root, place.Path[0].Index), place.Path[1:]))
}

// outside moves an origin from a text to the file around it.
func (o *Origin) outside(text placedText, place *Place) {
	found, ok := text.file.Find(place.Doc, place.Path)
	if !ok {
		found, _ = text.file.Nearest(place.Doc, place.Path)
	}
	shown := text.inner.Outer(text.file.Entry(found))
	o.Line, o.Column, o.EndLine, o.EndColumn = shown.Line, shown.Column, shown.EndLine, shown.EndColumn
}
