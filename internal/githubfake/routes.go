package githubfake

import (
	"net/url"
	"slices"
	"strings"
)

// A route is one operation of GitHub's description that the fake answers.
type route struct {
	method string
	path   string   // as in the description
	needs  []string // one of these permissions is enough; none: whoever sees the repository
	answer func(*call) answer
}

const inRepo = "/repos/{owner}/{repo}"

func routes() []route {
	reviews := []string{"pull-requests: write"}
	talk := []string{"pull-requests: write", "issues: write"}
	readPulls := []string{"pull-requests: read"}
	readTalk := []string{"pull-requests: read", "issues: read"}
	contents := []string{"contents: write"}
	readContents := []string{"contents: read"}
	return []route{
		{"GET", "/user", nil, getUser},
		{"GET", "/rate_limit", nil, getRateLimit},
		{"GET", inRepo, nil, getRepo},

		{"GET", inRepo + "/pulls", readPulls, listPulls},
		{"POST", inRepo + "/pulls", reviews, createPull},
		{"GET", inRepo + "/pulls/{pull_number}", readPulls, getPull},
		{"PATCH", inRepo + "/pulls/{pull_number}", reviews, updatePull},
		{"GET", inRepo + "/pulls/{pull_number}/files", readPulls, listFiles},
		{"GET", inRepo + "/pulls/{pull_number}/commits", readPulls, listPullCommits},
		{"GET", inRepo + "/commits/{commit_sha}/pulls", readPulls, listPullsOfCommit},
		{"POST", inRepo + "/pulls/{pull_number}/requested_reviewers", reviews, requestReviewers},

		{"GET", inRepo + "/pulls/{pull_number}/reviews", readPulls, listReviews},
		{"POST", inRepo + "/pulls/{pull_number}/reviews", reviews, createReview},
		{"GET", inRepo + "/pulls/{pull_number}/reviews/{review_id}", readPulls, getReview},
		{"PUT", inRepo + "/pulls/{pull_number}/reviews/{review_id}", reviews, updateReview},
		{"DELETE", inRepo + "/pulls/{pull_number}/reviews/{review_id}", reviews, deleteReview},
		{"POST", inRepo + "/pulls/{pull_number}/reviews/{review_id}/events", reviews, submitReview},
		{"GET", inRepo + "/pulls/{pull_number}/reviews/{review_id}/comments", readPulls, listCommentsOfReview},
		{"GET", inRepo + "/pulls/{pull_number}/comments", readPulls, listReviewComments},
		{"POST", inRepo + "/pulls/{pull_number}/comments", reviews, createReviewComment},
		{"POST", inRepo + "/pulls/{pull_number}/comments/{comment_id}/replies", reviews, replyToReviewComment},
		{"GET", inRepo + "/pulls/comments/{comment_id}", readPulls, getReviewComment},
		{"PATCH", inRepo + "/pulls/comments/{comment_id}", reviews, updateReviewComment},
		{"DELETE", inRepo + "/pulls/comments/{comment_id}", reviews, deleteReviewComment},

		{"GET", inRepo + "/issues/{issue_number}/comments", readTalk, listIssueComments},
		{"POST", inRepo + "/issues/{issue_number}/comments", talk, createIssueComment},
		{"GET", inRepo + "/issues/comments/{comment_id}", readTalk, getIssueComment},
		{"PATCH", inRepo + "/issues/comments/{comment_id}", talk, updateIssueComment},
		{"DELETE", inRepo + "/issues/comments/{comment_id}", talk, deleteIssueComment},
		{"GET", inRepo + "/issues/{issue_number}/labels", readTalk, listLabels},
		{"POST", inRepo + "/issues/{issue_number}/labels", talk, addLabels},
		{"DELETE", inRepo + "/issues/{issue_number}/labels/{name}", talk, removeLabel},
		{"POST", inRepo + "/issues/{issue_number}/assignees", talk, addAssignees},

		{"POST", inRepo + "/check-runs", []string{"checks: write"}, createCheckRun},
		{"PATCH", inRepo + "/check-runs/{check_run_id}", []string{"checks: write"}, updateCheckRun},
		{"GET", inRepo + "/commits/{ref}/check-runs", []string{"checks: read"}, listCheckRuns},
		{"POST", inRepo + "/code-scanning/sarifs", []string{"security-events: write"}, uploadSARIF},
		{"GET", inRepo + "/code-scanning/sarifs/{sarif_id}", []string{"security-events: read"}, getSARIF},

		{"GET", inRepo + "/branches/{branch}", readContents, getBranch},
		{"GET", inRepo + "/commits/{ref}", readContents, getCommit},
		{"GET", inRepo + "/compare/{basehead}", readContents, compare},
		{"GET", inRepo + "/contents/{path}", readContents, getContents},
		{"GET", inRepo + "/git/ref/{ref}", readContents, getRef},
		{"GET", inRepo + "/git/matching-refs/{ref}", readContents, listRefs},
		{"POST", inRepo + "/git/refs", contents, createRef},
		{"PATCH", inRepo + "/git/refs/{ref}", contents, updateRef},
		{"DELETE", inRepo + "/git/refs/{ref}", contents, deleteRef},
		{"GET", inRepo + "/git/commits/{commit_sha}", readContents, getGitCommit},
		{"POST", inRepo + "/git/commits", contents, createCommit},
		{"GET", inRepo + "/git/trees/{tree_sha}", readContents, getTree},
		{"POST", inRepo + "/git/trees", contents, createTree},
		{"GET", inRepo + "/git/blobs/{file_sha}", readContents, getBlob},
		{"POST", inRepo + "/git/blobs", contents, createBlob},
	}
}

// Operations returns the operations that the fake answers, as "GET /path" of GitHub's description.
func Operations() []string {
	var names []string
	for _, r := range routes() {
		names = append(names, r.method+" "+r.path)
	}
	return names
}

// find returns the route for a method and an escaped path, and its parameters. Of two that fit, the
// one with more fixed words is meant: /pulls/comments/7 is no pull request.
func find(routes []route, method, escaped string) (*route, map[string]string) {
	given := strings.Split(escaped, "/")
	for i, segment := range given {
		if plain, err := url.PathUnescape(segment); err == nil {
			given[i] = plain
		}
	}
	var best *route
	var bestParams map[string]string
	for i := range routes {
		if routes[i].method != method {
			continue
		}
		params, ok := fit(routes[i].path, given)
		if ok && (best == nil || len(params) < len(bestParams)) {
			best, bestParams = &routes[i], params
		}
	}
	return best, bestParams
}

// fit matches the segments of a path with those of the description. A ref or a path at the end may
// hold slashes.
func fit(path string, given []string) (map[string]string, bool) {
	wanted := strings.Split(path, "/")
	last := wanted[len(wanted)-1]
	if slices.Contains([]string{"{ref}", "{path}", "{basehead}", "{branch}"}, last) && len(given) > len(wanted) {
		given = append(slices.Clone(given[:len(wanted)-1]), strings.Join(given[len(wanted)-1:], "/"))
	}
	if len(given) != len(wanted) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range wanted {
		switch {
		case strings.HasPrefix(want, "{"):
			params[strings.Trim(want, "{}")] = given[i]
		case want != given[i]:
			return nil, false
		}
	}
	return params, true
}
