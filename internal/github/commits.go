package github

import (
	"context"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/google/go-github/v60/github"
)

// A Commit is one of the repository.
type Commit struct {
	SHA     string
	Tree    string
	Parents []string
	Message string
}

// Commit returns a commit by its SHA.
func (c *Client) Commit(ctx context.Context, sha string) (*Commit, error) {
	found, _, err := c.api().Git.GetCommit(ctx, c.owner, c.name, sha)
	if err != nil {
		return nil, explain(readBranches, err)
	}
	commit := &Commit{SHA: found.GetSHA(), Tree: found.GetTree().GetSHA(), Message: found.GetMessage()}
	for _, parent := range found.Parents {
		commit.Parents = append(commit.Parents, parent.GetSHA())
	}
	return commit, nil
}

// A FileChange is the new content of a file; nil takes the file away.
type FileChange struct {
	Name    string
	Mode    string // as git writes it
	Content []byte
}

// maxTreeBytes is how much text is sent with one request for a tree.
const maxTreeBytes = 1 << 20

// CreateTree makes a tree of another one and of changed files, and returns its SHA. What is sent twice
// makes the same objects, so that it may be sent again after a lost connection.
func (c *Client) CreateTree(ctx context.Context, tree string, files []FileChange) (string, error) {
	var entries []*github.TreeEntry
	size := 0
	for i, file := range files {
		entry := &github.TreeEntry{Path: github.String(file.Name), Mode: github.String(file.Mode), Type: github.String("blob")}
		switch {
		case file.Content == nil:
		case utf8.Valid(file.Content):
			entry.Content = github.String(string(file.Content))
			size += len(file.Content)
		default:
			sha, err := c.createBlob(ctx, file.Content)
			if err != nil {
				return "", err
			}
			entry.SHA = github.String(sha)
		}
		entries = append(entries, entry)
		if size < maxTreeBytes && i+1 < len(files) {
			continue
		}
		made, _, err := c.api().Git.CreateTree(settingOnly(ctx), c.owner, c.name, tree, entries)
		if err != nil {
			return "", explain(pushBranch, err)
		}
		tree, entries, size = made.GetSHA(), nil, 0
	}
	return tree, nil
}

// createBlob uploads what is no text of Unicode, which a tree cannot hold in JSON.
func (c *Client) createBlob(ctx context.Context, content []byte) (string, error) {
	made, _, err := c.api().Git.CreateBlob(settingOnly(ctx), c.owner, c.name, &github.Blob{
		Content: github.String(base64.StdEncoding.EncodeToString(content)), Encoding: github.String("base64"),
	})
	if err != nil {
		return "", explain(pushBranch, err)
	}
	return made.GetSHA(), nil
}

// CreateCommit makes a commit, which no branch has yet, and returns its SHA. Neither author nor
// committer are named, so that GitHub signs it for the token's account.
// https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
func (c *Client) CreateCommit(ctx context.Context, message, tree, parent string) (string, error) {
	made, _, err := c.api().Git.CreateCommit(settingOnly(ctx), c.owner, c.name, &github.Commit{
		Message: github.String(message), Tree: &github.Tree{SHA: github.String(tree)},
		Parents: []*github.Commit{{SHA: github.String(parent)}},
	}, nil)
	if err != nil {
		return "", explain(pushBranch, err)
	}
	if made.GetTree().GetSHA() != tree {
		return "", &Error{Kind: Failed, Message: fmt.Sprintf("GitHub made a commit of another tree than %.12s; run the job again", tree)}
	}
	return made.GetSHA(), nil
}
