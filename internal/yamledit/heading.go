package yamledit

import (
	"bytes"
	"regexp"
)

// ignoreMark is what a comment holds that allows what the next line breaks. Left behind, it would
// allow what comes to stand there.
const ignoreMark = "podmend:ignore"

var (
	// sectionMark matches a comment that parts a file, such as "---- volumes ----".
	sectionMark = regexp.MustCompile(`^[\s#=*~_+-]*$|^\s*[#=*~_+-]{3,}|[#=*~_+-]{3,}\s*$`)
	// pairedMark matches one end of a range of lines, and lines of ytt.
	pairedMark = regexp.MustCompile(`(?i)^\s*(begin|end|start|stop|region|endregion|yamllint)\b|^[@!]`)
	// commentedOut matches YAML that somebody took out.
	commentedOut = regexp.MustCompile(`^\s*(- |[a-z][A-Za-z0-9_.-]*:(\s|$))`)
	// headsMore matches what is said of more than the next item.
	headsMore = regexp.MustCompile(`(?i)\b(following|below|these|both)\b|:\s*$`)
)

// headings are the comment lines right above an item, in its column: they tell of it, and go with
// it. A comment that clearly heads more than what goes stays.
func (s *splicer) headings(items []item, i, column int, deleted func(int) bool) []Edit {
	start, _, blank := s.lineOf(items[i].start)
	if !blank || items[i].start == s.layout.items[s.doc.Root][0].start {
		return nil // what heads the document is no item's
	}
	floor := s.doc.Start
	if i > 0 {
		floor = max(items[i-1].end, items[i-1].comma+1)
		if deleted(i - 1) {
			floor = s.tail(items[i-1], column) // comments below it go with it
		}
	}
	var lines, ignores []Edit // from the last to the first
	inColumn := true
	for at := start; ; {
		from, _, _ := s.lineOf(at - breakBefore(s.src, at))
		text := bytes.TrimLeft(s.src[from:at], " \t")
		if from < floor || from >= at || len(text) == 0 || text[0] != '#' {
			break
		}
		line := Edit{Start: from, End: at}
		inColumn = inColumn && at-from-len(text) == column
		if inColumn {
			lines = append(lines, line)
		}
		if bytes.Contains(text, []byte(ignoreMark)) {
			ignores = append(ignores, line)
		}
		at = from
	}
	if len(lines) == 0 || s.headsOthers(lines, items, i, column, deleted) {
		lines = ignores
	} else {
		for _, line := range ignores {
			if line.Start < lines[len(lines)-1].Start {
				lines = append(lines, line)
			}
		}
	}
	sortEdits(lines)
	return lines
}

// headsOthers says whether a comment tells of items that stay, or of no item.
func (s *splicer) headsOthers(lines []Edit, items []item, i, column int, deleted func(int) bool) bool {
	more := false
	for _, line := range lines {
		text := bytes.TrimRight(bytes.TrimLeft(s.src[line.Start:line.End], " \t")[1:], " \t\r\n")
		switch {
		case bytes.Contains(text, []byte(ignoreMark)):
		case sectionMark.Match(text), pairedMark.Match(text), commentedOut.Match(text):
			return true
		case headsMore.Match(text):
			more = true
		}
	}
	// The items that follow each other line by line are one group.
	last := i
	stays := false
	for last+1 < len(items) && s.nextLine(s.tail(items[last], column)) == s.lineStart(items[last+1]) {
		last++
		stays = stays || !deleted(last)
	}
	return stays && (more || s.apart(items, column))
}

// apart says whether blank lines part the items into groups.
func (s *splicer) apart(items []item, column int) bool {
	for i := range len(items) - 1 {
		at := s.nextLine(s.tail(items[i], column))
		for next := s.lineStart(items[i+1]); at < next; {
			end := lineEnd(s.src, at, next)
			if len(bytes.Trim(s.src[at:end], " \t")) == 0 {
				return true
			}
			at = s.nextLine(end)
		}
	}
	return false
}

func (s *splicer) lineStart(it item) int {
	start, _, _ := s.lineOf(it.start)
	return start
}
