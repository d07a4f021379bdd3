package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-github/v60/github"
)

var (
	readBranches = action{does: "read branches", permission: "contents: read", otherwise: inFixes}
	pushBranch   = action{does: "push to branches", permission: "contents: write", otherwise: inFixes}
)

// inFixes says where the permissions of fix pull requests are told.
const inFixes = "; docs/fix-pull-request.md has the whole workflow"

// NoCommit stands for a branch that does not exist.
const NoCommit = ""

// noOID is how GitHub writes that a branch is not to exist.
const noOID = "0000000000000000000000000000000000000000"

// Branch returns the last commit of a branch, NoCommit if there is no such branch.
func (c *Client) Branch(ctx context.Context, name string) (string, error) {
	found, _, err := c.api().Git.GetRef(ctx, c.owner, c.name, "heads/"+name)
	if is(err, NotFound) {
		// To a token that does not see the repository nothing exists either.
		_, err = c.repositoryID(ctx)
		return NoCommit, err
	}
	if err != nil {
		return "", explain(readBranches, err)
	}
	return found.GetObject().GetSHA(), nil
}

// Branches returns the last commits of all branches that begin with a prefix, by name.
func (c *Client) Branches(ctx context.Context, prefix string) (map[string]string, error) {
	branches := map[string]string{}
	// GitHub gives all of them at once.
	found, _, err := c.api().Git.ListMatchingRefs(ctx, c.owner, c.name, &github.ReferenceListOptions{Ref: "heads/" + prefix})
	if err != nil {
		return nil, explain(readBranches, err)
	}
	for _, one := range found {
		branches[strings.TrimPrefix(one.GetRef(), "refs/heads/")] = one.GetObject().GetSHA()
	}
	return branches, nil
}

// Ahead counts the commits that one commit has and another lacks.
func (c *Client) Ahead(ctx context.Context, base, commit string) (int, error) {
	found, _, err := c.api().Repositories.CompareCommits(ctx, c.owner, c.name, base, commit, &github.ListOptions{PerPage: 1})
	if err != nil {
		return 0, explain(readBranches, err)
	}
	return found.GetAheadBy(), nil
}

func (c *Client) repositoryID(ctx context.Context) (string, error) {
	found, _, err := c.api().Repositories.Get(ctx, c.owner, c.name)
	if err != nil {
		return "", explain(readBranches, err)
	}
	return found.GetNodeID(), nil
}

// ErrMoved says that a branch was not where it was expected.
var ErrMoved = errors.New("the branch has moved meanwhile")

const moveMutation = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`

// MoveBranch moves a branch from one commit to another, all or nothing: where it is not at from, it
// stays, and the error is ErrMoved. NoCommit as from makes the branch, as to it takes it away. REST can
// not do this: it moves a branch wherever it is.
// https://docs.github.com/graphql/reference/mutations#updaterefs
func (c *Client) MoveBranch(ctx context.Context, name, from, to string) error {
	id, err := c.repositoryID(ctx)
	if err != nil {
		return err
	}
	oid := func(commit string) string {
		if commit == NoCommit {
			return noOID
		}
		return commit
	}
	variables := map[string]any{"input": map[string]any{
		"repositoryId": id,
		"refUpdates":   []any{map[string]any{"name": "refs/heads/" + name, "beforeOid": oid(from), "afterOid": oid(to), "force": true}},
	}}
	var done struct {
		UpdateRefs *struct{} `json:"updateRefs"`
	}
	// A second time it would be refused, and the look below says whether the first had its effect.
	failures, err := c.query(settingOnly(ctx), pushBranch, moveMutation, variables, &done)
	if err == nil && done.UpdateRefs != nil {
		return nil
	}
	if err == nil {
		err = graphFailure(pushBranch, failures)
	}
	if is(err, Forbidden) || is(err, Unauthorized) || is(err, Limited) || ctx.Err() != nil {
		return err
	}
	at, lost := c.Branch(ctx, name)
	switch {
	case lost != nil:
		return lost
	case at == to:
		return nil
	case at != from:
		return ErrMoved
	}
	var refused *Error
	if errors.As(err, &refused) && !refused.Unclear && refused.Detail != "" {
		refused.Message = fmt.Sprintf("GitHub does not let podmend push to %s; a rule that protects branches may forbid it", name)
		// git keeps no branch podmend/x beside one called podmend.
		for i := range name {
			if name[i] != '/' {
				continue
			}
			if at, lost := c.Branch(ctx, name[:i]); lost == nil && at != NoCommit {
				refused.Message = fmt.Sprintf("there can be no branch %s while there is one called %s; delete or rename that, or name another by --fix-branch", name, name[:i])
			}
		}
	}
	return err
}

// is says whether an error, of this package or of GitHub's library, is of a kind.
func is(err error, kind Kind) bool {
	var refused *Error
	if err == nil {
		return false
	}
	return errors.As(explain(readBranches, err), &refused) && refused.Kind == kind
}
