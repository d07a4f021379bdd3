package github

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/go-github/v60/github"
)

var (
	findPulls = action{does: "read pull requests", permission: "pull-requests: read", otherwise: inFixes}
	openPull  = action{does: "open pull requests", permission: "pull-requests: write", otherwise: inFixes}
	editPull  = action{does: "change pull requests", permission: "pull-requests: write", otherwise: inFixes}
)

// PullsOf returns the pull requests from a branch of this repository, open and closed ones, the newest
// first.
func (c *Client) PullsOf(ctx context.Context, branch string) ([]*Pull, error) {
	options := &github.PullRequestListOptions{
		State: "all", Head: c.owner + ":" + branch, Sort: "created", Direction: "desc", ListOptions: github.ListOptions{PerPage: perPage},
	}
	page, _, err := c.api().PullRequests.List(ctx, c.owner, c.name, options)
	if err != nil {
		return nil, explain(findPulls, err)
	}
	var pulls []*Pull
	for _, listed := range page {
		// A fork of the same owner may have a branch of the name too.
		if pull := pullOf(listed); strings.EqualFold(pull.HeadRepository, c.options.Repository) && pull.HeadBranch == branch {
			pulls = append(pulls, pull)
		}
	}
	return pulls, nil
}

// A NewPull is a pull request to be opened.
type NewPull struct {
	Branch, Base string
	Title, Body  string
	Draft        bool
}

// The reasons for which GitHub opens no pull request that a caller can do something about.
var (
	ErrNoDrafts   = errors.New("the repository has no draft pull requests")
	ErrNothingNew = errors.New("the branch has no commit that its base lacks")
)

// CreatePull opens a pull request. If there is one already, or a try before had its effect, that is
// returned.
func (c *Client) CreatePull(ctx context.Context, wanted NewPull) (*Pull, error) {
	made, _, err := c.api().PullRequests.Create(ctx, c.owner, c.name, &github.NewPullRequest{
		Title: github.String(wanted.Title), Head: github.String(wanted.Branch), Base: github.String(wanted.Base),
		Body: github.String(wanted.Body), Draft: github.Bool(wanted.Draft),
	})
	if err == nil {
		return pullOf(made), nil
	}
	var refused *Error
	err = explain(openPull, err)
	if !errors.As(err, &refused) {
		return nil, err
	}
	detail := strings.ToLower(refused.Detail)
	switch {
	case refused.Kind == Forbidden && strings.Contains(detail, "not permitted to create"):
		refused.Message = "GitHub Actions may not open pull requests in this repository: turn on \"Allow GitHub Actions to create and approve pull requests\" in its settings, under Actions, General"
	case refused.Kind == Invalid && strings.Contains(detail, "draft"):
		return nil, ErrNoDrafts
	case refused.Kind == Invalid && strings.Contains(detail, "no commits between"):
		return nil, ErrNothingNew
	case refused.Unclear, refused.Kind == Invalid:
		pulls, lost := c.PullsOf(ctx, wanted.Branch)
		if lost != nil {
			return nil, lost
		}
		if i := slices.IndexFunc(pulls, func(p *Pull) bool { return p.Open }); i >= 0 {
			return pulls[i], nil
		}
	}
	return nil, err
}

// A PullEdit is what changes in a pull request; nil leaves as it is.
type PullEdit struct {
	Title, Body *string
	Close       bool
}

// EditPull changes a pull request.
func (c *Client) EditPull(ctx context.Context, number int, edit PullEdit) error {
	wanted := &github.PullRequest{Title: edit.Title, Body: edit.Body}
	if edit.Close {
		wanted.State = github.String("closed")
	}
	_, _, err := c.api().PullRequests.Edit(ctx, c.owner, c.name, number, wanted)
	return explain(editPull, err)
}

// Say adds a comment to the conversation of a pull request, once: one that holds the mark already is
// enough.
func (c *Client) Say(ctx context.Context, number int, mark, text string) error {
	said, err := c.hasSaid(ctx, number, mark)
	if err != nil || said {
		return err
	}
	for try := 1; ; try++ {
		_, _, err := c.api().Issues.CreateComment(ctx, c.owner, c.name, number, &github.IssueComment{Body: github.String(mark + "\n" + text)})
		var refused *Error
		if err = explain(editPull, err); !errors.As(err, &refused) || !refused.Unclear || try == maxTries {
			return err
		}
		if said, lost := c.hasSaid(ctx, number, mark); lost != nil || said {
			return lost
		}
	}
}

func (c *Client) hasSaid(ctx context.Context, number int, mark string) (bool, error) {
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: perPage}}
	for range maxPages {
		page, answer, err := c.api().Issues.ListComments(ctx, c.owner, c.name, number, options)
		if err != nil {
			return false, explain(findPulls, err)
		}
		if slices.ContainsFunc(page, func(comment *github.IssueComment) bool { return strings.HasPrefix(comment.GetBody(), mark) }) {
			return true, nil
		}
		if options.Page = answer.NextPage; options.Page == 0 {
			break
		}
	}
	return false, nil
}

// Label adds labels to a pull request. GitHub makes those that the repository lacks.
func (c *Client) Label(ctx context.Context, number int, labels []string) error {
	_, _, err := c.api().Issues.AddLabelsToIssue(settingOnly(ctx), c.owner, c.name, number, labels)
	return explain(editPull, err)
}

// Assign assigns people to a pull request, and returns those whom GitHub leaves out without a word.
func (c *Client) Assign(ctx context.Context, number int, logins []string) (left []string, err error) {
	made, _, err := c.api().Issues.AddAssignees(settingOnly(ctx), c.owner, c.name, number, logins)
	if err != nil {
		return nil, explain(editPull, err)
	}
	for _, login := range logins {
		if !slices.ContainsFunc(made.Assignees, func(u *github.User) bool { return strings.EqualFold(u.GetLogin(), login) }) {
			left = append(left, login)
		}
	}
	return left, nil
}

// RequestReview asks people, and teams named owner/team, for a review. GitHub refuses all of them if it
// refuses one.
func (c *Client) RequestReview(ctx context.Context, number int, reviewers []string) error {
	request := github.ReviewersRequest{}
	for _, name := range reviewers {
		if _, team, ok := strings.Cut(name, "/"); ok {
			request.TeamReviewers = append(request.TeamReviewers, team)
		} else {
			request.Reviewers = append(request.Reviewers, name)
		}
	}
	_, _, err := c.api().PullRequests.RequestReviewers(settingOnly(ctx), c.owner, c.name, number, request)
	return explain(editPull, err)
}
