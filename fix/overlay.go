package fix

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// An overlayPatch mends an object by a patch in the kustomization that renders it, where the place
// that sets the field cannot be edited or is not to be.
type overlayPatch struct {
	object  *render.Object
	changes []yamledit.Change
	in      intent
}

// inOverlay turns a remedy into a patch of the root, or leaves it to that of a root which this one includes. By
// --fix-at overlay a kustomization that others include stays as it is.
func (p *proposer) inOverlay(proposal *Proposal, object *render.Object, remedy check.Remedy, in intent, group *podFindings) *Refusal {
	in.changes, proposal.changes, proposal.printed = group.changes(remedy), nil, nil
	home := object.Source.Kustomization
	switch in.below = p.patchedBelow(proposal.Findings, in.target); {
	case len(in.below) > 0:
	case p.vendored(home):
		return &Refusal{Vendored, home + " is in a vendored folder, which the configuration says to leave alone; the kustomizations that include it get patches"}
	case p.options.InOverlay && p.included[home]:
		return &Refusal{NotLocated, home + " is the base of others, which are mended by patches of their own; it stays as it is, and so does the finding there"}
	default:
		proposal.overlays = append(proposal.overlays, overlayPatch{object, in.changes, in})
	}
	proposal.intents = []intent{in}
	return nil
}

// findOccurrences lists the targets that findings show in.
func (p *proposer) findOccurrences(findings []check.Finding) {
	p.shownIn = map[string][]string{}
	for _, finding := range findings {
		for _, occurrence := range finding.Occurrences {
			if targets := p.shownIn[finding.ID]; !slices.Contains(targets, occurrence.Target) {
				p.shownIn[finding.ID] = append(targets, occurrence.Target)
			}
		}
	}
}

// patchedBelow returns the targets that a target includes and that show the same findings, so that a patch there mends
// them here too: one patch is better than one in each overlay.
func (p *proposer) patchedBelow(findings []string, target string) []string {
	if p.options.InOverlay || len(findings) == 0 {
		return nil
	}
	here := p.results[target].Target.Path
	var below []string
	for _, id := range p.shownIn[findings[0]] {
		result := p.results[id]
		if result == nil || result.Target.Kind != render.Kustomize || len(result.Objects) == 0 ||
			!slices.Contains(result.Target.IncludedBy, here) || p.vendored(result.Objects[0].Source.Kustomization) {
			continue
		}
		if !slices.ContainsFunc(findings[1:], func(other string) bool { return !slices.Contains(p.shownIn[other], id) }) {
			below = append(below, id)
		}
	}
	return below
}

// joinOverlays joins the proposals that put patches into one kustomization, since each may need the
// list of patches that another begins.
func (p *proposer) joinOverlays(proposals []*Proposal) []*Proposal {
	homes := func(proposal *Proposal) (names []string) {
		for i := range proposal.overlays {
			names = append(names, p.home(&proposal.overlays[i]))
		}
		return names
	}
	return joinSharing(proposals, homes, func(*Proposal, *Proposal) bool { return true })
}

// addOverlays writes the patches of a proposal into their kustomizations.
func (p *proposer) addOverlays(proposal *Proposal) error {
	byObject := map[*render.Object][]yamledit.Change{}
	var objects []*render.Object
	for _, patch := range proposal.overlays {
		if byObject[patch.object] == nil {
			objects = append(objects, patch.object)
		}
		byObject[patch.object] = appendNew(byObject[patch.object], patch.changes)
	}
	if err := p.addToReleases(proposal, byObject, objects); err != nil {
		return err
	}
	byFile := map[string][]string{} // entries
	for _, object := range objects {
		if p.releaseOf(object) != nil {
			continue
		}
		key := fmt.Sprintf("%p %v", object, byObject[object])
		entry, known := p.entries[key]
		if !known {
			var err error
			if entry, err = p.overlayEntry(object, byObject[object]); err != nil {
				return err
			}
			p.entries[key] = entry
		}
		file := object.Source.Kustomization
		byFile[file] = append(byFile[file], entry)
	}
	for _, name := range sortedKeys(byFile) {
		edit, err := p.insertPatches(name, byFile[name])
		if err != nil {
			return err
		}
		proposal.texts = append(proposal.texts, FileEdit{name, edit})
	}
	return nil
}

// overlayEntry is the entry of patches that makes changes of an object: operations where the
// kustomization uses them or the kind has no merge schema, else a strategic merge patch.
func (p *proposer) overlayEntry(object *render.Object, changes []yamledit.Change) (string, error) {
	selector, text, err := p.patchOf(object, changes, p.merges(object))
	if err != nil {
		return "", err
	}
	indented := "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
	target, err := plainYAML(selector)
	if err != nil {
		return "", err
	}
	target = "    " + strings.ReplaceAll(strings.TrimRight(target, "\n"), "\n", "\n    ")
	return "- target:\n" + target + "\n  patch: |-\n" + indented + "\n", nil
}

