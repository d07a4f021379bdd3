package githubfake

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A sentPerson is an author or committer that a client names. GitHub signs a commit only if it names
// neither.
type sentPerson struct {
	Name, Email string
	Date        *time.Time
}

func createCommit(c *call) answer {
	var sent struct {
		Message           string
		Tree              string
		Parents           []string
		Author, Committer *sentPerson
		Signature         string
	}
	c.decode(&sent)
	if !c.repo.has(sent.Tree, "tree") {
		return invalid("Tree SHA does not exist")
	}
	args := []string{"commit-tree", sent.Tree, "-F", "-"}
	for _, parent := range sent.Parents {
		if !c.repo.has(parent, "commit") {
			return invalid("Parent SHA does not exist or is not a commit object")
		}
		args = append(args, "-p", parent)
	}
	owner := c.token.owner
	author := sentPerson{Name: owner.login, Email: owner.mail()}
	committer := sentPerson{Name: "GitHub", Email: "noreply@github.com"}
	if sent.Author != nil {
		author, committer = *sent.Author, *sent.Author
	}
	if sent.Committer != nil {
		committer = *sent.Committer
	}
	env := append(author.env("AUTHOR", c.s.now()), committer.env("COMMITTER", c.s.now())...)
	out, err := runGit(c.repo.dir, []byte(sent.Message), env, args...)
	if err != nil {
		return invalid("The commit could not be written: " + err.Error())
	}
	sha := strings.TrimSpace(out)
	c.repo.signed[sha] = c.token.permissions != nil && sent.Author == nil && sent.Committer == nil
	return created(c.showGitCommit(sha))
}

func (p sentPerson) env(who string, now time.Time) []string {
	if p.Date != nil {
		now = *p.Date
	}
	return []string{"GIT_" + who + "_NAME=" + p.Name, "GIT_" + who + "_EMAIL=" + p.Email, fmt.Sprintf("GIT_%s_DATE=@%d +0000", who, now.Unix())}
}

func getGitCommit(c *call) answer {
	sha := c.params["commit_sha"]
	if !c.repo.has(sha, "commit") {
		return refuse(http.StatusNotFound, "Not Found")
	}
	return ok(c.showGitCommit(sha))
}

type sentEntry struct {
	Path, Mode, Type string
	SHA              *string
	Content          *string
}

// createTree needs an index of its own, since requests to one repository may be many.
func createTree(c *call) answer {
	var sent struct {
		BaseTree string `json:"base_tree"`
		Tree     []sentEntry
	}
	c.decode(&sent)
	base := ""
	if sent.BaseTree != "" {
		if !c.repo.has(sent.BaseTree, "tree") && !c.repo.has(sent.BaseTree, "commit") {
			return invalid("base_tree is not a valid tree oid")
		}
		base = sent.BaseTree
	}
	var lines strings.Builder
	for _, entry := range sent.Tree {
		line, problem := c.entryLine(entry, base)
		if problem != "" {
			return invalid(problem)
		}
		lines.WriteString(line + "\x00")
	}
	index := []string{"GIT_INDEX_FILE=" + c.repo.dir + "/index-" + strconv.FormatInt(c.s.nextID(), 10)}
	steps := [][]string{{"read-tree", "--empty"}, {"update-index", "-z", "--index-info"}, {"write-tree"}}
	if base != "" {
		steps[0] = []string{"read-tree", base}
	}
	var out string
	for _, step := range steps {
		var err error
		if out, err = runGit(c.repo.dir, []byte(lines.String()), index, step...); err != nil {
			return invalid("GitRPC::BadObjectState: " + err.Error())
		}
	}
	return created(c.showTree(strings.TrimSpace(out), false))
}

