// Package html writes a report as one page that needs nothing else: no network, no files beside it,
// and no script to be read.
package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/podmend/podmend/report"
)

//go:embed page.tmpl finding.tmpl style.css script.js
var files embed.FS

// Options says how a report is written. The zero value shows no lines of source.
type Options struct {
	Version string        // of podmend
	Took    time.Duration // of the run, 0 if it is not known
	// Source returns the bytes of a file of the report.
	Source func(file string) ([]byte, error)
}

// Write writes a finished report as a page.
func Write(w io.Writer, r *report.Report, o Options) error {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return err
	}
	script, err := files.ReadFile("script.js")
	if err != nil {
		return err
	}
	page, err := template.ParseFS(files, "page.tmpl", "finding.tmpl")
	if err != nil {
		return err
	}
	content := newContent(report.NewView(r, o.Source), o)
	// Both are files of this package: nothing of a repository is in them.
	content.Style, content.Script = template.CSS(style), template.JS(script)
	content.Policy = fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		digest(style), digest(script))
	return page.ExecuteTemplate(w, "page.tmpl", content)
}

// digest lets a policy name the one style and the one script that may act.
// https://www.w3.org/TR/CSP3/#grammardef-hash-source
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
