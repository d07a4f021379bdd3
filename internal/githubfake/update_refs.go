package githubfake

import (
	"fmt"
	"strings"
)

// updateRefs moves refs, all or none: each must be where the request says, if it says so. Zeros stand for
// a ref that is not there.
// https://docs.github.com/graphql/reference/mutations#updaterefs
func (c *call) updateRefs(in map[string]any) any {
	for _, r := range c.s.repos {
		if fmt.Sprintf("R_%d", r.id) != in["repositoryId"] || !c.token.sees(r) {
			continue
		}
		c.repo = r
		if !c.token.may(r, []string{"contents: write"}) {
			return c.noAccess()
		}
		var commands strings.Builder
		for _, sent := range in["refUpdates"].([]any) {
			line, refused := c.refUpdate(sent.(map[string]any))
			if refused != nil {
				return *refused
			}
			commands.WriteString(line)
		}
		if _, err := r.git([]byte(commands.String()), "update-ref", "--stdin"); err != nil {
			return problem{"UNPROCESSABLE", "Reference update failed"}
		}
		for _, repo := range c.s.repos {
			repo.follow()
		}
		return &node{"UpdateRefsPayload", fields{"clientMutationId": in["clientMutationId"]}}
	}
	return noNode(in["repositoryId"])
}

// refUpdate is a line for git's update-ref, or says why the update is refused.
func (c *call) refUpdate(in map[string]any) (line string, refused *problem) {
	no := func(format string, args ...any) (string, *problem) {
		return "", &problem{"UNPROCESSABLE", fmt.Sprintf(format, args...)}
	}
	none := strings.Repeat("0", 40)
	text := func(key string) string {
		value, _ := in[key].(string)
		return value
	}
	name, before, after := text("name"), text("beforeOid"), text("afterOid")
	force, _ := in["force"].(bool)
	at := c.repo.refs(name)[name]
	if at == "" {
		at = none
	}
	switch {
	case !strings.HasPrefix(name, "refs/heads/") && !strings.HasPrefix(name, "refs/tags/"):
		return no("%s is not a valid ref name.", name)
	case before != "" && before != at:
		return no("Reference %s is at %s but expected %s", name, at, before)
	case name == "refs/heads/main" && after == none:
		return no("Cannot delete the default branch")
	case after != none && !c.repo.has(after, "commit"):
		return no("Object does not exist")
	case after != none && at != none && !force && !c.repo.contains(at, after):
		return no("Update is not a fast forward")
	}
	if after != none && c.touchesWorkflows(after) {
		denied := c.noAccess()
		return "", &denied
	}
	if c.repo.protected[strings.TrimPrefix(name, "refs/heads/")] {
		return no("Protected branch update failed for %s.", name)
	}
	if after == none {
		return "delete " + name + "\n", nil
	}
	return "update " + name + " " + after + "\n", nil
}

// Protect makes a rule that lets nobody push to a branch.
func (r *Repo) Protect(branch string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.protected[branch] = true
}
