package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A Via says through what a rendered field came from its origin.
type Via string

// The ways from source to a rendered field.
const (
	ViaLiteral   Via = "literal"   // text of a template
	ViaHelper    Via = "helper"    // text of a named template
	ViaValues    Via = "values"    // a value that a template prints
	ViaManifest  Via = "manifest"  // a YAML or JSON file that holds the object
	ViaPatch     Via = "patch"     // a patch of a kustomization
	ViaGenerated Via = "generated" // made by a tool from File
)

// An Origin is the place in source behind a rendered field. Lines and columns are 1-based,
// columns count runes, ends are exclusive.
type Origin struct {
	File               string
	Line, Column       int
	EndLine, EndColumn int
	Via                Via
	// Chain leads from File to the object: what brought the field there, the nearest to File first.
	Chain []Link
	// Exact says that the line holds the field itself. Otherwise only the file is certain.
	Exact bool
	// Copied says that a replacement or variable copies the value from there.
	Copied bool
	// Place names the field in File by keys and names, not by lines.
	Place string
	// Doc and Path locate the field in File where Exact; a missing field's path does not exist there.
	Doc  int
	Path yamledit.Path
	// Archived is the place in the archive that File is, or that File asks for; its File is empty elsewhere.
	Archived Archived
	// Inside leads to the scalar of File whose text Doc and Path are about; empty for File itself.
	Inside yamledit.Path
}

// An Archived is a place in a file of a packed chart: the field, or the action that prints it.
type Archived struct {
	File         string // as the archive names it, below its chart
	Line, Column int
}

// A Link is a place on the way from an origin to the rendered object.
type Link struct {
	File string
	Line int
	Via  Via
}

// TellsMore says whether a chain is to be shown rather than another one of the same origin: the longer,
// which leads as far as to an overlay that somebody deploys, else the first by its places.
func TellsMore(chain, than []Link) bool {
	if len(chain) != len(than) {
		return len(chain) > len(than)
	}
	return slices.CompareFunc(chain, than, func(a, b Link) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(string(a.Via), string(b.Via)))
	}) < 0
}

// A Locator finds the source of rendered fields. It is safe for concurrent use.
type Locator struct {
	files *overlay.FS

	mutex     sync.Mutex
	parsed    yamledit.Cache       // source files
	closed    map[string]bool      // those that cannot be read or are too large
	templates map[string]*Template // by name; nil if unreadable
	layers    map[string]*valuesOf // values by target id
	// Fields are asked for object by object, so that keeping the last one parses each once; with it, the
	// one that a chart printed of it.
	last  [2]renderedObject
	names map[*yaml.Node][]string // of the items of a list
	// earlier counts, for each object of a source file, those before it with the same header.
	earlier map[*yamledit.File]map[*yaml.Node]int
}

type renderedObject struct {
	object *Object
	file   *yamledit.File
}

// maxKeptLists bounds what is kept of objects that are done with.
const maxKeptLists = 10_000

// NewLocator makes a locator that reads sources from files.
func NewLocator(files *overlay.FS) *Locator {
	return &Locator{
		files: files, closed: map[string]bool{}, templates: map[string]*Template{}, layers: map[string]*valuesOf{}, names: map[*yaml.Node][]string{}, earlier: map[*yamledit.File]map[*yaml.Node]int{},
	}
}

// rendered is the parsed text of an object.
func (l *Locator) rendered(object *Object) *yamledit.File {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, known := range l.last {
		if known.object == object {
			return known.file
		}
	}
	l.last[1] = l.last[0]
	l.last[0] = renderedObject{object, yamledit.Parse(object.YAML)}
	if len(l.names) > maxKeptLists {
		clear(l.names)
	}
	return l.last[0].file
}

// source is a parsed source file, nil if it cannot be looked into.
func (l *Locator) source(name string) *yamledit.File {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.closed[name] {
		return nil
	}
	file, err := l.parsed.Parse(name, l.files.ReadFile)
	if err != nil {
		l.closed[name] = true
		return nil
	}
	return file
}

// Origin returns the place behind the field at path (from the object's root).
func (l *Locator) Origin(object *Object, path yamledit.Path) Origin {
	rendered := l.rendered(object)
	if fields := object.fields(); fields != nil {
		return l.traced(object, fields, path)
	}
	if path, ok := l.translate(object, rendered, path); ok {
		return l.exact(object, path)
	}
	if origin, ok := l.fromTemplate(object, path); ok {
		return origin
	}
	origin := l.fileOnly(object, rendered, path)
	origin.Archived = l.Archived(object, path)
	return origin
}

