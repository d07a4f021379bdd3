package dependency

import (
	"errors"
	"fmt"

	"github.com/podmend/podmend/internal/fetch"
	"github.com/podmend/podmend/render"
)

// The kinds of errors of dependencies, beside those of package fetch.
const (
	ErrMissingLock  render.ErrorKind = "missing-lock"        // nothing says which version is meant
	ErrLockMismatch render.ErrorKind = "lock-mismatch"       // Chart.lock is not of these dependencies
	ErrRepository   render.ErrorKind = "dependency-source"   // the repository is nothing that can be fetched from
	ErrVersion      render.ErrorKind = "dependency-version"  // the repository does not have the locked version
	ErrDigest       render.ErrorKind = "dependency-digest"   // what came is not what was announced, or nothing was
	ErrInvalid      render.ErrorKind = "dependency-invalid"  // what came is not an index, a manifest or the chart
	ErrNotTaken     render.ErrorKind = "dependency-unusable" // the chart does not take the archive
)

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
