package github

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-github/v60/github"
)

// A Pull is a pull request.
type Pull struct {
	Number         int
	Open           bool
	Head           string // SHA of its last commit
	HeadRepository string // owner/name, "" if it is gone
	HeadBranch     string
	Base           string // SHA of the tip of the branch to merge into
	BaseBranch     string
	URL            string // of its page
	Title, Body    string
	Merged         bool
}

// Pull returns a pull request by its number.
func (c *Client) Pull(ctx context.Context, number int) (*Pull, error) {
	found, _, err := c.api().PullRequests.Get(ctx, c.owner, c.name, number)
	if err != nil {
		return nil, explain(readPull, err)
	}
	return pullOf(found), nil
}

// PullOf returns the open pull request whose last commit is head, from the branch of the repository.
func (c *Client) PullOf(ctx context.Context, head, repository, branch string) (*Pull, error) {
	owner, _, _ := strings.Cut(repository, "/")
	options := &github.PullRequestListOptions{State: "open", Head: owner + ":" + branch, ListOptions: github.ListOptions{PerPage: perPage}}
	var found []*Pull
	for range maxPages {
		page, answer, err := c.api().PullRequests.List(ctx, c.owner, c.name, options)
		if err != nil {
			return nil, explain(readPull, err)
		}
		for _, listed := range page {
			if pull := pullOf(listed); pull.Head == head && strings.EqualFold(pull.HeadRepository, repository) {
				found = append(found, pull)
			}
		}
		if options.Page = answer.NextPage; options.Page == 0 {
			break
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return nil, &Error{Kind: NotFound, Message: fmt.Sprintf(
			"the pull requests %d and %d both have the commit %.12s as their last one, and nothing says for which of them the report was made; close one, or push a commit to the branch of one alone",
			found[0].Number, found[1].Number, head)}
	}
	return nil, &Error{Kind: NotFound, Message: fmt.Sprintf(
		"no open pull request has the commit %.12s of %s as its last one: it was pushed to again, merged or closed, and the run for the newer commit comments", head, repository)}
}

const (
	perPage  = 100
	maxPages = 100
)

func pullOf(p *github.PullRequest) *Pull {
	return &Pull{
		Number: p.GetNumber(), Open: p.GetState() == "open", Head: p.GetHead().GetSHA(),
		HeadRepository: p.GetHead().GetRepo().GetFullName(), HeadBranch: p.GetHead().GetRef(),
		Base: p.GetBase().GetSHA(), BaseBranch: p.GetBase().GetRef(),
		URL: p.GetHTMLURL(), Title: p.GetTitle(), Body: p.GetBody(), Merged: p.MergedAt != nil,
	}
}

// FileAt returns a file of the repository as a commit has it.
func (c *Client) FileAt(ctx context.Context, name, commit string) ([]byte, error) {
	content, _, _, err := c.api().Repositories.GetContents(ctx, c.owner, c.name, name, &github.RepositoryContentGetOptions{Ref: commit})
	if err != nil {
		return nil, explain(readFiles, err)
	}
	if content.GetType() != "file" {
		return nil, &Error{Kind: NotFound, Message: "it is no file that GitHub shows"}
	}
	text, err := content.GetContent()
	if err != nil {
		return nil, &Error{Kind: TooLarge, Message: "it is larger than GitHub shows"}
	}
	return []byte(text), nil
}
