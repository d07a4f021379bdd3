package githubfake

import (
	"fmt"
	"strings"
	"time"
)

// A Pull is a pull request.
type Pull struct {
	repo   *Repo
	id     int64
	Number int

	author             *account
	title, body        string
	baseRef            string // a branch of repo
	baseSHA            string // of the base branch when the head last changed
	headRepo           *Repo  // nil if the fork is gone
	headRef            string
	headSHA            string
	headOwner          string
	mergeSHA           string // refs/pull/N/merge; "" if the two conflict
	draft              bool
	state              string // open or closed
	merged             bool
	created, updated   time.Time
	closed             time.Time
	labels             []*label
	assignees          []*account
	reviewers          []*account
	reviews            []*review
	comments           []*reviewComment
	talk               []*issueComment
	seenBase, seenHead string // what follow saw last
}

// A PullOptions says how a person opens a pull request.
type PullOptions struct {
	Title, Body string
	Author      string // the head's owner unless set
	Base        string // main unless set
	Head        string // branch
	From        *Repo  // the fork, if the head is not in the repository itself
	Draft       bool
}

// OpenPullRequest opens a pull request as a person.
func (r *Repo) OpenPullRequest(o PullOptions) *Pull {
	s := r.server
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	from := r
	if o.From != nil {
		from = o.From
	}
	if o.Base == "" {
		o.Base = "main"
	}
	if o.Author == "" {
		o.Author = from.owner.login
	}
	if o.Title == "" {
		o.Title = "Change " + o.Head
	}
	if r.resolve("refs/heads/"+o.Base) == "" || from.resolve("refs/heads/"+o.Head) == "" {
		s.t.Fatalf("fake of GitHub: no branch %s or %s to open a pull request with", o.Base, o.Head)
	}
	if r.contains(from.resolve("refs/heads/"+o.Head), r.resolve("refs/heads/"+o.Base)) {
		s.t.Fatalf("fake of GitHub: %s has no commit that %s lacks", o.Head, o.Base)
	}
	return r.open(s.account(o.Author), o, from)
}

func (r *Repo) open(author *account, o PullOptions, from *Repo) *Pull {
	now := r.server.now()
	r.lastPull++
	p := &Pull{
		repo: r, id: r.server.nextID(), Number: r.lastPull, author: author, title: o.Title, body: o.Body,
		baseRef: o.Base, headRepo: from, headRef: o.Head, headOwner: from.owner.login, draft: o.Draft,
		state: "open", created: now, updated: now,
	}
	r.pulls = append(r.pulls, p)
	p.follow()
	return p
}

func (r *Repo) pull(number int) *Pull {
	for _, p := range r.pulls {
		if p.Number == number {
			return p
		}
	}
	return nil
}

// follow brings pull requests up to date with the branches.
func (r *Repo) follow() {
	for _, p := range r.pulls {
		p.follow()
	}
}

// follow takes in what was pushed: a moved head moves and outdates comments, a deleted one closes.
func (p *Pull) follow() {
	if p.state != "open" {
		return
	}
	base := p.repo.resolve("refs/heads/" + p.baseRef)
	head := p.headRepo.resolve("refs/heads/" + p.headRef)
	if base == p.seenBase && head == p.seenHead {
		return
	}
	p.seenBase = base
	if head == "" || base == "" {
		p.close()
		return
	}
	refs := ""
	pushed := head != p.seenHead
	if pushed {
		p.seenHead = head
		if p.headRepo != p.repo {
			p.repo.must("fetch", "--quiet", p.headRepo.dir, head)
		}
		refs = fmt.Sprintf("update refs/pull/%d/head %s\n", p.Number, head)
		p.baseSHA = base
		p.move(head)
		p.updated = p.repo.server.now()
	}
	if p.repo.contains(head, base) {
		p.merged = !pushed // the base took the commits in; a head without any left is only closed
		p.setRefs(refs)
		p.close()
		return
	}
	p.setRefs(refs + p.merge(base))
}

func (p *Pull) close() {
	p.state = "closed"
	p.closed = p.repo.server.now()
	p.updated = p.closed
}

// setRefs moves refs by the commands of git's update-ref.
func (p *Pull) setRefs(commands string) {
	if commands == "" {
		return
	}
	if _, err := p.repo.git([]byte(commands), "update-ref", "--stdin"); err != nil {
		p.repo.server.t.Errorf("fake of GitHub: %v", err)
	}
}

// merge makes the test merge that workflows check out, and returns the command that sets its ref.
func (p *Pull) merge(base string) string {
	ref := fmt.Sprintf("refs/pull/%d/merge", p.Number)
	p.mergeSHA = ""
	tree, err := p.repo.git(nil, "merge-tree", "--write-tree", "--no-messages", base, p.headSHA)
	if err != nil { // a conflict
		return "delete " + ref + "\n"
	}
	when := fmt.Sprintf("@%d +0000", p.repo.server.now().Unix())
	env := []string{
		"GIT_AUTHOR_NAME=" + p.author.login, "GIT_AUTHOR_EMAIL=" + p.author.mail(), "GIT_AUTHOR_DATE=" + when,
		"GIT_COMMITTER_NAME=GitHub", "GIT_COMMITTER_EMAIL=noreply@github.com", "GIT_COMMITTER_DATE=" + when,
	}
	message := fmt.Sprintf("Merge %s into %s", p.headSHA, base)
	commit, err := runGit(p.repo.dir, nil, env, "commit-tree", strings.TrimSpace(tree), "-p", base, "-p", p.headSHA, "-m", message)
	if err != nil {
		p.repo.server.t.Errorf("fake of GitHub: %v", err)
		return ""
	}
	p.mergeSHA = strings.TrimSpace(commit)
	return "update " + ref + " " + p.mergeSHA + "\n"
}

// base returns the commit that the pull request's diff starts from.
func (p *Pull) base() string { return p.baseOf(p.headSHA) }

// baseOf is base for another commit of the pull request.
func (p *Pull) baseOf(commit string) string {
	tip := p.seenBase
	if tip == "" || p.state != "open" {
		tip = p.baseSHA
	}
	return p.repo.mergeBase(tip, commit)
}

func (p *Pull) diff() []*fileDiff {
	return p.repo.diff(p.base(), p.headSHA)
}

func named(files []*fileDiff, name string) *fileDiff {
	for _, f := range files {
		if f.name == name {
			return f
		}
	}
	return nil
}
