package scripts

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// Status runs podmend and asks for an exit code: status CODE ARG...
func Status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE ARG...")
	}
	if code := Run(ts, args[1:]...); code != args[0] {
		ts.Fatalf("podmend %v ended with %s, expected %s", args[1:], code, args[0])
	}
}

// Run runs podmend and returns its exit code.
func Run(ts *testscript.TestScript, args ...string) string {
	if err := ts.Exec("podmend", args...); err != nil {
		return ExitStatus(err)
	}
	return "0"
}

// ExitStatus is the exit code of a program that ended with an error, or the error of one that did not run.
func ExitStatus(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

// Replace substitutes a text in a file, for bytes that a script cannot hold; Go escapes such
// as \r and \t are understood: replace FILE OLD NEW
func Replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	name := ts.MkAbs(args[0])
	content, err := os.ReadFile(name)
	ts.Check(err)
	changed := bytes.ReplaceAll(content, Unescape(ts, args[1]), Unescape(ts, args[2]))
	if bytes.Equal(content, changed) {
		ts.Fatalf("%s does not hold %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(name, changed, 0o644))
}

// Unescape understands Go escapes in a text without quotes.
func Unescape(ts *testscript.TestScript, text string) []byte {
	unquoted, err := strconv.Unquote(`"` + text + `"`)
	if err != nil {
		ts.Fatalf("%s: %v", text, err)
	}
	return []byte(unquoted)
}
