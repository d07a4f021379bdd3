package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/podmend/podmend/render"
)

// errors prints what could not be rendered. Targets often fail for one and the same
// reason, such as a broken base: that is printed once.
func (t *textWriter) errors() {
	type failure struct{ place, kind, message string }
	var order []failure
	targets := map[failure][]string{}
	for i := range t.r.Targets {
		target := &t.r.Targets[i]
		if target.Status != TargetError {
			continue
		}
		at := failure{place: target.ID, message: "No reason is given. Run podmend render on it."}
		if err := target.Error; err != nil {
			at.kind, at.message = err.Kind, err.Message
			if err.File != "" {
				at.place = err.File
			}
		}
		at.place = Inert(at.place, maxPath)
		if err := target.Error; err != nil && err.File != "" && err.Line > 0 {
			at.place += fmt.Sprintf(":%d", err.Line)
		}
		if targets[at] == nil {
			order = append(order, at)
		}
		targets[at] = append(targets[at], target.ID)
	}
	if len(order) == 0 {
		return
	}
	t.section()
	n := t.r.count().Errors
	t.p.line(piece{Quantity(n, "target", "targets") + " could not be rendered", red}, piece{text: ":"})
	for _, at := range order {
		message := InertProse(at.message, maxProse)
		if at.kind != "" {
			message += " [" + Inert(at.kind, maxName) + "]"
		}
		t.p.line()
		t.p.paragraph(4, message, piece{text: "  "}, piece{at.place + ":", bold}, piece{text: " "})
		if ids := targets[at]; len(ids) > 1 || Inert(ids[0], maxPath) != at.place {
			t.p.paragraph(14, t.targetNames(ids), piece{text: "    "}, piece{"targets:  ", blue})
		}
	}
	if all := t.r.allowAll(); all != "" {
		t.p.line()
		t.p.paragraph(4, all, piece{text: "  "})
	}
}

// allowAll is the setting that lets podmend fetch what several targets miss; "" where one at most does.
func (r *Report) allowAll() string {
	missing := 0
	var hosts []string
	for i := range r.Targets {
		if err := r.Targets[i].Error; err != nil && len(err.Allow) > 0 {
			missing++
			for _, host := range err.Allow {
				if strings.ContainsAny(host, "[]:") {
					host = strconv.Quote(host) // in a flow list they have a meaning
				}
				hosts = append(hosts, Inert(host, maxName))
			}
		}
	}
	if missing < 2 {
		return ""
	}
	slices.Sort(hosts)
	return fmt.Sprintf("What these %d targets miss can all be fetched with network: {allow: [%s]} in %s.",
		missing, strings.Join(slices.Compact(hosts), ", "), render.ConfigFile)
}

// notes prints what targets have to say, each note once.
func (t *textWriter) notes() {
	var notes seen
	targets := map[string][]string{}
	for _, target := range t.r.Targets {
		if target.Status == TargetSkipped {
			continue // its notes say why
		}
		for _, note := range target.Notes {
			notes.add(note)
			targets[note] = append(targets[note], target.ID)
		}
	}
	if len(notes.list) == 0 {
		return
	}
	t.section()
	t.p.line(piece{"Notes", bold}, piece{text: " on how targets were rendered:"})
	for _, note := range notes.list {
		t.p.paragraph(4, t.targetNames(targets[note])+": "+InertProse(note, maxProse), piece{text: "  "})
	}
}

// skipped lists what was not looked at.
func (t *textWriter) skipped() {
	var lines [][2]string
	for _, s := range t.r.Skipped {
		lines = append(lines, [2]string{s.Path, s.Reason})
	}
	for _, target := range t.r.Targets {
		if target.Status == TargetSkipped {
			lines = append(lines, [2]string{target.ID, target.WhySkipped()})
		}
	}
	if len(lines) == 0 {
		return
	}
	t.section()
	t.p.line(piece{"Skipped", bold}, piece{text: ":"})
	for _, line := range lines {
		t.p.paragraph(4, Inert(line[0], maxPath)+": "+InertProse(line[1], maxProse), piece{text: "  "})
	}
}
