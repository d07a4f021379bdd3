package github

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v60/github"
)

// A graphError is one of GitHub's errors of GraphQL.
type graphError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"`
}

// query posts a document of GraphQL. The errors belong to parts of it, the others are in into.
func (c *Client) query(ctx context.Context, doing action, document string, variables map[string]any, into any) ([]graphError, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, fmt.Errorf("ask GitHub: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.graph.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask GitHub: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "podmend")
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, explain(doing, err)
	}
	defer answer.Body.Close()
	if err := github.CheckResponse(answer); err != nil {
		return nil, explain(doing, err)
	}
	var envelope struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphError    `json:"errors"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&envelope); err != nil {
		return nil, explain(doing, err)
	}
	for _, e := range envelope.Errors {
		if e.Type == "RATE_LIMITED" {
			return nil, limited()
		}
	}
	if len(envelope.Data) == 0 || string(envelope.Data) == "null" {
		return nil, graphFailure(doing, envelope.Errors)
	}
	if err := json.Unmarshal(envelope.Data, into); err != nil {
		return nil, explain(doing, err)
	}
	return envelope.Errors, nil
}

// graphFailure makes an error of what GraphQL says in its answer.
func graphFailure(doing action, errors []graphError) *Error {
	failure := &Error{Kind: Failed, Message: fmt.Sprintf("GitHub does not answer the request to %s; run the job again later", doing.does)}
	var texts []string
	for _, e := range errors {
		texts = append(texts, e.Message)
		switch e.Type {
		case "FORBIDDEN", "INSUFFICIENT_SCOPES":
			failure.Kind, failure.Message = Forbidden, mayNot(doing)
		case "NOT_FOUND":
			failure.Kind = NotFound
			failure.Message = fmt.Sprintf("GitHub finds nothing where podmend wants to %s: it is gone, or the token does not see the repository", doing.does)
		}
	}
	failure.Detail = strings.Join(texts, "; ")
	return failure
}
