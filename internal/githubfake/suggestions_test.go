package githubfake

import (
	"strings"
	"testing"
)

func TestSuggestionIsCommitted(t *testing.T) {
	for name, test := range map[string]struct {
		body, old, want string
	}{
		"one line":         {"Do\n\n```suggestion\nTEN\n```\nplease", "1\nten\n3\n", "1\nTEN\n3\n"},
		"more lines":       {"```suggestion\na\nb\n```", "1\nten\n3\n", "1\na\nb\n3\n"},
		"none":             {"```suggestion\n```", "1\nten\n3\n", "1\n3\n"},
		"longer fence":     {"````suggestion\n```\n````", "1\nten\n3\n", "1\n```\n3\n"},
		"after other code": {"```diff\n```suggestion\nno\n```\n```suggestion\nyes\n```", "1\nten\n3\n", "1\nyes\n3\n"},
		"CRLF":             {"```suggestion\r\nTEN\r\n```", "1\r\nten\r\n3\r\n", "1\r\nTEN\r\n3\r\n"},
		"no last line end": {"```suggestion\nTEN\n```", "1\nten", "1\nTEN"},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(t)
			r := s.CreateRepo("octo/shop", Files{"z": "1\n"})
			r.Push("feature", "mona", "Add", Files{"a.yaml": test.old})
			p := r.OpenPullRequest(PullOptions{Head: "feature"})
			sha := p.TakeSuggestion("mona", p.Comment("hubot", "a.yaml", 2, test.body))
			if text, _ := r.File("feature", "a.yaml"); text != test.want || p.State().HeadSHA != sha {
				t.Errorf("the file holds %q, want %q", text, test.want)
			}
			if !p.ReviewComments()[0].Outdated {
				t.Error("the comment's line changed, and it is not outdated")
			}
		})
	}
}

func TestSuggestionsThatNobodyCanClick(t *testing.T) {
	_, r, p := shop(t)
	const body = "```suggestion\nTEN\n```"
	for name, comment := range map[string]int64{
		"there is none":       p.Comment("hubot", "a.yaml", 10, "```suggestion\nwithout end"),
		"it changes nothing":  p.Comment("hubot", "a.yaml", 10, "```suggestion\nten\n```"),
		"comment is outdated": p.Comment("hubot", "a.yaml", 40, body),
	} {
		if name == "comment is outdated" {
			r.Push("feature", "mona", "More", Files{"a.yaml": change(feature(), "forty", "FORTY")})
		}
		if _, err := p.suggested(p.comment(comment)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMerge(t *testing.T) {
	_, r, p := shop(t)
	other := r.OpenPullRequest(PullOptions{Head: push(r, "other", Files{"c.yaml": "other\n"})})
	p.Merge()
	if text, _ := r.File("main", "a.yaml"); text != feature() || p.State().State != "merged" || other.State().State != "open" {
		t.Errorf("it is %s", p.State().State)
	}
	if text, _ := r.File(other.State().MergeSHA, "a.yaml"); text != feature() {
		t.Error("the merge of the other one does not know the new base")
	}
}

func push(r *Repo, branch string, files Files) string {
	r.Push(branch, "mona", "Change", files)
	return branch
}
