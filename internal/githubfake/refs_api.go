package githubfake

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (c *call) showRef(name, sha string) fields {
	return fields{
		"ref": name, "node_id": "REF_" + sha, "url": c.repoURL(c.repo) + "/git/" + name,
		"object": fields{"type": "commit", "sha": sha, "url": c.repoURL(c.repo) + "/git/commits/" + sha},
	}
}

func getRef(c *call) answer {
	name := "refs/" + c.params["ref"]
	if sha := c.repo.refs(name)[name]; sha != "" {
		return ok(c.showRef(name, sha))
	}
	return refuse(http.StatusNotFound, "Not Found")
}

func listRefs(c *call) answer {
	refs := c.repo.refs("refs/")
	var found []any
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		if strings.HasPrefix(name, "refs/"+c.params["ref"]) {
			found = append(found, c.showRef(name, refs[name]))
		}
	}
	if found == nil {
		found = []any{}
	}
	return ok(found)
}

func createRef(c *call) answer {
	var sent struct{ Ref, SHA string }
	c.decode(&sent)
	if !strings.HasPrefix(sent.Ref, "refs/") || strings.Count(sent.Ref, "/") < 2 {
		return invalid("Reference name must start with 'refs/' and have at least two slashes.")
	}
	if _, err := c.repo.git(nil, "check-ref-format", sent.Ref); err != nil {
		return invalid(sent.Ref + " is not a valid ref name.")
	}
	if !c.repo.has(sent.SHA, "commit") {
		return invalid("Object does not exist")
	}
	if c.repo.refs(sent.Ref)[sent.Ref] != "" {
		return invalid("Reference already exists")
	}
	if c.touchesWorkflows(sent.SHA) {
		return c.forbidden()
	}
	if _, err := c.repo.git(nil, "update-ref", sent.Ref, sent.SHA, strings.Repeat("0", 40)); err != nil {
		return invalid("Reference update failed") // a/b beside a
	}
	c.repo.followAll()
	return created(c.showRef(sent.Ref, sent.SHA))
}

func updateRef(c *call) answer {
	name := "refs/" + c.params["ref"]
	var sent struct {
		SHA   string
		Force bool
	}
	c.decode(&sent)
	old := c.repo.refs(name)[name]
	switch {
	case old == "":
		return invalid("Reference does not exist")
	case !c.repo.has(sent.SHA, "commit"):
		return invalid("Object does not exist")
	case !sent.Force && !c.repo.contains(old, sent.SHA):
		return invalid("Update is not a fast forward")
	case c.touchesWorkflows(sent.SHA):
		return c.forbidden()
	case c.repo.protected[strings.TrimPrefix(name, "refs/heads/")]:
		return invalid("Protected branch update failed for " + name + ".")
	}
	c.repo.must("update-ref", name, sent.SHA)
	c.repo.followAll()
	return ok(c.showRef(name, sent.SHA))
}

func deleteRef(c *call) answer {
	name := "refs/" + c.params["ref"]
	if c.repo.refs(name)[name] == "" {
		return invalid("Reference does not exist")
	}
	if name == "refs/heads/main" {
		return invalid("Cannot delete the default branch")
	}
	c.repo.must("update-ref", "-d", name)
	c.repo.followAll()
	return gone()
}

// touchesWorkflows reports whether a workflow's own token would bring in a change of workflows, which no
// permission of such a token allows.
func (c *call) touchesWorkflows(sha string) bool {
	if c.token.permissions == nil {
		return false
	}
	base := c.repo.mergeBase(c.repo.resolve("refs/heads/main"), sha)
	return base != "" && c.repo.must("diff", "--name-only", base, sha, "--", ".github/workflows") != ""
}

func getBranch(c *call) answer {
	name := c.params["branch"]
	sha := c.repo.refs("refs/heads/" + name)["refs/heads/"+name]
	if sha == "" {
		return refuse(http.StatusNotFound, "Branch not found")
	}
	url := c.repoURL(c.repo) + "/branches/" + name
	return ok(fields{
		"name": name, "commit": c.showCommit(sha), "protected": false, "protection": fields{"enabled": false}, "protection_url": url + "/protection",
		"_links": fields{"self": url, "html": c.webURL(c.repo) + "/tree/" + name},
	})
}
