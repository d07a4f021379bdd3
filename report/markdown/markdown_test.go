package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/podmend/podmend/internal/golden"
	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
)

const top = "../.."

func write(t *testing.T, r *report.Report, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, name := range samples.Names {
		r, source := samples.Read(t, top, name)
		got := write(t, r, Options{Source: source, Took: 1234 * time.Millisecond})
		golden.Check(t, name+".md", []byte(got))
	}
}

var (
	inCode  = regexp.MustCompile(`<code>.*?</code>`)
	ownTags = regexp.MustCompile(`^(<details><summary>|</summary>|</details>|<b>|</b>|<code>|</code>|\n)$`)
	tags    = regexp.MustCompile(`<[^>]*>`)
	// acting is what GitHub makes a mention, a reference or a link of, wherever it stands in a text.
	acting = regexp.MustCompile(`(?i)@\w|#\d|\bgh-\d|\bhttps?://|\bwww\.\w`)
)

// TestNothingActs reads what is written with a reader of GitHub's Markdown, which finds no markup, link
// or mention but those of podmend itself.
func TestNothingActs(t *testing.T) {
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	for _, name := range samples.Names {
		r, source := samples.Read(t, top, name)
		for _, source := range []func(string) ([]byte, error){nil, source} {
			out := write(t, r, Options{Source: source})
			plain := []byte(out)
			check := func(where, words string) {
				t.Helper()
				if found := acting.FindString(words); found != "" {
					t.Errorf("%s: %s would act in %q: %q", name, found, where, words)
				}
			}
			coded := false           // between tags of code, where GitHub makes no mentions
			var line strings.Builder // texts that stand side by side are one to a reader
			flush := func() { check("text", line.String()); line.Reset() }
			err := ast.Walk(parser.Parse(text.NewReader(plain)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
				if !entering {
					if node.Type() == ast.TypeBlock {
						flush()
					}
					return ast.WalkContinue, nil
				}
				switch node := node.(type) {
				case *ast.Text:
					if coded {
						break
					}
					line.WriteString(unescaped(string(node.Segment.Value(plain))))
				case *ast.CodeSpan, *ast.FencedCodeBlock:
					flush()
					return ast.WalkSkipChildren, nil
				case *ast.Image, *ast.AutoLink:
					t.Errorf("%s: there is an image or a link of its own in %q", name, line.String())
				case *ast.Link:
					if !strings.HasPrefix(string(node.Destination), "https://github.com/podmend/podmend/blob/main/docs/controls/") {
						t.Errorf("%s: there is a link to %s", name, node.Destination)
					}
				case *ast.RawHTML:
					for _, tag := range tags.FindAllString(string(node.Segments.Value(plain)), -1) {
						if !ownTags.MatchString(tag) {
							t.Errorf("%s: there is a tag %s", name, tag)
						}
						coded = tag == "<code>"
					}
				case *ast.HTMLBlock:
					raw := string(node.Lines().Value(plain))
					for _, tag := range tags.FindAllString(strings.ReplaceAll(raw, "<details><summary>", ""), -1) {
						if !ownTags.MatchString(tag) {
							t.Errorf("%s: there is a tag %s", name, tag)
						}
					}
					check("HTML", unescaped(inCode.ReplaceAllString(raw, "")))
				case *ast.Emphasis:
					if node.Level == 1 {
						t.Errorf("%s: there is emphasis in %q", name, line.String())
					}
				}
				return ast.WalkContinue, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// unescaped reads entities and backslashes as GitHub does.
func unescaped(s string) string {
	s = regexp.MustCompile(`\\([[:punct:]])`).ReplaceAllString(s, "$1")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#8203;", "\u200b").Replace(s)
}

// TestPicture allows nothing but nodes with harmless labels and edges.
func TestPicture(t *testing.T) {
	line := regexp.MustCompile(`^(flowchart LR|  n\d+(\["[ #;./\w-]*"\](:::broken)?|\(\["[ #;./\w-]*"\]\)|\[\["[ #;./\w-]*"\]\])|  n\d+ --> n\d+|  classDef broken stroke:#d1242f,stroke-width:3px)$`)
	drawn := 0
	for _, name := range samples.Names {
		r, _ := samples.Read(t, top, name)
		_, picture, found := strings.Cut(write(t, r, Options{}), "```mermaid\n")
		if !found {
			continue
		}
		drawn++
		picture, _, _ = strings.Cut(picture, "```")
		for got := range strings.Lines(picture) {
			if !line.MatchString(strings.TrimSuffix(got, "\n")) {
				t.Errorf("%s: the picture has the line %q", name, got)
			}
		}
	}
	if drawn < 4 {
		t.Errorf("%d samples have a picture", drawn)
	}
}

var (
	summaries = regexp.MustCompile(`(?m)^<details><summary><b>(?:high|medium|low)</b> .*?(?:, (\d+) places)?</code></summary>`)
	leftOver  = regexp.MustCompile(`\*\*(\d+) more findings? (?:is|are) not shown here`)
)

// TestLimits cuts at the end of a finding, and what is shown and what is counted add up.
func TestLimits(t *testing.T) {
	for _, size := range []struct{ findings, limit int }{
		{0, 0}, {1, 0}, {10, 0}, {11, 0}, {300, 0}, {30_000, 0}, {300, 65_000}, {300, 20_000}, {30_000, 65_536},
	} {
		r, source := samples.Sized(size.findings)
		out := write(t, r, Options{Limit: size.limit, Source: source})
		limit := size.limit
		if limit == 0 {
			limit = 1 << 20
		}
		if len(out) >= limit || !utf8.ValidString(out) {
			t.Errorf("%v: %d bytes are written", size, len(out))
		}
		if strings.Count(out, "<details>") != strings.Count(out, "</details>") || strings.Count(out, "```")%2 != 0 {
			t.Errorf("%v: something is left open", size)
		}
		shown := 0
		for _, match := range summaries.FindAllStringSubmatch(out, -1) {
			n := 1
			if match[1] != "" {
				fmt.Sscan(match[1], &n)
			}
			shown += n
		}
		left := 0
		if match := leftOver.FindStringSubmatch(out); match != nil {
			fmt.Sscan(match[1], &left)
		}
		if shown+left != size.findings {
			t.Errorf("%v: %d findings are shown and %d counted", size, shown, left)
		}
	}
}
