package github

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"

	"github.com/google/go-github/v60/github"
)

var uploadSARIF = action{does: "upload to code scanning", permission: "security-events: write"}

// UploadSARIF gives code scanning the SARIF of a commit. ref is the full name of its branch or pull
// request, such as refs/heads/main or refs/pull/7/head. The same twice counts once.
// https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
func (c *Client) UploadSARIF(ctx context.Context, commit, ref string, text []byte) error {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(text); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	_, _, err := c.api().CodeScanning.UploadSarif(settingOnly(ctx), c.owner, c.name, &github.SarifAnalysis{
		CommitSHA: github.String(commit), Ref: github.String(ref), ToolName: github.String("podmend"),
		Sarif: github.String(base64.StdEncoding.EncodeToString(packed.Bytes())),
	})
	return explain(uploadSARIF, err)
}
