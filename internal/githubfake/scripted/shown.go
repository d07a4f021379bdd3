package scripted

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/githubfake"
)

// An item is one text on a pull request, as a reader finds it.
type item struct {
	place, state, text string
}

func (i item) hidden() bool { return strings.Contains(i.state, "hidden") }

var (
	marker = regexp.MustCompile(`^<!-- podmend:v1 [^\n]*-->\s*\n`)
	shas   = regexp.MustCompile(`\b[0-9a-f]{12}\b`)
)

// shown writes what is new since the last time: what was written, edited, moved or hidden, and where the rest
// stands. Of what is hidden it shows the first paragraph.
func (s *stage) shown(name string, _ ...string) {
	found, order := s.items()
	var b strings.Builder
	var before []string
	for _, id := range order {
		now, was := found[id], s.seen[id]
		switch {
		case now == was:
			if !now.hidden() {
				before = append(before, now.place)
			}
			continue
		case was.place == "":
			fmt.Fprintf(&b, "## %s%s\n\n", now.place, now.state)
		case now.place != was.place && now.text == was.text && now.state == was.state:
			fmt.Fprintf(&b, "## %s%s, before at %s\n\n", now.place, now.state, was.place)
			continue
		default:
			fmt.Fprintf(&b, "## %s%s, edited\n\n", now.place, now.state)
		}
		text := now.text
		if now.hidden() {
			text, _, _ = strings.Cut(text, "\n\n")
		}
		b.WriteString(strings.TrimRight(text, "\n") + "\n\n")
	}
	if len(before) > 0 {
		b.WriteString("As before: " + strings.Join(before, ", ") + "\n")
	}
	s.seen = found
	s.ts.Check(os.WriteFile(s.ts.MkAbs(name), []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644))
}

func (s *stage) items() (found map[string]item, order []string) {
	found = map[string]item{}
	add := func(id string, i item) {
		i.text = shas.ReplaceAllString(marker.ReplaceAllString(i.text, ""), "SHA")
		found[id] = i
		order = append(order, id)
	}
	for _, r := range s.pull.Reviews() {
		if r.Body != "" {
			add(fmt.Sprint("review ", r.ID), item{"review", r.Minimized, r.Body})
		}
	}
	for _, c := range s.pull.ReviewComments() {
		add(fmt.Sprint("comment ", c.ID), item{placeOf(&c), stateOf(&c), c.Body})
	}
	return found, order
}

func placeOf(c *githubfake.Comment) string {
	switch {
	case c.OnFile || c.Outdated:
		return c.Path
	case c.StartLine != 0:
		return fmt.Sprintf("%s:%d-%d", c.Path, c.StartLine, c.Line)
	}
	return fmt.Sprintf("%s:%d", c.Path, c.Line)
}

func stateOf(c *githubfake.Comment) string {
	state := ""
	if c.InReplyTo != 0 {
		state += " answer of " + c.Author
	}
	if c.Outdated {
		state += " (outdated)"
	}
	if c.Minimized != "" {
		state += " (hidden as " + c.Minimized + ")"
	}
	if c.Resolved {
		state += " (resolved)"
	}
	return state
}
