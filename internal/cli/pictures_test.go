package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/internal/githubfake"
)

const production = "environments/production.yaml"

// TestPictures asks that the pictures of the README show what podmend prints and posts; -update draws them.
func TestPictures(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/docs/shop.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := githubfake.Files{}
	for _, file := range archive.Files {
		files[file.Name] = string(file.Data)
	}
	samePicture(t, "terminal.svg", terminalPicture(terminalLines(t, files)))

	// The pull request turns on what the environment's values had turned off; the rest stays as it is.
	head := files[production]
	files[production] = strings.Replace(head, "privileged: true", "privileged: false", 1)
	w := newWorkflow(t, files, githubfake.Files{production: head})
	w.check(exitFindings)
	comment, ok := w.shown()[production+":4"]
	if !ok {
		t.Fatalf("there is no comment at the line: %+v", w.shown())
	}
	samePicture(t, "review.svg", reviewPicture(t, strings.Split(files[production], "\n"), strings.Split(head, "\n"), comment))
}

// terminalLines is what a terminal shows of the chart: what is wrong with it, and the fix.
func terminalLines(t *testing.T, files githubfake.Files) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, file, text)
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	var text bytes.Buffer
	for _, args := range [][]string{{"check", "charts"}, {"fix", "charts"}} {
		text.WriteString("\x1b[1m$ podmend " + strings.Join(args, " ") + "\x1b[0m\n")
		code := Run(context.Background(), args, Env{
			Stdin: strings.NewReader(""), Stdout: &text, Stderr: &bytes.Buffer{}, Dir: dir, StdoutTerminal: true, Width: 116,
			Getenv: func(string) string { return "" },
		})
		if code != exitFindings {
			t.Fatalf("podmend %v ended with %d:\n%s", args, code, text.String())
		}
		text.WriteByte('\n')
	}
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
}

func samePicture(t *testing.T, name, picture string) {
	t.Helper()
	file := filepath.Join("..", "..", "docs", "pictures", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, file, picture)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != picture {
		t.Errorf("docs/pictures/%s shows something else than podmend does (%v); make golden draws it", name, err)
	}
	if len(got) > 200_000 {
		t.Errorf("docs/pictures/%s has %d bytes", name, len(got))
	}
}
