package fixpr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// maxBody is below what GitHub takes, 65,536 characters, and leaves room for the marks.
const maxBody = 65_000

const (
	roomForEnd = 4_000
	maxDiff    = 6_000 // of one fix
	maxListed  = 3     // names in a sentence
)

// own is podmend's part of a pull request's text, apart from its marks and the link to the run. What
// people wrote has so many bytes.
func (in *Input) own(human int) string {
	w := &writer{in: in, view: report.NewView(in.Report, in.Source), findings: in.mended(), together: map[string][]*report.Finding{}}
	for _, f := range w.findings {
		w.together[f.Proposal] = append(w.together[f.Proposal], f)
	}
	room := max(maxBody-human-roomForEnd, 0)
	head := w.head()
	left := w.leftAlone(max(room/3, 0))
	mended := w.mended(room - len(head) - len(left))
	return head + mended + left + w.end()
}

// A writer writes podmend's part of a text.
type writer struct {
	in       *Input
	view     *report.View
	findings []*report.Finding            // that are mended
	together map[string][]*report.Finding // the same, by proposal
}

func (w *writer) head() string {
	targets := map[string]bool{}
	for _, f := range w.findings {
		for _, id := range w.view.ProposalOf(f).Targets {
			targets[id] = true
		}
	}
	where := ""
	if w.in.Group != "" {
		where = " in " + ghtext.Code(w.in.Group)
	}
	return fmt.Sprintf("podmend mends **%s** of the Pod Security Standard %s in %s%s.\n\n"+
		"Each fix is proven: %s rendered before and after it, and nothing but the fields below differs, no finding is new, and every pod stays one that the API server takes.\n\n",
		ghtext.Count(len(w.findings), "finding"), ghtext.Code(w.in.Report.Policy.Level), ghtext.Count(len(w.in.Rewrite.Files), "file"), where,
		were(len(targets), "target"))
}

func were(n int, one string) string {
	if n == 1 {
		return "1 " + one + " was"
	}
	return ghtext.Count(n, one) + " were"
}

// mended tells each fix, in full while there is room, then in a line, then in a number.
func (w *writer) mended(room int) string {
	const forRest = 200
	var b strings.Builder
	b.WriteString("### Mended\n\n")
	done := map[string]bool{}
	rest := 0
	for _, f := range w.findings {
		if done[f.Proposal] {
			continue
		}
		done[f.Proposal] = true
		findings := w.together[f.Proposal]
		if rest > 0 {
			rest += len(findings)
			continue
		}
		lines := w.lines(findings)
		full := lines + w.change(w.view.ProposalOf(f), findings)
		switch {
		case b.Len()+len(full)+forRest < room:
			b.WriteString(full + "\n")
		case b.Len()+len(lines)+forRest < room:
			b.WriteString(lines + "\n")
		default:
			rest = len(findings)
		}
	}
	if rest > 0 {
		fmt.Fprintf(&b, "- %s more, which the full report and the diff of this pull request show\n\n", ghtext.Count(rest, "finding"))
	}
	return b.String()
}

func (w *writer) lines(findings []*report.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "- %s\n", w.line(f))
	}
	return b.String()
}

// line says what is wrong, where, and what it reaches.
func (w *writer) line(f *report.Finding) string {
	text := fmt.Sprintf("%s **%s**", ghtext.Control(f.Control), ghtext.Prose(f.Severity))
	if place := f.Origin.Place(); place != "" {
		text += " at " + ghtext.Code(place)
	}
	text += ": " + ghtext.Prose(strings.TrimSuffix(f.Message, ".")) + "."
	var reached, targets []string
	for _, o := range f.Occurrences {
		if name := ghtext.Workload(o); !slices.Contains(reached, name) {
			reached = append(reached, name)
		}
		if name := ghtext.Code(o.Target); !slices.Contains(targets, name) {
			targets = append(targets, name)
		}
	}
	if len(reached) > 0 {
		text += " It reaches " + some(reached) + " in " + some(targets) + "."
	}
	return text
}

func some(names []string) string {
	if n := len(names) - maxListed; n > 0 {
		return strings.Join(names[:maxListed], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

// change shows a fix before and after, and its proof.
func (w *writer) change(p *report.Proposal, findings []*report.Finding) string {
	var b strings.Builder
	for _, change := range w.view.Changes(p.Edits) {
		if change.Problem != "" {
			fmt.Fprintf(&b, "%s: %s\n\n", ghtext.Code(change.File), ghtext.Prose(change.Problem))
			continue
		}
		b.WriteString(ghtext.Code(change.File) + "\n\n" + ghtext.Fenced("diff", shown(change)) + "\n")
	}
	var fields, targets []string
	for _, f := range findings {
		for _, o := range f.Occurrences {
			if field := ghtext.Code(o.Field); !slices.Contains(fields, field) {
				fields = append(fields, field)
			}
		}
	}
	for _, id := range p.Targets {
		targets = append(targets, ghtext.Code(id))
	}
	fmt.Fprintf(&b, "Proof: rendered before and after, %s %s only in %s.", some(targets), differ(len(targets)), some(fields))
	for _, note := range p.Notes {
		b.WriteString(" " + ghtext.Prose(note))
	}
	if len(p.Unproven) > 0 {
		fmt.Fprintf(&b, " Not proven for %s, which could not be rendered before either.", ghtext.Count(len(p.Unproven), "target"))
	}
	title := "Before and after"
	if n := len(findings); n > 1 {
		title += ", for " + ghtext.Count(n, "finding") + " together"
	}
	return "\n" + ghtext.Folded(title, b.String()+"\n")
}

func differ(n int) string {
	if n == 1 {
		return "differs"
	}
	return "differ"
}

// shown draws the lines of a change as a diff.
func shown(change report.Change) string {
	var b strings.Builder
	for _, hunk := range change.Hunks {
		if b.Len() > maxDiff {
			b.WriteString("… more lines; the pull request's diff shows all\n")
			break
		}
		b.WriteString(hunk.String())
	}
	return b.String()
}

// end is what people should know of the pull request itself.
func (w *writer) end() string {
	return "### About this pull request\n\n" +
		"GitHub may hold back workflow runs for what a workflow's own token opens: approve them in the box of checks, or close this and open it again. " +
		"podmend keeps one commit up to date here. It stops if somebody else commits to this branch; if you close this without a merge, it makes no other until the findings change; " +
		"when nothing is left to mend, it closes this itself. Your own text above or below this part stays.\n\n" +
		"- [ ] " + renewMark + " Make this branch anew from " + ghtext.Code(w.in.Base) + " at the next run, and throw away what others committed to it\n\n"
}

// body is the whole text of a pull request around what people wrote.
func (in *Input) body(written text, m marker) string {
	own := in.own(written.human())
	m.findings, m.text, m.title = in.findingsDigest(), digest(own), digest(in.title())
	link := ""
	if in.RunURL != "" {
		link = "[The run that wrote this](" + in.RunURL + ") has the full report.\n\n"
	}
	return written.with(m, own+link)
}

// tooLong says that people's own text leaves podmend no room.
func tooLong(body string) bool { return utf8.RuneCountInString(body) > maxBody }
