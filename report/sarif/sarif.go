// Package sarif writes a report as SARIF 2.1.0, as code scanning and editors read it.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
package sarif

import (
	"fmt"
	"maps"
	"slices"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/podmend/podmend/report"
)

// Options says how a report is written. The zero value writes all of it, without regions of
// lines in the fixes.
type Options struct {
	Version string // of podmend
	// Repository is the URL of the repository, "" if it is not known.
	Repository string
	// CodeScanning leaves out what GitHub's code scanning would show as open alerts although it is
	// none: what is exempt, and what is mended.
	CodeScanning bool
	// Source returns the bytes of a file of the report.
	Source func(file string) ([]byte, error)

	maxResults, maxBytes int // 0 for GitHub's
}

const (
	// root is what GitHub calls the repository's root.
	root   = "%SRCROOT%"
	schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	home   = "https://github.com/podmend/podmend"
)

// newRun makes everything of a run but its results.
func newRun(v *report.View, o Options) (*sarif.Run, error) {
	rules, err := rules()
	if err != nil {
		return nil, err
	}
	run := sarif.NewRunWithInformationURI("podmend", home)
	run.Tool.Driver.WithRules(rules)
	if o.Version != "" {
		run.Tool.Driver.WithVersion(o.Version)
	}
	run.WithColumnKind("unicodeCodePoints")
	run.WithOriginalUriBaseIds(map[string]sarif.ArtifactLocation{
		root: *sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The root of the repository.")),
	})
	for _, name := range slices.Sorted(maps.Keys(v.Source.Files)) {
		run.AddArtifact(sarif.NewArtifact().WithLocation(artifact(name)).
			WithHashes(map[string]string{"sha-256": report.Inert(v.Source.Files[name], 0)}))
	}
	if o.Repository != "" && v.Source.Head != "" {
		run.AddVersionControlProvenance(sarif.NewVersionControlDetails().WithRepositoryURI(o.Repository).
			WithRevisionID(report.Inert(v.Source.Head, 0)).
			WithMappedTo(sarif.NewArtifactLocation().WithURIBaseID(root)))
	}
	run.AddInvocation(invocation(v, o))
	return run, nil
}

// maxNotifications bounds what is told of targets and warnings one by one.
const maxNotifications = 1000

// invocation says what went wrong, and what is not among the results.
func invocation(v *report.View, o Options) *sarif.Invocation {
	run := sarif.NewInvocation().WithExecutionSuccessful(v.Summary.Errors == 0)
	failed := 0
	for i := range v.Targets {
		target := &v.Targets[i]
		if target.Status != report.TargetError {
			continue
		}
		if failed++; failed > maxNotifications {
			continue
		}
		text, file, line := "No reason is given. Run podmend render on it.", target.Path, 0
		note := sarif.NewNotification().WithLevel(sarif.LevelError)
		if err := target.Error; err != nil {
			text = report.InertProse(err.Message, 0)
			if err.File != "" {
				file, line = err.File, err.Line
			}
			note.WithDescriptor(sarif.NewReportingDescriptorReference().WithID(report.Inert(err.Kind, 0)))
		}
		note.WithMessage(message(fmt.Sprintf("%s could not be rendered: %s", report.Inert(target.ID, 0), text)))
		run.AddToolExecutionNotification(note.WithLocations(placed(file, line)))
	}
	if failed > maxNotifications {
		run.AddToolExecutionNotification(plainNote(sarif.LevelError,
			fmt.Sprintf("%d more targets could not be rendered; podmend check lists them.", failed-maxNotifications)))
	}
	for i, warning := range v.Warnings {
		if i == maxNotifications {
			run.AddToolConfigurationNotification(plainNote(sarif.LevelWarning,
				fmt.Sprintf("%d more warnings; podmend check lists them.", len(v.Warnings)-i)))
			break
		}
		note := plainNote(sarif.LevelWarning, report.InertProse(warning.Message, 0))
		if warning.File != "" {
			note.WithLocations(placed(warning.File, warning.Line))
		}
		run.AddToolConfigurationNotification(note)
	}
	if n := len(v.Skipped); n > 0 {
		run.AddToolConfigurationNotification(plainNote(sarif.LevelNote,
			report.Quantity(n, "path was", "paths were")+" skipped; podmend check --verbose lists them."))
	}
	if n := v.Summary.LeftOut; n > 0 {
		run.AddToolConfigurationNotification(plainNote(sarif.LevelNote,
			report.Quantity(n, "finding", "findings")+" that the base has too are left out by --scope; --scope all lists them."))
	}
	if n := v.Summary.Exempt; n > 0 && o.CodeScanning {
		run.AddToolConfigurationNotification(plainNote(sarif.LevelNote,
			report.Quantity(n, "exempt finding is", "exempt findings are")+" left out, because code scanning would open alerts for them."))
	}
	return run
}

func plainNote(level, text string) *sarif.Notification {
	return sarif.NewNotification().WithLevel(level).WithMessage(message(text))
}
