package render

// The kinds of errors that any renderer may give.
const (
	ErrSyntax      ErrorKind = "yaml-syntax"    // a file is not valid YAML or JSON
	ErrNotText     ErrorKind = "not-text"       // a file is binary or not UTF-8
	ErrTooLarge    ErrorKind = "too-large"      // a file exceeds the size limit
	ErrUnreadable  ErrorKind = "unreadable"     // a file exists and cannot be read
	ErrMissing     ErrorKind = "missing-file"   // a file that is named does not exist
	ErrOutside     ErrorKind = "outside"        // a path or link leaves the repository
	ErrBadObject   ErrorKind = "invalid-object" // an object's fields have types that Kubernetes refuses
	ErrTimeout     ErrorKind = "timeout"        // rendering took too long
	ErrMemory      ErrorKind = "memory"         // rendering used too much memory
	ErrOutputLimit ErrorKind = "output-limit"   // rendering printed too much
	ErrCrash       ErrorKind = "crash"          // the process that rendered died
	ErrPanic       ErrorKind = "panic"          // the renderer itself broke
)
