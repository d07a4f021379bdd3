package githubfake

import (
	"fmt"
	"strings"
)

// mutations is the root of all that can be changed through GraphQL.
func (c *call) mutations() *node {
	input := func(change func(input map[string]any) any) resolver {
		return func(arguments map[string]any) any { return change(arguments["input"].(map[string]any)) }
	}
	return &node{"Mutation", fields{
		"minimizeComment": input(func(in map[string]any) any {
			reason := strings.ReplaceAll(strings.ToLower(fmt.Sprint(in["classifier"])), "_", "-")
			return c.minimize(in, reason, "MinimizeCommentPayload", "minimizedComment")
		}),
		"unminimizeComment": input(func(in map[string]any) any {
			return c.minimize(in, "", "UnminimizeCommentPayload", "unminimizedComment")
		}),
		"updatePullRequestReviewComment": input(c.editComment),
		"updateRefs":                     input(c.updateRefs),
		"resolveReviewThread": input(func(in map[string]any) any {
			return c.resolveThread(in, true, "ResolveReviewThreadPayload")
		}),
		"unresolveReviewThread": input(func(in map[string]any) any {
			return c.resolveThread(in, false, "UnresolveReviewThreadPayload")
		}),
		"markPullRequestReadyForReview": input(func(in map[string]any) any {
			return c.setDraft(in, false, "MarkPullRequestReadyForReviewPayload")
		}),
		"convertPullRequestToDraft": input(func(in map[string]any) any {
			return c.setDraft(in, true, "ConvertPullRequestToDraftPayload")
		}),
	}}
}

// payload is what a mutation gives back.
func payload(kind string, in map[string]any, name string, value *node) *node {
	return &node{kind, fields{"clientMutationId": in["clientMutationId"], name: value}}
}

func noNode(id any) problem {
	return problem{"NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%v'.", id)}
}

func (c *call) noAccess() problem {
	message, _ := c.forbidden().body.(fields)["message"].(string)
	return problem{"FORBIDDEN", message}
}

// pulls returns all pull requests that the token sees.
func (c *call) pulls() []*Pull {
	var all []*Pull
	for _, r := range c.s.repos {
		if c.token.sees(r) {
			all = append(all, r.pulls...)
		}
	}
	return all
}

// mayMinimize: a workflow's token needs pull-requests: write; a person the text or the right to push.
func (c *call) mayMinimize(p *Pull, author *account) bool {
	if c.token.permissions != nil {
		return c.token.may(p.repo, []string{"pull-requests: write"})
	}
	return author == c.token.owner || c.token.may(p.repo, []string{"contents: write"})
}

func (c *call) minimize(in map[string]any, reason, kind, name string) any {
	id := in["subjectId"]
	for _, p := range c.pulls() {
		author, set, show := c.minimizable(p, fmt.Sprint(id))
		if set == nil {
			continue
		}
		if !c.mayMinimize(p, author) {
			return c.noAccess()
		}
		*set = reason
		return payload(kind, in, name, show())
	}
	return noNode(id)
}

// minimizable finds a text by id: its author, where its state is kept, and how it is shown.
func (c *call) minimizable(p *Pull, id string) (author *account, minimized *string, show func() *node) {
	for _, r := range p.reviews {
		if r.nodeID() == id {
			return r.author, &r.minimized, func() *node { return c.reviewNode(p, r) }
		}
	}
	for _, comment := range p.comments {
		if comment.nodeID() == id {
			return comment.author, &comment.minimized, func() *node { return c.commentNode(p, comment) }
		}
	}
	for _, comment := range p.talk {
		if comment.nodeID() == id {
			return comment.author, &comment.minimized, func() *node { return c.talkNode(p, comment) }
		}
	}
	return nil, nil, nil
}

// editComment changes the text of a review comment, as PATCH does.
func (c *call) editComment(in map[string]any) any {
	id := in["pullRequestReviewCommentId"]
	for _, p := range c.pulls() {
		comment := p.commentOfNode(fmt.Sprint(id))
		if comment == nil {
			continue
		}
		body := fmt.Sprint(in["body"])
		if refused, bad := badBody(body); bad {
			message, _ := refused.body.(fields)["message"].(string)
			return problem{"UNPROCESSABLE", message}
		}
		if !c.token.may(p.repo, []string{"pull-requests: write"}) || comment.author != c.token.owner && !c.token.may(p.repo, []string{"contents: write"}) {
			return c.noAccess()
		}
		comment.body, comment.updated, comment.edited = body, c.s.now(), true
		return payload("UpdatePullRequestReviewCommentPayload", in, "pullRequestReviewComment", c.commentNode(p, comment))
	}
	return noNode(id)
}

func (p *Pull) commentOfNode(id string) *reviewComment {
	for _, comment := range p.comments {
		if comment.nodeID() == id {
			return comment
		}
	}
	return nil
}

// resolveThread needs contents: write, or to have opened the pull request.
func (c *call) resolveThread(in map[string]any, resolved bool, kind string) any {
	id := in["threadId"]
	for _, p := range c.pulls() {
		for _, first := range p.comments {
			if first.inReplyTo != nil || first.threadID() != id {
				continue
			}
			if p.author != c.token.owner && !c.token.may(p.repo, []string{"contents: write"}) {
				return c.noAccess()
			}
			first.resolved, first.resolvedBy = resolved, c.token.owner
			return payload(kind, in, "thread", c.threadNode(p, first))
		}
	}
	return noNode(id)
}

// setDraft: GitHub lets people alone do this; a workflow's token is refused whatever it may do.
func (c *call) setDraft(in map[string]any, draft bool, kind string) any {
	id := in["pullRequestId"]
	for _, p := range c.pulls() {
		if p.nodeID() != id {
			continue
		}
		if c.token.permissions != nil || p.author != c.token.owner && !c.token.may(p.repo, []string{"contents: write"}) {
			return c.noAccess()
		}
		p.draft, p.updated = draft, c.s.now()
		return payload(kind, in, "pullRequest", c.pullNode(p))
	}
	return noNode(id)
}
