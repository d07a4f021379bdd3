package cli

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/samples"
)

// counters read the number of findings off what a sink writes: those that it shows, and those that it
// says it does not.
var counters = map[string]func(text string) int{
	"text":  func(text string) int { return numbers(text, `(?m)^(\d+) findings? \(`) },
	"json":  func(text string) int { return numbers(text, `"findings": (\d+)`) },
	"sarif": func(text string) int { return strings.Count(text, `"findingId": `) },
	"markdown": func(text string) int {
		return numbers(text, `(?m)^<details><summary><b>(?:high|medium|low)</b> .*, (\d+) places</code></summary>`) +
			len(regexp.MustCompile(`(?m)^<details><summary><b>(?:high|medium|low)</b> .*:\d+</code></summary>`).FindAllString(text, -1)) +
			numbers(text, `(\d+) more findings? (?:is|are) not shown`)
	},
	"html": func(text string) int { return strings.Count(text, `<article class="finding `) },
	"annotations": func(text string) int {
		_, last, _ := strings.Cut(text, "podmend: ")
		return numbers(last[strings.Index(last, ": "):], `(\d+) (?:annotated|more|old|exempt)`)
	},
}

// numbers adds up what a pattern captures.
func numbers(text, pattern string) int {
	sum := 0
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		n := 0
		fmt.Sscan(match[1], &n)
		sum += n
	}
	return sum
}

// TestSinksAgree counts the findings on each surface: every one has them all, shown or counted.
func TestSinksAgree(t *testing.T) {
	for _, size := range []int{0, 1, 10, 11, 300, 3000} {
		r, source := samples.Sized(size)
		for _, sink := range slices.Concat(sinks, gitHubSinks) {
			if sink.name == "summary" {
				continue // markdown, in a file
			}
			var text bytes.Buffer
			env := &Env{Getenv: func(string) string { return "" }}
			if err := sink.write(&text, &telling{env: env, report: r, source: source}); err != nil {
				t.Fatal(err)
			}
			count := counters[sink.name]
			if count == nil {
				t.Fatalf("no counter reads what %s writes", sink.name)
			}
			if got := count(text.String()); got != size {
				t.Errorf("%s tells of %d findings, want %d", sink.name, got, size)
			}
		}
	}
}
