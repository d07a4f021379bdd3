package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A Kind says what kept something from being fetched.
type Kind string

// The kinds of errors.
const (
	Refused      Kind = "fetch-refused"
	Unreachable  Kind = "fetch-unreachable"
	TimedOut     Kind = "fetch-timeout"
	TooLarge     Kind = "fetch-too-large"
	NotFound     Kind = "fetch-not-found"
	Unauthorized Kind = "fetch-unauthorized"
	BadStatus    Kind = "fetch-status"
)

// An Error says why something was not fetched, and what to do about it.
type Error struct {
	Kind    Kind
	Host    string
	Message string // sentences, without passwords or queries
	// Challenge is how the server wants to be convinced, if it said so.
	Challenge string
	// Allow is what network.allow lacks, if that is what is wrong.
	Allow string
}

func (e *Error) Error() string { return e.Message }

// Shown is a URL as it may be printed: without what may be a secret in it.
func Shown(u *url.URL) string {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return plain.String()
}

func notAllowed(u *url.URL, from *url.URL) *Error {
	e := &Error{Kind: Refused, Host: hostOf(u), Allow: allowLine(u)}
	e.Message = fmt.Sprintf("%s may not be fetched from", Shown(u))
	if from != nil {
		e.Message = fmt.Sprintf("%s redirects to %s, which may not be fetched from", Shown(from), Shown(u))
	}
	e.Message += fmt.Sprintf(". If that is meant, add %s to network.allow in .podmend.yaml.", e.Allow)
	return e
}

// transportError says why no answer came. The library's text holds the URL, so that only its cause
// is printed.
func (c *Client) transportError(ctx context.Context, u *url.URL, err error) *Error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	if ctx.Err() != nil || isTimeout(err) {
		return &Error{
			Kind: TimedOut, Host: hostOf(u),
			Message: fmt.Sprintf("%s did not answer within %v. Try again, or raise network.timeout in .podmend.yaml.", Shown(u), c.options.Timeout),
		}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	advice := "Check the name and the connection."
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &noTLS):
		advice = fmt.Sprintf("The server may not speak TLS: network.allow means https, unless a host is named as http://%s there.", u.Host)
	case errors.As(err, &certificate):
		advice = "Check the certificate; authorities are those of the system, and SSL_CERT_FILE adds to them."
	case c.options.ProxyIgnored:
		advice += " The proxy of the environment is not used."
	}
	return &Error{
		Kind: Unreachable, Host: hostOf(u),
		Message: fmt.Sprintf("%s cannot be reached: %s. %s", Shown(u), strings.TrimSuffix(err.Error(), "."), advice),
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func statusError(u *url.URL, response *http.Response) *Error {
	e := &Error{Kind: BadStatus, Host: hostOf(u), Challenge: response.Header.Get("WWW-Authenticate")}
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		e.Kind = NotFound
		e.Message = fmt.Sprintf("%s does not exist (%d).", Shown(u), response.StatusCode)
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Kind = Unauthorized
		e.Message = fmt.Sprintf("%s wants credentials that it was not given (%d).", Shown(u), response.StatusCode)
	default:
		e.Message = fmt.Sprintf("%s answers with %d %s. Try again later.", Shown(u), response.StatusCode, http.StatusText(response.StatusCode))
	}
	return e
}

func (c *Client) tooLarge(u *url.URL, limit int64) *Error {
	message := fmt.Sprintf("%s is larger than %s", Shown(u), sizeWord(limit))
	if limit == c.options.MaxSize {
		message += "; raise network.maxSize in .podmend.yaml if that is meant"
	}
	return &Error{Kind: TooLarge, Host: hostOf(u), Message: message + "."}
}

func sizeWord(bytes int64) string {
	switch {
	case bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", bytes>>20)
	case bytes%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", bytes>>10)
	default:
		return fmt.Sprintf("%d bytes", bytes)
	}
}
