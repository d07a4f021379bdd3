package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/podmend/podmend/internal/review"
	"github.com/podmend/podmend/report"
	"github.com/podmend/podmend/report/annotations"
	"github.com/podmend/podmend/report/html"
	"github.com/podmend/podmend/report/markdown"
	"github.com/podmend/podmend/report/sarif"
)

// A telling is a report on its way to a sink.
type telling struct {
	env     *Env
	report  *report.Report
	took    time.Duration // of the run; 0 for a saved report
	verbose bool
	part    bool // of a whole that is told of later
	// source returns the files of the repository; nil for a saved report, of which no path is opened.
	source func(file string) ([]byte, error)
	// rest says where all findings are, for sinks that can't hold them; "" for the sink's own words.
	rest string
	// post brings the report to the pull request; nil does not. told are the ids of findings that a
	// reader sees there.
	post func() (*review.Result, error)
	told map[string]bool
	// color and width are those of the terminal that text goes to.
	color bool
	width int
}

// A sink is a form in which a report is written.
type sink struct {
	name   string
	ending string // of files that hold it
	whole  bool   // it holds everything, however much that is
	write  func(io.Writer, *telling) error
}

// sinks are the forms of --format, and of files by their endings.
var sinks = []sink{
	{"text", ".txt", true, func(w io.Writer, t *telling) error {
		return report.WriteText(w, t.report, report.TextOptions{Color: t.color, Width: t.width, Verbose: t.verbose, Source: t.source})
	}},
	{"json", ".json", true, func(w io.Writer, t *telling) error { return report.WriteJSON(w, t.report) }},
	{"sarif", ".sarif", false, func(w io.Writer, t *telling) error {
		return sarif.Write(w, t.report, sarif.Options{
			Version: version(), Repository: t.env.repositoryURL(), CodeScanning: t.env.onGitHub(), Source: t.source,
		})
	}},
	{"markdown", ".md", false, func(w io.Writer, t *telling) error {
		return markdown.Write(w, t.report, markdown.Options{Took: t.took, Rest: t.rest, Source: t.source})
	}},
	{"html", ".html", true, func(w io.Writer, t *telling) error {
		return html.Write(w, t.report, html.Options{Version: version(), Took: t.took, Source: t.source})
	}},
}

// gitHubSinks are where podmend report sends a saved report beside to those. Within GitHub Actions
// check and fix write to them anyway.
var gitHubSinks = []sink{
	{name: "annotations", write: func(w io.Writer, t *telling) error {
		return annotations.Write(w, t.report, annotations.Options{Rest: t.rest, Told: t.told})
	}},
	{name: "summary", write: func(_ io.Writer, t *telling) error { return t.appendSummary() }},
}

func sinkNames(sinks []sink) []string {
	var names []string
	for _, sink := range sinks {
		names = append(names, sink.name)
	}
	return names
}

// sinkCalled returns the sink of a name that was checked before.
func sinkCalled(name string, sinks []sink) sink {
	return sinks[slices.IndexFunc(sinks, func(s sink) bool { return s.name == name })]
}

// An output is a file, or standard output where it has no name, and the sink that fills it.
type output struct {
	file string
	sink sink
}

// outputs says what is written where. A file has the form of its ending, or that of --format where it
// has another ending, or where --format is given and there is no second file.
func (f *flags) outputs() []output {
	format := sinkCalled(f.format, sinks)
	if len(f.output) == 0 {
		return []output{{sink: format}}
	}
	given := len(f.sources["format"]) > 0 && f.sources["format"][0].From != "default"
	var outputs []output
	for _, file := range f.output {
		out := output{file, format}
		for _, sink := range sinks {
			if strings.HasSuffix(strings.ToLower(file), sink.ending) && (len(f.output) > 1 || !given) {
				out.sink = sink
			}
		}
		outputs = append(outputs, out)
	}
	return outputs
}

// endings lists those of files that have a form of their own.
func endings() string {
	var endings []string
	for _, sink := range sinks {
		endings = append(endings, sink.ending)
	}
	return strings.Join(endings, ", ")
}

// reports says whether a report is asked for beside text on standard output.
func (f *flags) reports() bool { return f.format != "text" || len(f.output) > 0 }

// besideDiff are the outputs of fix, which prints a diff in place of a report in text.
func (f *flags) besideDiff() []output {
	if !f.reports() {
		return nil
	}
	return f.outputs()
}

// tellAll writes a report to its outputs, to the pull request if that is asked for, and to GitHub if
// that is where podmend runs.
func (t *telling) tellAll(outputs []output) error {
	var whole []string
	for _, out := range outputs {
		if out.sink.whole && out.file != "" {
			whole = append(whole, out.file)
		}
	}
	if len(whole) > 0 {
		t.rest = "in " + strings.Join(whole, ", ")
	}
	if a := t.env.action; a != nil {
		a.told = t.report
		var err error
		if outputs, err = a.outputs(t.env, outputs, t.part); err != nil {
			return err
		}
	}
	for _, out := range outputs {
		if err := t.tell(out); err != nil {
			return err
		}
	}
	var failed error
	if t.post != nil {
		failed = t.env.staged("comment on the pull request", t.comment)
	}
	if t.part || !t.env.onGitHub() {
		return failed
	}
	return errors.Join(failed, t.tellGitHub())
}

// tell writes a report to one output.
func (t *telling) tell(out output) error {
	if out.file == "" {
		t.color, t.width = t.env.color(), t.env.Width
		if err := out.sink.write(t.env.Stdout, t); err != nil {
			return fmt.Errorf("write the report as %s: %w", out.sink.name, err)
		}
		return nil
	}
	t.color, t.width = false, 0
	var text strings.Builder
	if err := out.sink.write(&text, t); err != nil {
		return fmt.Errorf("write the report as %s: %w", out.sink.name, err)
	}
	return t.env.writeFile(out.file, []byte(text.String()))
}
