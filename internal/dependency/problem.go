package dependency

import (
	"errors"
	"fmt"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/render"
)

// The kinds of errors of dependencies, beside those of package fetch.
const (
	ErrMissingLock  render.ErrorKind = "missing-lock"
	ErrLockMismatch render.ErrorKind = "lock-mismatch"
	ErrRepository   render.ErrorKind = "dependency-source"
	ErrVersion      render.ErrorKind = "dependency-version"
	ErrDigest       render.ErrorKind = "dependency-digest"
	ErrInvalid      render.ErrorKind = "dependency-invalid"
	ErrNotTaken     render.ErrorKind = "dependency-unusable"
)

// ErrorKinds is what each kind means, those of package fetch among them.
var ErrorKinds = []render.ErrorMeaning{
	{Kind: ErrMissingLock, Means: "Nothing says which version of a dependency is meant, since there is no Chart.lock."},
	{Kind: ErrLockMismatch, Means: "Chart.lock is not of these dependencies."},
	{Kind: ErrRepository, Means: "The repository is nothing that can be fetched from."},
	{Kind: ErrVersion, Means: "The repository does not have the locked version."},
	{Kind: ErrDigest, Means: "What came is not what was announced, or nothing was."},
	{Kind: ErrInvalid, Means: "What came is not an index, a manifest or the chart."},
	{Kind: ErrNotTaken, Means: "The chart does not take the archive."},
	{Kind: render.ErrorKind(fetch.Refused), Means: "The configuration does not permit to fetch from there."},
	{Kind: render.ErrorKind(fetch.Unreachable), Means: "No connection, or no answer that can be read."},
	{Kind: render.ErrorKind(fetch.TimedOut), Means: "Fetching took too long."},
	{Kind: render.ErrorKind(fetch.TooLarge), Means: "What came is larger than the limit."},
	{Kind: render.ErrorKind(fetch.NotFound), Means: "The server does not have what was asked for."},
	{Kind: render.ErrorKind(fetch.Unauthorized), Means: "The server wants other credentials."},
	{Kind: render.ErrorKind(fetch.BadStatus), Means: "The server answers with something else."},
}

// A problem is why a dependency is not there.
type problem struct {
	kind    render.ErrorKind
	message string // sentences
}

func (p *problem) Error() string { return p.message }

func problemf(kind render.ErrorKind, format string, args ...any) error {
	return &problem{kind, fmt.Sprintf(format, args...)}
}

// failure makes the error of a target from what went wrong with a dependency.
func failure(missing *render.MissingDependency, version string, err error) *render.Error {
	failed := &render.Error{File: missing.File, Line: missing.Line}
	var own *problem
	var fetched *fetch.Error
	switch {
	case errors.As(err, &own):
		failed.Kind = own.kind
	case errors.As(err, &fetched):
		failed.Kind = render.ErrorKind(fetched.Kind)
	default:
		failed.Kind = render.ErrorKind(fetch.Unreachable)
	}
	if version != "" {
		version = " " + version
	}
	what := "dependency"
	switch {
	case missing.Archive != "":
		what = "Helm chart"
	case missing.Pinned != "":
		what, version = "Helm chart", " "+missing.Pinned
	}
	failed.Message = fmt.Sprintf("the %s %s%s is not there: %v", what, missing.Name, version, err)
	return failed
}
