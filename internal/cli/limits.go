package cli

import (
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podmend/podmend/internal/worker"
)

// leastMemory is what a child needs before it renders anything.
const leastMemory = 128 << 20

// limits are what rendering one target may take. The file does not set them: it comes from whoever
// is to be limited.
func (f *flags) limits() (worker.Limits, error) {
	timeout, err := time.ParseDuration(f.timeout)
	if err != nil || timeout <= 0 {
		return worker.Limits{}, usagef("%s %q is not a time; write it like 90s or 2m", f.sources["timeout"][0], f.timeout)
	}
	memory, err := resource.ParseQuantity(f.memoryLimit)
	if err != nil || memory.Value() < leastMemory {
		return worker.Limits{}, usagef("%s %q is not an amount of memory of at least %dMi; write it like 512Mi or 2Gi", f.sources["memory-limit"][0], f.memoryLimit, leastMemory>>20)
	}
	return worker.Limits{Time: timeout, Memory: memory.Value()}, nil
}

// warnUnlimited says what this system cannot do, once.
func warnUnlimited(stderr io.Writer) {
	if !worker.MemoryIsWatched {
		fmt.Fprintln(stderr, "podmend: on this system the memory of renderers is not limited: check pull requests of strangers on Linux")
	}
}
