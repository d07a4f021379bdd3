package fixpr

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/late"
)

// A marker is the first line of podmend's part of a pull request's text. It is hidden.
type marker struct {
	findings string // digest of the ids
	text     string // digest of podmend's part
	title    string // digest of the title that podmend gave
	commit   string // that podmend pushed last
	undone   bool   // labels, assignees or reviewers are still to be set
	obsolete bool   // podmend closed the pull request by itself
}

var (
	markerForm = late.Regexp(`(?m)^<!-- podmend:fix:v1 findings=([0-9a-f]{16}) text=([0-9a-f]{16}) title=([0-9a-f]{16}) commit=([0-9a-f]{40}|[0-9a-f]{64})( undone)?( obsolete)? -->\r?$`)
	endForm    = late.Regexp(`(?m)^<!-- podmend:fix:end -->\r?$`)
)

const endMark = "<!-- podmend:fix:end -->"

func (m marker) String() string {
	text := fmt.Sprintf("<!-- podmend:fix:v1 findings=%s text=%s title=%s commit=%s", m.findings, m.text, m.title, m.commit)
	if m.undone {
		text += " undone"
	}
	if m.obsolete {
		text += " obsolete"
	}
	return text + " -->"
}

// A text is that of a pull request: podmend's part, and what people wrote around it.
type text struct {
	before, after string
	own           string
	marker        *marker // nil if podmend has no part in it
}

// parseText takes a pull request's text apart.
func parseText(body string) text {
	start := markerForm().FindStringSubmatchIndex(body)
	if start == nil {
		return text{before: body}
	}
	group := func(i int) string {
		if start[2*i] < 0 {
			return ""
		}
		return body[start[2*i]:start[2*i+1]]
	}
	t := text{before: body[:start[0]], marker: &marker{
		findings: group(1), text: group(2), title: group(3), commit: group(4), undone: group(5) != "", obsolete: group(6) != "",
	}}
	rest := body[start[1]:]
	if end := endForm().FindStringIndex(rest); end != nil {
		t.own, t.after = rest[:end[0]], rest[end[1]:]
	} else {
		t.own = rest // somebody took the end away, and what they wrote behind it cannot be told
	}
	return t
}

// human is how much room people's own text takes.
func (t text) human() int { return len(t.before) + len(t.after) }

// with puts another part of podmend's between what people wrote.
func (t text) with(m marker, own string) string {
	before := t.before
	if before != "" && !strings.HasSuffix(before, "\n") {
		before += "\n"
	}
	if t.marker == nil && before != "" {
		before += "\n"
	}
	return before + m.String() + "\n" + own + endMark + t.after
}

// renewMark begins the line of the box by which people let podmend go on.
const renewMark = "<!-- podmend:fix:renew -->"

var tickedForm = late.Regexp(`(?m)^[-*] \[[xX]\] ` + renewMark)

// ticked says whether somebody ticked the box.
func (t text) ticked() bool { return t.marker != nil && tickedForm().MatchString(t.own) }

// A stamp is the line of a commit's message by which podmend knows its own commits: nobody changes one
// without changing the tree that stands in it.
type stamp struct{ patch, tree string }

var stampForm = late.Regexp(`(?m)^Podmend-Fix: ([0-9a-f]{16}) ([0-9a-f]{40}|[0-9a-f]{64})\r?$`)

func (s stamp) String() string { return "Podmend-Fix: " + s.patch + " " + s.tree }

func stampOf(message string) (stamp, bool) {
	found := stampForm().FindAllStringSubmatch(message, -1)
	if len(found) != 1 {
		return stamp{}, false
	}
	return stamp{found[0][1], found[0][2]}, true
}
