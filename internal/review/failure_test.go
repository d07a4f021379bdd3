package review

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// eventful is a pull request whose second run makes a review and a comment on a file, edits and
// hides.
func eventful(t *testing.T) (s *stage, second func(*Input)) {
	s = newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{
		"b.yaml": pod("b", "privileged: true"), "c.yaml": pod("c", "hostPID: true"), "d.yaml": pod("d", "hostPID: true"),
	})
	s.run()
	s.files = append(s.files, "e.yaml", "f.yaml")
	s.repo.Push("feature", "mona", "More", githubfake.Files{
		"b.yaml": pod("b"), "c.yaml": pod("c", "hostPID: true # needed"), "e.yaml": pod("e", "hostNetwork: true"), "f.yaml": pod("f", "hostNetwork: true"),
	})
	return s, func(in *Input) {
		for i := range in.Report.Findings {
			f := &in.Report.Findings[i]
			if f.Origin.File == "f.yaml" {
				f.Origin = report.Origin{File: "f.yaml", Via: report.ViaManifest}
			}
			if f.Origin.File == "d.yaml" {
				f.Message = "toy: it reaches more now"
			}
		}
		in.Report.Finish()
	}
}

var shas = regexp.MustCompile(`[0-9a-f]{12}`)

// summary is what a reader sees of a pull request.
func (s *stage) summary() string {
	var lines []string
	for _, c := range s.pull.ReviewComments() {
		_, rest, _ := parseMarker(c.Body)
		lines = append(lines, fmt.Sprintf("%s:%d hidden %q outdated %v %s", c.Path, c.Line, c.Minimized, c.Outdated, hashOf(shas.ReplaceAllString(rest, "SHA"))))
	}
	slices.Sort(lines)
	for _, r := range s.pull.Reviews() {
		if r.Body != "" {
			lines = append(lines, r.State+" "+r.Body[:30]+strings.TrimSpace(strings.SplitAfterN(r.Body, "\n", 2)[1]))
		}
	}
	return strings.Join(lines, "\n")
}

// Whatever goes wrong with any request, nothing is lost and nothing is there twice: this run or the
// next one brings the pull request to where it would be without.
func TestEveryFailure(t *testing.T) {
	s, second := eventful(t)
	_, writes := s.run(second)
	requests := len(s.server.Requests())
	want := s.summary()
	if writes != 4 || !strings.Contains(want, "f.yaml:0") || strings.Count(want, "hidden \"outdated\"") != 1 || strings.Count(want, "hidden \"resolved\"") != 1 {
		t.Fatalf("%d writes of %d requests:\n%s", writes, requests, want)
	}
	for _, failure := range []githubfake.Failure{
		githubfake.InternalError, githubfake.BadGateway, githubfake.BadGatewayDone, githubfake.CutBefore, githubfake.CutAfter,
		githubfake.Secondary403, githubfake.Secondary429, githubfake.PrimaryLimit,
	} {
		t.Run(string(failure), func(t *testing.T) {
			t.Parallel()
			for n := 1; n <= requests; n++ {
				s, second := eventful(t)
				s.server.FailNth(n+1, failure) // the first one asks for the diff
				s.run(second)
				if got := s.summary(); got != want {
					t.Errorf("request %d: got\n%s\nwant\n%s", n, got, want)
				}
				s.settles(second)
			}
		})
	}
}

// Where GitHub refuses, each finding is named for other surfaces, with what is missing.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(s *stage)
		want    string
	}{
		{"read-only token", func(s *stage) {
			s.client = s.as(s.server.URL, s.repo.ActionsToken("contents: read", "pull-requests: read"))
		}, "add `permissions: pull-requests: write`"},
		{"unknown token", func(s *stage) { s.client = s.as(s.server.URL, "ghs_gone") }, "GitHub does not know the token"},
		{"private repository", func(s *stage) {
			s.repo.SetPrivate(true)
			other := s.server.CreateRepo("octo/other", githubfake.Files{"a": "a\n"})
			s.client = s.as(s.server.URL, other.ActionsToken("contents: read", "pull-requests: write"))
		}, "the token does not see the repository"},
		{"no server", func(s *stage) { s.client = s.as("http://127.0.0.1:1", "ghs_x") }, "gave no answer"},
		{"closed", func(s *stage) { s.pull.Close() }, "is closed"},
		{"down for long", func(s *stage) {
			for range 40 {
				s.server.FailNth(1, githubfake.BadGateway)
			}
		}, "answers with 502"},
		{"limited for long", func(s *stage) {
			s.server.SetRateLimit(0)
			s.server.Advance(-20 * time.Minute)
		}, "limits the requests of this token for longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true", "hostPID: true")})
			in := s.input()
			test.prepare(s)
			result, err := Post(context.Background(), s.client, s.pull.Number, in)
			if err != nil {
				t.Fatal(err)
			}
			s.addsUp(in, result)
			if len(result.Unposted) != 2 || len(result.Messages) != 1 || !strings.Contains(result.Messages[0], test.want) {
				t.Errorf("%d not posted, %q", len(result.Unposted), result.Messages)
			}
			if len(s.pull.Reviews()) > 0 {
				t.Error("a review was made")
			}
		})
	}
}

