package githubfake

import (
	"fmt"
	"strings"
)

// An account is a person or a bot.
type account struct {
	id    int64
	login string // as REST names it: a bot's ends with [bot]
	kind  string // User or Bot
}

// actionsLogin is who a workflow's own token speaks as.
const actionsLogin = "github-actions[bot]"

func (s *Server) account(login string) *account {
	known, ok := s.accounts[login]
	if !ok {
		known = &account{id: s.nextID(), login: login, kind: "User"}
		if strings.HasSuffix(login, "[bot]") {
			known.kind = "Bot"
		}
		s.accounts[login] = known
	}
	return known
}

func (a *account) mail() string {
	return fmt.Sprintf("%d+%s@users.noreply.github.com", a.id, a.login)
}

func (a *account) nodeID() string {
	return fmt.Sprintf("U_%d", a.id)
}

// A token is what a client shows. One of a workflow has permissions for one repository; one of a person
// may do what the person may.
type token struct {
	owner       *account
	repo        *Repo             // of a workflow's token
	permissions map[string]string // of a workflow's token: "contents" to "read" or "write"
}

// ActionsToken returns a token as a workflow of the repository gets it, with permissions as
// a workflow names them: "contents: read", "pull-requests: write".
func (r *Repo) ActionsToken(permissions ...string) string {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &token{owner: s.account(actionsLogin), repo: r, permissions: map[string]string{}}
	for _, permission := range permissions {
		name, access, ok := strings.Cut(permission, ": ")
		if !ok || access != "read" && access != "write" {
			s.t.Fatalf("fake of GitHub: %q is no permission", permission)
		}
		t.permissions[name] = access
	}
	return s.addToken("ghs_", t)
}

// UserToken returns a token of a person, for all that the person may do.
func (s *Server) UserToken(login string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addToken("ghp_", &token{owner: s.account(login)})
}

func (s *Server) addToken(prefix string, t *token) string {
	text := fmt.Sprintf("%s%036d", prefix, s.nextID())
	s.tokens[text] = t
	return text
}

// sees reports whether the repository exists for the token; a nil token is nobody's.
func (t *token) sees(r *Repo) bool {
	switch {
	case !r.private:
		return true
	case t == nil:
		return false
	case t.permissions != nil:
		return t.repo == r && len(t.permissions) > 0
	}
	return r.access(t.owner.login) != ""
}

// may reports whether the token has one of the permissions, named "contents: write", in the repository.
// What is public may be read by all.
func (t *token) may(r *Repo, needs []string) bool {
	if len(needs) == 0 {
		return true
	}
	for _, need := range needs {
		name, access, _ := strings.Cut(need, ": ")
		if access == "read" && !r.private && name != "security-events" {
			return true
		}
		if t == nil {
			continue
		}
		if t.permissions == nil {
			if name != "checks" && t.personMay(r, name, access) {
				return true
			}
			continue
		}
		has := t.permissions[name]
		if t.repo == r && (has == access || has == "write") {
			return true
		}
	}
	return false
}

// personMay: whoever reads a repository may also comment and open pull requests; to push takes more.
func (t *token) personMay(r *Repo, name, access string) bool {
	has := r.access(t.owner.login)
	if has == "" && !r.private {
		has = "read"
	}
	if access == "read" || name == "pull-requests" || name == "issues" {
		return has != ""
	}
	return has == "write" || has == "admin"
}
