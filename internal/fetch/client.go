// Package fetch is podmend's only way to the network: an HTTP client that talks to the hosts that
// the configuration names, and to no other, whatever a redirect or a name server says.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what a client may do. The zero value permits nothing.
type Options struct {
	Allow        []Rule
	AllowPrivate []Rule        // hosts of Allow whose names may lead to private and loopback addresses
	Timeout      time.Duration // of one request with its redirects; 30 s
	MaxSize      int64         // of one answer in bytes; 50 MiB
	MaxTotal     int64         // of all answers in bytes; ten times MaxSize
	RootCAs      *x509.CertPool
	// Lookup resolves names; nil is the system's way.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// ProxyIgnored says that the environment names a proxy, which errors then mention. A proxy
	// would resolve names itself, so that no address could be checked.
	ProxyIgnored bool
}

// A Purpose says how the path of a request stands to the path of a rule.
type Purpose int

// The purposes of a request.
const (
	File     Purpose = iota // the path is the rule's, or below it
	Registry                // the same, behind /v2
	Token                   // any path of the host
)

// A Request asks for one file.
type Request struct {
	URL        string
	Purpose    Purpose
	Accept     string
	Credential *Credential
	MaxSize    int64 // in bytes; 0 or more than the client's is the client's
}

// A Credential is an Authorization header, and the only server that it is ever sent to: that
// of Owner, by scheme, host and port.
type Credential struct {
	Owner  *url.URL
	Header string
}

// A Response is what a server answered.
type Response struct {
	Body   []byte
	Header http.Header
}

// A Client fetches. It is safe for concurrent use, keeps no cookies and uses no proxy.
type Client struct {
	options   Options
	transport *http.Transport
	total     atomic.Int64

	mutex sync.Mutex
	dead  map[string]*Error // hosts that gave no answer, which are not asked again
}

const maxRedirects = 5

// New makes a client.
func New(options Options) *Client {
	if options.Timeout == 0 {
		options.Timeout = 30 * time.Second
	}
	if options.MaxSize == 0 {
		options.MaxSize = 50 << 20
	}
	if options.MaxTotal == 0 {
		options.MaxTotal = 10 * options.MaxSize
	}
	c := &Client{options: options, dead: map[string]*Error{}}
	c.transport = &http.Transport{
		DialContext:     c.dial,
		TLSClientConfig: &tls.Config{RootCAs: options.RootCAs, MinVersion: tls.VersionTLS12},
		// A packed answer could unpack to any size.
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        time.Minute,
		MaxIdleConnsPerHost:    4,
	}
	return c
}

// Close ends the connections that are kept for later requests.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func (c *Client) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if c.options.Lookup != nil {
		return c.options.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// Permits returns why u may not be fetched from, or nil. It opens nothing.
func (c *Client) Permits(u *url.URL, purpose Purpose) error {
	for _, rule := range c.options.Allow {
		if rule.permits(u, purpose) {
			return nil
		}
	}
	return notAllowed(u, nil)
}

// SchemeOf is https, unless the rules name host only with http.
func (c *Client) SchemeOf(host string) string {
	plain := false
	for _, rule := range c.options.Allow {
		u := &url.URL{Scheme: rule.scheme, Host: host}
		if rule.sameServer(u) && rule.scheme == "https" {
			return "https"
		}
		plain = plain || rule.sameServer(u)
	}
	if plain {
		return "http"
	}
	return "https"
}

// Get fetches one file. The error is an *Error, or ctx's.
func (c *Client) Get(ctx context.Context, request Request) (*Response, error) {
	at, err := url.Parse(request.URL)
	if err != nil || at.Host == "" || at.User != nil {
		return nil, &Error{Kind: Refused, Message: "a URL cannot be read, or holds a user. Mend it."}
	}
	if err := c.Permits(at, request.Purpose); err != nil {
		return nil, err
	}
	timed, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	for range maxRedirects + 1 {
		response, next, err := c.hop(timed, at, request)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, err
		}
		if next == nil {
			return response, nil
		}
		at = next
	}
	return nil, &Error{Kind: BadStatus, Host: hostOf(at), Message: Shown(at) + " is reached by too many redirects. Name the last place of them."}
}

// hop sends one request. It returns where it was redirected to, if that may be fetched from.
func (c *Client) hop(ctx context.Context, at *url.URL, request Request) (*Response, *url.URL, error) {
	if dead := c.deadHost(at); dead != nil {
		return nil, nil, dead
	}
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, c.transportError(ctx, at, err)
	}
	asked.Header.Set("User-Agent", "podmend")
	if request.Accept != "" {
		asked.Header.Set("Accept", request.Accept)
	}
	if request.Credential != nil && sameOrigin(at, request.Credential.Owner) {
		asked.Header.Set("Authorization", request.Credential.Header)
	}
	answer, err := c.transport.RoundTrip(asked)
	if err != nil {
		failed := c.transportError(ctx, at, err)
		c.remember(at, failed)
		return nil, nil, failed
	}
	defer answer.Body.Close()
	if location := answer.Header.Get("Location"); location != "" && answer.StatusCode/100 == 3 {
		next, err := at.Parse(location)
		if err != nil || next.Host == "" || next.User != nil || (next.Scheme != "https" && next.Scheme != "http") {
			return nil, nil, &Error{Kind: BadStatus, Host: hostOf(at), Message: Shown(at) + " redirects to what cannot be read."}
		}
		for _, rule := range c.options.Allow {
			if rule.permits(next, request.Purpose) {
				return nil, next, nil
			}
		}
		return nil, nil, notAllowed(next, at)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, nil, statusError(at, answer)
	}
	body, err := c.read(ctx, at, answer, request.MaxSize)
	if err != nil {
		return nil, nil, err
	}
	return &Response{Body: body, Header: answer.Header}, nil, nil
}
