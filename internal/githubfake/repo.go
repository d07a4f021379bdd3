package githubfake

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Repo is a repository with its pull requests. Its branches are what the bare git repository in
// Dir says: whatever is pushed there is a push to GitHub.
type Repo struct {
	server  *Server
	id      int64
	owner   *account
	name    string
	private bool
	dir     string
	objects *objects
	parent  *Repo // of a fork
	created time.Time

	people   map[string]string // logins to "read", "write" or "admin"; the owner is no part of it
	pulls    []*Pull
	lastPull int
	labels   map[string]*label
	runs     []*checkRun
	sarifs   []*sarif
	signed   map[string]bool        // commits that GitHub signed
	diffs    map[string][]*fileDiff // by base and head
	bases    map[string]string      // merge bases by two commits

	protected map[string]bool // branches that nobody may push to
}

// Files are a change of a tree: names and texts; Removed as a text takes the file away.
type Files map[string]string

// Removed stands for the text of a file that goes.
const Removed = "\x00removed"

// Archive returns the files of a text archive.
func Archive(text string) Files {
	files := Files{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// CreateRepo makes a public repository, "owner/name", whose branch main has one commit with the files.
func (s *Server) CreateRepo(name string, files Files) *Repo {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.addRepo(name)
	r.commit("main", r.owner.login, "Begin", files, "")
	return r
}

// ImportRepo makes a public repository with all branches of a git repository on this machine.
func (s *Server) ImportRepo(name, folder string) *Repo {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.addRepo(name)
	if _, err := r.git(nil, "fetch", "--quiet", folder, "+refs/heads/*:refs/heads/*"); err != nil {
		s.t.Fatalf("fake of GitHub: %v", err)
	}
	return r
}

// Fork makes a fork that belongs to a person.
func (r *Repo) Fork(owner string) *Repo {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	fork := s.addRepo(owner + "/" + r.name)
	fork.parent = r
	fork.private = r.private
	if _, err := fork.git(nil, "fetch", "--quiet", r.dir, "+refs/heads/*:refs/heads/*"); err != nil {
		s.t.Fatalf("fake of GitHub: %v", err)
	}
	return fork
}

func (s *Server) addRepo(full string) *Repo {
	owner, name, ok := strings.Cut(full, "/")
	if !ok || s.repo(full) != nil {
		s.t.Fatalf("fake of GitHub: %q is no name of a new repository", full)
	}
	r := &Repo{
		server: s, id: s.nextID(), owner: s.account(owner), name: name, created: s.now(),
		dir:    filepath.Join(s.dir, owner, name+".git"),
		people: map[string]string{}, labels: map[string]*label{}, signed: map[string]bool{}, diffs: map[string][]*fileDiff{}, bases: map[string]string{},
		protected: map[string]bool{},
	}
	r.layOut()
	r.startObjects()
	s.repos = append(s.repos, r)
	return r
}

// layOut makes an empty bare repository, as git init does.
func (r *Repo) layOut() {
	for _, folder := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(r.dir, folder), 0o755); err != nil {
			r.server.t.Fatalf("fake of GitHub: %v", err)
		}
	}
	for name, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644); err != nil {
			r.server.t.Fatalf("fake of GitHub: %v", err)
		}
	}
}

func (s *Server) repo(full string) *Repo {
	for _, r := range s.repos {
		if strings.EqualFold(r.fullName(), full) {
			return r
		}
	}
	return nil
}

func (r *Repo) fullName() string { return r.owner.login + "/" + r.name }

// Dir returns the bare git repository, to clone from and to push to.
func (r *Repo) Dir() string { return r.dir }

// Name returns owner and name.
func (r *Repo) Name() string { return r.fullName() }

// SetPrivate hides the repository from all who have no part in it.
func (r *Repo) SetPrivate(private bool) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.private = private
}

// Invite makes a person a collaborator with "read", "write" or "admin" access.
func (r *Repo) Invite(login, access string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.people[r.server.account(login).login] = access
}

func (r *Repo) access(login string) string {
	if login == r.owner.login {
		return "admin"
	}
	return r.people[login]
}

// Push commits a change to a branch, which begins at main if it is new, and returns the commit's SHA.
func (r *Repo) Push(branch, login, message string, change Files) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.commit(branch, login, message, change, "")
}

// ForcePush puts a branch on a commit that holds the change on top of another commit.
func (r *Repo) ForcePush(branch, login, message, onto string, change Files) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.commit(branch, login, message, change, onto)
}

// SHA returns the commit of a branch, a tag or a full ref; "" if there is none.
func (r *Repo) SHA(name string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.resolve(name)
}

// File returns the text of a file at a commit or branch; ok is false if it has no such file.
func (r *Repo) File(at, name string) (text string, ok bool) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.blob(r.resolve(at) + ":" + name)
}

// Names lists the files of a commit.
func (r *Repo) Names(sha string) []string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return linesOf(r.must("ls-tree", "-r", "--name-only", sha))
}

// DeleteBranch deletes a branch, as people do after a merge.
func (r *Repo) DeleteBranch(branch string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.must("update-ref", "-d", "refs/heads/"+branch)
	r.followAll()
}

// commit writes a commit through git's fast-import, which takes all files of any change at once.
func (r *Repo) commit(branch, login, message string, change Files, onto string) string {
	s := r.server
	s.t.Helper()
	ref := "refs/heads/" + branch
	from := onto
	for _, parent := range []string{ref, "refs/heads/main"} {
		if from == "" {
			from = r.resolve(parent)
		}
	}
	a, when := s.account(login), s.now().Unix()
	var script strings.Builder
	fmt.Fprintf(&script, "commit %s\nauthor %s <%s> %d +0000\ncommitter %s <%s> %d +0000\ndata %d\n%s\n",
		ref, a.login, a.mail(), when, a.login, a.mail(), when, len(message), message)
	if from != "" {
		fmt.Fprintf(&script, "from %s\n", from)
	}
	for _, name := range slices.Sorted(maps.Keys(change)) {
		if text := change[name]; text == Removed {
			fmt.Fprintf(&script, "D %s\n", name)
		} else {
			fmt.Fprintf(&script, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
		}
	}
	if _, err := r.git([]byte(script.String()), "fast-import", "--quiet", "--force", "--date-format=raw"); err != nil {
		s.t.Fatalf("fake of GitHub: %v", err)
	}
	r.followAll()
	return r.resolve(ref)
}

// followAll brings the pull requests of all repositories up to date: a branch may be the head of one elsewhere.
func (r *Repo) followAll() {
	for _, repo := range r.server.repos {
		repo.follow()
	}
}
