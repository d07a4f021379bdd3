package render

// The kinds of errors that any renderer may give.
const (
	ErrSyntax      ErrorKind = "yaml-syntax"
	ErrNotText     ErrorKind = "not-text"
	ErrTooLarge    ErrorKind = "too-large"
	ErrUnreadable  ErrorKind = "unreadable"
	ErrMissing     ErrorKind = "missing-file"
	ErrOutside     ErrorKind = "outside"
	ErrBadObject   ErrorKind = "invalid-object"
	ErrTimeout     ErrorKind = "timeout"
	ErrMemory      ErrorKind = "memory"
	ErrOutputLimit ErrorKind = "output-limit"
	ErrCrash       ErrorKind = "crash"
	ErrPanic       ErrorKind = "panic"
)
