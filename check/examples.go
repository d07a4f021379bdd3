package check

import (
	"embed"
	"fmt"
)

// The examples are files so that tests can run podmend on them.
//
//go:embed examples/*.yaml
var examples embed.FS

// Example returns a pod that breaks the control, and the same pod as podmend mends it.
func (c *Control) Example() (before, after string) {
	return example(c.ID, "before"), example(c.ID, "after")
}

func example(id, which string) string {
	text, err := examples.ReadFile(fmt.Sprintf("examples/%s.%s.yaml", id, which))
	if err != nil {
		return "" // a test requires both of each control
	}
	return string(text)
}
