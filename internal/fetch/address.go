package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// notPublic lists what the registries keep apart from the public internet, beside what netip knows.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // carries an IPv4 address that nobody would check
	netip.MustParsePrefix("3fff::/20"),
}

var (
	shared       = netip.MustParsePrefix("100.64.0.0/10")
	global6      = netip.MustParsePrefix("2000::/3")
	translated64 = netip.MustParsePrefix("64:ff9b::/96")
)

// A reach says whom an address leads to.
type reach int

const (
	public  reach = iota
	private       // to machines of the own network, or to this one
	special       // to the own link, to many, or to nobody
)

func reachOf(addr netip.Addr) (reach, string) {
	addr = addr.Unmap()
	if translated64.Contains(addr) {
		bytes := addr.As16()
		return reachOf(netip.AddrFrom4([4]byte(bytes[12:])))
	}
	switch {
	case addr.IsLoopback():
		return private, "a loopback address"
	case addr.IsPrivate(), shared.Contains(addr):
		return private, "a private address"
	case addr.IsLinkLocalUnicast():
		return special, "a link-local address"
	case addr.IsMulticast():
		return special, "a multicast address"
	case addr.IsUnspecified(), addr.Zone() != "", addr.Is6() && !global6.Contains(addr):
		return special, "no public address"
	}
	for _, prefix := range notPublic {
		if prefix.Contains(addr) {
			return special, "no public address"
		}
	}
	return public, ""
}

// dial connects to the address that was checked, so that a second answer of the name server cannot
// lead elsewhere.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := c.addresses(ctx, host, port)
	if err != nil {
		return nil, err
	}
	for _, addr := range addresses {
		dialer := net.Dialer{Timeout: 10 * time.Second}
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(addr.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// addresses returns the addresses of a host that may be dialled.
func (c *Client) addresses(ctx context.Context, host, port string) ([]netip.Addr, error) {
	// The rules hold this very address, else there would be no request.
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	found, err := c.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	var allowed []netip.Addr
	var refused string
	for _, addr := range found {
		kind, word := reachOf(addr)
		if kind == public || (kind == private && c.mayBePrivate(host, port)) || (host == "localhost" && addr.IsLoopback()) {
			allowed = append(allowed, addr)
			continue
		}
		refused = fmt.Sprintf("%s leads to %s, %s", host, addr, word)
		if kind == private {
			refused += fmt.Sprintf(". If that is meant, add %s to network.allowPrivate in .podmend.yaml.", hostAndPort(host, port))
		} else {
			refused += ", and such addresses are not fetched from by a name."
		}
	}
	if len(allowed) > 0 {
		return allowed, nil
	}
	if refused == "" {
		refused = host + " has no address. Check its name."
	}
	return nil, &Error{Kind: Refused, Host: host, Message: refused}
}

func (c *Client) mayBePrivate(host, port string) bool {
	for _, rule := range c.options.AllowPrivate {
		if rule.host == host && rule.port == port {
			return true
		}
	}
	return false
}

func hostAndPort(host, port string) string {
	if port == "443" {
		return host
	}
	return net.JoinHostPort(host, port)
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && hostOf(a) == hostOf(b) && portOf(a) == portOf(b)
}
