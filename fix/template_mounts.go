package fix

import (
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// noMountLeft asks that only what was rendered mounts the volumes that changes delete: with other
// values, a mount without its volume would make the pod invalid.
func (p *templatePull) noMountLeft(rendered *yamledit.File, doc int, changes []yamledit.Change) error {
	tree, err := rendered.Tree(doc)
	if err != nil {
		return err
	}
	for _, change := range changes {
		last := len(change.Path) - 1
		if change.Op != yamledit.Delete || last < 1 || !change.Path[last].List || change.Path[last-1].Key != "volumes" {
			continue
		}
		volume, _ := yamledit.ValueAt(tree, change.Path).(map[string]any)
		if name, _ := volume["name"].(string); name != "" && p.mountedOtherwise(name) {
			return errPrintsMore
		}
	}
	return nil
}

// mountedOtherwise says whether a template holds a mount of a volume that it did not print, in a
// document or a named template of which it printed something.
func (p *templatePull) mountedOtherwise(volume string) bool {
	mount := regexp.MustCompile(`(?m)\bname:\s*["']?` + regexp.QuoteMeta(volume) + `["']?\s*(,.*|\}.*|#.*)?$`)
	for i := range p.trace.Files {
		template, err := p.templateOf(i)
		if err != nil {
			continue
		}
		printed, mounted := false, false
		for _, part := range template.Parts() {
			text := template.Source[part.Start:part.End]
			if part.Word == "define" || !part.Action && strings.Contains(text, "\n---") {
				printed, mounted = false, false
			}
			switch {
			case p.printedIn(p.trace.Files[i].File, part, 0, len(p.text)):
				printed = true
			case !part.Action && strings.Contains(text, "mountPath:") && mount.MatchString(text):
				mounted = true
			}
			if printed && mounted {
				return true
			}
		}
	}
	return false
}
