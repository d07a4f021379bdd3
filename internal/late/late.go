// Package late makes regular expressions when they are first used. Each process of a run, children
// among them, would else begin by making those that few runs need; the long ones take as long as half
// of the rest of a start.
package late

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// isTest makes every expression at once in tests, so that a wrong one fails them all.
var isTest = len(os.Args) > 0 && strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// Regexp is regexp.MustCompile at the first call of what it returns.
func Regexp(text string) func() *regexp.Regexp {
	made := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
	if isTest {
		made()
	}
	return made
}
