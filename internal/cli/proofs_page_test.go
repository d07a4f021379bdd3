package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/podmend/podmend/fix"
)

// TestProofsPage requires of docs/proofs.md the table of reasons that the program has.
func TestProofsPage(t *testing.T) {
	const (
		name  = "../../docs/proofs.md"
		begin = "<!-- make golden writes this table -->\n"
		end   = "<!-- end of the table -->\n"
	)
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s does not say where the table of reasons begins and ends", name)
	}
	table := "| reason | what it means | what to do |\n|---|---|---|\n"
	for _, r := range fix.Reasons {
		table += fmt.Sprintf("| `%s` | %s | %s |\n", r.Reason, r.Means, r.Next)
	}
	want := before + begin + table + end + after
	if *update {
		writeFile(t, name, want)
	} else if string(text) != want {
		t.Errorf("%s is stale; make golden writes it", name)
	}
}
