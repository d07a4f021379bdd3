package githubfake

import (
	"strings"
	"testing"
)

func TestCommentsFollowTheirLines(t *testing.T) {
	feature := change(change(numbered(60), "line 10", "ten"), "line 40", "forty")
	for name, test := range map[string]struct {
		text string
		line int // 0: outdated
	}{
		"nothing changed":        {feature, 10},
		"lines put above":        {"zero\nnull\n" + feature, 12},
		"lines gone above":       {feature[len("line 1\n"):], 9},
		"lines put below":        {feature + "end\n", 10},
		"the line changed":       {change(feature, "ten", "TEN"), 0},
		"the line went":          {strings.Replace(feature, "ten\n", "", 1), 0},
		"the line left the diff": {numbered(60), 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, r, p := shop(t)
			id := p.Comment("hubot", "a.yaml", 10, "Why?")
			r.Push("feature", "mona", "More", Files{"a.yaml": test.text, "c.yaml": "changed\n"})
			c := p.ReviewComments()[0]
			if c.Line != test.line || c.Outdated != (test.line == 0) {
				t.Errorf("the comment is at %d, outdated %v, want %d", c.Line, c.Outdated, test.line)
			}
			got, _, err := client(t, s, s.UserToken("hubot")).PullRequests.GetComment(ctx(), "octo", "shop", id)
			if err != nil {
				t.Fatal(err)
			}
			if got.GetLine() != test.line || (got.Line == nil) != c.Outdated || (got.Position == nil) != c.Outdated || got.GetOriginalLine() != 10 {
				t.Errorf("by the API: %v", got)
			}
		})
	}
}
