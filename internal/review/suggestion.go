package review

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/podmend/podmend/internal/ghtext"
	"github.com/podmend/podmend/report"
)

// A suggestion replaces whole lines of the head by text, which a click commits.
type suggestion struct {
	file       string
	start, end int
	text       string // with the line ends of the file; "" takes the lines away
}

const (
	maxSuggestedLines = 60
	maxSuggestedBytes = 10_000
)

// A lined is a text with the offsets of its lines.
type lined struct {
	text   []byte
	starts []int
}

func newLined(text []byte) *lined {
	l := &lined{text: text, starts: []int{0}}
	for i, c := range text {
		if c == '\n' && i+1 < len(text) {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// at is the line that holds an offset; behind the last byte it is the last line.
func (l *lined) at(offset int) int {
	i, found := slices.BinarySearch(l.starts, offset)
	if found {
		return i + 1
	}
	return i
}

// span returns the offsets of some lines, their ends included.
func (l *lined) span(start, end int) (from, to int) {
	to = len(l.text)
	if end < len(l.starts) {
		to = l.starts[end]
	}
	return l.starts[start-1], to
}

// line is the text of one line with its end, "" if there is none.
func (l *lined) line(n int) string {
	if n < 1 || n > len(l.starts) {
		return ""
	}
	from, to := l.span(n, n)
	return string(l.text[from:to])
}

// suggest turns edits of one file into a replacement of whole lines. It refuses what cannot be said so
// without a doubt.
func suggest(content []byte, edits []report.Edit) (suggestion, bool) {
	if len(edits) == 0 || len(content) == 0 || !utf8.Valid(content) {
		return suggestion{}, false
	}
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b report.Edit) int { return a.Start - b.Start })
	l := newLined(content)
	first, last := len(l.starts), 1
	if !apart(edits, len(content)) {
		return suggestion{}, false
	}
	for _, edit := range edits {
		first = min(first, l.at(edit.Start))
		last = max(last, l.at(max(edit.Start, edit.End-1)))
	}
	for {
		from, to := l.span(first, last)
		text, whole := spliced(content, edits, from, to)
		ended := strings.HasSuffix(text, "\n")
		switch {
		case !whole || text == string(content[from:to]):
			return suggestion{}, false
		case content[to-1] == '\n' && text != "" && !ended:
			// The next line joins the last one.
			if last++; last > len(l.starts) {
				return suggestion{}, false
			}
			continue
		case content[to-1] != '\n' && (ended || text == ""):
			return suggestion{}, false // whether the file ends with a line end cannot be said
		case !evenEnds(string(content[from:to])) || !evenEnds(text) || !sameEnds(string(content[from:to]), text):
			return suggestion{}, false // a comment has one kind of line ends
		case !sayable(text):
			return suggestion{}, false
		}
		return suggestion{file: edits[0].File, start: first, end: last, text: text}, true
	}
}

// evenEnds says that the lines of a text end alike, with CRLF or without.
func evenEnds(text string) bool {
	carriage := strings.Count(text, "\r\n")
	return carriage == 0 || carriage == strings.Count(text, "\n")
}

// sameEnds says that two texts with even ends have the same, where both have any.
func sameEnds(a, b string) bool {
	return !strings.Contains(a, "\n") || !strings.Contains(b, "\n") || strings.Contains(a, "\r\n") == strings.Contains(b, "\r\n")
}

// apart says whether sorted edits lie in a text of some bytes, and none in another.
func apart(edits []report.Edit, size int) bool {
	for i, edit := range edits {
		if edit.Start < 0 || edit.End < edit.Start || edit.End > size || i > 0 && edits[i-1].End > edit.Start {
			return false
		}
	}
	return true
}

// spliced applies edits to a part of a text. whole says that none reaches out of it.
func spliced(content []byte, edits []report.Edit, from, to int) (text string, whole bool) {
	var b strings.Builder
	at := from
	for _, edit := range edits {
		if edit.Start < from || edit.End > to {
			return "", false
		}
		b.Write(content[at:edit.Start])
		b.WriteString(edit.NewText)
		at = edit.End
	}
	b.Write(content[at:to])
	return b.String(), true
}

// sayable says whether a text comes out of a comment as it went in.
func sayable(text string) bool {
	if len(text)+2*len(ghtext.Fence(text)) > maxSuggestedBytes || strings.Count(text, "\n") > maxSuggestedLines {
		return false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		plain := strings.ReplaceAll(line, "\t", " ")
		if report.Inert(plain, 0) != plain {
			return false
		}
	}
	return true
}

// offerOf makes the suggestion of a proposal, if there is one and one click would do.
func (d *draft) offerOf(p *report.Proposal) *suggestion {
	if p == nil || p.Status != report.ProposalProven || !p.AloneProven || len(p.Edits) == 0 {
		return nil
	}
	for _, edit := range p.Edits {
		if edit.File != p.Edits[0].File {
			return nil
		}
	}
	content := d.source(p.Edits[0].File)
	if content == nil || d.in.Saved && !d.harmless(p) {
		return nil
	}
	offer, ok := suggest(content, p.Edits)
	if !ok || offer.end-offer.start >= maxSuggestedLines {
		return nil
	}
	file := d.in.Diff.File(offer.file)
	if file == nil {
		return nil
	}
	hunk := file.Hunk(offer.start, offer.end)
	if hunk == nil || crossesRemoved(hunk, offer.start, offer.end) || !agrees(hunk, newLined(content), offer.start, offer.end) {
		return nil
	}
	return &offer
}

// source returns a file that edits touch, nil if it is not the one that they were made for.
func (d *draft) source(name string) []byte {
	content := d.file(name)
	if content == nil {
		return nil
	}
	if d.sums == nil {
		d.sums = map[string]string{}
	}
	if d.sums[name] == "" { // once, since a saved report may ask for each of half a million edits
		d.sums[name] = sum(content)
	}
	if d.sums[name] != d.in.Report.Source.Files[name] {
		return nil
	}
	return content
}
