package cli

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"

	"github.com/podmend/podmend/internal/githubfake"
)

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// terminalPicture draws lines as a terminal does, with the colours that they ask for.
func terminalPicture(lines []string) string {
	const (
		width, lineHeight, left, top = 940, 19, 18, 58
	)
	height := top + lineHeight*len(lines) + 6
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6dee6; white-space: pre; }
.s1 { font-weight: bold; fill: #ffffff; } .s2 { fill: #8b97a3; } .s31 { fill: #ff8a80; } .s32 { fill: #7ee2a0; } .s33 { fill: #f2c063; } .s36 { fill: #7cc7ff; }
</style>
<rect width="%d" height="%d" rx="8" fill="#12181f"/>
<circle cx="20" cy="18" r="5.5" fill="#ff6b60"/><circle cx="38" cy="18" r="5.5" fill="#f2c063"/><circle cx="56" cy="18" r="5.5" fill="#5bd486"/>
`, width, height, width, height, width, height)
	for i, line := range lines {
		fmt.Fprintf(&svg, "<text x=\"%d\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", left, top+lineHeight*i, spans(line))
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}

// spans turns the colours of a terminal into classes. The diff has none of its own.
func spans(line string) string {
	if !sgr.MatchString(line) {
		for prefix, class := range map[string]string{"-": "31", "+": "32", "@": "36", "diff": "1"} {
			if strings.HasPrefix(line, prefix) {
				return fmt.Sprintf(`<tspan class="s%s">%s</tspan>`, class, html.EscapeString(line))
			}
		}
	}
	var out strings.Builder
	classes, at := "", 0
	emit := func(text string) {
		if text == "" {
			return
		}
		if classes == "" {
			out.WriteString(html.EscapeString(text))
		} else {
			fmt.Fprintf(&out, `<tspan class="%s">%s</tspan>`, classes, html.EscapeString(text))
		}
	}
	for _, match := range sgr.FindAllStringSubmatchIndex(line, -1) {
		emit(line[at:match[0]])
		at, classes = match[1], ""
		for _, code := range strings.Split(line[match[2]:match[3]], ";") {
			if code != "" && code != "0" {
				classes = strings.TrimSpace(classes + " s" + code)
			}
		}
	}
	emit(line[at:])
	return out.String()
}

var suggestion = regexp.MustCompile(`(?s)<pre><code class="language-suggestion">(.*?)</code></pre>`)

// reviewPicture draws a comment below its line much as GitHub does. What it shows is the comment's own Markdown.
func reviewPicture(t *testing.T, before, after []string, comment githubfake.Comment) string {
	t.Helper()
	var body bytes.Buffer
	if err := goldmark.New(goldmark.WithRendererOptions(goldmarkhtml.WithXHTML(), goldmarkhtml.WithUnsafe())).Convert([]byte(comment.Body), &body); err != nil {
		t.Fatal(err)
	}
	old := after[comment.Line-1]
	text := suggestion.ReplaceAllStringFunc(body.String(), func(block string) string {
		fresh := strings.TrimRight(suggestion.FindStringSubmatch(block)[1], "\n")
		return `<div class="suggestion"><div class="title">Suggested change</div>` +
			diffLine("-", comment.Line, old) + diffLine("+", comment.Line, html.UnescapeString(fresh)) +
			`<div class="button"><span>Commit suggestion</span></div></div>`
	})
	text = regexp.MustCompile(`(?s)<!--.*?-->\s*`).ReplaceAllString(text, "")
	var hunk strings.Builder
	for i, line := range after[:comment.Line] {
		if !slices.Contains(before, line) {
			hunk.WriteString(diffLine("-", i+1, before[i]) + diffLine("+", i+1, line))
		} else {
			hunk.WriteString(diffLine(" ", i+1, line))
		}
	}
	return fmt.Sprintf(reviewFrame, html.EscapeString(comment.Path), hunk.String(), text)
}

func diffLine(sign string, number int, text string) string {
	class := map[string]string{"-": "gone", "+": "come", " ": "same"}[sign]
	return fmt.Sprintf(`<div class="line %s"><i>%d</i><code>%s %s</code></div>`, class, number, sign, html.EscapeString(text))
}

const reviewFrame = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 510" width="900" height="510">
<foreignObject width="900" height="510"><div xmlns="http://www.w3.org/1999/xhtml" class="card">
<style>
.card { box-sizing: border-box; margin: 1px; border: 1px solid #d1d9e0; border-radius: 6px; background: #ffffff; color: #1f2328; overflow: hidden;
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, "DejaVu Sans", sans-serif; }
.card code { font: 12px/20px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.file { padding: 8px 12px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; font: 12px/20px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.line { display: flex; } .line i { flex: none; width: 44px; padding-right: 10px; text-align: right; color: #59636e; font: 12px/20px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.line code { white-space: pre; flex: 1; padding-left: 8px; }
.gone { background: #ffebe9; } .gone i { background: #ffcecb; } .come { background: #dafbe1; } .come i { background: #aceebb; }
.comment { margin: 12px; border: 1px solid #d1d9e0; border-radius: 6px; }
.author { padding: 8px 14px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; } .author b { color: #1f2328; }
.author span { margin-left: 4px; padding: 0 6px; border: 1px solid #d1d9e0; border-radius: 9px; color: #59636e; font-size: 12px; }
.body { padding: 10px 14px 2px; } .body p { margin: 0 0 10px; } .body a { color: #0969da; } .body p code { padding: 2px 5px; border-radius: 5px; background: #eff1f3; }
.suggestion { margin: 0 0 10px; border: 1px solid #d1d9e0; border-radius: 6px; } .title { padding: 6px 12px; border-bottom: 1px solid #d1d9e0; color: #59636e; font-size: 12px; }
.button { padding: 8px 12px; text-align: right; border-top: 1px solid #d1d9e0; } .button span { padding: 4px 12px; border: 1px solid #d1d9e0; border-radius: 6px; background: #f6f8fa; font-size: 12px; font-weight: 600; }
</style>
<div class="file">%s</div>
%s
<div class="comment"><div class="author"><b>github-actions</b><span>bot</span></div><div class="body">%s</div></div>
</div></foreignObject></svg>
`
