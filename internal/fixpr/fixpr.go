// Package fixpr brings proven fixes to a branch and its pull request, and keeps both in step with the
// branch that they are for. What is to be done is decided by a plan, from what stands there; then it is
// done so that a run that was stopped anywhere is finished by the next.
package fixpr

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/report"
)

// Options are what a repository may want otherwise. The zero value works.
type Options struct {
	Branch    string // of the fixes, with {base} for the base; "" is podmend/fix-{base}
	Message   string // of the commit, with placeholders; its first line is the title too
	SignOff   string // "Name <mail>" for a Signed-off-by line; "" for none
	Draft     bool
	Labels    []string
	Assignees []string
	Reviewers []string // logins, and teams as owner/team
}

// An Input is what one pull request, or one commit, is made of.
type Input struct {
	Options
	Group  string // of the files that are mended; "" is everything
	Base   string // the branch that the fixes are for
	Commit string // its last commit, which was read
	// Rewrite is what the fixes make of that commit; nil if there is nothing to mend.
	Rewrite   *changes.Rewrite
	Report    *report.Report
	Proposals []string // ids of those that Rewrite holds
	// Left are ids of open findings that belong to Group and are not mended, with the reason where the
	// report has none.
	Left map[string]string
	// Partial says that the run did not look at everything, so that nothing to mend does not mean that
	// all is well.
	Partial bool
	RunURL  string // where the full report is; "" if that is not known
	// Source returns a file of the commit.
	Source func(name string) ([]byte, error)
}

func (in *Input) branch() string {
	name := strings.ReplaceAll(in.template(), placeBase, in.Base)
	if in.Group != "" {
		name += groupSeparator + slug(in.Group)
	}
	return name
}

// DefaultBranch is the template of the branch for the fixes of another.
const DefaultBranch = ownPrefix + placeBase

const ownPrefix = "podmend/fix-"

func (o *Options) template() string { return cmp.Or(o.Branch, DefaultBranch) }

// Owns says whether a branch is one for fixes, which gets none itself.
func (o *Options) Owns(branch string) bool {
	before, after, perBase := strings.Cut(o.template(), placeBase)
	rest, found := strings.CutPrefix(branch, before)
	switch {
	case strings.HasPrefix(branch, ownPrefix):
		return true
	case perBase:
		return found && strings.Contains(rest, after)
	}
	return found && (rest == "" || strings.HasPrefix(rest, groupSeparator))
}

// groupSeparator stands between the name of a branch and its group: a slash would need that there is
// no branch without a group.
const groupSeparator = "--"

// slug makes a part of a branch's name of any text. What it leaves out is told apart by a digest.
func slug(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	plain := strings.Trim(b.String(), "-")
	if len(plain) > maxSlug {
		plain = plain[:maxSlug]
	}
	return plain + "-" + digest(text)[:6]
}

const maxSlug = 60

// mended are the findings that the fixes mend, in the order of the report.
func (in *Input) mended() []*report.Finding {
	chosen := map[string]bool{}
	for _, id := range in.Proposals {
		chosen[id] = true
	}
	var found []*report.Finding
	for i := range in.Report.Findings {
		f := &in.Report.Findings[i]
		if f.Status == report.StatusOpen && chosen[f.Proposal] {
			found = append(found, f)
		}
	}
	return found
}

// findingsDigest stands for the set of findings that the fixes mend.
func (in *Input) findingsDigest() string {
	var ids []string
	for _, f := range in.mended() {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return digest(strings.Join(ids, "\n"))
}

// patchDigest stands for what the fixes change: which content of which file becomes which other.
func (in *Input) patchDigest() string {
	var b strings.Builder
	for _, file := range in.Rewrite.Files {
		fmt.Fprintf(&b, "%s %s %s %s\x00", file.Mode, file.Old, file.New, file.Name)
	}
	return digest(b.String())
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
