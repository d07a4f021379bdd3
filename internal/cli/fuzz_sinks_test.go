package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

// FuzzSinks sends reports of strangers to every sink, with and without source. None fails, and nothing
// of what it writes acts on a log.
func FuzzSinks(f *testing.F) {
	for _, name := range samples.Names {
		r, _ := samples.Read(f, "../..", name)
		var text bytes.Buffer
		if err := report.WriteJSON(&text, r); err != nil {
			f.Fatal(err)
		}
		f.Add(text.Bytes(), "a: \x1b[31m\r\n::error::b\n\tprivileged: true")
	}
	f.Fuzz(func(t *testing.T, text []byte, content string) {
		r, err := report.ReadJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		r.Finish()
		env := &Env{Getenv: func(string) string { return "" }}
		for _, source := range []func(string) ([]byte, error){
			nil,
			func(string) ([]byte, error) { return []byte(content), nil },
			func(string) ([]byte, error) { return nil, errors.New(content) },
		} {
			for _, sink := range slices.Concat(sinks, gitHubSinks) {
				if sink.name == "summary" {
					continue // markdown, in a file
				}
				var out bytes.Buffer
				if err := sink.write(&out, &telling{env: env, report: r, source: source, verbose: true}); err != nil {
					t.Fatalf("%s: %v", sink.name, err)
				}
				checkSink(t, sink.name, out.Bytes())
			}
		}
	})
}

func checkSink(t *testing.T, name string, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("%s is no UTF-8", name)
	}
	switch name {
	case "json", "sarif":
		if !json.Valid(out) {
			t.Errorf("%s is no JSON", name)
		}
	case "html", "markdown":
		return // read by a browser; their own tests parse them
	}
	for line := range strings.Lines(string(out)) {
		if name == "annotations" {
			line = strings.TrimPrefix(line, "::") // that is what they are for
		}
		if line = strings.TrimSuffix(line, "\n"); report.Inert(line, 0) != line {
			t.Errorf("%s acts on a log: %q", name, line)
		}
	}
}
