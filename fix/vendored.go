package fix

import (
	"errors"
	"fmt"

	"github.com/podmend/podmend/render"
)

// vendored says whether a file is in a folder of which the configuration says that it comes from
// elsewhere.
func (p *proposer) vendored(file string) bool { return render.MatchesPath(p.options.Vendored, file) }

// foreign says whether a proposal would change source of another repository: a file in a vendored
// folder, or the templates of a copied chart.
func (p *proposer) foreign(proposal *Proposal) bool {
	for _, change := range proposal.changes {
		if p.vendored(change.file) {
			return true
		}
	}
	for _, text := range proposal.texts {
		if p.vendored(text.File) {
			return true
		}
	}
	pulled, err := p.editor.pulled(proposal.printed)
	var refused *refusedEdit
	if errors.As(err, &refused) && refused.Reason == RemoteChart {
		return true
	}
	for _, edit := range pulled {
		if p.vendored(edit.File) {
			return true
		}
	}
	return false
}

// editsVendored refuses edits in vendored folders.
func (p *proposer) editsVendored(edits []FileEdit) *Refusal {
	for _, edit := range edits {
		if p.vendored(edit.File) {
			return &Refusal{Vendored, fmt.Sprintf("%s is in a vendored folder, which the configuration says to leave alone; "+
				"change it where it comes from, or by a value or a patch outside of that folder", edit.File)}
		}
	}
	return nil
}
