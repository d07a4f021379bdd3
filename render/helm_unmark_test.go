package render

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	texttemplate "text/template"
)

// printTemplate prints a template with what charts use to include named ones.
func printTemplate(source string) (string, error) {
	t := texttemplate.New("x").Option("missingkey=zero")
	depth := 0
	indent := func(by int, text string) string {
		pad := strings.Repeat(" ", min(max(by, 0), 20))
		return pad + strings.ReplaceAll(text, "\n", "\n"+pad)
	}
	t.Funcs(texttemplate.FuncMap{
		"indent":  indent,
		"nindent": func(by int, text string) string { return "\n" + indent(by, text) },
		"trim":    strings.TrimSpace, "upper": strings.ToUpper, "quote": strconv.Quote,
		"include": func(name string, data any) (string, error) {
			if depth++; depth > 100 {
				return "", errors.New("too deep")
			}
			var b strings.Builder
			err := t.ExecuteTemplate(&b, name, data)
			return b.String(), err
		},
	})
	if _, err := t.Parse(source); err != nil {
		return "", err
	}
	var b strings.Builder
	err := t.Execute(&limitedBuilder{&b}, map[string]any{"a": "text", "list": []any{"x", "y"}, "on": true})
	return b.String(), err
}

type limitedBuilder struct{ b *strings.Builder }

func (l *limitedBuilder) Write(p []byte) (int, error) {
	if l.b.Len() > 1<<16 {
		return 0, errors.New("too long")
	}
	return l.b.Write(p)
}

// FuzzMarks asks of every template that it prints the same with marks, and that what counts as text of
// the source stands there.
func FuzzMarks(f *testing.F) {
	for _, seed := range tokenSeeds {
		f.Add(seed)
	}
	for _, seed := range markSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if holdsMarks(source) {
			return
		}
		plain, err := printTemplate(source)
		if err != nil || holdsMarks(plain) {
			return
		}
		m := &templateMarker{twins: map[string]bool{}}
		index, ok := m.add("x", source)
		if !ok {
			t.Fatalf("%q is a template", source)
		}
		m.findDefines(index)
		m.follow(index)
		printed, err := printTemplate(m.marked(index, true))
		if err != nil {
			t.Fatalf("%q with marks: %v", source, err)
		}
		unmarked := unmark(printed)
		if unmarked.text != plain {
			t.Fatalf("%q prints %q, with marks %q", source, plain, unmarked.text)
		}
		checkSpans(t, source, plain, m.spansOf(unmarked))
	})
}

func checkSpans(t *testing.T, source, text string, trace *TemplateTrace) {
	t.Helper()
	for i, span := range trace.Spans {
		end := len(text)
		if i+1 < len(trace.Spans) {
			end = trace.Spans[i+1].At
		}
		if end < span.At || span.Kind == SpanLiteral && !strings.HasPrefix(source[span.Start:], text[span.At:end]) {
			t.Fatalf("%q: %+v to %d is no text of it", source, span, end)
		}
	}
}

// markSeeds include named templates in the ways of charts.
var markSeeds = []string{
	"{{ define \"t\" }}\na: 1\nb: {{ .a }}\n{{ end }}x:\n{{ include \"t\" . | indent 2 }}",
	"{{ define \"t\" -}}\na: 1\nb: 2\n{{- end }}x:\n  {{- include \"t\" . | nindent 2 | trim }}\ny: 1",
	"{{ define \"t\" }}{{ include \"u\" . }}{{ end }}{{ define \"u\" }} a\n b {{ end }}{{ template \"t\" . }}|{{ include \"u\" . | trim }}",
	"{{ define \"t\" }}on{{ end }}{{ if eq (include \"t\" .) \"on\" }}yes{{ end }}{{ include \"t\" . | upper }}",
	"{{ range .list }}- {{ . }}\n  z: {{ $.a }}\n{{ end }}",
	"{{ define \"t\" }}{{ range .list }}\n- {{ . }}{{ end }}{{ end }}l:{{ include \"t\" . }}",
	"{{ range .list }}- {{ block \"t\" . -}} a: 1\nb: {{ . }} {{- end -}} \n {{ end }}{{ include \"t\" .a | upper }}",
	"{{ define \"u\" }}c\n{{ block \"t\" .a }} {{ block \"v\" . }}\n{{ if . }}x{{ end }}{{ end }}{{ . }}\n{{ end }}{{ end }}{{ template \"u\" . }}{{ template \"v\" . }}",
	"{{ $x := include \"t\" . }}{{ define \"t\" }} v {{ end }}{{ $x | trim | len }}",
}

func TestSpans(t *testing.T) {
	source := "{{ define \"t\" -}}\na: 1\nb: {{ .a }}\n{{- end }}x:\n  {{- include \"t\" . | nindent 2 | trim }}\ny: {{ .a }}"
	m := &templateMarker{twins: map[string]bool{}}
	index, ok := m.add("x", source)
	if !ok {
		t.Fatal("no template")
	}
	m.findDefines(index)
	m.follow(index)
	printed, err := printTemplate(m.marked(index, true))
	if err != nil {
		t.Fatal(err)
	}
	unmarked := unmark(printed)
	trace := m.spansOf(unmarked)
	for part, want := range map[string]struct {
		kind   SpanKind
		source string
		define string
	}{
		"x:":     {SpanLiteral, "x:", ""},
		"a: 1":   {SpanLiteral, "a: 1", "t"},
		"b: ":    {SpanLiteral, "b: ", "t"},
		"text\n": {SpanAction, "{{ .a }}", "t"},
		"y: ":    {SpanLiteral, "y: ", ""},
	} {
		at := strings.Index(unmarked.text, part)
		if at < 0 {
			t.Fatalf("%q is not in %q", part, unmarked.text)
		}
		span := trace.Spans[trace.SpanAt(at)]
		start := span.Start
		if span.Kind == SpanLiteral {
			start += at - span.At
		}
		if span.Kind != want.kind || !strings.HasPrefix(source[start:], want.source) || trace.Frames[span.Frame].Define != want.define {
			t.Errorf("%q: %+v in %q, source %q", part, span, trace.Frames[span.Frame].Define, source[start:])
		}
	}
}

func TestUnmark(t *testing.T) {
	var b strings.Builder
	writeMark(&b, 0)
	b.WriteString("a ")
	writeMark(&b, 12)
	writeMark(&b, 3)
	b.WriteString("\u2003b")
	got := unmark(b.String())
	if got.text != "a \u2003b" && got.text != "a b" || len(got.marks) != 3 || got.marks[1] != (standingMark{2, 12}) {
		t.Errorf("%+v", got)
	}
}
