package render

import (
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// fieldPlace is the file and line at which a field of an object stands, or what is nearest to it.
func fieldPlace(files *overlay.FS, object *Object, path ...any) (file string, line int) {
	return placeOf(files, object, yamledit.NewPath(path...))
}

func placeOf(files *overlay.FS, object *Object, path yamledit.Path) (file string, line int) {
	origin := NewLocator(files).Origin(object, path)
	return origin.File, origin.Line
}

// fieldError is an error about a field of an object, at its place in source.
func fieldError(files *overlay.FS, object *Object, kind ErrorKind, message string, path ...any) *Error {
	file, line := fieldPlace(files, object, path...)
	return &Error{Kind: kind, File: file, Line: line, Message: message}
}
