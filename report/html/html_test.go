package html

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

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

// TestGolden keeps the page without its style and script, which are files of their own.
func TestGolden(t *testing.T) {
	r, source := samples.Read(t, top, "full")
	got := write(t, r, Options{Source: source, Took: 1234 * time.Millisecond, Version: "v1.0.0"})
	got = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>|sha256-\S*?&#39;`).ReplaceAllString(got, "")
	golden.Check(t, "full.html", []byte(got))
}

// elements are those that the page is made of, with the attributes that they may have. None loads
// anything, runs anything, or is styled by itself.
var elements = map[string]string{
	"html": "lang", "head": "", "meta": "charset http-equiv content name", "link": "rel href", "title": "", "style": "", "script": "", "body": "",
	"a": "class href rel", "header": "", "main": "", "footer": "", "section": "class id aria-labelledby aria-label tabindex",
	"p": "class id role aria-live hidden", "b": "", "code": "", "h1": "", "h2": "id", "h3": "", "h4": "", "h5": "", "i": "", "br": "",
	"svg": "class viewbox preserveaspectratio aria-hidden focusable", "rect": "class x width height", "dl": "class", "dt": "", "dd": "",
	"div": "class id hidden tabindex role aria-label", "ul": "class", "ol": "class", "li": "class", "span": "class",
	"form": "id class role aria-label hidden", "label": "class", "input": "type name autocomplete spellcheck", "select": "name", "option": "value",
	"button": "type id", "article": "class id data-severity data-control data-outcome data-scope data-targets", "details": "class open", "summary": "",
	"pre": "class tabindex role aria-label", "mark": "", "del": "", "ins": "",
	"table": "", "thead": "", "tbody": "", "tr": "", "th": "class", "td": "class",
}

// TestNothingActs parses what is written, as a browser does.
func TestNothingActs(t *testing.T) {
	for _, name := range samples.Names {
		r, source := samples.Read(t, top, name)
		for _, source := range []func(string) ([]byte, error){nil, source} {
			root, err := html.Parse(strings.NewReader(write(t, r, Options{Source: source})))
			if err != nil {
				t.Fatal(err)
			}
			scripts, ids := 0, map[string]bool{}
			for node := range root.Descendants() {
				if node.Type == html.CommentNode {
					t.Errorf("%s: there is a comment %q", name, node.Data)
				}
				if node.Type != html.ElementNode {
					continue
				}
				allowed, known := elements[node.Data]
				if !known {
					t.Errorf("%s: there is an element %s", name, node.Data)
				}
				if node.Data == "script" {
					scripts++
				}
				for _, attribute := range node.Attr {
					if !strings.Contains(" "+allowed+" ", " "+strings.ToLower(attribute.Key)+" ") {
						t.Errorf("%s: %s has the attribute %s", name, node.Data, attribute.Key)
					}
					if attribute.Key == "href" && !regexp.MustCompile(`^(#|data:,$|https://github\.com/podmend/podmend)`).MatchString(attribute.Val) {
						t.Errorf("%s: there is a link to %s", name, attribute.Val)
					}
					if attribute.Key == "id" {
						if ids[attribute.Val] {
							t.Errorf("%s: the id %s is there twice", name, attribute.Val)
						}
						ids[attribute.Val] = true
					}
				}
			}
			if scripts != 1 {
				t.Errorf("%s: there are %d scripts", name, scripts)
			}
		}
	}
}

// TestCounts finds as many findings on the page as in the report.
func TestCounts(t *testing.T) {
	for _, n := range []int{0, 1, 10, 11, 300, 30_000} {
		r, source := samples.Sized(n)
		out := write(t, r, Options{Source: source})
		if got := strings.Count(out, `<article class="finding `); got != n {
			t.Errorf("%d findings are shown, want %d", got, n)
		}
		t.Logf("%d findings: %d bytes", n, len(out))
	}
}
