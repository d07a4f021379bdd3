package cli

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/changes"
	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

// scopes say which occurrences of findings the base has too.
type scopes struct {
	c       *comparison
	news    map[string][]bool         // by finding, for each occurrence
	causes  map[string][]report.Lines // by finding: changed lines, where its own are not
	mended  []check.Finding           // of the base
	unknown map[string]*render.Error
	broken  map[string]bool // targets that the base cannot render either, for the same reason
}

func (s *scopes) isNew(finding string) bool {
	for _, isNew := range s.news[finding] {
		if isNew {
			return true
		}
	}
	return false
}

// A showing is one place where the base shows a finding.
type showing struct {
	finding *check.Finding
	value   string
	seen    bool // the head has it too
}

// newScopes matches what the head shows with what the base shows: first the same field of the same
// object, however it came there; then, since objects are renamed, the same place in source, as often
// as the base shows it in that target; then, since places in manifests go by names too, the same line;
// at last what a manifest showed, or a target that is gone, in another manifest or a new target.
func newScopes(c *comparison, head, base *run) *scopes {
	s := &scopes{c: c, news: map[string][]bool{}, unknown: map[string]*render.Error{}, broken: map[string]bool{}}
	before := map[string]*render.Result{}
	for i := range base.results {
		before[base.results[i].Target.ID] = &base.results[i]
	}
	failed, hidden := map[string]bool{}, map[string]bool{}
	for i := range head.results {
		target := &head.results[i].Target
		if head.results[i].Err != nil {
			failed[c.baseID(*target)] = true
			for _, name := range head.discovery.Names(*target) {
				hidden[c.baseFile(name)] = true
			}
		}
		if was := before[c.baseID(*target)]; was != nil && was.Err != nil && was.Status == render.Failed {
			if head.results[i].Err == nil {
				s.unknown[target.ID] = was.Err
			}
			s.broken[target.ID] = sameError(head.results[i].Err, was.Err)
		}
	}
	byField, byPlace, byLine := showings(base.checked)
	ids, plain := map[string]string{}, map[string]bool{}
	for i := range head.results {
		ids[head.results[i].Target.ID] = c.baseID(head.results[i].Target)
		plain[head.results[i].Target.ID] = head.results[i].Target.Kind == render.Plain
	}
	for i := range head.checked.Findings {
		s.news[head.checked.Findings[i].ID] = make([]bool, len(head.checked.Findings[i].Occurrences))
	}
	each := func(match func(finding *check.Finding, occurrence int, target string)) {
		for i := range head.checked.Findings {
			for j := range head.checked.Findings[i].Occurrences {
				match(&head.checked.Findings[i], j, head.checked.Findings[i].Occurrences[j].Target)
			}
		}
	}
	each(func(finding *check.Finding, i int, target string) {
		s.news[finding.ID][i] = c.reached[target] && !take(byField[fieldKey(ids[target], finding, &finding.Occurrences[i])])
	})
	each(func(finding *check.Finding, i int, target string) {
		if s.news[finding.ID][i] {
			s.news[finding.ID][i] = !c.takePlace(byPlace[ids[target]+"\x00"+finding.IDIn(c.baseFile(finding.Origin.File))], finding, &finding.Occurrences[i])
		}
	})
	each(func(finding *check.Finding, i int, target string) {
		if line := c.baseLine(finding.Origin.File, finding.Origin.Line); s.news[finding.ID][i] && line != 0 {
			s.news[finding.ID][i] = !take(byLine[lineKey(ids[target], c.baseFile(finding.Origin.File), line, finding, &finding.Occurrences[i])])
		}
	})
	moved := c.movable(base, ids, byField)
	each(func(finding *check.Finding, i int, target string) {
		if s.news[finding.ID][i] && (!c.has(ids[target]) || plain[target]) {
			showings := moved[fieldKey("", finding, &finding.Occurrences[i])]
			if plain[target] {
				showings = slices.DeleteFunc(slices.Clone(showings), func(was *showing) bool {
					return c.betweenTwins(was.finding.Origin.File, c.baseFile(finding.Origin.File), head.discovery.Targets)
				})
			}
			s.news[finding.ID][i] = !take(showings)
		}
	})
	each(func(finding *check.Finding, i int, target string) {
		if s.news[finding.ID][i] && s.unknown[target] != nil {
			s.news[finding.ID][i] = c.touches(finding)
		}
	})
	s.collectMended(base.checked, byField, failed, hidden)
	return s
}

// take marks one showing that is not taken yet.
func take(of []*showing) bool {
	for _, showing := range of {
		if !showing.seen {
			showing.seen = true
			return true
		}
	}
	return false
}

