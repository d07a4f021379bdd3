package main

import (
	"errors"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

func exitStatus(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

func unescape(ts *testscript.TestScript, text string) []byte {
	unquoted, err := strconv.Unquote(`"` + text + `"`)
	if err != nil {
		ts.Fatalf("%s: %v", text, err)
	}
	return []byte(unquoted)
}