// Uncertain returns the place of a field of which a proof has shown that it is not set, or not
// only, where Origin says.
func (l *Locator) Uncertain(object *Object, path yamledit.Path) Origin {
	return l.fileOnly(object, l.rendered(object), path)
}

// SourcePath returns where in the object's source document the field at path stands: list items
// are found by their identity, and a field must have the value there that it was rendered with.
// ok is false where the object's text does not stand in a file, or something else sets the field.
func (l *Locator) SourcePath(object *Object, path yamledit.Path) (sourcePath yamledit.Path, ok bool) {
	return l.translate(object, l.rendered(object), path)
}

func (l *Locator) translate(object *Object, rendered *yamledit.File, path yamledit.Path) (yamledit.Path, bool) {
	source := object.Source
	if !source.Manifest || len(rendered.Docs) == 0 {
		return nil, false
	}
	file := l.source(source.File)
	if file == nil || source.Doc >= len(file.Docs) {
		return nil, false
	}
	below, ok := sameField(lastRoot(rendered), walk(file.Docs[source.Doc].Root, source.Path), path)
	return source.Path.Concat(below), ok
}

// sameField returns where the field of one tree at a path stands in another, of which it was made.
func sameField(from, to *yaml.Node, path yamledit.Path) (translated yamledit.Path, ok bool) {
	for i, step := range path {
		if from == nil || to == nil {
			return nil, false
		}
		if step.List {
			if from.Kind == yaml.SequenceNode && to.Kind == yaml.SequenceNode && step.Index == len(from.Content) {
				// An item that is to be appended.
				return translated.Join(len(to.Content)).Concat(path[i+1:]), true
			}
			index := matchingItem(from, to, step.Index)
			if index < 0 {
				return nil, false
			}
			translated = translated.Join(index)
			from, to = item(from, step.Index), item(to, index)
			continue
		}
		translated = translated.Join(step.Key)
		from, to = child(from, step.Key), child(to, step.Key)
		if from == nil && to == nil {
			// A field that is missing on both sides may be added here.
			return translated.Concat(path[i+1:]), true
		}
	}
	if !sameValue(from, to) {
		return nil, false
	}
	return translated, true
}

// exact describes a field of a manifest file.
func (l *Locator) exact(object *Object, path yamledit.Path) Origin {
	source := object.Source
	file := l.source(source.File)
	origin := Origin{
		File: source.File, Via: ViaManifest, Exact: true, Doc: source.Doc, Path: path,
		Place: l.placeName(file, source, file.Home(source.Doc, path)),
	}
	origin.at(file, source.Doc, path)
	return origin
}

// at points the origin at a field. A field that is missing is shown by the nearest mapping or
// list around it.
func (o *Origin) at(file *yamledit.File, doc int, path yamledit.Path) {
	found, ok := file.Find(doc, path)
	if !ok {
		found, ok = file.Nearest(doc, path)
	}
	if !ok {
		o.Line, o.Column = 1, 1
		if node := walk(file.Docs[doc].Root, path); node != nil {
			o.Line, o.Column = node.Line, node.Column
		}
		o.EndLine, o.EndColumn = o.Line, o.Column
		return
	}
	shown := file.Entry(found)
	o.Line, o.Column = shown.Line, shown.Column
	o.EndLine, o.EndColumn = shown.EndLine, shown.EndColumn
}

// fileOnly describes a field of which only the file is certain. In a kustomization that is the
// root's own file: some patch, component or transformer that it leads to sets the field.
func (l *Locator) fileOnly(object *Object, rendered *yamledit.File, path yamledit.Path) Origin {
	source := object.Source
	origin := Origin{
		File: source.File, Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Via: ViaGenerated,
		Place: object.Kind + ":" + l.namedPath(lastRoot(rendered), path),
	}
	if source.Declared.File != "" {
		origin.File, origin.Line, origin.EndLine = source.Declared.File, max(source.Declared.Line, 1), max(source.Declared.Line, 1)
		origin.Place = source.File + "#" + origin.Place
		return origin
	}
	if source.Manifest && source.Kustomization != "" {
		origin.File = source.Kustomization
		origin.Place = fmt.Sprintf("%s#%d%s:%s", source.File, source.Doc, source.Path, origin.Place)
		return origin
	}
	if !source.Manifest {
		return origin
	}
	if file := l.source(source.File); file != nil && source.Doc < len(file.Docs) {
		origin.at(file, source.Doc, source.Path)
	}
	return origin
}

func lastRoot(file *yamledit.File) *yaml.Node {
	if len(file.Docs) == 0 {
		return nil
	}
	return file.Docs[len(file.Docs)-1].Root
}