// patchOf is a patch that makes changes of an object, and what it is for: operations, or a strategic merge
// patch.
func (p *proposer) patchOf(object *render.Object, changes []yamledit.Change, merges bool) (target map[string]any, text string, err error) {
	var tree any
	if err := k8syaml.Unmarshal(object.YAML, &tree); err != nil {
		return nil, "", err
	}
	was, err := yamledit.ApplyTree(tree, nil)
	if err != nil {
		return nil, "", err
	}
	is, err := yamledit.ApplyTree(tree, yamledit.WithoutMoot(changes))
	if err != nil {
		return nil, "", err
	}
	name := p.sourceName(object)
	var patch any = operationsOf(was, is, "")
	if merges && (p.releaseOf(object) == nil || keepsOrder(was, is, "")) {
		merge, _ := mergeOf(was, is).(map[string]any)
		metadata := map[string]any{"name": name}
		merge["apiVersion"], merge["kind"], merge["metadata"] = object.APIVersion, object.Kind, metadata
		patch = merge
	}
	text, err = plainYAML(patch)
	return map[string]any{"kind": object.Kind, "name": name}, text, err
}

// plainYAML prints a tree the way people write patches.
func plainYAML(tree any) (string, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(tree); err != nil {
		return "", err
	}
	return out.String(), encoder.Close()
}

// sourceName is the name of an object before the root's own prefix, by which patches find it.
func (p *proposer) sourceName(object *render.Object) string {
	if printed := object.OfChart(); printed != nil {
		return printed.Name
	}
	if object.Source.Manifest {
		if file, err := p.editor.parse(object.Source.File); err == nil {
			if name, ok := file.Find(object.Source.Doc, object.Source.Path.Join("metadata", "name")); ok {
				return name.Node.Value
			}
		}
	}
	return object.Name
}

// mergeable says whether strategic merge patches know the lists of an object.
func mergeable(object *render.Object) bool {
	return slices.Contains([]string{"v1", "apps/v1", "batch/v1"}, object.APIVersion)
}

// merges says whether the root is patched by strategic merge patches, and the kind can be.
func (p *proposer) merges(object *render.Object) bool {
	file, err := p.editor.parse(object.Source.Kustomization)
	if err != nil || !mergeable(object) {
		return false
	}
	tree, err := file.Tree(file.FirstDoc())
	fields, _ := tree.(map[string]any)
	if err != nil || fields["patchesJson6902"] != nil {
		return false
	}
	entries, _ := fields["patches"].([]any)
	for _, entry := range entries {
		mapping, _ := entry.(map[string]any)
		text, _ := mapping["patch"].(string)
		if name, ok := mapping["path"].(string); ok {
			content, err := p.editor.files.ReadFile(path.Join(path.Dir(object.Source.Kustomization), name))
			if err == nil {
				text = string(content)
			}
		}
		if start := strings.TrimSpace(text); strings.HasPrefix(start, "-") && !strings.HasPrefix(start, "---") || strings.HasPrefix(start, "[") {
			return false
		}
	}
	return true
}

// insertPatches puts entries at the end of the list of patches: of the old field for operations where there
// is one, which kustomize applies after patches.
func (p *proposer) insertPatches(name string, entries []string) (yamledit.Edit, error) {
	file, err := p.editor.parse(name)
	if err != nil {
		return yamledit.Edit{}, err
	}
	doc := file.FirstDoc()
	list, ok := file.Find(doc, yamledit.NewPath("patchesJson6902"))
	if !ok {
		list, ok = file.Find(doc, yamledit.NewPath("patches"))
	}
	if !ok {
		text := "patches:\n" + strings.Join(entries, "")
		end := file.Docs[doc].End
		if end > 0 && file.Src[end-1] != '\n' {
			text = "\n" + text
		}
		return yamledit.Edit{Start: end, End: end, NewText: text}, nil
	}
	if list.Node.Kind != yaml.SequenceNode || list.Node.Style&yaml.FlowStyle != 0 || list.Shared {
		return yamledit.Edit{}, &yamledit.EditError{
			Reason: yamledit.UnsupportedStyle, Message: fmt.Sprintf("the patches of %s are not a list of lines that another could be added to", name),
		}
	}
	end := list.Value.End
	for end < len(file.Src) && file.Src[end] != '\n' {
		end++
	}
	start := list.Value.Offset
	for start > 0 && file.Src[start-1] == ' ' {
		start--
	}
	indent := string(file.Src[start:list.Value.Offset])
	text := indent + strings.ReplaceAll(strings.TrimRight(strings.Join(entries, ""), "\n"), "\n", "\n"+indent)
	if end > 0 && end == list.Value.End && file.Src[end-1] == '\n' {
		return yamledit.Edit{Start: end, End: end, NewText: text + "\n"}, nil
	}
	return yamledit.Edit{Start: end, End: end, NewText: "\n" + text}, nil
}
