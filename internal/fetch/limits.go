package fetch

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

func (c *Client) read(ctx context.Context, at *url.URL, answer *http.Response, limit int64) ([]byte, error) {
	if limit <= 0 || limit > c.options.MaxSize {
		limit = c.options.MaxSize
	}
	if answer.ContentLength > limit {
		return nil, c.tooLarge(at, limit)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		failed := c.transportError(ctx, at, err)
		c.remember(at, failed)
		return nil, failed
	case int64(len(body)) > limit:
		return nil, c.tooLarge(at, limit)
	case c.total.Add(int64(len(body))) > c.options.MaxTotal:
		return nil, &Error{
			Kind: TooLarge, Host: hostOf(at),
			Message: "what this run fetches is larger than " + sizeWord(c.options.MaxTotal) + " in sum. Check less at once, or raise network.maxSize, of which it is ten times.",
		}
	}
	return body, nil
}

// remember keeps a host that hangs from costing the time limit for each file.
func (c *Client) remember(at *url.URL, failed *Error) {
	if failed.Kind != TimedOut && failed.Kind != Unreachable {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.dead[at.Scheme+at.Host] = failed
}

func (c *Client) deadHost(at *url.URL) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if failed := c.dead[at.Scheme+at.Host]; failed != nil {
		return failed
	}
	return nil
}
