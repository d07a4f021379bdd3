package cli

import (
	"bytes"
	"errors"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

const schemaURL = "https://github.com/podmend/podmend/raw/main/docs/podmend.schema.json"

// addExemptions returns the text of a configuration with items at the end of its exemptions.
// Every other byte stays.
func addExemptions(content []byte, added []map[string]any) ([]byte, error) {
	file := yamledit.Parse(content)
	if len(content) == 0 {
		content = []byte("# yaml-language-server: $schema=" + schemaURL + "\n")
	}
	if len(file.Docs) == 0 || file.Docs[0].Root == nil && file.Docs[0].Err == nil {
		text, err := yaml.Marshal(map[string]any{"exemptions": added})
		if err != nil {
			return nil, err
		}
		if !bytes.HasSuffix(content, []byte("\n")) {
			content = append(bytes.Clone(content), '\n')
		}
		return append(bytes.Clone(content), text...), nil
	}
	tree, err := file.Tree(0)
	if err != nil {
		return nil, err
	}
	top, ok := tree.(map[string]any)
	if !ok {
		return nil, errors.New("it is no mapping")
	}
	known, _ := top["exemptions"].([]any)
	var changes []yamledit.Change
	if len(known) == 0 {
		items := make([]any, len(added))
		for i, item := range added {
			items[i] = item
		}
		changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: yamledit.NewPath("exemptions"), Value: items})
	} else {
		for i, item := range added {
			changes = append(changes, yamledit.Change{Op: yamledit.Set, Path: yamledit.NewPath("exemptions", len(known)+i), Value: item})
		}
	}
	edits, err := file.Edits(0, changes)
	if err != nil {
		return nil, err
	}
	return yamledit.Apply(content, edits)
}
