package fix

import (
	"cmp"
	"slices"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
)

// pullApart makes the changes of each list by themselves, and each other change: together, edits side by side are one, which
// the template may print from several places. ok is false where one cannot be made, or two overlap.
func (e *editor) pullApart(pull *templatePull, rendered *yamledit.File, changes []yamledit.Change) (texts []FileEdit, ok bool) {
	for _, group := range byList(changes) {
		pulled, err := e.pullGroup(pull, rendered, group)
		if err != nil {
			return nil, false
		}
		texts = append(texts, pulled...)
	}
	slices.SortFunc(texts, func(a, b FileEdit) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return e.withoutSharedSpace(texts)
}

// withoutSharedSpace joins sorted deletions that share the line break between them. ok is false where other edits overlap.
func (e *editor) withoutSharedSpace(texts []FileEdit) (joined []FileEdit, ok bool) {
	for _, text := range texts {
		last := len(joined) - 1
		if last < 0 || text.File != joined[last].File || text.Start >= joined[last].End {
			joined = append(joined, text)
			continue
		}
		template, err := e.template(text.File)
		if err != nil || text.NewText != "" || joined[last].NewText != "" {
			return nil, false
		}
		shared := template.Source[text.Start-template.Skipped : min(text.End, joined[last].End)-template.Skipped]
		if strings.TrimSpace(shared) != "" {
			return nil, false
		}
		end := max(joined[last].End, text.End)
		if strings.HasPrefix(template.Source[end-template.Skipped:], shared) {
			end += len(shared) // in place of the one that both take
		}
		joined[last].End = end
	}
	return joined, true
}

// byList groups changes that delete items of one list; each other change is a group.
func byList(changes []yamledit.Change) (groups [][]yamledit.Change) {
	of := map[string]int{}
	for _, change := range changes {
		last := len(change.Path) - 1
		if change.Op == yamledit.Delete && last >= 0 && change.Path[last].List {
			list := change.Path[:last].String()
			if at, ok := of[list]; ok {
				groups[at] = append(groups[at], change)
				continue
			}
			of[list] = len(groups)
		}
		groups = append(groups, []yamledit.Change{change})
	}
	return groups
}

// pullGroup makes changes with as much of what they empty as the template allows to take away, at last the items alone:
// a template may print others behind the key.
func (e *editor) pullGroup(pull *templatePull, rendered *yamledit.File, group []yamledit.Change) ([]FileEdit, error) {
	group = slices.Clone(group)
	texts, err := e.pullAll(pull, rendered, group)
	for err != nil && group[0].Prune > 0 {
		for i := range group {
			group[i].Prune = max(group[i].Prune-1, 0)
		}
		var fewer []FileEdit
		var more error
		if fewer, more = e.pullAll(pull, rendered, group); more == nil {
			return fewer, nil
		}
	}
	if err == nil || group[0].Op != yamledit.Delete || !group[0].Path[len(group[0].Path)-1].List {
		return texts, err
	}
	return pull.deleteItems(rendered, len(rendered.Docs)-1, group)
}
