// Package browser holds tests of the HTML report in a real Chromium. It is a module of its own, so
// that podmend does not depend on a browser's protocol.
package browser
