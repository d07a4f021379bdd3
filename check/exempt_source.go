package check

import (
	"bytes"
	"fmt"
	"path"
	"slices"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Reader reads source files by their names from the repository's root.
type Reader interface {
	ReadFile(name string) ([]byte, error)
}

// A sourceComment is a declared exemption that stands as a comment in a file.
type sourceComment struct {
	ignoreComment
	file string
}

// addComments adds the exemptions of the comments in all files that were read.
func (e *exempter) addComments(results []render.Result, files Reader) error {
	var comments []*sourceComment
	changed := map[string][]byte{} // templates whose comments are made to show
	for _, name := range filesRead(results) {
		content, err := files.ReadFile(name)
		if err != nil {
			continue // the renderer has said so
		}
		if n := bytes.Count(content, []byte("podmend:ignore")); n > 0 && (n > maxIgnoreComments || yamledit.Items(content) > yamledit.MaxItems) {
			e.warn(name, 0, fmt.Sprintf("the file is too large, or has more than %d podmend:ignore, so that not all of them count. Use exemptions in .podmend.yaml.", maxIgnoreComments))
		}
		for _, comment := range e.standing(name, content, commentsIn(name, content)) {
			comments = append(comments, &sourceComment{comment, name})
		}
		if text, differs := asLineComments(string(content)); differs {
			changed[name] = []byte(text)
		}
	}
	if len(comments) == 0 {
		return nil
	}
	shown, err := e.shownComments(changed)
	if err != nil {
		return err
	}
	set, err := e.flip(comments, files)
	if err != nil {
		return err
	}
	for _, comment := range comments {
		exemption, err := ParseIgnore(comment.text)
		exemption.File, exemption.Line = comment.file, comment.line
		if err != nil {
			e.warn(comment.file, comment.line, "this podmend:ignore exempts nothing: "+err.Error()+".")
			continue
		}
		e.all = append(e.all, &declared{
			Exemption: exemption, what: comment.what(), key: fmt.Sprintf("comment\x00%s\x00%d", comment.file, comment.start),
			matches: func(finding *Finding, occurrence *Occurrence) bool {
				return comment.isAt(&finding.Origin) || e.results[occurrence.Target].Target.Kind == render.Helm &&
					(!e.isFresh(comment.text, occurrence.Target) && shown.isAt(comment, occurrence) || set.isAt(comment, e.results[occurrence.Target], occurrence))
			},
		})
	}
	return nil
}

// isFresh says whether a comment that the base lacks says this in a file that a target reads: which of
// two alike is printed cannot be told.
func (e *exempter) isFresh(text, target string) bool {
	for name, texts := range e.fresh {
		if slices.Contains(texts, text) && slices.Contains(e.results[target].Reads, name) {
			return true
		}
	}
	return false
}

func (c *sourceComment) what() string {
	if c.of == 0 && !c.head {
		return "this podmend:ignore stands above no line, and"
	}
	return "this podmend:ignore"
}

// isAt says whether a comment stands at the end of the origin's line, above it, or for all of its
// file.
func (c *sourceComment) isAt(origin *render.Origin) bool {
	return c.file == origin.File && (c.head || origin.Exact && c.of == origin.Line)
}

func filesRead(results []render.Result) []string {
	var names []string
	for i := range results {
		for _, name := range results[i].Reads {
			switch path.Ext(name) {
			case ".tgz", ".gz", ".json":
				continue
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shownComments are rendered charts in which comments stand at the fields that they are about:
// that is certain where a comment stands behind an action, or the line of a template is not known.
type shownComments struct {
	results map[string]*render.Result // by target id
	with    map[string]*render.Result // rendered again with template comments made to show
	lines   map[*render.Object]*shownObject
}

type shownObject struct {
	file     *yamledit.File
	comments []ignoreComment
}

// shownComments renders those charts again whose templates hold comments that do not show.
func (e *exempter) shownComments(changed map[string][]byte) (*shownComments, error) {
	shown := &shownComments{results: e.results, with: map[string]*render.Result{}, lines: map[*render.Object]*shownObject{}}
	if len(changed) == 0 || e.Rerender == nil {
		return shown, nil
	}
	var targets []render.Target
	for _, finding := range e.report.Findings {
		for _, occurrence := range finding.Occurrences {
			result := e.results[occurrence.Target]
			known := slices.ContainsFunc(targets, func(t render.Target) bool { return t.ID == occurrence.Target })
			reads := slices.ContainsFunc(result.Reads, func(name string) bool { return changed[name] != nil })
			if result.Target.Kind == render.Helm && reads && !known {
				targets = append(targets, result.Target)
			}
		}
	}
	if len(targets) == 0 {
		return shown, nil
	}
	again, err := e.Rerender(changed, targets)
	if err != nil {
		return nil, err
	}
	for i := range again {
		if again[i].Err == nil && len(again[i].Objects) == len(e.results[again[i].Target.ID].Objects) {
			shown.with[again[i].Target.ID] = &again[i]
		}
	}
	return shown, nil
}

// isAt says whether a rendered chart shows the comment at the occurrence's field.
func (s *shownComments) isAt(comment *sourceComment, occurrence *Occurrence) bool {
	result := s.results[occurrence.Target]
	if result.Target.Kind != render.Helm || !slices.Contains(result.Reads, comment.file) {
		return false
	}
	for _, object := range []*render.Object{occurrence.Pod.Object, s.twin(result, occurrence.Pod.Object)} {
		if object != nil && s.shows(comment, object, occurrence) {
			return true
		}
	}
	return false
}

// twin is the same object in the chart that was rendered again.
func (s *shownComments) twin(result *render.Result, object *render.Object) *render.Object {
	with := s.with[result.Target.ID]
	if with == nil {
		return nil
	}
	for i := range result.Objects {
		if &result.Objects[i] == object {
			if twin := &with.Objects[i]; twin.Kind == object.Kind && twin.Name == object.Name {
				return twin
			}
		}
	}
	return nil
}

func (s *shownComments) shows(comment *sourceComment, object *render.Object, occurrence *Occurrence) bool {
	shown := s.lines[object]
	if shown == nil {
		shown = &shownObject{file: yamledit.Parse(object.YAML), comments: ignoreComments(string(object.YAML))}
		s.lines[object] = shown
	}
	if len(shown.comments) == 0 || len(shown.file.Docs) == 0 {
		return false
	}
	found, ok := shown.file.Nearest(len(shown.file.Docs)-1, occurrence.Path())
	if !ok {
		return false
	}
	line := shown.file.Entry(found).Line
	return slices.ContainsFunc(shown.comments, func(c ignoreComment) bool { return c.text == comment.text && c.of == line })
}
