// Package github talks to GitHub for podmend: it reads a pull request and its threads, and writes
// reviews. Requests that write go one after the other; limits are waited for; the token goes to
// GitHub's own host and nowhere else.
package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v60/github"
)

// Options say where GitHub is and who asks.
type Options struct {
	Token      string
	APIURL     string // GITHUB_API_URL; "" is https://api.github.com
	GraphQLURL string // GITHUB_GRAPHQL_URL; "" is found from APIURL
	Repository string // owner/name
	// MaxWait bounds what the client waits for limits in sum; 0 is five minutes.
	MaxWait time.Duration
	// Pause lies between two requests that write; 0 is the second that GitHub asks for.
	// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
	Pause time.Duration
	Now   func() time.Time // nil is the system's clock
	Sleep func(context.Context, time.Duration) error
	// Wait is told of waits that a person would notice.
	Wait func(reason string, d time.Duration)
	// Trace is told of each request and its answer, for somebody who looks for a defect.
	Trace func(line string)
}

// A Client is for one repository. It is safe for concurrent use.
type Client struct {
	options     Options
	owner, name string
	rest, graph *url.URL
	http        *http.Client

	writing   sync.Mutex // held while a request writes
	lastWrite time.Time
	waiting   sync.Mutex // guards waited
	waited    time.Duration
}

const (
	timeout      = 30 * time.Second // of one try
	maxAnswer    = 64 << 20
	maxRedirects = 5
)

// New makes a client. It opens no connection.
func New(options Options) (*Client, error) {
	owner, name, ok := strings.Cut(options.Repository, "/")
	if !ok || owner == "" || name == "" {
		return nil, fmt.Errorf("the repository %q is no owner/name; GITHUB_REPOSITORY names it in a workflow", options.Repository)
	}
	if options.Token == "" {
		return nil, &Error{Kind: Unauthorized, Message: "there is no token; give it as GITHUB_TOKEN: ${{ github.token }} in the step's env"}
	}
	c := &Client{options: options, owner: owner, name: name}
	var err error
	if c.rest, c.graph, err = addresses(options.APIURL, options.GraphQLURL); err != nil {
		return nil, err
	}
	if c.options.MaxWait == 0 {
		c.options.MaxWait = 5 * time.Minute
	}
	if c.options.Pause == 0 {
		c.options.Pause = time.Second
	}
	if c.options.Now == nil {
		c.options.Now = time.Now
	}
	if c.options.Sleep == nil {
		c.options.Sleep = sleep
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.Proxy = proxyForTLS
	c.http = &http.Client{Transport: &transport{client: c, base: base}, CheckRedirect: c.checkRedirect}
	return c, nil
}

// Close ends the connections that are kept for later requests.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// api is GitHub's library. It is made anew for each request, since it remembers limits by a clock of
// its own and would refuse what this client has waited for.
func (c *Client) api() *github.Client {
	api := github.NewClient(c.http)
	api.BaseURL = c.rest
	api.UserAgent = "podmend"
	return api
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
