package fixpr

import (
	"fmt"

	"github.com/podmend/podmend/internal/github"
)

// An Operation is what became of a pull request.
type Operation string

// The operations.
const (
	Created   Operation = "created"
	Updated   Operation = "updated"
	Unchanged Operation = "unchanged"
	Closed    Operation = "closed"
	Stopped   Operation = "stopped" // people have to decide first
	None      Operation = "none"
	Failed    Operation = "failed" // GitHub refused, or did not answer
)

// A standing is what GitHub has before podmend does anything.
type standing struct {
	base   string         // last commit of the base now
	branch *github.Commit // last one of the branch of the fixes; nil if there is none
	apart  bool           // the branch has more than one commit that the base lacks
	pulls  []*github.Pull // of the branch, the newest first
	other  *github.Pull   // an open one of the branch that goes to another base; nil if there is none
}

// open is the pull request that is open, nil if there is none.
func (s *standing) open() *github.Pull {
	for _, pull := range s.pulls {
		if pull.Open {
			return pull
		}
	}
	return nil
}

// merged says that the branch was merged as it is, so that nobody loses anything with it.
func (s *standing) merged() bool {
	return len(s.pulls) > 0 && s.pulls[0].Merged && s.branch != nil && s.pulls[0].Head == s.branch.SHA
}

// A plan is what one run does.
type plan struct {
	operation Operation
	reason    string // a sentence for people, "" if the operation says it all
	push      bool
	create    bool
	edit      bool   // set the text, and the title if nobody changed it
	say       string // to be said once in the conversation
	close     bool
	remove    bool // the branch
}

// newPlan decides what is done.
func newPlan(in *Input, now *standing) plan {
	open, branch := now.open(), in.branch()
	if now.base != in.Commit {
		return plan{operation: None, reason: fmt.Sprintf("%s is at %.12s by now and this run has read %.12s; the run for the newer commit goes on", in.Base, now.base, in.Commit)}
	}
	if now.other != nil {
		return plan{operation: Stopped, reason: fmt.Sprintf("pull request %d from %s goes to %s, and these fixes are for %s; give each base a branch of its own, such as %s for --fix-branch, or close that pull request",
			now.other.Number, branch, now.other.BaseBranch, in.Base, DefaultBranch)}
	}
	var written text
	if open != nil {
		written = parseText(open.Body)
	}
	renew := written.ticked()
	theirs := now.branch != nil && !isOwn(now.branch) && !renew && !now.merged()
	if theirs && (open != nil || in.Rewrite != nil) {
		return stopped(branch, open, now)
	}
	if in.Rewrite == nil {
		return finish(in, now, open)
	}
	p := plan{operation: Unchanged, push: now.branch == nil || renew || now.apart || !isOwn(now.branch) || !holds(now.branch, in)}
	if open == nil {
		if reason := declined(in, now); reason != "" {
			return plan{operation: None, reason: reason}
		}
		p.operation, p.create = Created, true
		return p
	}
	m := written.marker
	if p.push || m == nil || m.undone || m.text != digest(in.own(written.human())) || retitled(in, open, m) {
		p.operation, p.edit = Updated, true
	}
	return p
}

// isOwn says whether a commit is as podmend made it.
func isOwn(commit *github.Commit) bool {
	s, ok := stampOf(commit.Message)
	return ok && s.tree == commit.Tree && len(commit.Parents) == 1
}

// holds says whether a commit of podmend makes the same of the same contents: then a merge gives what is
// proven, wherever the base has moved.
func holds(commit *github.Commit, in *Input) bool {
	s, _ := stampOf(commit.Message)
	return s.patch == in.patchDigest()
}

// retitled says whether the title is still the one that podmend gave, and another is due.
func retitled(in *Input, open *github.Pull, m *marker) bool {
	return digest(open.Title) == m.title && open.Title != in.title()
}

func stopped(branch string, open *github.Pull, now *standing) plan {
	p := plan{operation: Stopped}
	if open == nil {
		p.reason = fmt.Sprintf("the branch %s holds the commit %.12s, which podmend did not make, and has no open pull request; delete it, or name another by --fix-branch", branch, now.branch.SHA)
		return p
	}
	p.reason = fmt.Sprintf("somebody else committed %.12s to %s, so that podmend leaves pull request %d to them; tick the box in its text to let podmend make the branch anew", now.branch.SHA, branch, open.Number)
	p.say = "podmend stops here: somebody else committed to this branch, and podmend would throw that away. Finish and merge it, or tick the box at the end of the description; " +
		"the next run then makes the branch anew."
	return p
}

// finish is for when there is nothing to mend any more.
func finish(in *Input, now *standing, open *github.Pull) plan {
	if open == nil {
		p := plan{operation: None, reason: "there is no proven fix to push"}
		p.remove = now.merged() || now.branch != nil && isOwn(now.branch) && len(now.pulls) > 0 && leftBehind(now.pulls[0])
		return p
	}
	if in.Partial {
		return plan{operation: Unchanged, reason: fmt.Sprintf("nothing of pull request %d is left to mend in what this run looked at; a run without PATH, --include and --exclude in which every target can be rendered closes it", open.Number)}
	}
	return plan{
		operation: Closed, close: true, remove: true,
		say: "podmend closes this: " + in.Base + " has nothing left that it would mend.",
	}
}

// leftBehind says that nobody needs the branch of a closed pull request: it was merged, or podmend closed it.
func leftBehind(pull *github.Pull) bool {
	m := parseText(pull.Body).marker
	return pull.Merged || m != nil && m.obsolete
}

// declined says why no pull request is opened: people closed one for the same findings.
func declined(in *Input, now *standing) string {
	if len(now.pulls) == 0 || leftBehind(now.pulls[0]) {
		return ""
	}
	last := now.pulls[0]
	if m := parseText(last.Body).marker; m == nil || m.findings != in.findingsDigest() {
		return ""
	}
	return fmt.Sprintf("pull request %d for the same findings was closed without a merge; podmend makes another when the findings change, or goes on when it is opened again", last.Number)
}
