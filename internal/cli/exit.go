package cli

import (
	"errors"
	"fmt"
)

// The exit codes; where several apply, the highest counts.
const (
	exitClean    = 0
	exitFindings = 1 // findings at or above --fail-on
	exitUsage    = 2 // wrong usage or configuration
	exitRender   = 3 // a target could not be rendered
	exitFailed   = 4 // podmend, or a service that it needs, failed
)

// ExitStopped is the exit code of a run that a signal ended.
const ExitStopped = exitFailed

// usageError is a mistake of the caller: in the arguments or in the configuration.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// outcome ends a run with a code without an error.
type outcome struct{ code int }

func (o *outcome) Error() string { return fmt.Sprintf("exit code %d", o.code) }

func exitCode(err error) int {
	var ended *outcome
	var usage *usageError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &ended):
		return ended.code
	case errors.As(err, &usage):
		return exitUsage
	default:
		return exitFailed
	}
}

// worse is the one of two ends of a run that has the higher exit code.
func worse(a, b error) error {
	if exitCode(b) > exitCode(a) {
		return b
	}
	return a
}
