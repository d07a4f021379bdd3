// Package late makes regular expressions when they are first used. Each process of a run, children
// among them, would else begin by making those that few runs need; the long ones take as long as half
// of the rest of a start.
package late

import (
	"regexp"
	"sync"
)

// Regexp is regexp.MustCompile at the first call of what it returns. A test of this package makes every
// expression that the program asks for.
func Regexp(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
