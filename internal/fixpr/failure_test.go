package fixpr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// A situation is something that a run has to do.
type situation struct {
	name  string
	setUp func(s *stage)
	done  func(s *stage) // asks that it is done
}

func situations() []situation {
	return []situation{
		{"create", func(*stage) {}, func(s *stage) { s.wantOpen() }},
		{"create with all", func(s *stage) {
			s.repo.Invite("mona", "write")
			s.options = Options{Labels: []string{"security"}, Assignees: []string{"mona"}, Reviewers: []string{"mona"}, Draft: true, SignOff: "Mona <mona@example.com>"}
		}, func(s *stage) {
			if pull := s.wantOpen(); fmt.Sprint(pull.Labels, pull.Assignees, pull.Reviewers, pull.Draft) != "[security] [mona] [mona] true" {
				s.t.Errorf("%+v", pull)
			}
		}},
		{"update", func(s *stage) {
			s.open(Created)
			s.repo.Push("main", "mona", "More", githubfake.Files{"b.yaml": bad})
		}, func(s *stage) { s.wantOpen() }},
		{"stop", func(s *stage) {
			s.open(Created)
			s.repo.Push(fixes, "mona", "Mine", githubfake.Files{"mine.yaml": "mine\n"})
		}, func(s *stage) {
			if said := s.last().Conversation(); len(said) != 1 || len(s.openPulls()) != 1 {
				s.t.Errorf("%+v", said)
			}
			if _, ok := s.repo.File(fixes, "mine.yaml"); !ok {
				s.t.Error("what mona pushed is gone")
			}
		}},
		{"close", func(s *stage) {
			s.open(Created)
			s.repo.Push("main", "mona", "Mend", githubfake.Files{"a.yaml": "a: 1\nb: fine\nc: 3\n"})
		}, func(s *stage) {
			if said := s.last().Conversation(); len(said) != 1 || len(s.openPulls()) != 0 || s.repo.SHA(fixes) != "" {
				s.t.Errorf("%+v, %v, %s", said, s.openPulls(), s.repo.SHA(fixes))
			}
		}},
	}
}

// Whatever request fails in whatever way, nothing is lost, nothing is there twice, and the next run
// finishes the work.
func TestEachRequestFailsOnce(t *testing.T) {
	for _, it := range situations() {
		t.Run(it.name+"/any "+string(githubfake.Denied), func(t *testing.T) {
			t.Parallel()
			failEach(t, it, func(s *githubfake.Server, n int) { s.FailNth(n, githubfake.Denied) }, func(githubfake.Request) bool { return true })
		})
		for _, failure := range []githubfake.Failure{
			githubfake.NotThere, githubfake.Refused, githubfake.Secondary429, githubfake.CutBefore, githubfake.CutAfter, githubfake.BadGatewayDone,
		} {
			t.Run(it.name+"/writing "+string(failure), func(t *testing.T) {
				t.Parallel()
				failEach(t, it, func(s *githubfake.Server, n int) { s.FailNthWrite(n, failure) }, func(r githubfake.Request) bool { return r.Write })
			})
		}
	}
}

// failEach lets one request after the other fail, of those that count.
func failEach(t *testing.T, it situation, fail func(s *githubfake.Server, n int), counts func(githubfake.Request) bool) {
	for n := 1; !t.Failed(); n++ {
		s := newStage(t, githubfake.Files{"a.yaml": bad, "fine.yaml": "fine\n"})
		it.setUp(s)
		in := s.input()
		before := len(s.server.Requests())
		fail(s.server, n)
		result, err := Open(context.Background(), s.client, in)
		if err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
		sent := slices.DeleteFunc(s.server.Requests()[before:], func(r githubfake.Request) bool { return !counts(r) })
		if len(sent) < n {
			return // all of them have failed once
		}
		failed := sent[n-1]
		if open := s.openPulls(); len(open) > 1 {
			t.Errorf("%d pull requests are open", len(open))
		}
		if result.Operation == Failed && len(result.Messages) == 0 {
			t.Error("it fails without a word")
		}
		if again, err := Open(context.Background(), s.client, s.input()); err != nil || again.Operation == Failed {
			t.Errorf("the next run: %+v, %v", again, err)
		}
		if told := strings.Join(result.Messages, " "); strings.Contains(told, "are not set") || strings.Contains(told, "nobody is assigned") {
			s.wantOpen() // what GitHub refuses for good is told once
		} else {
			it.done(s)
		}
		s.quiet()
		if t.Failed() {
			t.Errorf("request %d failed: %s %s; %+v", n, failed.Method, failed.Path, result)
		}
	}
}
