package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v60/github"
)

// A Kind says what kept a request from having its effect.
type Kind string

// The kinds of errors.
const (
	Unauthorized Kind = "unauthorized" // there is no token, or GitHub does not know it
	Forbidden    Kind = "forbidden"    // the token may not do this
	NotFound     Kind = "not-found"    // it does not exist, or the token does not see it
	TooLarge     Kind = "too-large"    // GitHub does not show a diff of this size
	Invalid      Kind = "invalid"      // GitHub does not take the content
	Limited      Kind = "limited"      // too many requests, for longer than podmend waits
	Unreachable  Kind = "unreachable"  // no answer came
	Failed       Kind = "failed"       // GitHub answers with an error of its own
)

// An Error says in one sentence what failed and what to do.
type Error struct {
	Kind    Kind
	Message string
	// Unclear says that the request may have had its effect.
	Unclear bool
	// Detail is what GitHub said. It is a stranger's text.
	Detail string
}

func (e *Error) Error() string { return e.Message }

// An action is what a request is for, in the words of its errors.
type action struct {
	does       string // "write reviews"
	permission string // what a workflow's token needs for it
	otherwise  string // what else helps where it is missing; "" is what helps reviews
}

var (
	readPull     = action{does: "read pull requests", permission: "pull-requests: read"}
	readFiles    = action{does: "read files of the repository", permission: "contents: read"}
	writeReview  = action{does: "write reviews", permission: "pull-requests: write"}
	minimizeOld  = action{does: "hide outdated comments", permission: "pull-requests: write"}
	resolveOld   = action{does: "resolve threads", permission: "contents: write"}
	readComments = action{does: "read review comments", permission: "pull-requests: read"}
)

// explain makes an *Error of what GitHub's library returns.
func explain(doing action, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var already *Error
	if errors.As(err, &already) {
		return already
	}
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var refused *github.ErrorResponse
	switch {
	case errors.As(err, &primary), errors.As(err, &secondary):
		return limited()
	case errors.As(err, &refused) && refused.Response != nil:
		return refusal(doing, refused.Response, details(refused))
	case errors.Is(err, errRedirected):
		return &Error{Kind: Unreachable, Message: fmt.Sprintf("GitHub's API cannot be used to %s: %v; check GITHUB_API_URL", doing.does, errRedirected)}
	}
	// The library's text holds the URL; only the cause is of use.
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return &Error{
		Kind: Unreachable, Unclear: true, Detail: err.Error(),
		Message: fmt.Sprintf("GitHub's API gave no answer to the request to %s (%v); run the job again", doing.does, err),
	}
}

func limited() *Error {
	return &Error{Kind: Limited, Message: "GitHub limits the requests of this token for longer than podmend waits; run the job again in an hour"}
}

// details joins what GitHub says about an error.
func details(refused *github.ErrorResponse) string {
	texts := []string{refused.Message}
	for _, e := range refused.Errors {
		texts = append(texts, e.Message)
	}
	return strings.Join(texts, "; ")
}

func refusal(doing action, answer *http.Response, detail string) *Error {
	e := &Error{Kind: Failed, Detail: detail}
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		e.Kind = Unauthorized
		e.Message = "GitHub does not know the token; give it as GITHUB_TOKEN: ${{ github.token }} in the step's env"
	case http.StatusForbidden:
		if isSecondary(detail) || answer.Header.Get("Retry-After") != "" || answer.Header.Get("X-Ratelimit-Remaining") == "0" {
			return limited()
		}
		e.Kind = Forbidden
		e.Message = mayNot(doing)
	case http.StatusTooManyRequests:
		return limited()
	case http.StatusNotFound, http.StatusGone:
		e.Kind = NotFound
		e.Message = fmt.Sprintf("GitHub finds nothing where podmend wants to %s: it is gone, or the token does not see the repository; for a private one the job needs `permissions: %s`", doing.does, doing.permission)
	case http.StatusNotAcceptable:
		e.Kind = TooLarge
		e.Message = "GitHub does not show a diff of more than 300 files or 20,000 lines, so that no line of it can be commented on"
	case http.StatusUnprocessableEntity:
		e.Kind = Invalid
		e.Message = fmt.Sprintf("GitHub does not take what podmend sent to %s", doing.does)
	default:
		e.Unclear = answer.StatusCode >= 500
		e.Message = fmt.Sprintf("GitHub answers with %d where podmend wants to %s; run the job again later", answer.StatusCode, doing.does)
	}
	return e
}

func mayNot(doing action) string {
	otherwise := doing.otherwise
	if otherwise == "" {
		otherwise = ", or, since pull requests from forks get a token that only reads, post from a second workflow on workflow_run (docs/review.md)"
	}
	return fmt.Sprintf("the token may not %s: add `permissions: %s` to the job%s", doing.does, doing.permission, otherwise)
}
