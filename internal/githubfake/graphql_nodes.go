package githubfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// queries is the root of all that can be read.
func (c *call) queries() *node {
	return &node{"Query", fields{
		"viewer": c.viewer(),
		"repository": resolver(func(arguments map[string]any) any {
			full := fmt.Sprint(arguments["owner"], "/", arguments["name"])
			r := c.s.repo(full)
			if r == nil || !c.token.sees(r) {
				return problem{"NOT_FOUND", "Could not resolve to a Repository with the name '" + full + "'."}
			}
			return c.repoNode(r)
		}),
		"node": resolver(func(arguments map[string]any) any {
			return c.lookUp(fmt.Sprint(arguments["id"]))
		}),
		"nodes": resolver(func(arguments map[string]any) any {
			var found []*node
			for _, id := range arguments["ids"].([]any) {
				n, ok := c.lookUp(fmt.Sprint(id)).(*node)
				if !ok {
					return problem{"NOT_FOUND", "Could not resolve to a node with the global id of '" + fmt.Sprint(id) + "'."}
				}
				found = append(found, n)
			}
			return found
		}),
		"rateLimit": &node{"RateLimit", fields{
			"limit": c.s.modes.limit, "remaining": c.s.modes.limit - c.s.modes.used, "used": c.s.modes.used, "cost": 1, "resetAt": stamp(c.s.modes.window),
		}},
	}}
}

// viewer: unlike other places of GraphQL, this one names a bot as REST does.
func (c *call) viewer() *node {
	a := c.token.owner
	return &node{"User", fields{"login": a.login, "id": a.nodeID(), "databaseId": int(a.id), "url": c.s.URL + "/" + a.login}}
}

// actor names a bot without the [bot] that REST has.
func (c *call) actor(a *account) *node {
	return &node{a.kind, fields{
		"login": strings.TrimSuffix(a.login, "[bot]"), "id": a.nodeID(), "databaseId": int(a.id), "url": c.s.URL + "/" + a.login,
	}}
}

// lookUp finds what has an id, in repositories that the token sees.
func (c *call) lookUp(id string) any {
	for _, r := range c.s.repos {
		if !c.token.sees(r) {
			continue
		}
		if id == fmt.Sprintf("R_%d", r.id) {
			return c.repoNode(r)
		}
		for _, p := range r.pulls {
			if n := c.lookUpIn(p, id); n != nil {
				return n
			}
		}
	}
	return problem{"NOT_FOUND", "Could not resolve to a node with the global id of '" + id + "'."}
}

func (c *call) lookUpIn(p *Pull, id string) *node {
	if id == p.nodeID() {
		return c.pullNode(p)
	}
	for _, r := range p.reviews {
		if id == r.nodeID() {
			return c.reviewNode(p, r)
		}
	}
	for _, comment := range p.comments {
		switch {
		case id == comment.nodeID():
			return c.commentNode(p, comment)
		case id == comment.threadID() && comment.inReplyTo == nil:
			return c.threadNode(p, comment)
		}
	}
	for _, comment := range p.talk {
		if id == comment.nodeID() {
			return c.talkNode(p, comment)
		}
	}
	return nil
}

func (c *reviewComment) threadID() string { return fmt.Sprintf("PRRT_%d", c.first().id) }

func (c *call) repoNode(r *Repo) *node {
	return &node{"Repository", fields{
		"id": fmt.Sprintf("R_%d", r.id), "databaseId": int(r.id), "name": r.name, "nameWithOwner": r.fullName(), "isPrivate": r.private,
		"url": c.webURL(r), "owner": c.actor(r.owner), "isFork": r.parent != nil,
		"pullRequest": resolver(func(arguments map[string]any) any {
			number, _ := strconv.Atoi(fmt.Sprint(arguments["number"]))
			p := r.pull(number)
			if p == nil {
				return problem{"NOT_FOUND", fmt.Sprintf("Could not resolve to a PullRequest with the number of %d.", number)}
			}
			if !c.token.may(r, []string{"pull-requests: read"}) {
				return problem{"FORBIDDEN", "Resource not accessible by integration"}
			}
			return c.pullNode(p)
		}),
	}}
}

