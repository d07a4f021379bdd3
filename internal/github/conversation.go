package github

import (
	"context"
	"fmt"
)

// A Conversation is what was said on a pull request at lines and files, and in reviews.
type Conversation struct {
	Threads []Thread
	Reviews []Review
}

// A Thread is a review comment with its replies.
type Thread struct {
	ID          string
	Path        string
	Start, Line int // 0 where it is outdated or about a file
	OnFile      bool
	Resolved    bool
	Outdated    bool
	Comments    []Comment // the first of them, the oldest first
}

// A Comment is one of a thread.
type Comment struct {
	ID     string
	Body   string
	Mine   bool // the token's own account wrote it
	Hidden bool // it was minimized
}

// A Review is one that was submitted, or a draft of the token's own account.
type Review struct {
	ID    int64
	Body  string
	Mine  bool
	Draft bool
}

type pageInfo struct {
	HasNextPage bool    `json:"hasNextPage"`
	EndCursor   *string `json:"endCursor"`
}

const threadsQuery = `query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id path line startLine subjectType isResolved isOutdated
        comments(first: 50) { nodes { id body viewerDidAuthor isMinimized } }
      }
    }
  } }
}`

const reviewsQuery = `query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviews(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { databaseId body state viewerDidAuthor }
    }
  } }
}`

type pullAnswer struct {
	Repository struct {
		PullRequest *struct {
			ReviewThreads struct {
				PageInfo pageInfo `json:"pageInfo"`
				Nodes    []struct {
					ID          string `json:"id"`
					Path        string `json:"path"`
					Line        *int   `json:"line"`
					StartLine   *int   `json:"startLine"`
					SubjectType string `json:"subjectType"`
					IsResolved  bool   `json:"isResolved"`
					IsOutdated  bool   `json:"isOutdated"`
					Comments    struct {
						Nodes []struct {
							ID              string `json:"id"`
							Body            string `json:"body"`
							ViewerDidAuthor bool   `json:"viewerDidAuthor"`
							IsMinimized     bool   `json:"isMinimized"`
						} `json:"nodes"`
					} `json:"comments"`
				} `json:"nodes"`
			} `json:"reviewThreads"`
			Reviews struct {
				PageInfo pageInfo `json:"pageInfo"`
				Nodes    []struct {
					DatabaseID      int64  `json:"databaseId"`
					Body            string `json:"body"`
					State           string `json:"state"`
					ViewerDidAuthor bool   `json:"viewerDidAuthor"`
				} `json:"nodes"`
			} `json:"reviews"`
		} `json:"pullRequest"`
	} `json:"repository"`
}

// Conversation reads the threads and reviews of a pull request, the oldest first.
func (c *Client) Conversation(ctx context.Context, number int) (*Conversation, error) {
	said := &Conversation{}
	err := c.pages(ctx, threadsQuery, number, func(answer *pullAnswer) pageInfo {
		threads := &answer.Repository.PullRequest.ReviewThreads
		for _, node := range threads.Nodes {
			thread := Thread{
				ID: node.ID, Path: node.Path, OnFile: node.SubjectType == "FILE",
				Resolved: node.IsResolved, Outdated: node.IsOutdated,
			}
			if node.Line != nil && !thread.OnFile && !thread.Outdated {
				thread.Start, thread.Line = *node.Line, *node.Line
				if node.StartLine != nil {
					thread.Start = *node.StartLine
				}
			}
			for _, comment := range node.Comments.Nodes {
				thread.Comments = append(thread.Comments, Comment{ID: comment.ID, Body: comment.Body, Mine: comment.ViewerDidAuthor, Hidden: comment.IsMinimized})
			}
			said.Threads = append(said.Threads, thread)
		}
		return threads.PageInfo
	})
	if err != nil {
		return nil, err
	}
	err = c.pages(ctx, reviewsQuery, number, func(answer *pullAnswer) pageInfo {
		reviews := &answer.Repository.PullRequest.Reviews
		for _, node := range reviews.Nodes {
			said.Reviews = append(said.Reviews, Review{ID: node.DatabaseID, Body: node.Body, Mine: node.ViewerDidAuthor, Draft: node.State == "PENDING"})
		}
		return reviews.PageInfo
	})
	return said, err
}

func (c *Client) pages(ctx context.Context, document string, number int, take func(*pullAnswer) pageInfo) error {
	variables := map[string]any{"owner": c.owner, "name": c.name, "number": number, "after": nil}
	for range maxPages {
		answer := new(pullAnswer)
		failures, err := c.query(reading(ctx), readComments, document, variables, answer)
		if err != nil {
			return err
		}
		// A part that is missing could be a comment that would be posted twice.
		if answer.Repository.PullRequest == nil || len(failures) > 0 {
			return graphFailure(readComments, failures)
		}
		page := take(answer)
		if !page.HasNextPage || page.EndCursor == nil {
			return nil
		}
		variables["after"] = *page.EndCursor
	}
	return &Error{Kind: Failed, Message: fmt.Sprintf("the pull request has more than %d pages of comments, which podmend does not read", maxPages)}
}
