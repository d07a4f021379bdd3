package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/podmend/podmend/report"
)

// An action collects what a command has to tell the steps behind the action's.
type action struct {
	looksForFixes bool
	told          *report.Report
	json, sarif   string // files
	matrix        string
}

// outputs replaces standard output's report by text for the log, and adds the files that later steps take.
func (a *action) outputs(e *Env, asked []output, part bool) ([]output, error) {
	dir, err := os.MkdirTemp(e.Getenv("RUNNER_TEMP"), "podmend-")
	if err != nil {
		return nil, fmt.Errorf("there is no place for the report: %w; free some space in the folder that RUNNER_TEMP names", err)
	}
	outputs := []output{{sink: sinkCalled("text", sinks)}}
	a.json = filepath.Join(dir, "report.json")
	outputs = append(outputs, output{a.json, sinkCalled("json", sinks)})
	if !part {
		a.sarif = filepath.Join(dir, "podmend.sarif")
		outputs = append(outputs, output{a.sarif, sinkCalled("sarif", sinks)})
	}
	return slices.Concat(outputs, slices.DeleteFunc(asked, func(out output) bool { return out.file == "" })), nil
}

// values are the outputs of action.yml, by name; what is not known is missing.
func (a *action) values(code int) map[string]string {
	values := map[string]string{"exit-code": strconv.Itoa(code), "matrix": a.matrix, "report": a.json, "sarif": a.sarif}
	if a.told == nil {
		return values
	}
	open, added := 0, 0
	for _, finding := range a.told.Findings {
		if finding.Status != report.StatusOpen {
			continue
		}
		open++
		if finding.Scope == report.ScopeNew {
			added++
		}
	}
	values["findings"] = strconv.Itoa(open)
	if a.told.Source.Base != "" {
		values["new"] = strconv.Itoa(added)
	}
	if a.looksForFixes {
		values["proven"] = strconv.Itoa(a.told.Summary.Proven)
		values["refused"] = strconv.Itoa(a.told.Summary.Refused)
	}
	var numbers, urls, operations []string
	for _, pull := range a.told.FixPullRequests {
		operations = append(operations, pull.Operation)
		if pull.Number > 0 {
			numbers, urls = append(numbers, strconv.Itoa(pull.Number)), append(urls, pull.URL)
		}
	}
	values["fix-pull-request-number"] = strings.Join(numbers, ",")
	values["fix-pull-request-url"] = strings.Join(urls, ",")
	values["fix-pull-request-operation"] = strings.Join(operations, ",")
	return values
}

// tellOutputs gives the outputs to the runner, in the order of the table.
func (e *Env) tellOutputs(code int) error {
	file := e.Getenv("GITHUB_OUTPUT")
	if file == "" {
		return nil
	}
	values := e.action.values(code)
	var failed error
	for _, output := range ActionOutputs {
		if value := values[output.Name]; value != "" {
			failed = errors.Join(failed, appendLine(file, output.Name+"="+value))
		}
	}
	return failed
}
