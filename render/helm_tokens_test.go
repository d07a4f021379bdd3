package render

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/rogpeppe/go-internal/txtar"
)

// tokenSeeds are templates with what a lexer can stumble over.
var tokenSeeds = []string{
	"",
	"a: b\n",
	"a {{- 1 -}} b",
	"a {{-1}} b {{- -1 }} c",
	"{{/* comment with }} in it */}}\n{{- /* trimmed */ -}}\n x",
	"{{ \"}}\" }} {{ `}}\n{{` }} {{ '}' }} {{ \"\\\"}}\" }}",
	"{{ define \"a\" }} in {{ end }}out{{ template \"a\" . }}",
	"{{ if . }}\r\n\ta\r\n{{- else if 1 -}} b {{ else }} c {{ end -}}\n\n\nd",
	"{{ range $i, $x := .A }}{{ continue }}{{ else }}x{{ break }}{{ end }}",
	"{{ block \"b\" . }} body {{ end }}",
	"{{ with $x := .A }}{{ $x = 2 }}{{ end }}",
	"{{- end }} {{", "{{ \"open", "{{/* open", "{{ ` }}", "{{ '\n' }}",
	"{{ printf \"%s\" (print \"a\" | quote) -}}\n  {{- .b.c }}",
	"}} a {{ 1 }}}} {{{ 2 }}",
	"{{- /* a */ -}}{{- /* b */}} c",
	"a\u00a0{{- 1 -}}\u2003b",
	"{{if}}", "{{ . - }} a", "{{ 3 -}}}", "{{-/* no */-}}",
}

func chartSeeds(f *testing.F) {
	for _, seed := range tokenSeeds {
		f.Add(seed)
	}
	scripts, err := filepath.Glob(filepath.Join("..", "testdata", "script", "helm-*.txtar"))
	if err != nil || len(scripts) == 0 {
		f.Fatalf("no scripts: %v", err)
	}
	for _, name := range scripts {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.Contains(file.Name, "/templates/") {
				f.Add(string(file.Data))
			}
		}
	}
}

// FuzzTemplateTokens compares with the parser of text/template: what it reads is split, and each text that
// it prints is one of the split.
func FuzzTemplateTokens(f *testing.F) {
	chartSeeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		tokens, ok := templateTokens(source)
		tree := parse.New("")
		tree.Mode = parse.SkipFuncCheck
		trees := map[string]*parse.Tree{}
		_, err := tree.Parse(source, "", "", trees)
		if err == nil && !ok {
			t.Fatalf("%q is a template", source)
		}
		if !ok {
			return
		}
		at := 0
		texts := map[int]string{}
		named := 0
		for _, token := range tokens {
			if token.textStart < at || token.textEnd < token.textStart || token.start < token.textEnd || token.end < token.start || token.end > len(source) {
				t.Fatalf("%q: %+v after %d", source, token, at)
			}
			at = token.end
			if token.textStart < token.textEnd {
				texts[token.textStart] = source[token.textStart:token.textEnd]
			}
			if token.word == "define" || token.word == "block" {
				named++
			}
		}
		if err != nil {
			return
		}
		parsed := map[int]string{}
		for _, tree := range trees {
			textsOf(reflect.ValueOf(tree.Root), parsed)
		}
		for at, text := range parsed {
			if texts[at] != text {
				t.Errorf("%q: the text at %d is %q, not %q", source, at, text, texts[at])
			}
		}
		// The parser drops a named template without text if another one has its name, and white space
		// at the top of a template without more.
		if named == 0 && len(trees) > 0 && len(parsed) != len(texts) {
			t.Errorf("%q: texts %v, want %v", source, texts, parsed)
		}
	})
}

// textsOf collects the texts below a node by where they start.
func textsOf(node reflect.Value, texts map[int]string) {
	switch node.Kind() {
	case reflect.Interface, reflect.Pointer:
		if node.IsNil() {
			return
		}
		switch text := node.Interface().(type) {
		case *parse.TextNode:
			texts[int(text.Pos)] = string(text.Text)
		case *parse.Tree:
		default:
			textsOf(node.Elem(), texts)
		}
	case reflect.Slice:
		for i := range node.Len() {
			textsOf(node.Index(i), texts)
		}
	case reflect.Struct:
		for i := range node.NumField() {
			if node.Type().Field(i).IsExported() {
				textsOf(node.Field(i), texts)
			}
		}
	}
}

func TestTemplateTokens(t *testing.T) {
	source := "a: {{ .b -}}\n c\n{{- /* }} */ -}}\n {{ define \"x\" }}d{{ end }}"
	tokens, ok := templateTokens(source)
	if !ok {
		t.Fatal("no template")
	}
	var got []string
	for _, token := range tokens {
		got = append(got, source[token.textStart:token.textEnd], source[token.start:token.end], token.word)
	}
	want := []string{
		"a: ", "{{ .b -}}", "",
		"c", "{{- /* }} */ -}}", "",
		"", "{{ define \"x\" }}", "define",
		"d", "{{ end }}", "end",
		"", "", "",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWholeActions(t *testing.T) {
	source := "a\n{{ if .x }}\nb\n{{ else }}\nc\n{{ end }}\nd"
	for part, want := range map[string]bool{
		"a\n": true, "\nb\n": true, source: true, "{{ if .x }}\nb\n{{ else }}\nc\n{{ end }}": true,
		"{{ if .x }}\nb\n": false, "\nb\n{{ else }}\nc\n": false, "c\n{{ end }}": false, "{{ if": false, "end }}\nd": false,
	} {
		start := strings.Index(source, part)
		if got := ReadTemplate([]byte(source)).WholeActions(start, start+len(part)); got != want {
			t.Errorf("%q: %t, want %t", part, got, want)
		}
	}
}
