package github

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/podmend/podmend/internal/changes"
)

// Diff returns what a pull request changes, as GitHub shows it: for a run that has no checkout. Files
// that GitHub shows no patch of are opaque.
func (c *Client) Diff(ctx context.Context, pull *Pull) (*changes.Diff, error) {
	diff := &changes.Diff{Head: pull.Head}
	options := &github.ListOptions{PerPage: perPage}
	for range maxPages {
		page, answer, err := c.api().PullRequests.ListFiles(ctx, c.owner, c.name, pull.Number, options)
		if err != nil {
			return nil, explain(readPull, err)
		}
		for _, listed := range page {
			diff.Files = append(diff.Files, fileOf(listed))
		}
		if options.Page = answer.NextPage; options.Page == 0 {
			break
		}
	}
	return diff, nil
}

func fileOf(listed *github.CommitFile) changes.File {
	file := changes.File{Name: listed.GetFilename(), Status: changes.Modified}
	switch status := changes.Status(listed.GetStatus()); status {
	case changes.Added, changes.Removed:
		file.Status = status
	case changes.Renamed:
		file.Status, file.OldName = status, listed.GetPreviousFilename()
	}
	if listed.Patch == nil {
		file.Opaque = listed.GetChanges() > 0 || file.Status != changes.Renamed
		return file
	}
	var ok bool
	if file.Hunks, ok = parsePatch(listed.GetPatch()); !ok {
		file.Hunks, file.Opaque = nil, true
	}
	return file
}

var hunkHead = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// parsePatch reads the hunks of one file. It takes nothing that does not add up.
func parsePatch(patch string) ([]changes.Hunk, bool) {
	var hunks []changes.Hunk
	var from, to int
	for line := range strings.SplitSeq(strings.TrimSuffix(patch, "\n"), "\n") {
		if head := hunkHead.FindStringSubmatch(line); head != nil && (len(hunks) == 0 || isWhole(&hunks[len(hunks)-1], from, to)) {
			hunk := changes.Hunk{OldStart: number(head[1], 1), OldLines: number(head[2], 1), NewStart: number(head[3], 1), NewLines: number(head[4], 1)}
			from, to = hunk.OldStart, hunk.NewStart
			hunks = append(hunks, hunk)
			continue
		}
		if len(hunks) == 0 {
			return nil, false
		}
		hunk := &hunks[len(hunks)-1]
		if strings.HasPrefix(line, `\`) {
			if last := len(hunk.Lines) - 1; last >= 0 {
				hunk.Lines[last].Text = strings.TrimSuffix(hunk.Lines[last].Text, "\n")
			}
			continue
		}
		if line == "" {
			return nil, false
		}
		added := changes.Line{Kind: line[0], Text: line[1:] + "\n"}
		switch line[0] {
		case ' ':
			added.Old, added.New = from, to
			from, to = from+1, to+1
		case '-':
			added.Old = from
			from++
		case '+':
			added.New = to
			to++
		default:
			return nil, false
		}
		hunk.Lines = append(hunk.Lines, added)
	}
	return hunks, len(hunks) > 0 && isWhole(&hunks[len(hunks)-1], from, to)
}

// isWhole says whether a hunk has as many lines as its head says, of which from and to are the next.
func isWhole(hunk *changes.Hunk, from, to int) bool {
	return from == hunk.OldStart+hunk.OldLines && to == hunk.NewStart+hunk.NewLines
}

func number(text string, without int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return without
}
