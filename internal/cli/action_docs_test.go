package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestActionPage requires the tables of docs/action.md to be those of the code.
func TestActionPage(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "action.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var inputs, outputs strings.Builder
	inputs.WriteString("| input | for | meaning | default |\n|---|---|---|---|\n")
	for _, input := range ActionInputs {
		fallback := ""
		if input.Fallback != "" {
			fallback = "`" + input.Fallback + "`"
		}
		fmt.Fprintf(&inputs, "| `%s` | %s | %s | %s |\n", input.Name, strings.Join(input.Commands, ", "), input.About, fallback)
	}
	outputs.WriteString("| output | meaning |\n|---|---|\n")
	for _, output := range ActionOutputs {
		fmt.Fprintf(&outputs, "| `%s` | %s |\n", output.Name, output.About)
	}
	want := between(t, between(t, string(text), "inputs", inputs.String()), "outputs", outputs.String())
	if *update {
		writeFile(t, file, want)
	} else if want != string(text) {
		t.Error("the tables of docs/action.md are stale; make golden writes them")
	}
}

// between puts a text between the two marks of a name.
func between(t *testing.T, page, name, text string) string {
	t.Helper()
	before, rest, opens := strings.Cut(page, "<!-- "+name+" -->\n")
	_, after, closes := strings.Cut(rest, "<!-- /"+name+" -->\n")
	if !opens || !closes {
		t.Fatalf("docs/action.md has no place for %s", name)
	}
	return before + "<!-- " + name + " -->\n" + text + "<!-- /" + name + " -->\n" + after
}
