package github

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// addresses returns where REST and GraphQL are. A token is sent there, so it must be over TLS, or on
// this machine.
func addresses(rest, graph string) (restURL, graphURL *url.URL, err error) {
	if rest == "" {
		rest = "https://api.github.com"
	}
	rest = strings.TrimSuffix(rest, "/")
	if graph == "" {
		// An Enterprise server has REST at /api/v3 and GraphQL beside it.
		graph = strings.TrimSuffix(rest, "/v3") + "/graphql"
	}
	if restURL, err = address("GITHUB_API_URL", rest+"/"); err != nil {
		return nil, nil, err
	}
	if graphURL, err = address("GITHUB_GRAPHQL_URL", graph); err != nil {
		return nil, nil, err
	}
	if !sameServer(restURL, graphURL) {
		return nil, nil, fmt.Errorf("GITHUB_API_URL names %s and GITHUB_GRAPHQL_URL %s; one token is for one server, so leave the second out", restURL.Host, graphURL.Host)
	}
	return restURL, graphURL, nil
}

func address(variable, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%s is no plain URL of a server; it looks like https://api.github.com", variable)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("%s must begin with https://, because a token is sent there", variable)
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func sameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// proxyForTLS uses the environment's proxy where it cannot read the token.
func proxyForTLS(request *http.Request) (*url.URL, error) {
	if request.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(request)
}

// checkRedirect follows what GitHub answers for repositories that have moved, and nothing that leads
// to another server.
func (c *Client) checkRedirect(request *http.Request, via []*http.Request) error {
	if !sameServer(request.URL, c.rest) {
		return errRedirected
	}
	if len(via) > maxRedirects {
		return errors.New("there are too many redirects")
	}
	return nil
}

var errRedirected = errors.New("it redirects to another server, which is not followed with a token")
