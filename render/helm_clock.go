package render

import "bytes"

// laterClock stands in the place of now: another second, minute, hour, day, month and year.
const laterClock = `(now | dateModify "9601h1m1s")`

// LaterClock returns a template that prints what it would on a later day. ok is false where it does
// not ask for the time.
func LaterClock(content []byte) (later []byte, ok bool) {
	if !bytes.Contains(content, []byte("now")) {
		return nil, false
	}
	return replaceFunctions(content, func(function string) string {
		if function == "now" {
			return laterClock
		}
		return ""
	})
}
