package githubfake

import (
	"errors"
	"fmt"
	"strings"
)

// TakeSuggestion commits the first suggestion of a comment to the head's branch, as one click does,
// and returns the new commit. It ends the test if GitHub would not offer the click.
func (p *Pull) TakeSuggestion(login string, comment int64) string {
	s := p.repo.server
	s.t.Helper()
	defer p.lock()()
	c := p.comment(comment)
	if c == nil {
		s.t.Fatalf("fake of GitHub: no comment %d to take a suggestion from", comment)
		return ""
	}
	text, err := p.suggested(c)
	if err != nil {
		s.t.Fatalf("fake of GitHub: the suggestion of comment %d can't be committed: %v", comment, err)
		return ""
	}
	return p.headRepo.commit(p.headRef, login, "Apply suggestion from code review", Files{c.first().path: text}, "")
}

// Suggested is the text that the comment's file would have after its suggestion was taken.
func (p *Pull) Suggested(comment int64) (string, error) {
	defer p.lock()()
	c := p.comment(comment)
	if c == nil {
		return "", fmt.Errorf("no comment %d", comment)
	}
	return p.suggested(c)
}

// suggested is the text of the comment's file with the suggestion in the place of the comment's lines.
func (p *Pull) suggested(c *reviewComment) (string, error) {
	at := c.first()
	switch {
	case p.state != "open":
		return "", errors.New("the pull request is closed")
	case at.outdated:
		return "", errors.New("the comment is outdated")
	case at.onFile:
		return "", errors.New("the comment is on the whole file")
	case at.side == left:
		return "", errors.New("the comment is on a removed line")
	}
	suggestion, ok := suggestionIn(c.body)
	if !ok {
		return "", errors.New("there is none")
	}
	old, _ := p.repo.blob(p.headSHA + ":" + at.path)
	lines := strings.SplitAfter(old, "\n")
	first := at.line
	if at.start != 0 {
		first = at.start
	}
	if at.line > len(lines) {
		return "", fmt.Errorf("%s has no line %d", at.path, at.line)
	}
	replaced := strings.Join(lines[first-1:at.line], "")
	if strings.Contains(replaced, "\r\n") { // a comment's own line ends are lost; the file keeps its own
		suggestion = strings.ReplaceAll(suggestion, "\n", "\r\n")
	}
	if !strings.HasSuffix(replaced, "\n") {
		suggestion = strings.TrimSuffix(strings.TrimSuffix(suggestion, "\n"), "\r")
	}
	text := strings.Join(lines[:first-1], "") + suggestion + strings.Join(lines[at.line:], "")
	if text == old {
		return "", errors.New("it changes nothing")
	}
	return text, nil
}

// suggestionIn returns the lines of the first suggestion block, each with a line end. The block ends at a fence
// that is at least as long as its first.
func suggestionIn(body string) (string, bool) {
	var taken strings.Builder
	fence := ""
	for _, line := range strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		bare := strings.TrimRight(line, " ")
		mark := bare[:len(bare)-len(strings.TrimLeft(bare, "`"))]
		switch {
		case fence == "" && len(mark) >= 3:
			if strings.TrimSpace(bare[len(mark):]) == "suggestion" {
				fence = mark
			} else {
				fence = mark + "other"
			}
		case fence != "" && bare == mark && len(mark) >= len(strings.TrimSuffix(fence, "other")):
			if !strings.HasSuffix(fence, "other") {
				return taken.String(), true
			}
			fence = ""
		case fence != "" && !strings.HasSuffix(fence, "other"):
			taken.WriteString(line + "\n")
		}
	}
	return "", false
}

// Merge merges the pull request as a person does. It ends the test if base and head conflict.
func (p *Pull) Merge() {
	s := p.repo.server
	s.t.Helper()
	defer p.lock()()
	if p.state != "open" || p.mergeSHA == "" {
		s.t.Fatalf("fake of GitHub: the pull request %d can't be merged", p.Number)
	}
	p.repo.must("update-ref", "refs/heads/"+p.baseRef, p.mergeSHA)
	p.repo.followAll()
}
