package githubfake

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

func TestEachFailureOnceAndThenNoMore(t *testing.T) {
	for failure, kept := range map[Failure]bool{
		InternalError: false, BadGateway: false, CutBefore: false, CutAfter: true, BadGatewayDone: true,
		Secondary403: false, Secondary429: false, PrimaryLimit: false, TooQuickly: false,
	} {
		t.Run(string(failure), func(t *testing.T) {
			s, r, p := shop(t)
			token := r.ActionsToken("pull-requests: write")
			s.FailNthWrite(1, failure)
			if _, _, err := client(t, s, token).PullRequests.List(ctx(), "octo", "shop", nil); err != nil {
				t.Fatalf("a request that reads: %v", err)
			}
			if _, _, err := client(t, s, token).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, reviewOn(10)); err == nil {
				t.Error("the first write did not fail")
			}
			if got := len(p.Reviews()); (got == 1) != kept {
				t.Errorf("%d reviews after the failure", got)
			}
			if _, _, err := client(t, s, token).PullRequests.CreateReview(ctx(), "octo", "shop", p.Number, reviewOn(10)); err != nil {
				t.Errorf("the second write: %v", err)
			}
		})
	}
}

func TestNthRequestFails(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: read"))
	s.FailNth(2, InternalError)
	s.FailNthOf("GET", "/pulls/{pull_number}", 1, BadGateway)
	if _, _, err := c.PullRequests.List(ctx(), "octo", "shop", nil); err != nil {
		t.Error(err)
	}
	_, _, err := c.PullRequests.ListReviews(ctx(), "octo", "shop", p.Number, nil)
	wantStatus(t, err, 500, "")
	_, _, err = c.PullRequests.Get(ctx(), "octo", "shop", p.Number)
	wantStatus(t, err, 502, "")
	if _, _, err = c.PullRequests.Get(ctx(), "octo", "shop", p.Number); err != nil {
		t.Error(err)
	}
}

func TestSecondaryLimitsTellWhenToComeBack(t *testing.T) {
	s, r, p := shop(t)
	s.FailNth(1, Secondary403)
	_, _, err := client(t, s, r.ActionsToken("pull-requests: read")).PullRequests.Get(ctx(), "octo", "shop", p.Number)
	var limited *github.AbuseRateLimitError
	if !errors.As(err, &limited) || limited.GetRetryAfter() != time.Minute {
		t.Errorf("go-github takes it for %v", err)
	}
}

func TestPrimaryLimit(t *testing.T) {
	s, r, p := shop(t)
	s.SetRateLimit(1)
	token := r.ActionsToken("pull-requests: read")
	_, response, err := client(t, s, token).PullRequests.Get(ctx(), "octo", "shop", p.Number)
	if err != nil || response.Rate.Remaining != 0 || response.Rate.Limit != 5000 {
		t.Fatalf("the last request: %v %v", response.Rate, err)
	}
	_, _, err = client(t, s, token).PullRequests.Get(ctx(), "octo", "shop", p.Number)
	var limited *github.RateLimitError
	if !errors.As(err, &limited) || !limited.Rate.Reset.After(time.Now()) {
		t.Errorf("one more: %v", err)
	}
	limits, _, err := client(t, s, token).RateLimit.Get(ctx())
	if err != nil || limits.GetCore().Remaining != 0 {
		t.Errorf("asking for the limit is free: %v %v", limits, err)
	}
	s.Advance(time.Hour)
	if _, _, err = client(t, s, token).PullRequests.Get(ctx(), "octo", "shop", p.Number); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestEightyWritesAMinute(t *testing.T) {
	s, r, p := shop(t)
	s.SetThrottle(true)
	token := r.ActionsToken("pull-requests: write")
	say := func() error {
		_, _, err := client(t, s, token).Issues.CreateComment(ctx(), "octo", "shop", p.Number, &github.IssueComment{Body: github.String("Hello")})
		return err
	}
	for i := range 80 {
		if err := say(); err != nil {
			t.Fatalf("write %d: %v", i+1, err)
		}
	}
	var limited *github.AbuseRateLimitError
	if err := say(); !errors.As(err, &limited) || limited.GetRetryAfter() > time.Minute {
		t.Fatalf("write 81: %v", err)
	}
	if _, _, err := client(t, s, token).PullRequests.Get(ctx(), "octo", "shop", p.Number); err != nil {
		t.Errorf("reading: %v", err)
	}
	s.Advance(limited.GetRetryAfter())
	if err := say(); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if got := len(p.Conversation()); got != 81 {
		t.Errorf("%d comments, want 81", got)
	}
}

func TestSlowAnswers(t *testing.T) {
	s, r, p := shop(t)
	s.SetSlow(time.Hour)
	soon, cancel := context.WithTimeout(ctx(), 50*time.Millisecond)
	defer cancel()
	_, _, err := client(t, s, r.ActionsToken("pull-requests: read")).PullRequests.Get(soon, "octo", "shop", p.Number)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the slow answer: %v", err)
	}
}

func TestLogTellsReadsFromWrites(t *testing.T) {
	s, r, p := shop(t)
	token := r.ActionsToken("pull-requests: write")
	id := p.Comment("mona", "a.yaml", 10, "Why?")
	ask(t, s, token, threads, map[string]any{"owner": "octo", "name": "shop", "number": p.Number})
	ask(t, s, token, minimize, map[string]any{"id": p.nodeOf(id)})
	if _, _, err := client(t, s, token).PullRequests.Get(ctx(), "octo", "shop", p.Number); err != nil {
		t.Fatal(err)
	}
	log := s.Requests()
	if len(log) != 3 || s.Writes() != 1 || !log[1].Write || log[2].Route != "/repos/{owner}/{repo}/pulls/{pull_number}" || log[2].Status != 200 {
		t.Errorf("the log is %+v", log)
	}
	s.Forget()
	if len(s.Requests()) != 0 {
		t.Error("the log was not emptied")
	}
}

func (p *Pull) nodeOf(comment int64) string { return p.comment(comment).nodeID() }