func TestMovedOn(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	in := s.input()
	s.repo.Push("feature", "mona", "Push", githubfake.Files{"b.yaml": pod("b")})
	result, err := Post(context.Background(), s.client, s.pull.Number, in)
	if err != nil || len(result.Unposted) != 1 || !strings.Contains(result.Messages[0], "has moved on") || len(s.pull.Reviews()) > 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestStopped(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	in := s.input()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Post(ctx, s.client, s.pull.Number, in); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// GitHub refuses a review for one bad line, and does not say which: the others are posted, and what it
// does not take stands in the review.
func TestBadAnchors(t *testing.T) {
	for _, bad := range [][]string{{"b.yaml"}, {"c.yaml", "f.yaml"}, {"b.yaml", "c.yaml", "d.yaml", "e.yaml", "f.yaml"}} {
		t.Run(strings.Join(bad, " "), func(t *testing.T) {
			change := githubfake.Files{}
			for _, name := range []string{"b.yaml", "c.yaml", "d.yaml", "e.yaml", "f.yaml"} {
				change[name] = pod(name, "privileged: true")
			}
			s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, change)
			beyond := func(in *Input) {
				for i := range in.Diff.Files {
					if file := &in.Diff.Files[i]; slices.Contains(bad, file.Name) {
						file.Hunks = append(file.Hunks, changes.Hunk{NewStart: 40, NewLines: 3})
					}
				}
				for i := range in.Report.Findings {
					if f := &in.Report.Findings[i]; slices.Contains(bad, f.Origin.File) {
						f.Origin.Line, f.Origin.EndLine = 41, 41
					}
				}
				in.Report.Finish()
			}
			result, _ := s.run(beyond)
			if result.Reviews != 1 || len(result.Unposted) > 0 || len(s.shown()) != 5-len(bad) || len(s.pull.Reviews()) != 1 {
				t.Errorf("%+v, %d comments", result, len(s.shown()))
			}
			for _, name := range bad {
				if !strings.Contains(s.body(), name+":41") {
					t.Errorf("the review does not name %s:\n%s", name, s.body())
				}
			}
			if want := fmt.Sprintf("%d below", len(bad)); !strings.Contains(s.body(), want) {
				t.Errorf("the review does not say %q:\n%s", want, s.body())
			}
		})
	}
}

// A run that was stopped between a draft and its end leaves the draft, which the next one deletes.
func TestLeftoverDraft(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	in := s.input()
	for range 4 {
		s.server.FailNthOf("DELETE", "/reviews/{review_id}", 1, githubfake.InternalError)
	}
	body := marked(marker{sha: in.Head}, "A trial of podmend.\n")
	if err := s.client.TryReview(context.Background(), s.pull.Number, in.Head, body, nil); err == nil {
		t.Fatal("the draft is gone")
	}
	if result, _ := s.run(); result.Reviews != 1 || len(s.pull.Reviews()) != 1 {
		t.Errorf("%+v, %+v", result, s.pull.Reviews())
	}
	s.settles()
}

func TestEnterprise(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
	s.client = s.as(s.server.EnterpriseURL, s.repo.ActionsToken("contents: read", "pull-requests: write"))
	if result, writes := s.run(); writes != 1 || result.Comments != 1 {
		t.Errorf("%d writes, %+v", writes, result)
	}
	s.settles()
	s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b")})
	if result, _ := s.run(); result.Hidden != 1 {
		t.Errorf("%+v", result)
	}
}

// Hiding needs no more than posting; resolving a thread does, so it is done only where it was asked for,
// and what is missing is said.
func TestResolving(t *testing.T) {
	for _, permission := range []string{"contents: read", "contents: write"} {
		s := newStage(t, githubfake.Files{"a.yaml": "a: 1\n"}, githubfake.Files{"b.yaml": pod("b", "privileged: true")})
		s.client = s.as(s.server.URL, s.repo.ActionsToken(permission, "pull-requests: write"))
		s.run()
		s.repo.Push("feature", "mona", "Mend", githubfake.Files{"b.yaml": pod("b")})
		result, _ := s.run(func(in *Input) { in.Resolve = true })
		c := s.of("b.yaml")
		if c.Minimized != "resolved" || c.Resolved != (permission == "contents: write") || c.Resolved == (len(result.Messages) > 0) {
			t.Errorf("%s: %+v, %q", permission, c, result.Messages)
		}
		if !c.Resolved && !strings.Contains(result.Messages[0], "add `permissions: contents: write`") {
			t.Errorf("%q", result.Messages)
		}
	}
}

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