// takePlace marks a showing at the same place, best one of the same value. Of another value it is the same
// finding only where nobody changed a line: whoever writes another hostPath there makes it anew.
func (c *comparison) takePlace(of []*showing, finding *check.Finding, occurrence *check.Occurrence) bool {
	var same, others []*showing
	for _, showing := range of {
		if showing.value == occurrence.Field.Value {
			same = append(same, showing)
		} else {
			others = append(others, showing)
		}
	}
	return take(same) || take(others) && !c.adds(finding.Origin.File, finding.Origin.Line, c.blockEnd(&finding.Origin))
}

// blockEnd is the last line of what stands below a key: the lines behind it that are indented more.
func (c *comparison) blockEnd(origin *render.Origin) int {
	content, err := c.headFiles.ReadFile(origin.File)
	if err != nil {
		return origin.EndLine
	}
	lines := bytes.Split(content, []byte("\n"))
	end := origin.EndLine
	for at := end; at > 0 && at < len(lines); at++ {
		text := bytes.TrimLeft(lines[at], " ")
		if len(bytes.TrimSpace(text)) > 0 {
			if len(lines[at])-len(text) < origin.Column {
				break
			}
			end = at + 1
		}
	}
	return end
}

func showings(checked *check.Report) (byField, byPlace, byLine map[string][]*showing) {
	byField, byPlace, byLine = map[string][]*showing{}, map[string][]*showing{}, map[string][]*showing{}
	for i := range checked.Findings {
		finding := &checked.Findings[i]
		for j := range finding.Occurrences {
			occurrence := &finding.Occurrences[j]
			found := &showing{finding: finding, value: occurrence.Field.Value}
			field := fieldKey(occurrence.Target, finding, occurrence)
			byField[field] = append(byField[field], found)
			place := occurrence.Target + "\x00" + finding.ID
			byPlace[place] = append(byPlace[place], found)
			line := lineKey(occurrence.Target, finding.Origin.File, finding.Origin.Line, finding, occurrence)
			byLine[line] = append(byLine[line], found)
		}
	}
	return byField, byPlace, byLine
}

// fieldKey names a field of a rendered object without the order of lists, which other items shift.
func fieldKey(target string, finding *check.Finding, occurrence *check.Occurrence) string {
	object := occurrence.Pod.Object
	return strings.Join([]string{
		target, finding.Control.ID, object.APIVersion, object.Kind, object.Namespace, object.Name,
		occurrence.Field.Container, occurrence.Path().Keys(), occurrence.Field.Value,
	}, "\x00")
}

// lineKey names a field of whatever object by its line in the base.
func lineKey(target, file string, line int, finding *check.Finding, occurrence *check.Occurrence) string {
	return strings.Join([]string{
		target, finding.Control.ID, file, strconv.Itoa(line), occurrence.Path().Keys(), occurrence.Field.Value,
	}, "\x00")
}

// sameError says that a target fails as it did before.
func sameError(head, base *render.Error) bool {
	return head != nil && base != nil && head.Kind == base.Kind
}

// collectMended lists the findings of the base that the head shows nowhere. Of targets that the head
// cannot render, and of files that such a target hides, that is not known.
func (s *scopes) collectMended(base *check.Report, byField map[string][]*showing, failed, hidden map[string]bool) {
	seen := map[*check.Finding]bool{}
	for _, showings := range byField {
		for _, showing := range showings {
			if showing.seen {
				seen[showing.finding] = true
			}
		}
	}
	for i := range base.Findings {
		finding := &base.Findings[i]
		for _, occurrence := range finding.Occurrences {
			if failed[occurrence.Target] || hidden[finding.Origin.File] {
				seen[finding] = true
			}
		}
		if !seen[finding] {
			s.mended = append(s.mended, *finding)
		}
	}
}

// touches says that a finding's own line, or one that it passes, is changed.
func (c *comparison) touches(finding *check.Finding) bool {
	return c.adds(finding.Origin.File, finding.Origin.Line, finding.Origin.EndLine) || c.link(finding) != nil
}

// link is the first place on the way of a finding that is on a changed line.
func (c *comparison) link(finding *check.Finding) *report.Lines {
	for _, link := range finding.Origin.Chain {
		if c.adds(link.File, link.Line, link.Line) {
			return &report.Lines{File: link.File, Line: link.Line, EndLine: link.Line}
		}
	}
	return nil
}

// adds says that the head adds or changes one of some lines.
func (c *comparison) adds(name string, start, end int) bool {
	file := c.File(name)
	if file == nil || start == 0 {
		return false
	}
	return file.Status == changes.Added || file.Adds(start, max(start, end))
}
