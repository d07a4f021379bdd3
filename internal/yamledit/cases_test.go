package yamledit

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the outputs in testdata/*.txtar")

// A textCase is three sections of a file in testdata: NAME/in, NAME/changes and
// NAME/out, which is the edited text or "error: REASON". Lines of the changes are
//
//	crlf | bom | cut            how in and out differ from what is shown; cut: no final line break
//	doc N                       the document that the changes below mean
//	set PATH = JSON
//	delete PATH [prune N]
//	rename PATH NEWKEY = JSON
//
// A case may have NAME/find instead of changes: lines "PATH" or "doc N", and out shows
// what Find and Nearest tell.
type textCase struct {
	file, name string
	in, out    string // as shown
	modes      map[string]bool
	doc        int
	changes    []Change
	find       []string
}

// shown is how the out section shows bytes.
func (c *textCase) shown(src []byte) string {
	s := string(src)
	if c.modes["bom"] {
		s = strings.TrimPrefix(s, "\ufeff")
	}
	if c.modes["crlf"] {
		lone := strings.Count(s, "\n") != strings.Count(s, "\r\n")
		if s = strings.ReplaceAll(s, "\r\n", "\n"); lone {
			s = "(line breaks are mixed)\n" + s
		}
	}
	if !strings.HasSuffix(s, "\n") && s != "" {
		s += "\n"
	} else if c.modes["cut"] {
		s += "(ends with a line break)\n"
	}
	return s
}

// source is the bytes that the in section stands for.
func (c *textCase) source() []byte {
	s := c.in
	if c.modes["cut"] {
		s = strings.TrimSuffix(s, "\n")
	}
	if c.modes["crlf"] {
		s = strings.ReplaceAll(s, "\n", "\r\n")
	}
	if c.modes["bom"] {
		s = "\ufeff" + s
	}
	return []byte(s)
}

func TestCases(t *testing.T) {
	for _, file := range caseFiles(t) {
		archive, cases := readCases(t, file)
		for _, c := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+c.name, func(t *testing.T) {
				got := ""
				if c.find != nil {
					got = runFind(t, c)
				} else {
					got = runCase(t, c)
				}
				if got == c.out {
					return
				}
				if *update {
					setSection(archive, c.name+"/out", got)
					return
				}
				t.Errorf("got:\n%s\nwant:\n%s", got, c.out)
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func runCase(t *testing.T, c *textCase) string {
	src := c.source()
	f := Parse(src)
	edits, err := f.Edits(c.doc, c.changes)
	var e *EditError
	if errors.As(err, &e) {
		return "error: " + e.Reason + "\n"
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := Apply(src, edits)
	if err != nil {
		t.Fatal(err)
	}
	checkBytes(t, src, out, edits)
	checkTrees(t, f, out, c.doc, c.changes)
	checkAgain(t, out, c.doc, c.changes)
	return c.shown(out)
}

func caseFiles(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	return files
}

func readCases(t testing.TB, file string) (*txtar.Archive, []*textCase) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*textCase
	for i := 0; i < len(archive.Files); i++ {
		name, part, _ := strings.Cut(archive.Files[i].Name, "/")
		data := string(archive.Files[i].Data)
		if part == "in" {
			cases = append(cases, &textCase{file: file, name: name, in: data, modes: map[string]bool{}})
			continue
		}
		if len(cases) == 0 || cases[len(cases)-1].name != name {
			// A further change of the same text.
			last := cases[len(cases)-1]
			cases = append(cases, &textCase{file: file, name: name, in: last.in, modes: map[string]bool{}})
		}
		c := cases[len(cases)-1]
		switch part {
		case "changes":
			for _, line := range strings.Split(strings.TrimSpace(data), "\n") {
				if err := c.read(line); err != nil {
					t.Fatalf("%s: %s: %q: %v", file, name, line, err)
				}
			}
		case "find":
			c.find = strings.Split(strings.TrimSpace(data), "\n")
		case "out":
			c.out = data
		default:
			t.Fatalf("%s: section %s", file, archive.Files[i].Name)
		}
	}
	return archive, cases
}

func (c *textCase) read(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	target, value, hasValue := strings.Cut(rest, " = ")
	var change Change
	switch word {
	case "crlf", "bom", "cut":
		c.modes[word] = true
		return nil
	case "doc":
		doc, err := strconv.Atoi(rest)
		c.doc = doc
		return err
	case "set":
		change.Op = Set
		if rest, rooted := strings.CutPrefix(rest, "= "); rooted {
			target, value, hasValue = "", rest, true
		}
	case "delete":
		change.Op = Delete
		if path, prune, ok := strings.Cut(target, " prune "); ok {
			target = path
			change.Prune, _ = strconv.Atoi(prune)
		}
	case "rename":
		change.Op = Rename
		cut := strings.LastIndex(target, " ")
		target, change.Key = target[:max(cut, 0)], target[cut+1:]
	default:
		return errors.New("not understood")
	}
	if hasValue != (change.Op != Delete) {
		return errors.New("not understood")
	}
	path, err := readPath(target)
	if err != nil {
		return err
	}
	change.Path = path
	if hasValue {
		tree, err := readTree([]byte(value))
		if err != nil || !json.Valid([]byte(value)) {
			return fmt.Errorf("%s is no JSON", value)
		}
		change.Value = tree
	}
	c.changes = append(c.changes, change)
	return nil
}

// readPath reads what Path.String prints.
func readPath(text string) (Path, error) {
	var p Path
	for text != "" {
		switch {
		case strings.HasPrefix(text, `["`):
			quoted, err := strconv.QuotedPrefix(text[1:])
			if err != nil {
				return nil, err
			}
			key, _ := strconv.Unquote(quoted)
			p, text = p.Join(key), strings.TrimPrefix(text[1+len(quoted):], "]")
		case text[0] == '[':
			number, rest, _ := strings.Cut(text[1:], "]")
			index, err := strconv.Atoi(number)
			if err != nil {
				return nil, err
			}
			p, text = p.Join(index), rest
		default:
			text = strings.TrimPrefix(text, ".")
			end := strings.IndexAny(text, ".[")
			if end < 0 {
				end = len(text)
			}
			p, text = p.Join(text[:end]), text[end:]
		}
	}
	return p, nil
}

func setSection(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	stem := strings.TrimSuffix(name, "/out")
	for i := range a.Files {
		if a.Files[i].Name == stem+"/changes" || a.Files[i].Name == stem+"/find" {
			rest := append([]txtar.File{{Name: name, Data: []byte(text)}}, a.Files[i+1:]...)
			a.Files = append(a.Files[:i+1:i+1], rest...)
			return
		}
	}
}

// checkBytes requires that only the edits' ranges differ.
func checkBytes(t testing.TB, before, after []byte, edits []Edit) {
	t.Helper()
	from, to := 0, 0
	for _, e := range edits {
		same := before[from:e.Start]
		if len(after) < to+len(same)+len(e.NewText) || !bytes.Equal(same, after[to:to+len(same)]) {
			t.Fatalf("bytes before the edit at %d changed", e.Start)
		}
		to += len(same)
		if string(after[to:to+len(e.NewText)]) != e.NewText {
			t.Fatalf("the edit at %d is not there", e.Start)
		}
		from, to = e.End, to+len(e.NewText)
	}
	if !bytes.Equal(before[from:], after[to:]) {
		t.Fatal("bytes behind the edits changed")
	}
}
