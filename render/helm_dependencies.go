package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// A helmAbsence is why a dependency that Chart.yaml declares is not there. It matters only if
// conditions and tags leave the dependency enabled.
type helmAbsence struct {
	err *Error
	// missing says where else the dependency can be had from; nil if nowhere.
	missing *MissingDependency
	// tolerated says that Helm renders without it: it checks the chart it is called for, not the
	// subcharts in its charts folder.
	tolerated bool
}

// addLocalDependencies loads the dependencies with a file:// repository that the charts folder
// lacks, as helm dependency build would, and records the absence of all others. complete says
// that nothing may be absent.
func (l *helmLoader) addLocalDependencies(c *chart.Chart, chartYAML helmPlace, complete bool) {
	if len(c.Metadata.Dependencies) == 0 {
		return
	}
	place, lines := l.dependencyEntries(c, chartYAML)
	for i, dependency := range c.Metadata.Dependencies {
		line := lines[i]
		if l.tooMany != nil {
			return
		}
		if slices.ContainsFunc(c.Dependencies(), func(present *chart.Chart) bool { return present.Name() == dependency.Name }) {
			continue
		}
		missing := func(reason, hint string) {
			l.chart.absent[dependency] = helmAbsence{tolerated: !complete, err: place.fail(ErrMissingDependency, line,
				fmt.Sprintf("the dependency %s %sis enabled and %s. %s", dependency.Name, helmVersionWord(dependency), reason, hint))}
		}
		local, isLocal := strings.CutPrefix(dependency.Repository, "file://")
		if !isLocal || chartYAML.inside != "" {
			reason := "missing in charts/"
			if dependency.Repository != "" {
				reason += fmt.Sprintf(" (its repository is %s)", shownRepository(dependency.Repository))
			}
			advice := missingAdvice(dependency.Repository, c.Lock != nil)
			if complete && chartYAML.inside != "" {
				advice = "Charts are packaged with what they depend on: tell the owner of this one, or disable the dependency by its condition."
			}
			missing(reason, advice)
			if complete && chartYAML.inside == "" && dependency.Repository != "" {
				l.offer(c, i, place, line)
			}
			continue
		}
		dir := local
		if !path.IsAbs(local) {
			dir = path.Join(path.Dir(chartYAML.file), local)
		}
		subchart, failed := l.local(dir)
		switch {
		case failed == nil && subchart.Name() != dependency.Name:
			missing(fmt.Sprintf("the chart in %s has the name %s", dir, subchart.Name()), "Give both the same name.")
		case failed == nil && !chartutil.IsCompatibleRange(dependency.Version, subchart.Metadata.Version):
			missing(fmt.Sprintf("the chart in %s has the version %s", dir, subchart.Metadata.Version), "Let the declared version allow the chart's.")
		case failed == nil:
			c.AddDependency(subchart)
		case path.IsAbs(local) || failed.File == dir:
			missing(fmt.Sprintf("its repository is %s: %s", dependency.Repository, helmFirstSentence(failed.Message)), "Mend the path, or run helm dependency build and commit charts/.")
		default:
			l.chart.absent[dependency] = helmAbsence{err: failed, tolerated: !complete}
		}
	}
}

// offer notes that the i-th dependency of c, which is absent, might be fetched.
func (l *helmLoader) offer(c *chart.Chart, i int, place helmPlace, line int) {
	if l.offered > helmMaxOffered {
		return
	}
	absence := l.chart.absent[c.Metadata.Dependencies[i]]
	found, err := l.missingDependencyOf(c, i, place, line)
	if err != nil {
		return // what JSON cannot hold, no lock was computed from
	}
	l.offered += len(found.Declared) + len(found.Lock.Locked)
	absence.missing = found
	l.chart.absent[c.Metadata.Dependencies[i]] = absence
}

// local loads the chart folder of a file:// dependency.
func (l *helmLoader) local(dir string) (*chart.Chart, *Error) {
	if path.IsAbs(dir) {
		return nil, &Error{Kind: ErrOutside, File: dir, Message: "the path leaves the repository."}
	}
	resolved, err := l.files.Resolve(dir)
	switch {
	case errors.Is(err, overlay.ErrOutside):
		return nil, &Error{Kind: ErrOutside, File: dir, Message: "the path leaves the repository."}
	case err != nil:
		return nil, &Error{Kind: ErrMissing, File: dir, Message: "the folder does not exist."}
	case slices.Contains(l.within, resolved):
		return nil, &Error{
			Kind: ErrRecursion, File: path.Join(resolved, "Chart.yaml"),
			Message: "the chart depends on itself through file:// repositories. Break the cycle.",
		}
	}
	return l.folder(resolved)
}

// dependencyEntries says where the dependencies of a chart are declared. As in Helm, those of
// requirements.yaml replace those of Chart.yaml.
func (l *helmLoader) dependencyEntries(c *chart.Chart, chartYAML helmPlace) (place helmPlace, lines []int) {
	for _, name := range []string{"requirements.yaml", "Chart.yaml"} {
		at := slices.IndexFunc(c.Raw, func(file *chart.File) bool { return file.Name == name })
		if at < 0 {
			continue
		}
		var document yaml.Node
		if err := yaml.Unmarshal(c.Raw[at].Data, &document); err != nil || len(document.Content) == 0 {
			continue
		}
		root := document.Content[0]
		for key := 0; key+1 < len(root.Content); key += 2 {
			if entries := root.Content[key+1]; root.Content[key].Value == "dependencies" && len(entries.Content) == len(c.Metadata.Dependencies) {
				for _, entry := range entries.Content {
					lines = append(lines, entry.Line)
				}
				return l.chart.places[c.Raw[at]], lines
			}
		}
	}
	return chartYAML, make([]int, len(c.Metadata.Dependencies))
}

// missingDependency returns the error of the first absent dependency that is enabled, and notes
// for those that Helm renders without. It is to be called after conditions and tags are resolved.
func (c *helmChart) missingDependency() (notes []string, failed *Error) {
	var others []string
	var offered []MissingDependency
	complete := true // all that is absent is offered
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, dependency := range of.Metadata.Dependencies {
			absence, absent := c.absent[dependency]
			if !absent {
				continue
			}
			if absence.missing != nil {
				offered = append(offered, *absence.missing)
			} else if !absence.tolerated {
				complete = false
			}
			switch {
			case absence.tolerated:
				notes = append(notes, fmt.Sprintf("Rendered as Helm does without the dependency %s of the subchart %s, which lacks it.", dependency.Name, of.Name()))
			case failed == nil:
				failed = absence.err
			case failed.Kind == ErrMissingDependency && absence.err.Kind == ErrMissingDependency:
				others = append(others, dependency.Name)
			}
		}
	})
	if failed == nil {
		return notes, nil
	}
	whole := *failed
	if len(others) > 0 {
		whole.Message += fmt.Sprintf(" Also missing: %s.", strings.Join(others, ", "))
	}
	if complete {
		whole.Missing = offered
	}
	return notes, &whole
}

func helmVersionWord(dependency *chart.Dependency) string {
	if dependency.Version == "" {
		return ""
	}
	return "(" + dependency.Version + ") "
}

func helmFirstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}
