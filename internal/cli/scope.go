package cli

import "github.com/podmend/podmend/report"

// A scope says what a run is compared with, and which findings it lists.
type scope struct {
	list       string // report.ListAll, ListChanged or ListNew
	base, head string // commits; no base compares with nothing, and no head is the work tree
}

// comparedEvents are those of GitHub that ask for what a change makes worse, and have its commits in
// their checkout.
var comparedEvents = map[string]bool{"pull_request": true, "pull_request_target": true, "merge_group": true}

// scopeOf completes what the flags say by the event that GitHub runs podmend for.
func (f *flags) scopeOf(env *Env) scope {
	s := scope{list: f.scope, base: f.base, head: f.head}
	if s.base == "" && s.list != report.ListAll && comparedEvents[env.Getenv("GITHUB_EVENT_NAME")] {
		base, head, _ := eventCommits(env)
		s.base = base
		if s.head == "" {
			s.head = head
		}
	}
	switch {
	case s.list != "":
	case s.base != "":
		s.list = report.ListNew
	default:
		s.list = report.ListAll
	}
	return s
}
