package fix

import (
	"fmt"

	"github.com/podmend/podmend/internal/yamledit"
)

// A sourceText is a YAML text: a file, or a patch that stands inside of one.
type sourceText interface {
	Edits(doc int, changes []yamledit.Change) ([]yamledit.Edit, error)
	Find(doc int, path yamledit.Path) (yamledit.Found, bool)
	Tree(doc int) (any, error)
}

// text reads the text that changes are about.
func (e *editor) text(file string, inside yamledit.Path) (sourceText, error) {
	parsed, err := e.parse(file)
	if err != nil || len(inside) == 0 {
		return parsed, err
	}
	if inner, ok := parsed.InnerAt(inside); ok {
		return inner, nil
	}
	return nil, &yamledit.EditError{
		Reason:  yamledit.UnsupportedStyle,
		Message: fmt.Sprintf("the text at %s of %s is not written out line by line", inside, file),
	}
}
