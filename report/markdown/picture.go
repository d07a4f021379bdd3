package markdown

import (
	"fmt"
	"strings"

	"github.com/podmend/podmend/report"
)

const (
	pictured     = 3 // findings in the picture
	maxBranches  = 4 // targets of one finding, workloads of one target
	maxNodeLabel = 80
)

// picture shows how the fields of the worst findings reach production: from their source through
// values and templates or patches to targets and workloads. "" if no finding has a source.
func picture(v *report.View, worst []*report.Finding) string {
	p := &mermaid{nodes: map[string]string{}, edges: map[string]bool{}}
	shown := 0
	for _, f := range worst {
		if f.Status == report.StatusExempt || f.Origin.File == "" || len(f.Occurrences) == 0 {
			continue
		}
		if shown++; shown > pictured {
			break
		}
		p.finding(f)
	}
	if shown == 0 {
		return ""
	}
	return block("mermaid", "flowchart LR\n"+p.text.String()+
		"  classDef broken stroke:#d1242f,stroke-width:3px\n")
}

type mermaid struct {
	text  strings.Builder
	nodes map[string]string // ids by what they stand for
	edges map[string]bool
}

func (p *mermaid) finding(f *report.Finding) {
	place := f.Origin.Place()
	at := p.node("source "+place, place+"  "+report.Inert(f.Control, maxName), `["%s"]:::broken`)
	for _, link := range f.Origin.Chain {
		place := report.Place(link.File, link.Line)
		next := p.node("link "+place, place, `["%s"]`)
		p.edge(at, next)
		at = next
	}
	for _, change := range f.Changes { // what brings it to effect
		place := report.Place(change.File, change.Line)
		next := p.node("link "+place, place, `["%s"]`)
		if next != at {
			p.edge(at, next)
		}
		at = next
	}
	branches := map[string]int{} // workloads by target, in the order of the occurrences
	var targets []string
	for _, o := range f.Occurrences {
		if branches[o.Target]++; branches[o.Target] == 1 {
			targets = append(targets, o.Target)
		}
	}
	for i, target := range targets {
		if i == maxBranches {
			p.edge(at, p.node("more targets "+place, report.Quantity(len(targets)-i, "more target", "more targets"), `(["%s"])`))
			break
		}
		to := p.node("target "+target, target, `(["%s"])`)
		p.edge(at, to)
		p.workloads(f, target, to)
	}
}

func (p *mermaid) workloads(f *report.Finding, target, from string) {
	var names []string
	seen := map[string]bool{}
	for _, o := range f.Occurrences {
		name := o.Object.Kind + " " + strings.TrimPrefix(o.Object.Namespace+"/", "/") + o.Object.Name
		if o.Target == target && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for i, name := range names {
		if i == maxBranches {
			p.edge(from, p.node("more in "+target+f.ID, fmt.Sprintf("%d more", len(names)-i), `[["%s"]]`))
			break
		}
		p.edge(from, p.node("workload "+target+" "+name, name, `[["%s"]]`))
	}
}

// node writes a node unless it is there already, and returns its id.
func (p *mermaid) node(meaning, text, shape string) string {
	id := p.nodes[meaning]
	if id == "" {
		id = fmt.Sprintf("n%d", len(p.nodes))
		p.nodes[meaning] = id
		fmt.Fprintf(&p.text, "  %s"+shape+"\n", id, label(text))
	}
	return id
}

func (p *mermaid) edge(from, to string) {
	if line := "  " + from + " --> " + to + "\n"; !p.edges[line] {
		p.edges[line] = true
		p.text.WriteString(line)
	}
}

// label keeps letters, digits and the marks of paths, and writes all else as the entities of Mermaid.
func label(s string) string {
	var b strings.Builder
	for _, r := range report.InertProse(s, maxNodeLabel) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" ./_-", r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
