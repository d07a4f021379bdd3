package changes

import "strings"

// A side is one of two texts that are compared. changed says of each line whether the other text lacks it.
type side struct {
	lines   []string
	changed []bool
}

// slide moves runs of changed lines to where git shows them: what stands twice in a row can be said to be
// added at many places, and GitHub takes comments only near the one that git chooses. The rules and the
// numbers are those of git's heuristic for indented text.
// https://git-scm.com/docs/git-diff (--indent-heuristic)
func slide(before, after *side) {
	compact(before, after)
	compact(after, before)
}

// A run is a run of changed lines, maybe an empty one between two lines that both texts have. The nth run of one
// text stands beside the nth of the other.
type run struct{ start, end int }

func (s *side) at(line int) bool { return line >= 0 && line < len(s.lines) && s.changed[line] }

func (s *side) first() run {
	r := run{}
	for s.at(r.end) {
		r.end++
	}
	return r
}

func (s *side) next(r *run) bool {
	if r.end == len(s.lines) {
		return false
	}
	r.start = r.end + 1
	for r.end = r.start; s.at(r.end); {
		r.end++
	}
	return true
}

func (s *side) previous(r *run) bool {
	if r.start == 0 {
		return false
	}
	r.end = r.start - 1
	for r.start = r.end; s.at(r.start - 1); {
		r.start--
	}
	return true
}

// down moves a run by a line, and joins it with one that it meets.
func (s *side) down(r *run) bool {
	if r.end == len(s.lines) || s.lines[r.start] != s.lines[r.end] {
		return false
	}
	s.changed[r.start], s.changed[r.end] = false, true
	r.start++
	for r.end++; s.at(r.end); {
		r.end++
	}
	return true
}

func (s *side) up(r *run) bool {
	if r.start == 0 || s.lines[r.start-1] != s.lines[r.end-1] {
		return false
	}
	r.start--
	r.end--
	s.changed[r.start], s.changed[r.end] = true, false
	for s.at(r.start - 1) {
		r.start--
	}
	return true
}

// compact moves the runs of one text, each as far down as it goes, and then up to a run of the other text, or
// else to where it looks best.
func compact(s, other *side) {
	r, beside := s.first(), other.first()
	for {
		if r.end > r.start {
			earliest, meets := s.widest(&r, other, &beside)
			switch {
			case r.end == earliest:
			case meets:
				for beside.end == beside.start {
					s.up(&r)
					other.previous(&beside)
				}
			default:
				for best := s.best(r, earliest); r.end > best; {
					s.up(&r)
					other.previous(&beside)
				}
			}
		}
		if !s.next(&r) || !other.next(&beside) {
			return
		}
	}
}

// widest moves a run up and down as far as it goes until it meets no more runs. It returns where the run ends
// at its highest, and whether it stands beside a run of the other text somewhere on the way.
func (s *side) widest(r *run, other *side, beside *run) (earliest int, meets bool) {
	for {
		size := r.end - r.start
		for s.up(r) {
			other.previous(beside)
		}
		earliest, meets = r.end, beside.end > beside.start
		for s.down(r) {
			other.next(beside)
			meets = meets || beside.end > beside.start
		}
		if size == r.end-r.start {
			return earliest, meets
		}
	}
}

// maxSliding is how many lines a run is moved to look better.
const maxSliding = 100

// best is where a run ends that looks best: it is moved up from its lowest place.
func (s *side) best(r run, earliest int) int {
	size := r.end - r.start
	best, least := -1, score{}
	for end := max(earliest, r.end-size-1, r.end-maxSliding); end <= r.end; end++ {
		var here score
		here.add(s, end)
		here.add(s, end-size)
		if best == -1 || here.compare(least) <= 0 {
			best, least = end, here
		}
	}
	return best
}

// A score says how bad it looks to part a text at two places.
type score struct{ indent, penalty int }

func (a score) compare(b score) int {
	switch {
	case a.indent > b.indent:
		return 60 + a.penalty - b.penalty
	case a.indent < b.indent:
		return -60 + a.penalty - b.penalty
	}
	return a.penalty - b.penalty
}

// add adds what it costs to part a text before a line.
func (a *score) add(s *side, line int) {
	indent, before, after := -1, -1, -1
	blankBefore, blankAfter := 0, 0
	if line < len(s.lines) {
		indent = indentOf(s.lines[line])
	}
	for i := line - 1; i >= 0 && before == -1; i-- {
		if before = indentOf(s.lines[i]); before == -1 {
			if blankBefore++; blankBefore == maxBlank {
				before = 0
			}
		}
	}
	for i := line + 1; i < len(s.lines) && after == -1; i++ {
		if after = indentOf(s.lines[i]); after == -1 {
			if blankAfter++; blankAfter == maxBlank {
				after = 0
			}
		}
	}
	if before == -1 && blankBefore == 0 {
		a.penalty++ // the start of the file
	}
	if line >= len(s.lines) {
		a.penalty += 21 // its end
	}
	if indent == -1 {
		blankAfter++
		indent = after
	} else {
		blankAfter = 0
	}
	blank := blankBefore + blankAfter
	a.penalty += 6*blankAfter - 30*blank
	a.indent += indent
	without, with := 0, 0 // blank lines
	switch {
	case indent == -1 || before == -1 || indent == before:
	case indent > before:
		without, with = -4, 10
	case after > indent: // as an else
		without, with = 24, 17
	default:
		without, with = 23, 17
	}
	if blank > 0 {
		without = with
	}
	a.penalty += without
}

const (
	maxBlank  = 20
	maxIndent = 200
)

// indentOf is how far a line is indented, -1 for a blank one.
func indentOf(line string) int {
	indent := 0
	for _, c := range []byte(line) {
		switch {
		case c == ' ':
			indent++
		case c == '\t':
			indent += 8 - indent%8
		case strings.IndexByte("\n\r\v\f", c) < 0:
			return indent
		}
		if indent >= maxIndent {
			return maxIndent
		}
	}
	return -1
}