func (c *call) pullNode(p *Pull) *node {
	state := strings.ToUpper(p.state)
	if p.merged {
		state = "MERGED"
	}
	var threads, reviews, talk []*node
	for _, comment := range p.comments {
		if comment.inReplyTo == nil && comment.review.state != "PENDING" {
			threads = append(threads, c.threadNode(p, comment))
		}
	}
	for _, r := range p.reviews {
		if r.state != "PENDING" || r.author == c.token.owner {
			reviews = append(reviews, c.reviewNode(p, r))
		}
	}
	for _, comment := range p.talk {
		talk = append(talk, c.talkNode(p, comment))
	}
	return &node{"PullRequest", fields{
		"id": p.nodeID(), "databaseId": int(p.id), "number": p.Number, "title": p.title, "body": p.body, "url": c.pullPage(p), "state": state,
		"isDraft": p.draft, "closed": p.state == "closed", "merged": p.merged, "author": c.actor(p.author),
		"headRefOid": p.headSHA, "headRefName": p.headRef, "baseRefOid": p.baseSHA, "baseRefName": p.baseRef,
		"isCrossRepository": p.headRepo != p.repo, "createdAt": stamp(p.created), "updatedAt": stamp(p.updated),
		"reviewThreads": connection("PullRequestReviewThread", threads),
		"reviews":       connection("PullRequestReview", reviews),
		"comments":      connection("IssueComment", talk),
	}}
}

func (c *call) threadNode(p *Pull, first *reviewComment) *node {
	var comments []*node
	for _, comment := range p.comments {
		if comment.first() == first {
			comments = append(comments, c.commentNode(p, comment))
		}
	}
	may := c.token.may(p.repo, []string{"contents: write"})
	shown := fields{
		"id": first.threadID(), "isResolved": first.resolved, "isOutdated": first.outdated, "isCollapsed": first.resolved || first.outdated,
		"path": first.path, "diffSide": first.side, "startDiffSide": nil, "subjectType": first.subject(), "resolvedBy": nil,
		"line": optional(first.line), "startLine": optional(first.start), "originalLine": optional(first.originalLine), "originalStartLine": optional(first.originalStart),
		"comments": connection("PullRequestReviewComment", comments), "viewerCanReply": true,
		"viewerCanResolve": may && !first.resolved, "viewerCanUnresolve": may && first.resolved,
	}
	if first.originalStart != 0 {
		shown["startDiffSide"] = first.side
	}
	if first.resolved {
		shown["resolvedBy"] = &node{"User", c.actor(first.resolvedBy).fields}
	}
	return &node{"PullRequestReviewThread", shown}
}

func (c *reviewComment) subject() string {
	if c.onFile {
		return "FILE"
	}
	return "LINE"
}

func (c *call) commentNode(p *Pull, comment *reviewComment) *node {
	at := comment.first()
	shown := fields{
		"path": at.path, "outdated": at.outdated, "diffHunk": at.excerpt, "subjectType": at.subject(),
		"line": optional(at.line), "startLine": optional(at.start), "originalLine": optional(at.originalLine), "originalStartLine": optional(at.originalStart),
		"state": "SUBMITTED", "replyTo": nil, "pullRequestReview": nil, "commit": c.commitNode(at.commit), "originalCommit": c.commitNode(at.originalCommit),
		"pullRequest": resolver(func(map[string]any) any { return c.pullNode(p) }),
		"url":         fmt.Sprintf("%s#discussion_r%d", c.pullPage(p), comment.id),
	}
	if comment.review.state == "PENDING" {
		shown["state"] = "PENDING"
	}
	if comment.inReplyTo != nil {
		shown["replyTo"] = resolver(func(map[string]any) any { return c.commentNode(p, comment.inReplyTo) })
	}
	shown["pullRequestReview"] = resolver(func(map[string]any) any { return c.reviewNode(p, comment.review) })
	c.text(p, shown, comment.id, comment.nodeID(), comment.author, comment.body, comment.minimized)
	shown["createdAt"], shown["updatedAt"] = stamp(comment.created), stamp(comment.updated)
	return &node{"PullRequestReviewComment", shown}
}

