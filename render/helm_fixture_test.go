package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podmend/podmend/internal/overlay"
)

// A helmFixture is a text archive of testdata/helm. Its files are a repository; the lines above
// them say, one word and its arguments a line:
//
//	chart DIR                  the chart to render
//	values FILE...             its values files
//	kube-version V             and the like: release, namespace, api-versions
//	package DIR FILE           DIR is packed into the archive FILE and goes
//	link NAME TARGET           NAME is a symbolic link
//	crlf FILE                  FILE gets CRLF line ends
//	bom FILE                   FILE starts with a byte order mark
//	large FILE BYTES           FILE is that large
//	built DIR FOLDER           for the command line alone, DIR is packed into FOLDER: what helm
//	                           dependency build would do
//	object KIND NAME SOURCE    an object that is rendered, and its source: FILE, or FILE#DOC
//	absent KIND NAME           an object that is not
//	holds TEXT                 the rendered objects hold TEXT
//	note TEXT                  a note holds TEXT
//	error KIND PLACE TEXT      podmend fails at PLACE (FILE, FILE:LINE, or - for none), saying TEXT
//	command fails              the command line fails too, or alone
type helmFixture struct {
	target       Target
	built        [][]string
	expect       [][]string
	failure      []string
	commandFails bool
	root         string
	files        *overlay.FS
}

func loadHelmFixture(t *testing.T, file string) *helmFixture {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := &helmFixture{root: t.TempDir(), target: Target{ID: file, Kind: Helm}}
	for _, member := range archive.Files {
		writeHelmFile(t, filepath.Join(f.root, member.Name), member.Data)
	}
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		f.directive(t, word, rest)
	}
	if f.files, err = overlay.Open(f.root); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.files.Close() })
	return f
}

func (f *helmFixture) directive(t *testing.T, word, rest string) {
	args := strings.Fields(rest)
	at := func(i int) string { return filepath.Join(f.root, args[i]) }
	switch word {
	case "chart":
		f.target.Path = rest
	case "values":
		f.target.Values = args
	case "kube-version":
		f.target.KubeVersion = rest
	case "api-versions":
		f.target.APIVersions = args
	case "release":
		f.target.ReleaseName = rest
	case "namespace":
		f.target.Namespace = rest
	case "package":
		packHelmChart(t, at(0), at(1))
		if err := os.RemoveAll(at(0)); err != nil {
			t.Fatal(err)
		}
	case "link":
		if err := os.MkdirAll(filepath.Dir(at(0)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(args[1], at(0)); err != nil {
			t.Fatal(err)
		}
	case "crlf":
		rewriteHelmFile(t, at(0), func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) })
	case "bom":
		rewriteHelmFile(t, at(0), func(text []byte) []byte { return append([]byte("\xef\xbb\xbf"), text...) })
	case "large":
		size, err := strconv.Atoi(args[1])
		if err != nil {
			t.Fatal(err)
		}
		writeHelmFile(t, at(0), bytes.Repeat([]byte("#"), size))
	case "built":
		f.built = append(f.built, args)
	case "object", "absent":
		f.expect = append(f.expect, append([]string{word}, args...))
	case "holds", "note":
		f.expect = append(f.expect, []string{word, rest})
	case "error":
		f.failure = strings.SplitN(rest, " ", 3)
	case "command":
		f.commandFails = true
	default:
		t.Fatalf("unknown word %q", word)
	}
}

func writeHelmFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func rewriteHelmFile(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeHelmFile(t, name, change(content))
}

// packHelmChart packs a folder as helm package does, below a folder of the chart's name.
func packHelmChart(t *testing.T, dir, file string) {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: filepath.Base(dir) + "/" + filepath.ToSlash(inside), Mode: 0o644, Size: int64(len(content))}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err = archive.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	writeHelmFile(t, file, packed.Bytes())
}

// check compares what podmend renders with what the fixture says.
func (f *helmFixture) check(t *testing.T) {
	objects, notes, failed := renderHelm(context.Background(), f.files, f.target, Detail{}, nil)
	f.checkFailure(t, failed)
	text := ""
	var found []string
	for _, object := range objects {
		text += string(object.YAML) + "\n"
		source := object.Source.File
		if object.Source.Manifest {
			source += fmt.Sprintf("#%d", object.Source.Doc)
		}
		found = append(found, fmt.Sprint(object.Kind, " ", object.Name, " ", source))
		if _, err := f.files.Stat(object.Source.File); err != nil {
			t.Errorf("source of %s: %v", object.Name, err)
		}
	}
	for _, expected := range f.expect {
		switch what := strings.Join(expected[1:], " "); expected[0] {
		case "object":
			if !slices.Contains(found, what) {
				t.Errorf("no object %s in\n%s", what, strings.Join(found, "\n"))
			}
		case "absent":
			if slices.ContainsFunc(found, func(name string) bool { return strings.HasPrefix(name, what+" ") }) {
				t.Errorf("%s should not be rendered", what)
			}
		case "holds":
			if !strings.Contains(text, what) {
				t.Errorf("%q is not in\n%s", what, text)
			}
		case "note":
			if !strings.Contains(strings.Join(notes, "\n"), what) {
				t.Errorf("%q is not in the notes %q", what, notes)
			}
		}
	}
}

func (f *helmFixture) checkFailure(t *testing.T, failed *Error) {
	switch {
	case f.failure == nil && failed != nil:
		t.Fatalf("%s: %v", failed.Kind, failed)
	case f.failure == nil:
		return
	case failed == nil:
		t.Fatalf("no error of kind %s", f.failure[0])
	}
	place := failed.File
	if failed.Line > 0 {
		place += fmt.Sprintf(":%d", failed.Line)
	}
	if place == "" {
		place = "-"
	}
	if string(failed.Kind) != f.failure[0] || place != f.failure[1] || !strings.Contains(failed.Message, f.failure[2]) {
		t.Errorf("got\n%s %s %s\nwant\n%s", failed.Kind, place, failed.Message, strings.Join(f.failure, " "))
	}
	if strings.Contains(failed.Message, f.root) {
		t.Errorf("the message names a path of this machine: %s", failed.Message)
	}
}

// checkCommand compares podmend with the command line.
func (f *helmFixture) checkCommand(t *testing.T, helm string) {
	result, err := compareWithHelm(helm, f.files, f.target, func() error {
		for _, args := range f.built {
			if err := runHelm(helm, "package", filepath.Join(f.root, args[0]), "--destination", filepath.Join(f.root, args[1])); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err != nil:
		t.Fatal(err)
	case f.commandFails != (result.command != nil):
		t.Errorf("the command line: %v", result.command)
	case len(result.different) > 0:
		t.Errorf("helm template prints something else: %v", result.different)
	case len(result.misnamed) > 0:
		t.Errorf("helm template names other sources: %v", result.misnamed)
	}
}
