package githubfake

import (
	"encoding/base64"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A commitInfo is what git knows of a commit.
type commitInfo struct {
	tree, message     string
	parents           []string
	author, committer fields
	authorMail        string
}

func (r *Repo) commitInfo(sha string) commitInfo {
	parts := strings.SplitN(r.must("show", "-s", "--format=%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B", sha), "\x00", 9)
	person := func(name, mail, at string) fields {
		seconds, _ := strconv.ParseInt(at, 10, 64)
		return fields{"name": name, "email": mail, "date": stamp(time.Unix(seconds, 0).UTC())}
	}
	return commitInfo{
		tree: parts[0], parents: strings.Fields(parts[1]), authorMail: parts[3],
		author: person(parts[2], parts[3], parts[4]), committer: person(parts[5], parts[6], parts[7]),
		message: strings.TrimSuffix(parts[8], "\n"),
	}
}

func (c *call) verification(sha string) fields {
	if c.repo.signed[sha] {
		return fields{
			"verified": true, "reason": "valid", "signature": "-----BEGIN PGP SIGNATURE-----", "payload": "tree",
			"verified_at": stamp(c.s.now()),
		}
	}
	return fields{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

// showGitCommit is a commit of the Git Data API.
func (c *call) showGitCommit(sha string) fields {
	info, url := c.repo.commitInfo(sha), c.repoURL(c.repo)
	return fields{
		"sha": sha, "node_id": "C_" + sha, "url": url + "/git/commits/" + sha, "html_url": c.webURL(c.repo) + "/commit/" + sha,
		"author": info.author, "committer": info.committer, "message": info.message, "verification": c.verification(sha),
		"tree": fields{"sha": info.tree, "url": url + "/git/trees/" + info.tree},
		"parents": each(info.parents, func(parent string) fields {
			return fields{"sha": parent, "url": url + "/git/commits/" + parent, "html_url": c.webURL(c.repo) + "/commit/" + parent}
		}),
	}
}

// showCommit is a commit of the repository's API, which names accounts beside.
func (c *call) showCommit(sha string) fields {
	info, url := c.repo.commitInfo(sha), c.repoURL(c.repo)
	author := any(nil)
	for _, a := range c.s.accounts {
		if a.mail() == info.authorMail {
			author = c.user(a)
		}
	}
	return fields{
		"sha": sha, "node_id": "C_" + sha, "url": url + "/commits/" + sha, "html_url": c.webURL(c.repo) + "/commit/" + sha,
		"comments_url": url + "/commits/" + sha + "/comments", "author": author, "committer": author,
		"commit": fields{
			"author": info.author, "committer": info.committer, "message": info.message, "comment_count": 0,
			"url": url + "/git/commits/" + sha, "tree": fields{"sha": info.tree, "url": url + "/git/trees/" + info.tree}, "verification": c.verification(sha),
		},
		"parents": each(info.parents, func(parent string) fields {
			return fields{"sha": parent, "url": url + "/commits/" + parent, "html_url": c.webURL(c.repo) + "/commit/" + parent}
		}),
	}
}

func getCommit(c *call) answer {
	sha := c.repo.resolve(c.params["ref"])
	if sha == "" {
		return invalid("No commit found for SHA: " + c.params["ref"])
	}
	if strings.Contains(c.request.Header.Get("Accept"), ".sha") {
		return answer{status: http.StatusOK, kind: "application/vnd.github.sha; charset=utf-8", text: sha}
	}
	return ok(c.showCommit(sha))
}

// compare compares BASE...HEAD from the merge base of the two.
func compare(c *call) answer {
	from, to, found := strings.Cut(c.params["basehead"], "...")
	resolve := func(name string) string {
		if owner, branch, ok := strings.Cut(name, ":"); ok {
			if other := c.s.repo(owner + "/" + c.repo.name); other != nil {
				sha := other.resolve(branch)
				if sha != "" && other != c.repo {
					c.repo.must("fetch", "--quiet", other.dir, sha)
				}
				return sha
			}
		}
		return c.repo.resolve(name)
	}
	base, head := resolve(from), resolve(to)
	if !found || base == "" || head == "" {
		return refuse(http.StatusNotFound, "Not Found")
	}
	common := c.repo.mergeBase(base, head)
	if common == "" {
		return refuse(http.StatusNotFound, "No common ancestor between "+from+" and "+to+".")
	}
	ahead := linesOf(c.repo.must("rev-list", "--reverse", base+".."+head))
	behind := linesOf(c.repo.must("rev-list", head+".."+base))
	status := "diverged"
	switch {
	case len(ahead)+len(behind) == 0:
		status = "identical"
	case len(behind) == 0:
		status = "ahead"
	case len(ahead) == 0:
		status = "behind"
	}
	page, url := c.webURL(c.repo)+"/compare/"+from+"..."+to, c.repoURL(c.repo)+"/compare/"+from+"..."+to
	part, header := cutPage(c, ahead)
	body := fields{
		"url": url, "html_url": page, "permalink_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch",
		"base_commit": c.showCommit(base), "merge_base_commit": c.showCommit(common), "status": status,
		"ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead), "commits": each(part, c.showCommit),
	}
	if positive(c.request.URL.Query().Get("page"), 1) == 1 { // files stand on the first page only
		files := c.repo.diff(common, head)
		body["files"] = each(files[:min(len(files), mostFiles)], func(f *fileDiff) fields { return c.showFile(f, head) })
	}
	return answer{status: http.StatusOK, body: body, header: header}
}

// getContents gives a file, or the list of a folder.
func getContents(c *call) answer {
	name := strings.Trim(c.params["path"], "/")
	ref := c.request.URL.Query().Get("ref")
	if ref == "" {
		ref = "main"
	}
	sha := c.repo.resolve(ref)
	if sha == "" {
		return refuse(http.StatusNotFound, "No commit found for the ref "+ref)
	}
	_, kind, _, exists := c.repo.info(sha + ":" + name)
	if !exists {
		return refuse(http.StatusNotFound, "Not Found")
	}
	if kind == "tree" {
		return ok(c.showFolder(sha, name, ref))
	}
	line := c.repo.must("ls-tree", "-z", "-l", sha, "--", name)
	words := strings.Fields(strings.Split(line, "\t")[0])
	shown := c.showEntry(words, name, ref)
	text, _ := c.repo.blob(words[2])
	if words[0] == "120000" {
		shown["type"], shown["target"] = "symlink", text
		return ok(shown)
	}
	shown["content"], shown["encoding"] = base64.StdEncoding.EncodeToString([]byte(text)), "base64"
	return ok(shown)
}

func (c *call) showFolder(sha, name, ref string) []any {
	at := sha + ":" + name
	entries := []any{}
	for _, line := range slices.DeleteFunc(strings.Split(c.repo.must("ls-tree", "-z", "-l", at), "\x00"), func(line string) bool { return line == "" }) {
		meta, base, _ := strings.Cut(line, "\t")
		entries = append(entries, c.showEntry(strings.Fields(meta), path.Join(name, base), ref))
	}
	return entries
}

// showEntry is what an entry of a tree has in any list. Its words are mode, type, sha and size.
func (c *call) showEntry(words []string, name, ref string) fields {
	url := c.repoURL(c.repo)
	size, _ := strconv.Atoi(words[3]) // a folder's is -
	kind := map[string]string{"blob": "file", "tree": "dir", "commit": "submodule"}[words[1]]
	html, git := c.webURL(c.repo)+"/blob/"+ref+"/"+name, url+"/git/"+words[1]+"s/"+words[2]
	self := url + "/contents/" + name + "?ref=" + ref
	return fields{
		"type": kind, "size": size, "name": path.Base(name), "path": name, "sha": words[2],
		"url": self, "git_url": git, "html_url": html, "download_url": nil,
		"_links": fields{"self": self, "git": git, "html": html},
	}
}
