package changes

import "slices"

// A Checkout is what lies in the work tree.
type Checkout struct {
	Commit  string   // SHA of HEAD
	Changed []string // tracked files that are not as the commit has them, sorted
}

// Checkout says which commit is checked out, and what was changed since.
func (r *Repository) Checkout() (checkout *Checkout, err error) {
	defer recoverObjects(&err)
	head, err := r.commit("HEAD")
	if err != nil {
		return nil, err
	}
	committed, err := head.Tree()
	if err != nil {
		return nil, errorf("the files of the commit %.12s are not in this checkout: %v; %s", head.Hash, err, howToFetch)
	}
	disk, err := r.workTree(Options{})
	if err != nil {
		return nil, err
	}
	changed, err := diffTrees(committed, disk)
	if err != nil {
		return nil, errorf("the checkout cannot be compared with its commit: %v; %s", err, howToFetch)
	}
	checkout = &Checkout{Commit: head.Hash.String()}
	for _, change := range changed {
		checkout.Changed = append(checkout.Changed, nameOf(change))
	}
	slices.Sort(checkout.Changed)
	return checkout, nil
}
