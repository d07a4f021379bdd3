package render

import (
	"bytes"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// fieldPlace is the file and line at which a field of an object stands, or what is nearest to it.
func fieldPlace(files *overlay.FS, object *Object, path ...any) (file string, line int) {
	return placeOf(files, object, yamledit.NewPath(path...))
}

func placeOf(files *overlay.FS, object *Object, path yamledit.Path) (file string, line int) {
	locator := NewLocator(files)
	origin := locator.Origin(object, path)
	if line, ok := locator.lineWithVariables(object, path); ok && !origin.Exact {
		return object.Source.File, line
	}
	return origin.File, origin.Line
}

// lineWithVariables is the line of a field in an object's own file that holds variables of Flux: what stands there now is another
// text.
func (l *Locator) lineWithVariables(object *Object, path yamledit.Path) (line int, ok bool) {
	file := l.source(object.Source.File)
	if file == nil || !object.Source.Manifest || object.Source.Doc >= len(file.Docs) {
		return 0, false
	}
	found, ok := file.Find(object.Source.Doc, object.Source.Path.Concat(path))
	if !ok || !bytes.Contains(file.Src[found.Value.Offset:found.Value.End], []byte("${")) {
		return 0, false
	}
	return file.Entry(found).Line, true
}

// fieldError is an error about a field of an object, at its place in source.
func fieldError(files *overlay.FS, object *Object, kind ErrorKind, message string, path ...any) *Error {
	file, line := fieldPlace(files, object, path...)
	return &Error{Kind: kind, File: file, Line: line, Message: message}
}