// text adds what all that can be written and minimized has.
func (c *call) text(p *Pull, shown fields, id int64, nodeID string, author *account, body, minimized string) {
	shown["id"], shown["databaseId"], shown["fullDatabaseId"] = nodeID, int(id), strconv.FormatInt(id, 10)
	shown["author"], shown["body"], shown["bodyText"] = c.actor(author), body, body
	shown["isMinimized"], shown["minimizedReason"] = minimized != "", optional(minimized)
	shown["viewerDidAuthor"] = author == c.token.owner
	shown["viewerCanMinimize"] = c.mayMinimize(p, author)
	shown["authorAssociation"] = p.repo.association(author)
}

func (c *call) commitNode(sha string) *node {
	return &node{"Commit", fields{"id": "C_" + sha, "oid": sha, "abbreviatedOid": sha[:7]}}
}

func (c *call) reviewNode(p *Pull, r *review) *node {
	shown := fields{
		"state": r.state, "commit": c.commitNode(r.commit), "url": fmt.Sprintf("%s#pullrequestreview-%d", c.pullPage(p), r.id),
		"submittedAt": when(r.submitted), "createdAt": stamp(r.submitted), "updatedAt": stamp(r.updated),
		"comments": resolver(func(arguments map[string]any) any {
			var comments []*node
			for _, comment := range p.comments {
				if comment.review == r {
					comments = append(comments, c.commentNode(p, comment))
				}
			}
			return connection("PullRequestReviewComment", comments)(arguments)
		}),
	}
	c.text(p, shown, r.id, r.nodeID(), r.author, r.body, r.minimized)
	return &node{"PullRequestReview", shown}
}

func (c *call) talkNode(p *Pull, comment *issueComment) *node {
	shown := fields{
		"url":       fmt.Sprintf("%s#issuecomment-%d", c.pullPage(p), comment.id),
		"createdAt": stamp(comment.created), "updatedAt": stamp(comment.updated),
	}
	c.text(p, shown, comment.id, comment.nodeID(), comment.author, comment.body, comment.minimized)
	return &node{"IssueComment", shown}
}

// connection is a list with pages. GitHub wants to be told how long a page is, and gives no more
// than 100 items.
func connection(kind string, all []*node) resolver {
	return func(arguments map[string]any) any {
		size, backwards := arguments["first"], false
		if size == nil {
			size, backwards = arguments["last"], true
		}
		count, err := strconv.Atoi(fmt.Sprint(size))
		if err != nil {
			return problem{"MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the connection."}
		}
		if count > 100 || count < 1 {
			return problem{"EXCESSIVE_PAGINATION", fmt.Sprintf("Requesting %d records on the connection exceeds the limit of 100 records.", count)}
		}
		from, to := 0, len(all)
		if after, ok := arguments["after"].(string); ok {
			from = min(cursorPlace(after)+1, len(all))
		}
		if before, ok := arguments["before"].(string); ok {
			to = max(min(cursorPlace(before), len(all)), from)
		}
		if backwards {
			from = max(from, to-count)
		} else {
			to = min(to, from+count)
		}
		return connectionPage(kind, all, from, to)
	}
}

func connectionPage(kind string, all []*node, from, to int) *node {
	part := slices.Clone(all[from:to])
	info := fields{"hasNextPage": to < len(all), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	var edges []*node
	for i, n := range part {
		edges = append(edges, &node{kind + "Edge", fields{"node": n, "cursor": cursor(from + i)}})
	}
	if len(part) > 0 {
		info["startCursor"], info["endCursor"] = cursor(from), cursor(to-1)
	}
	return &node{kind + "Connection", fields{
		"nodes": part, "edges": edges, "totalCount": len(all), "pageInfo": &node{"PageInfo", info},
	}}
}

func cursor(place int) string { return fmt.Sprintf("Y3Vyc29y%d", place) }

func cursorPlace(text string) int {
	place, err := strconv.Atoi(strings.TrimPrefix(text, "Y3Vyc29y"))
	if err != nil {
		return -1
	}
	return place
}
