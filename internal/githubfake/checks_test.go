package githubfake

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestCheckRuns(t *testing.T) {
	s, r, p := shop(t)
	head := p.State().HeadSHA
	c := client(t, s, r.ActionsToken("checks: write"))
	_, _, err := c.Checks.CreateCheckRun(ctx(), "octo", "shop", github.CreateCheckRunOptions{Name: "podmend", HeadSHA: head, Status: github.String("completed")})
	wantStatus(t, err, 422, "conclusion")
	run, _, err := c.Checks.CreateCheckRun(ctx(), "octo", "shop", github.CreateCheckRunOptions{Name: "podmend", HeadSHA: head, Status: github.String("in_progress")})
	if err != nil || run.GetStatus() != "in_progress" {
		t.Fatalf("%v %v", run, err)
	}
	output := &github.CheckRunOutput{Title: github.String("2 findings"), Summary: github.String("Text")}
	for i := range 51 {
		output.Annotations = append(output.Annotations, &github.CheckRunAnnotation{
			Path: github.String("a.yaml"), StartLine: github.Int(i + 1), EndLine: github.Int(i + 1), AnnotationLevel: github.String("warning"), Message: github.String("m"),
		})
	}
	output.Annotations = output.Annotations[:50]
	if _, _, err = c.Checks.UpdateCheckRun(ctx(), "octo", "shop", run.GetID(), github.UpdateCheckRunOptions{Name: "podmend", Conclusion: github.String("failure"), Output: output}); err != nil {
		t.Fatal(err)
	}
	list, _, err := c.Checks.ListCheckRunsForRef(ctx(), "octo", "shop", "feature", &github.ListCheckRunsOptions{CheckName: github.String("podmend")})
	if err != nil || list.GetTotal() != 1 || list.CheckRuns[0].GetConclusion() != "failure" || list.CheckRuns[0].GetOutput().GetAnnotationsCount() != 50 {
		t.Errorf("%v %v", list, err)
	}
	if got := r.CheckRuns()[0]; got.Status != "completed" || got.Title != "2 findings" || got.SHA != head {
		t.Errorf("the run is %+v", got)
	}
	_, _, err = client(t, s, s.UserToken("octo")).Checks.CreateCheckRun(ctx(), "octo", "shop", github.CreateCheckRunOptions{Name: "podmend", HeadSHA: head})
	wantStatus(t, err, 403, "") // runs are made by apps, whatever a person may do
}

func TestSARIFUploads(t *testing.T) {
	s, r, p := shop(t)
	pack := func(text string) *string {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return github.String(base64.StdEncoding.EncodeToString(packed.Bytes()))
	}
	const report = `{"version": "2.1.0", "runs": [{}]}`
	upload := &github.SarifAnalysis{CommitSHA: github.String(p.State().HeadSHA), Ref: github.String("refs/pull/1/head"), Sarif: pack(report)}
	_, _, err := client(t, s, r.ActionsToken("contents: write")).CodeScanning.UploadSarif(ctx(), "octo", "shop", upload)
	wantStatus(t, err, 403, "Resource not accessible by integration")
	c := client(t, s, r.ActionsToken("security-events: write"))
	got, _, err := c.CodeScanning.UploadSarif(ctx(), "octo", "shop", upload)
	if _, accepted := err.(*github.AcceptedError); err != nil && !accepted {
		t.Fatal(err)
	}
	if len(r.SARIFs()) != 1 || r.SARIFs()[0] != report {
		t.Errorf("the upload is %q, answered by %v", r.SARIFs(), got)
	}
	for _, test := range []struct {
		sarif *string
		says  string
	}{
		{github.String(base64.StdEncoding.EncodeToString([]byte(report))), "gzip"},
		{pack(`{"version": "2.0.0", "runs": [{}]}`), "SARIF 2.1.0"},
		{pack("nonsense"), "SARIF 2.1.0"},
		{github.String("?"), "Base64"},
	} {
		upload.Sarif = test.sarif
		_, _, err = c.CodeScanning.UploadSarif(ctx(), "octo", "shop", upload)
		wantStatus(t, err, 400, test.says)
	}
}

func TestConversation(t *testing.T) {
	s, r, p := shop(t)
	c := client(t, s, r.ActionsToken("pull-requests: write"))
	person := p.Say("mona", "Please wait")
	made, _, err := c.Issues.CreateComment(ctx(), "octo", "shop", p.Number, &github.IssueComment{Body: github.String("Hello")})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = c.Issues.EditComment(ctx(), "octo", "shop", made.GetID(), &github.IssueComment{Body: github.String("Hello again")}); err != nil {
		t.Error(err)
	}
	_, _, err = c.Issues.EditComment(ctx(), "octo", "shop", person, &github.IssueComment{Body: github.String("x")})
	wantStatus(t, err, 403, "")
	_, _, err = c.Issues.CreateComment(ctx(), "octo", "shop", p.Number, &github.IssueComment{Body: github.String("")})
	wantStatus(t, err, 422, "blank")
	ask(t, s, r.ActionsToken("pull-requests: write"), minimize, map[string]any{"id": fmt.Sprintf("IC_%d", made.GetID())})
	talk := p.Conversation()
	if len(talk) != 2 || talk[1].Body != "Hello again" || talk[1].Author != "github-actions[bot]" || talk[1].Minimized != "outdated" {
		t.Errorf("the conversation is %+v", talk)
	}
	if _, err = c.Issues.DeleteComment(ctx(), "octo", "shop", made.GetID()); err != nil || len(p.Conversation()) != 1 {
		t.Errorf("deleted: %v", err)
	}
}
