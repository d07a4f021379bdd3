package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podmend/podmend/internal/githubfake/scripted"
	"github.com/podmend/podmend/internal/scripts"
)

// told is what a reader sees of a report: its title, each finding that is in sight, and what is mended.
const told = `[...document.querySelectorAll("h1, .finding, .mended")].filter(e => e.checkVisibility()).map(e => {
  const words = e => e.textContent.replace(/\s+/g, " ").trim();
  if (e.matches("h1")) return words(e);
  if (e.matches(".mended")) return "mended: " + words(e);
  return [e.closest(".file").ariaLabel, ...[...e.querySelectorAll("summary > *")].map(words)].join(" | ");
}).join("\n")`

// TestStory plays the life of a pull request, and looks at the reports of its runs: they tell the truth that
// its comments tell.
func TestStory(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-C", "../..", "-o", filepath.Join(bin, "podmend"), "./cmd/podmend").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	pages := 0
	page := func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: page REPORT FILE")
		}
		pages++
		name := fmt.Sprintf("story-%d", pages)
		p := openFile(t, name, ts.MkAbs(args[0]), desktop())
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(ask[string](p, told)+"\n"), 0o644))
		ask[any](p, `document.querySelectorAll(".finding details").forEach(d => d.open = true)`)
		p.shoot(name, true)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{"../../testdata/script/review-story.txtar"},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": scripts.Status, "replace": scripts.Replace, "github": scripted.Command, "page": page,
		},
	})
	t.Cleanup(func() {
		if pages < 6 {
			t.Errorf("only %d reports were looked at", pages)
		}
	})
}
