package githubfake

import (
	"slices"
	"strings"
)

// A Comment is one as a reader of the pull request sees it.
type Comment struct {
	ID        int64
	Review    int64
	Author    string
	Body      string
	Path      string
	Side      string
	Line      int // 0 if it is outdated or on the whole file
	StartLine int // 0 unless it spans lines
	OnFile    bool
	InReplyTo int64
	Outdated  bool
	Minimized string // "" or the reason: outdated, resolved, …
	Resolved  bool   // its thread
	Edited    bool
}

// A Review is one that was submitted or begun.
type Review struct {
	ID        int64
	Author    string
	Body      string
	State     string
	Commit    string
	Minimized string
}

// A Talk is a comment in the conversation.
type Talk struct {
	ID        int64
	Author    string
	Body      string
	Minimized string
}

// Reviews returns all reviews, the oldest first.
func (p *Pull) Reviews() []Review {
	defer p.lock()()
	var all []Review
	for _, r := range p.reviews {
		all = append(all, Review{ID: r.id, Author: r.author.login, Body: r.body, State: r.state, Commit: r.commit, Minimized: r.minimized})
	}
	return all
}

// ReviewComments returns all comments on lines and files, the oldest first.
func (p *Pull) ReviewComments() []Comment {
	defer p.lock()()
	var all []Comment
	for _, c := range p.comments {
		at := c.first()
		shown := Comment{
			ID: c.id, Review: c.review.id, Author: c.author.login, Body: c.body, Path: at.path, Side: at.side, Line: at.line, StartLine: at.start,
			OnFile: at.onFile, Outdated: at.outdated, Minimized: c.minimized, Resolved: at.resolved, Edited: c.edited,
		}
		if c.inReplyTo != nil {
			shown.InReplyTo = c.inReplyTo.id
		}
		all = append(all, shown)
	}
	return all
}

// Conversation returns the comments that belong to no line.
func (p *Pull) Conversation() []Talk {
	defer p.lock()()
	var all []Talk
	for _, c := range p.talk {
		all = append(all, Talk{ID: c.id, Author: c.author.login, Body: c.body, Minimized: c.minimized})
	}
	return all
}

// lock brings the pull request up to date and returns what unlocks it.
func (p *Pull) lock() func() {
	p.repo.server.mu.Lock()
	p.repo.followAll()
	return p.repo.server.mu.Unlock
}

// Say adds a comment to the conversation as a person.
func (p *Pull) Say(login, body string) int64 {
	defer p.lock()()
	return p.say(p.repo.server.account(login), body).id
}

// Comment adds a comment on a line of the head as a person.
func (p *Pull) Comment(login, path string, line int, body string) int64 {
	s := p.repo.server
	s.t.Helper()
	defer p.lock()()
	a := anchor{path: path, line: line, commit: p.headSHA}
	if wrong := p.misplaced(&a); len(wrong) > 0 {
		s.t.Fatalf("fake of GitHub: no comment can be at %s:%d: %v", path, line, wrong[0]["message"])
	}
	of := &review{id: s.nextID(), author: s.account(login), commit: p.headSHA}
	of.submit("COMMENT", s.now())
	p.reviews = append(p.reviews, of)
	return p.addComment(of.author, a, body, of).id
}

// Reply answers a comment as a person.
func (p *Pull) Reply(login string, to int64, body string) int64 {
	s := p.repo.server
	s.t.Helper()
	defer p.lock()()
	first := p.comment(to)
	if first == nil {
		s.t.Fatalf("fake of GitHub: no comment %d to reply to", to)
	}
	return p.reply(s.account(login), first.first(), body).id
}

// Resolve resolves the thread of a comment as a person.
func (p *Pull) Resolve(login string, comment int64) {
	s := p.repo.server
	s.t.Helper()
	defer p.lock()()
	c := p.comment(comment)
	if c == nil {
		s.t.Fatalf("fake of GitHub: no comment %d to resolve", comment)
	}
	c.first().resolved, c.first().resolvedBy = true, s.account(login)
}

// Close closes the pull request without a merge.
func (p *Pull) Close() {
	defer p.lock()()
	p.close()
}

// SetBody changes the text of the pull request as a person.
func (p *Pull) SetBody(body string) {
	defer p.lock()()
	p.body, p.updated = body, p.repo.server.now()
}

// AddLabel labels the pull request.
func (p *Pull) AddLabel(name string) {
	defer p.lock()()
	p.addLabel(name)
}

// A PullState is what a reader sees of a pull request.
type PullState struct {
	Number                       int
	Title, Body, Author          string
	State                        string // open, closed or merged
	Draft                        bool
	BaseRef, HeadRef             string
	BaseSHA, HeadSHA, MergeSHA   string // MergeSHA is "" if base and head conflict
	Labels, Assignees, Reviewers []string
}

// State returns the pull request as it is now.
func (p *Pull) State() PullState {
	defer p.lock()()
	state := PullState{
		Number: p.Number, Title: p.title, Body: p.body, Author: p.author.login, State: p.state, Draft: p.draft,
		BaseRef: p.baseRef, HeadRef: p.headRef, BaseSHA: p.baseSHA, HeadSHA: p.headSHA, MergeSHA: p.mergeSHA,
		Assignees: logins(p.assignees), Reviewers: logins(p.reviewers),
	}
	if p.merged {
		state.State = "merged"
	}
	for _, l := range p.labels {
		state.Labels = append(state.Labels, l.name)
	}
	slices.Sort(state.Labels)
	return state
}

func logins(accounts []*account) []string {
	var names []string
	for _, a := range accounts {
		names = append(names, a.login)
	}
	return names
}

// Pulls returns all pull requests, the oldest first.
func (r *Repo) Pulls() []*Pull {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.followAll()
	return slices.Clone(r.pulls)
}

// A Run is a check run.
type Run struct {
	Name, SHA, Status, Conclusion string
	Title, Summary, Text          string
	Annotations                   int
}

// CheckRuns returns all check runs, the oldest first.
func (r *Repo) CheckRuns() []Run {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	var all []Run
	for _, run := range r.runs {
		all = append(all, Run{
			Name: run.name, SHA: run.sha, Status: run.status, Conclusion: run.conclusion,
			Title: run.title, Summary: run.summary, Text: run.text, Annotations: run.annotations,
		})
	}
	return all
}

// SARIFs returns the texts that were uploaded to code scanning.
func (r *Repo) SARIFs() []string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	var all []string
	for _, upload := range r.sarifs {
		all = append(all, string(upload.text))
	}
	return all
}

// Branches returns the names of all branches.
func (r *Repo) Branches() []string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	var names []string
	for name := range r.refs("refs/heads/") {
		names = append(names, strings.TrimPrefix(name, "refs/heads/"))
	}
	slices.Sort(names)
	return names
}

// Verified reports whether GitHub signed a commit.
func (r *Repo) Verified(sha string) bool {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.signed[sha]
}

// SetTitle changes the title of the pull request as a person.
func (p *Pull) SetTitle(title string) {
	defer p.lock()()
	p.title, p.updated = title, p.repo.server.now()
}
