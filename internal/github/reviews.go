package github

import (
	"context"
	"errors"

	"github.com/google/go-github/v60/github"
)

// A ReviewComment is one to be made at lines of the head, which lie in one hunk of the diff.
type ReviewComment struct {
	Path        string
	Start, Line int // the same for one line
	Body        string
}

// CreateReview posts a review that neither approves nor blocks. GitHub takes all of it or nothing.
func (c *Client) CreateReview(ctx context.Context, number int, commit, body string, comments []ReviewComment) error {
	request := draft(commit, comments)
	request.Body, request.Event = github.String(body), github.String("COMMENT")
	_, _, err := c.api().PullRequests.CreateReview(ctx, c.owner, c.name, number, request)
	return explain(writeReview, err)
}

// TryReview finds out whether GitHub takes comments: it makes a draft that nobody else sees, and
// deletes it.
func (c *Client) TryReview(ctx context.Context, number int, commit, body string, comments []ReviewComment) error {
	request := draft(commit, comments)
	request.Body = github.String(body)
	made, _, err := c.api().PullRequests.CreateReview(ctx, c.owner, c.name, number, request)
	if err != nil {
		return explain(writeReview, err)
	}
	return c.DeleteDraft(ctx, number, made.GetID())
}

// DeleteDraft deletes a review that was not submitted.
func (c *Client) DeleteDraft(ctx context.Context, number int, id int64) error {
	_, _, err := c.api().PullRequests.DeletePendingReview(ctx, c.owner, c.name, number, id)
	var refused *Error
	if err = explain(writeReview, err); errors.As(err, &refused) && refused.Kind == NotFound {
		return nil // a try before had its effect
	}
	return err
}

func draft(commit string, comments []ReviewComment) *github.PullRequestReviewRequest {
	request := &github.PullRequestReviewRequest{CommitID: github.String(commit)}
	for _, comment := range comments {
		made := &github.DraftReviewComment{
			Path: github.String(comment.Path), Body: github.String(comment.Body),
			Line: github.Int(comment.Line), Side: github.String("RIGHT"),
		}
		if comment.Start < comment.Line {
			made.StartLine, made.StartSide = github.Int(comment.Start), github.String("RIGHT")
		}
		request.Comments = append(request.Comments, made)
	}
	return request
}

// UpdateReview sets the text of a review.
func (c *Client) UpdateReview(ctx context.Context, number int, id int64, body string) error {
	_, _, err := c.api().PullRequests.UpdateReview(ctx, c.owner, c.name, number, id, body)
	return explain(writeReview, err)
}

// CommentFile comments on a changed file as a whole.
func (c *Client) CommentFile(ctx context.Context, number int, commit, path, body string) error {
	_, _, err := c.api().PullRequests.CreateComment(ctx, c.owner, c.name, number, &github.PullRequestComment{
		CommitID: github.String(commit), Path: github.String(path), Body: github.String(body), SubjectType: github.String("file"),
	})
	return explain(writeReview, err)
}
