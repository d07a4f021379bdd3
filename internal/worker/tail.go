package worker

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps the start of what a child prints when it crashes. It may be what a stranger's chart
// made it print, so only known phrases of the Go runtime are told.
type tail struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if room := tailSize - t.text.Len(); room > 0 {
		t.text.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// outOfMemory says whether the runtime gave up because the system refused memory.
func (t *tail) outOfMemory() bool { return t.reason() == crashes[0].told }

var crashes = []struct{ printed, told string }{
	{"out of memory", "it ran out of memory"},
	{"cannot allocate memory", "it ran out of memory"},
	{"cannot map pages", "it ran out of memory"},
	// A thread needs memory for its stack.
	{"failed to create new OS thread", "it ran out of memory"},
	{"pthread_create failed", "it ran out of memory"},
	{"stack overflow", "its stack overflowed"},
	{"stack exceeds", "its stack overflowed"},
	{"concurrent map", "a library used a map from two threads"},
	{"panic:", "a library panicked"},
}

// reason tells what is known of a crash.
func (t *tail) reason() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, crash := range crashes {
		if strings.Contains(t.text.String(), crash.printed) {
			return crash.told
		}
	}
	return "without a word"
}
