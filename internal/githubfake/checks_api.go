package githubfake

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A checkRun is one of a commit.
type checkRun struct {
	id                 int64
	name, sha          string
	status, conclusion string
	external, details  string
	title, summary     string
	text               string
	annotations        int
	started, completed time.Time
}

type sentCheckRun struct {
	Name       string
	HeadSHA    string `json:"head_sha"`
	Status     string
	Conclusion string
	ExternalID string `json:"external_id"`
	DetailsURL string `json:"details_url"`
	Output     *struct {
		Title, Summary, Text string
		Annotations          []json.RawMessage
	}
}

// refusal: a run that is completed has a conclusion, and texts have the limit of all bodies.
func (sent *sentCheckRun) refusal() (answer, bool) {
	if sent.Status == "completed" && sent.Conclusion == "" {
		return invalid("Invalid request.\n\nNo subschema in \"anyOf\" matched.\nMissing field conclusion."), true
	}
	if o := sent.Output; o != nil {
		for name, text := range map[string]string{"summary": o.Summary, "text": o.Text} {
			if len(text) > longestBody-1 {
				return invalid("Invalid request.\n\nOnly 65535 characters are allowed; " + name + " is too long."), true
			}
		}
		if len(o.Annotations) > 50 {
			return invalid("Invalid request.\n\nNo more than 50 items are allowed; annotations has more."), true
		}
	}
	return answer{}, false
}

func (r *checkRun) take(sent *sentCheckRun, now time.Time) {
	for _, set := range []struct {
		to   *string
		from string
	}{{&r.name, sent.Name}, {&r.status, sent.Status}, {&r.conclusion, sent.Conclusion}, {&r.external, sent.ExternalID}, {&r.details, sent.DetailsURL}} {
		if set.from != "" {
			*set.to = set.from
		}
	}
	if sent.Conclusion != "" {
		r.status, r.completed = "completed", now
	}
	if o := sent.Output; o != nil {
		r.title, r.summary, r.text = o.Title, o.Summary, o.Text
		r.annotations += len(o.Annotations) // each request adds to those before
	}
}

func createCheckRun(c *call) answer {
	var sent sentCheckRun
	c.decode(&sent)
	if refused, bad := sent.refusal(); bad {
		return refused
	}
	if !c.repo.has(sent.HeadSHA, "commit") {
		return invalid("No commit found for SHA: " + sent.HeadSHA)
	}
	r := &checkRun{id: c.s.nextID(), sha: sent.HeadSHA, status: "queued", started: c.s.now()}
	r.take(&sent, c.s.now())
	c.repo.runs = append(c.repo.runs, r)
	return created(c.showCheckRun(r))
}

func updateCheckRun(c *call) answer {
	for _, r := range c.repo.runs {
		if r.id != c.number("check_run_id") {
			continue
		}
		var sent sentCheckRun
		c.decode(&sent)
		if refused, bad := sent.refusal(); bad {
			return refused
		}
		r.take(&sent, c.s.now())
		return ok(c.showCheckRun(r))
	}
	return refuse(http.StatusNotFound, "Not Found")
}

func listCheckRuns(c *call) answer {
	sha := c.repo.resolve(c.params["ref"])
	if sha == "" {
		return invalid("No commit found for SHA: " + c.params["ref"])
	}
	query := c.request.URL.Query()
	var found []*checkRun
	for _, r := range c.repo.runs {
		if r.sha == sha && (query.Get("check_name") == "" || r.name == query.Get("check_name")) {
			found = append(found, r)
		}
	}
	part, header := cutPage(c, found)
	return answer{status: http.StatusOK, header: header, body: fields{"total_count": len(found), "check_runs": each(part, c.showCheckRun)}}
}

func (c *call) showCheckRun(r *checkRun) fields {
	url := fmt.Sprintf("%s/check-runs/%d", c.repoURL(c.repo), r.id)
	return fields{
		"id": r.id, "node_id": fmt.Sprintf("CR_%d", r.id), "name": r.name, "head_sha": r.sha, "external_id": optional(r.external),
		"url": url, "html_url": fmt.Sprintf("%s/runs/%d", c.webURL(c.repo), r.id), "details_url": optional(r.details),
		"status": r.status, "conclusion": optional(r.conclusion), "started_at": stamp(r.started), "completed_at": when(r.completed),
		"check_suite": fields{"id": r.id + 1}, "app": nil, "pull_requests": []any{},
		"output": fields{
			"title": optional(r.title), "summary": optional(r.summary), "text": optional(r.text),
			"annotations_count": r.annotations, "annotations_url": url + "/annotations",
		},
	}
}

// A sarif is an upload to code scanning.
type sarif struct {
	id, ref, sha string
	text         []byte
}

const largestSARIF = 10 << 20 // packed

func uploadSARIF(c *call) answer {
	var sent struct {
		CommitSHA string `json:"commit_sha"`
		Ref       string
		SARIF     string
	}
	c.decode(&sent)
	packed, err := base64.StdEncoding.DecodeString(sent.SARIF)
	if err != nil {
		return refuse(http.StatusBadRequest, "The SARIF is not Base64 encoded: "+err.Error())
	}
	if len(packed) > largestSARIF {
		return refuse(http.StatusRequestEntityTooLarge, "The SARIF upload is too large")
	}
	text, err := gunzip(packed)
	if err != nil {
		return refuse(http.StatusBadRequest, "The SARIF is not compressed with gzip: "+err.Error())
	}
	var shape struct {
		Version string
		Runs    []json.RawMessage
	}
	if err := json.Unmarshal(text, &shape); err != nil || shape.Version != "2.1.0" || len(shape.Runs) == 0 {
		return refuse(http.StatusBadRequest, "The SARIF is no SARIF 2.1.0")
	}
	if !c.repo.has(sent.CommitSHA, "commit") {
		return refuse(http.StatusNotFound, "commit not found")
	}
	if !strings.HasPrefix(sent.Ref, "refs/") {
		return refuse(http.StatusBadRequest, "ref must be a full reference")
	}
	upload := &sarif{id: fmt.Sprintf("%08x-0000-4000-8000-%012x", c.s.nextID(), c.s.nextID()), ref: sent.Ref, sha: sent.CommitSHA, text: text}
	c.repo.sarifs = append(c.repo.sarifs, upload)
	return answer{status: http.StatusAccepted, body: fields{"id": upload.id, "url": c.repoURL(c.repo) + "/code-scanning/sarifs/" + upload.id}}
}

func gunzip(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func getSARIF(c *call) answer {
	for _, upload := range c.repo.sarifs {
		if upload.id == c.params["sarif_id"] {
			return ok(fields{"processing_status": "complete", "analyses_url": c.repoURL(c.repo) + "/code-scanning/analyses?sarif_id=" + upload.id})
		}
	}
	return refuse(http.StatusNotFound, "Not Found")
}
