package review

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// Nobody else's comment is touched or believed, whatever it looks like.
func TestForgedMarkers(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true", "hostPID: true")})
	in := s.input()
	var forged []int64
	for i := range in.Report.Findings {
		f := &in.Report.Findings[i]
		forged = append(forged, s.pull.Comment("mallory", "b.yaml", f.Origin.Line, marked(marker{ids: []string{f.ID}, sha: in.Head}, "Nothing to see.\n")))
	}
	s.run()
	s.wantPlaces("b.yaml:6", "b.yaml:7")
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b")})
	s.run()
	for _, c := range s.pull.ReviewComments() {
		if slices.Contains(forged, c.ID) && (c.Edited || c.Minimized != "") {
			t.Errorf("the comment of %s was touched: %+v", c.Author, c)
		}
	}
}

// A pull request that people talk about has many pages of threads and reviews.
func TestLongConversation(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	for range 60 {
		s.pull.Comment("mona", "b.yaml", 1, "A word.")
	}
	s.run()
	for range 60 {
		s.pull.Comment("mona", "b.yaml", 1, "A word.")
	}
	s.settles()
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b")})
	if result, _ := s.run(); result.Hidden != 1 {
		t.Errorf("%+v", result)
	}
}

// What the base has by now is nobody's doing here, and told nowhere else.
func TestNotNewAnyMore(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	s.run()
	old := func(in *Input) {
		in.Report.Findings[0].Scope = report.ScopeOld
		in.Report.Finish()
	}
	s.run(old)
	if c := s.of("b.yaml"); c.Minimized != "resolved" || !strings.Contains(c.Body, "**Not new**") || strings.Contains(c.Body, "another place") {
		t.Errorf("the comment is %+v", c)
	}
	s.settles(old)
}

// What people did to a comment stays as they left it, and is not said again.
func TestSettledByPeople(t *testing.T) {
	for name, settle := range map[string]func(s *stage, id int64){
		"resolved": func(s *stage, id int64) { s.pull.Resolve("mona", id) },
		"hidden": func(s *stage, _ int64) {
			said, err := s.client.Conversation(context.Background(), s.pull.Number)
			if err != nil {
				s.t.Fatal(err)
			}
			failed := s.client.Apply(context.Background(), []github.Change{{Kind: github.Hide, ID: said.Threads[0].Comments[0].ID}})
			if len(failed) > 0 {
				s.t.Fatal(failed)
			}
		},
		"answered": func(s *stage, id int64) { s.pull.Reply("mona", id, "It is meant so.") },
	} {
		s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
		s.run()
		settle(s, s.of("b.yaml").ID)
		s.settles()
		s.repo.Push("feature", "mona", "Move", githubfake.Files{"b.yaml": pod("b", "x: 1", "privileged: true # why not")})
		s.run()
		if c := s.of("b.yaml"); (c.Minimized != "") != (name == "hidden") || c.Edited || len(s.shown()) != 0 {
			t.Errorf("%s: %+v, %v", name, c, s.places())
		}
		s.settles()
		// What is new beside it is told.
		s.repo.Push("feature", "mona", "More", githubfake.Files{"b.yaml": pod("b", "hostPID: true", "privileged: true # why not")})
		s.run()
		s.wantPlaces("b.yaml:6")
		s.settles()
		// Once it was gone, it is told again.
		s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b", "hostPID: true")})
		s.run()
		if c := s.of("b.yaml"); (c.Minimized != "") != (name == "hidden") || !strings.Contains(c.Body, "**Mended**") {
			t.Errorf("%s: %+v", name, c)
		}
		s.settles()
		s.repo.Push("feature", "mona", "Break", githubfake.Files{"b.yaml": pod("b", "hostPID: true", "privileged: true")})
		s.run()
		s.wantPlaces("b.yaml:6", "b.yaml:7")
		s.settles()
	}
}

// What a run before had edited and could not hide is hidden by the next one, unless people answered.
func TestHiddenLater(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	s.run()
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b")})
	said, err := s.client.Conversation(context.Background(), s.pull.Number)
	if err != nil {
		t.Fatal(err)
	}
	first := said.Threads[0].Comments[0]
	m, rest, _ := parseMarker(first.Body)
	m.state = mended
	if failed := s.client.Apply(context.Background(), []github.Change{{Kind: github.Edit, ID: first.ID, Body: marked(m, rest)}}); len(failed) > 0 {
		t.Fatal(failed)
	}
	s.run()
	if c := s.of("b.yaml"); c.Minimized != "resolved" {
		t.Errorf("the comment is %+v", c)
	}
	s.settles()
}
