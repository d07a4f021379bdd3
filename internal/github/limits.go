package github

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"time"
)

// limit says how long to wait where GitHub refuses because of too many requests.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
func (c *Client) limit(answer *http.Response, try int) (time.Duration, bool) {
	if answer.StatusCode != http.StatusForbidden && answer.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		return time.Duration(seconds)*time.Second + jitter, true
	}
	if answer.Header.Get("X-Ratelimit-Remaining") == "0" {
		if reset, err := strconv.ParseInt(answer.Header.Get("X-Ratelimit-Reset"), 10, 64); err == nil {
			return max(time.Unix(reset, 0).Sub(c.options.Now()), 0) + jitter, true
		}
	}
	if answer.StatusCode == http.StatusTooManyRequests || isSecondary(peek(answer)) {
		return time.Minute << (try - 1), true
	}
	return 0, false
}

// jitter keeps a request from arriving just before the server's clock lifts a limit.
const jitter = time.Second

// peek returns the beginning of an answer's body and leaves it to be read.
func peek(answer *http.Response) string {
	start, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if err != nil {
		return ""
	}
	answer.Body = &limitedBody{
		Reader: io.MultiReader(bytes.NewReader(start), answer.Body), body: answer.Body, cancel: func() {},
	}
	return string(start)
}
