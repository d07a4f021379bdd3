package render

import (
	"bytes"
	"encoding/json"

	"github.com/podmend/podmend/internal/yamledit"
)

// pathAt returns the path of the value that ends at or behind an offset of a JSON text, nil where
// there is none.
func pathAt(text []byte, offset int64) yamledit.Path {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var at yamledit.Path
	var lists []bool // of the collections around
	key := ""
	isKey := false
	step := func() {
		if len(lists) == 0 {
			return
		}
		if !lists[len(lists)-1] {
			at[len(at)-1] = yamledit.Step{Key: key}
			return
		}
		at[len(at)-1].Index++
	}
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil
		}
		if closing, ok := token.(json.Delim); ok && (closing == ']' || closing == '}') {
			lists, at = lists[:len(lists)-1], at[:len(at)-1]
			isKey = len(lists) > 0 && !lists[len(lists)-1]
			continue
		}
		if name, ok := token.(string); ok && isKey {
			key, isKey = name, false
			continue
		}
		step()
		if decoder.InputOffset() >= offset {
			return at
		}
		isKey = len(lists) > 0 && !lists[len(lists)-1]
		if opening, ok := token.(json.Delim); ok {
			lists = append(lists, opening == '[')
			at = append(at, yamledit.Step{List: opening == '[', Index: -1})
			isKey = opening == '{'
		}
	}
}
