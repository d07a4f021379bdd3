package github

import (
	"context"
	"fmt"
	"strings"
)

// A Change is one of something that podmend wrote before.
type Change struct {
	Kind    ChangeKind
	ID      string // of the comment; of the thread, to resolve it
	Body    string // to Edit
	Outdate bool   // to Hide as outdated, not as resolved
}

// A ChangeKind is what becomes of a comment or thread.
type ChangeKind int

// The kinds of changes.
const (
	Edit ChangeKind = iota
	Hide
	Resolve
)

// maxChanges is how many changes are sent in one request.
const maxChanges = 40

// Apply makes changes, many with each request. It returns what failed of each, by its index.
func (c *Client) Apply(ctx context.Context, wanted []Change) (failed map[int]error) {
	failed = map[int]error{}
	for first := 0; first < len(wanted); first += maxChanges {
		some := wanted[first:min(first+maxChanges, len(wanted))]
		document, variables := mutation(some)
		var done map[string]any
		failures, err := c.query(settingOnly(ctx), some[0].doing(), document, variables, &done)
		for i := range some {
			name := fmt.Sprintf("m%d", i)
			switch {
			case err != nil:
				failed[first+i] = err
			case done[name] == nil:
				var own []graphError
				for _, failure := range failures {
					if len(failure.Path) > 0 && failure.Path[0] == name {
						own = append(own, failure)
					}
				}
				failed[first+i] = graphFailure(some[i].doing(), own)
			}
		}
	}
	return failed
}

func (ch *Change) doing() action {
	switch ch.Kind {
	case Hide:
		return minimizeOld
	case Resolve:
		return resolveOld
	}
	return writeReview
}

func mutation(wanted []Change) (document string, variables map[string]any) {
	variables = map[string]any{}
	var heads, fields []string
	for i, change := range wanted {
		var field, kind string
		var input map[string]any
		switch change.Kind {
		case Edit:
			field, kind = "updatePullRequestReviewComment", "UpdatePullRequestReviewCommentInput"
			input = map[string]any{"pullRequestReviewCommentId": change.ID, "body": change.Body}
		case Hide:
			field, kind = "minimizeComment", "MinimizeCommentInput"
			input = map[string]any{"subjectId": change.ID, "classifier": "RESOLVED"}
			if change.Outdate {
				input["classifier"] = "OUTDATED"
			}
		case Resolve:
			field, kind = "resolveReviewThread", "ResolveReviewThreadInput"
			input = map[string]any{"threadId": change.ID}
		}
		variables[fmt.Sprintf("i%d", i)] = input
		heads = append(heads, fmt.Sprintf("$i%d: %s!", i, kind))
		fields = append(fields, fmt.Sprintf("m%d: %s(input: $i%d) { clientMutationId }", i, field, i))
	}
	return "mutation(" + strings.Join(heads, ", ") + ") {\n" + strings.Join(fields, "\n") + "\n}", variables
}
