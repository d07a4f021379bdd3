package githubfake

import (
	"strconv"
	"strings"
)

// A fileDiff is what git says of one file between two commits.
type fileDiff struct {
	name, old            string // old is "" unless the file was renamed
	status               string // added, removed, modified, renamed
	blob                 string // in the head; of a removed file, in the base
	additions, deletions int
	hunks                []hunk
}

// A hunk is one of a unified diff with three lines of context.
type hunk struct {
	header             string
	oldStart, oldLines int
	newStart, newLines int
	lines              []string // with their mark, without line end
}

// The sides of a diff.
const (
	left  = "LEFT"
	right = "RIGHT"
)

// diff compares two commits, as the files of a pull request are.
func (r *Repo) diff(base, head string) []*fileDiff {
	key := base + ".." + head
	if known, ok := r.diffs[key]; ok {
		return known
	}
	files := parseRaw(r.must("diff", "--raw", "-z", "-M", "--no-abbrev", base, head))
	attachHunks(files, r.must("diff", "-M", "-U3", "--no-color", "--no-ext-diff", "--full-index", base, head))
	r.diffs[key] = files
	return files
}

// parseRaw reads :mode mode sha sha STATUS, a name, and of a renamed file a second one, all ended by NUL.
func parseRaw(text string) []*fileDiff {
	words := map[byte]string{'A': "added", 'D': "removed", 'M': "modified", 'R': "renamed", 'T': "changed"}
	var files []*fileDiff
	parts := strings.Split(text, "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		head := strings.Fields(parts[i])
		f := &fileDiff{name: parts[i+1], status: words[head[4][0]], blob: head[3]}
		if f.status == "removed" {
			f.blob = head[2]
		}
		if f.status == "renamed" {
			i++
			f.old, f.name = f.name, parts[i+1]
		}
		files = append(files, f)
	}
	return files
}

// attachHunks gives each file its part of a patch, whose files come in the same order. A file that
// became another type comes as a removal and an addition.
func attachHunks(files []*fileDiff, patch string) {
	at, halves := -1, 0
	var current *hunk
	var old, fresh int // lines of the current hunk that are still to come
	for _, line := range strings.Split(patch, "\n") {
		if old > 0 || fresh > 0 || current != nil && strings.HasPrefix(line, `\`) {
			current.lines = append(current.lines, line)
			switch line[0] {
			case '+':
				files[at].additions++
				fresh--
			case '-':
				files[at].deletions++
				old--
			case ' ':
				old--
				fresh--
			}
			continue
		}
		current = nil
		switch {
		case strings.HasPrefix(line, "diff --git "):
			if at >= 0 && files[at].status == "changed" && halves == 0 {
				halves = 1
				continue
			}
			at, halves = at+1, 0
		case strings.HasPrefix(line, "@@ "):
			files[at].hunks = append(files[at].hunks, parseHeader(line))
			current = &files[at].hunks[len(files[at].hunks)-1]
			old, fresh = current.oldLines, current.newLines
		}
	}
}

// parseHeader reads "@@ -1,2 +3,4 @@ text"; a count of 1 may be missing.
func parseHeader(line string) hunk {
	words := strings.Fields(line)
	h := hunk{header: line}
	h.oldStart, h.oldLines = parseRange(words[1][1:])
	h.newStart, h.newLines = parseRange(words[2][1:])
	return h
}

func parseRange(text string) (start, lines int) {
	from, count, ok := strings.Cut(text, ",")
	start, _ = strconv.Atoi(from)
	lines = 1
	if ok {
		lines, _ = strconv.Atoi(count)
	}
	return start, lines
}

// patch is the file's part of the diff as the list of files gives it: its hunks without the names.
func (f *fileDiff) patch() string {
	var lines []string
	for _, h := range f.hunks {
		lines = append(append(lines, h.header), h.lines...)
	}
	return strings.Join(lines, "\n")
}

// place returns the index of the hunk that has the line on a side, and the place in it, or false.
func (f *fileDiff) place(side string, line int) (hunkIndex, lineIndex int, ok bool) {
	for i, h := range f.hunks {
		old, fresh := h.oldStart, h.newStart
		for j, text := range h.lines {
			if text[0] != '+' && text[0] != '\\' {
				if side == left && old == line {
					return i, j, true
				}
				old++
			}
			if text[0] != '-' && text[0] != '\\' {
				if side == right && fresh == line {
					return i, j, true
				}
				fresh++
			}
		}
	}
	return 0, 0, false
}

// position counts the lines below the file's first hunk header, as the API once addressed them.
func (f *fileDiff) position(side string, line int) (int, bool) {
	at, inHunk, ok := f.place(side, line)
	if !ok {
		return 0, false
	}
	position := inHunk + 1
	for _, h := range f.hunks[:at] {
		position += len(h.lines) + 1
	}
	return position, true
}

// atPosition is the reverse of position.
func (f *fileDiff) atPosition(position int) (side string, line int, ok bool) {
	for _, h := range f.hunks {
		if position > len(h.lines) {
			position -= len(h.lines) + 1
			continue
		}
		if position < 1 {
			return "", 0, false
		}
		old, fresh := h.oldStart, h.newStart
		for _, text := range h.lines[:position-1] {
			if text[0] != '+' && text[0] != '\\' {
				old++
			}
			if text[0] != '-' && text[0] != '\\' {
				fresh++
			}
		}
		if h.lines[position-1][0] == '-' {
			return left, old, true
		}
		return right, fresh, h.lines[position-1][0] != '\\'
	}
	return "", 0, false
}

// excerpt is a comment's diff_hunk: the hunk up to the line.
func (f *fileDiff) excerpt(side string, line int) string {
	at, inHunk, ok := f.place(side, line)
	if !ok {
		return ""
	}
	h := f.hunks[at]
	return h.header + "\n" + strings.Join(h.lines[:inHunk+1], "\n")
}

// moved follows lines of a file from one commit to another. It reports false if any of them is
// changed or gone, or if something was put between them.
func (r *Repo) moved(path, from, to string, first, last int) (shift int, ok bool) {
	if from == to {
		return 0, true
	}
	now, _, _, exists := r.info(to + ":" + path)
	if !exists {
		return 0, false
	}
	if before, _, _, _ := r.info(from + ":" + path); before == now {
		return 0, true
	}
	changes := r.must("diff", "-U0", "--no-renames", "--no-color", "--no-ext-diff", from, to, "--", ":(literal)"+path)
	for _, line := range strings.Split(changes, "\n") {
		if !strings.HasPrefix(line, "@@ ") {
			continue
		}
		h := parseHeader(line)
		switch {
		case h.oldLines == 0 && h.oldStart < first, h.oldLines > 0 && h.oldStart+h.oldLines <= first:
			shift += h.newLines - h.oldLines
		case h.oldLines == 0 && h.oldStart >= last, h.oldLines > 0 && h.oldStart > last:
		default:
			return 0, false
		}
	}
	return shift, true
}