// entryLine is a line for update-index, or says what is wrong with the entry.
func (c *call) entryLine(entry sentEntry, base string) (line, problem string) {
	switch {
	case malformed(entry.Path):
		return "", "tree.path contains a malformed path component"
	case entry.SHA != nil && entry.Content != nil:
		return "", "Must supply either tree.sha or tree.content, not both"
	case entry.SHA == nil && entry.Content == nil:
		if _, _, _, exists := c.repo.info(base + ":" + entry.Path); base == "" || !exists {
			return "", "GitRPC::BadObjectState: " + entry.Path + " can't be deleted, it does not exist"
		}
		return "0 " + strings.Repeat("0", 40) + "\t" + entry.Path, ""
	case entry.Content != nil:
		sha, err := c.repo.git([]byte(*entry.Content), "hash-object", "-w", "--stdin")
		if err != nil {
			return "", err.Error()
		}
		return entry.Mode + " " + strings.TrimSpace(sha) + "\t" + entry.Path, ""
	case entry.Type != "commit" && !c.repo.has(*entry.SHA, entry.Type):
		return "", "tree.sha " + *entry.SHA + " is not a valid " + entry.Type
	case entry.Type == "tree":
		return "", "the fake takes no trees inside trees"
	}
	return entry.Mode + " " + *entry.SHA + "\t" + entry.Path, ""
}

// malformed: no name of a path may be empty, lead elsewhere or be git's own.
func malformed(path string) bool {
	for _, name := range strings.Split(path, "/") {
		if name == "" || name == "." || name == ".." || strings.EqualFold(name, ".git") {
			return true
		}
	}
	return false
}

func getTree(c *call) answer {
	sha := c.params["tree_sha"]
	if commit := c.repo.resolve(sha); commit != "" {
		sha = commit // a branch or commit stands for its tree
	} else if !c.repo.has(sha, "tree") {
		return refuse(http.StatusNotFound, "Not Found")
	}
	return ok(c.showTree(sha, c.request.URL.Query().Has("recursive")))
}

func (c *call) showTree(sha string, recursive bool) fields {
	sha = strings.TrimSpace(c.repo.must("rev-parse", sha+"^{tree}"))
	args := []string{"ls-tree", "-z", "-l", sha}
	if recursive {
		args = []string{"ls-tree", "-z", "-l", "-r", "-t", sha}
	}
	entries := []any{}
	for _, line := range strings.Split(strings.TrimSuffix(c.repo.must(args...), "\x00"), "\x00") {
		meta, path, found := strings.Cut(line, "\t")
		if !found {
			continue
		}
		words := strings.Fields(meta)
		entry := fields{"path": path, "mode": words[0], "type": words[1], "sha": words[2], "url": c.repoURL(c.repo) + "/git/" + words[1] + "s/" + words[2]}
		if size, err := strconv.Atoi(words[3]); err == nil {
			entry["size"] = size
		}
		entries = append(entries, entry)
	}
	return fields{"sha": sha, "url": c.repoURL(c.repo) + "/git/trees/" + sha, "tree": entries, "truncated": false}
}

func createBlob(c *call) answer {
	var sent struct{ Content, Encoding string }
	c.decode(&sent)
	content := []byte(sent.Content)
	if sent.Encoding == "base64" {
		var err error
		if content, err = base64.StdEncoding.DecodeString(sent.Content); err != nil {
			return invalid("content is not valid Base64")
		}
	}
	sha, err := c.repo.git(content, "hash-object", "-w", "--stdin")
	if err != nil {
		return invalid(err.Error())
	}
	sha = strings.TrimSpace(sha)
	return created(fields{"sha": sha, "url": c.repoURL(c.repo) + "/git/blobs/" + sha})
}

func getBlob(c *call) answer {
	sha := c.params["file_sha"]
	if !c.repo.has(sha, "blob") {
		return refuse(http.StatusNotFound, "Not Found")
	}
	text, _ := c.repo.blob(sha)
	return ok(fields{
		"sha": sha, "node_id": "B_" + sha, "url": c.repoURL(c.repo) + "/git/blobs/" + sha, "size": len(text),
		"content": base64.StdEncoding.EncodeToString([]byte(text)), "encoding": "base64",
	})
}
