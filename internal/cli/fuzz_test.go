package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/internal/scripts"

	"github.com/podmend/podmend/report"
)

// A configuration is refused or can be worked with, and an exemption is added to it without a loss.
func FuzzConfig(f *testing.F) {
	for _, archive := range scripts.Read(f, filepath.Join("..", "..", "testdata", "script")) {
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, "podmend.yaml") {
				f.Add(file.Data)
			}
		}
	}
	f.Add([]byte("network: {allow: [ghcr.io/org, \"http://127.0.0.1:1\"], allowPrivate: [a], timeout: 1s, maxSize: 1Mi}\n"))
	env := &Env{Getenv: func(string) string { return "" }}
	item := map[string]any{"controls": []any{"privileged"}, "reason": "x"}
	f.Fuzz(func(t *testing.T, text []byte) {
		config, err := parseConfig(text)
		if err != nil {
			return
		}
		if options, err := config.Network.fetchOptions(env); err == nil && len(options.Allow) != len(config.Network.Allow) {
			t.Errorf("%d hosts are allowed, %d are named", len(options.Allow), len(config.Network.Allow))
		}
		flags := &flags{sources: map[string][]source{}}
		flags.fromFile(config)
		if _, err := flags.settings(config); err != nil {
			var wrong *usageError
			if !errors.As(err, &wrong) {
				t.Errorf("%T: %v", err, err)
			}
		}
		after, err := addExemptions(text, []map[string]any{item})
		if err != nil {
			return
		}
		again, err := parseConfig(after)
		if err != nil {
			t.Fatalf("an exemption breaks it: %v\n%s", err, after)
		}
		if len(again.Exemptions) != len(config.Exemptions)+1 || again.Level != config.Level {
			t.Errorf("%d exemptions became %d:\n%s", len(config.Exemptions), len(again.Exemptions), after)
		}
	})
}

// A whole run over a repository, without templates, which only children bound: what is mended is
// mended, what is printed is harmless, and nothing is podmend's own failure.
func FuzzFix(f *testing.F) {
	for _, archive := range scripts.Read(f, filepath.Join("..", "..", "testdata", "script")) {
		if _, ok := plainFiles(archive); ok {
			f.Add(txtar.Format(archive))
		}
	}
	f.Setenv("PATH", "")
	before := http.DefaultTransport
	f.Cleanup(func() { http.DefaultTransport = before })
	http.DefaultTransport = http.NewFileTransport(http.Dir(f.TempDir()))
	f.Fuzz(func(t *testing.T, text []byte) {
		files, ok := plainFiles(scripts.Parse(text))
		if !ok {
			return
		}
		dir := t.TempDir()
		for name, content := range files {
			name = filepath.Join(dir, filepath.FromSlash(name))
			if os.MkdirAll(filepath.Dir(name), 0o755) != nil || os.WriteFile(name, content, 0o644) != nil {
				return // a file is a folder too
			}
		}
		run := func(args ...string) (string, int) {
			var stdout, stderr bytes.Buffer
			env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
			code := Run(context.Background(), args, env)
			if code == exitFailed {
				t.Fatalf("podmend %v fails: %s", args, stderr.String())
			}
			for _, printed := range []string{stdout.String(), stderr.String()} {
				for line := range strings.Lines(printed) {
					line = strings.TrimSuffix(line, "\n")
					if strings.HasPrefix(strings.TrimSpace(line), "::") || report.Inert(line, 0) != line {
						t.Fatalf("podmend %v prints %q", args, line)
					}
				}
			}
			return stdout.String(), code
		}
		printed, code := run("check", "--format", "json")
		if code == exitUsage {
			return
		}
		found, err := report.ReadJSON(strings.NewReader(printed))
		if err != nil {
			t.Fatal(err)
		}
		run("check")
		run("fix", "--write")
		again, _ := run("fix", "--write", "--format", "json")
		left, err := report.ReadJSON(strings.NewReader(again))
		if err != nil {
			t.Fatal(err)
		}
		if len(left.Findings) > len(found.Findings) {
			t.Errorf("%d findings became %d", len(found.Findings), len(left.Findings))
		}
		for _, proposal := range left.Proposals {
			if proposal.Status == report.ProposalProven {
				t.Errorf("a second run mends more: %+v", proposal)
			}
		}
	})
}

// plainFiles are the files of an archive, unless they are too many or hold templates.
func plainFiles(archive *txtar.Archive) (map[string][]byte, bool) {
	files := map[string][]byte{}
	for _, file := range archive.Files {
		if !fs.ValidPath(file.Name) || file.Name == "." || strings.ContainsRune(file.Name, 0) || strings.Contains(file.Name, "templates/") {
			return nil, false
		}
		files[file.Name] = file.Data
	}
	return files, len(files) > 0 && len(files) < 20
}
