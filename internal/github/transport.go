package github

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A transport adds the token, lets one request write at a time, waits for limits and tries again what
// may be tried again.
type transport struct {
	client *Client
	base   http.RoundTripper
}

// An effect says what happens if a request is sent twice.
type effect int

const (
	none     effect = iota // it reads
	same                   // it sets something, so that the second time changes nothing
	addition               // it adds something
)

type effectKey struct{}

// settingOnly marks requests that may be sent again although they are posted.
func settingOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, effectKey{}, same)
}

// reading marks requests that are posted and read only.
func reading(ctx context.Context) context.Context { return context.WithValue(ctx, effectKey{}, none) }

func effectOf(request *http.Request) effect {
	if marked, ok := request.Context().Value(effectKey{}).(effect); ok {
		return marked
	}
	switch request.Method {
	case http.MethodGet, http.MethodHead:
		return none
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		return same
	}
	return addition
}

const maxTries = 4

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	c := t.client
	if !sameServer(request.URL, c.rest) {
		return nil, errRedirected
	}
	kind := effectOf(request)
	if kind != none {
		c.writing.Lock()
		defer c.writing.Unlock()
		if err := c.pause(request.Context()); err != nil {
			return nil, err
		}
		defer func() { c.lastWrite = c.options.Now() }()
	}
	for try := 1; ; try++ {
		answer, err := t.once(request)
		wait, reason := c.again(answer, err, kind, try)
		if reason == "" || try == maxTries || request.Context().Err() != nil || !c.mayWait(wait) {
			return answer, err
		}
		if answer != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
			_ = answer.Body.Close()
		}
		if c.options.Wait != nil && wait >= 5*time.Second {
			c.options.Wait(reason, wait)
		}
		if err := c.options.Sleep(request.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// once sends a copy of the request, with the token.
func (t *transport) once(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), timeout)
	sent := request.Clone(ctx)
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			cancel()
			return nil, err
		}
		sent.Body = body
	}
	sent.Header.Set("Authorization", "Bearer "+t.client.options.Token)
	answer, err := t.base.RoundTrip(sent)
	t.trace(request, answer, err)
	if err != nil {
		cancel()
		return nil, err
	}
	answer.Body = &limitedBody{Reader: io.LimitReader(answer.Body, maxAnswer), body: answer.Body, cancel: cancel}
	return answer, nil
}

// trace tells of a request without what it holds: that is the pull request's to tell.
func (t *transport) trace(request *http.Request, answer *http.Response, err error) {
	if t.client.options.Trace == nil {
		return
	}
	became := "no answer"
	if err == nil {
		became = answer.Status
	}
	t.client.options.Trace(fmt.Sprintf("%s %s: %s", request.Method, request.URL.Path, became))
}

type limitedBody struct {
	io.Reader
	body   io.Closer
	cancel context.CancelFunc
}

func (b *limitedBody) Close() error {
	defer b.cancel()
	return b.body.Close()
}

// pause keeps the distance to the last request that wrote.
func (c *Client) pause(ctx context.Context) error {
	if c.lastWrite.IsZero() {
		return nil
	}
	if rest := c.options.Pause - c.options.Now().Sub(c.lastWrite); rest > 0 {
		return c.options.Sleep(ctx, rest)
	}
	return nil
}

// again says why a request is to be sent again and after what time; "" if it is not.
func (c *Client) again(answer *http.Response, err error, kind effect, try int) (wait time.Duration, reason string) {
	backoff := time.Second << (try - 1)
	switch {
	case err != nil:
		if kind == addition {
			return 0, "" // it may have had its effect; the caller looks
		}
		return backoff, "the connection was lost"
	case answer.StatusCode >= 500 && kind != addition:
		return backoff, fmt.Sprintf("GitHub answers with %d", answer.StatusCode)
	}
	if limit, ok := c.limit(answer, try); ok {
		return limit, "GitHub limits requests"
	}
	return 0, ""
}

// mayWait keeps the sum of all waits within bounds.
func (c *Client) mayWait(d time.Duration) bool {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	if c.waited+d > c.options.MaxWait {
		return false
	}
	c.waited += d
	return true
}

func isSecondary(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "secondary rate limit") || strings.Contains(message, "abuse detection")
}
