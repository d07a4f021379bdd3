package render

import (
	"fmt"
	"path"

	"github.com/podmend/podmend/internal/overlay"
)

// refusal says why a root is not even tried: kustomize would reach out for something, and
// nothing in it can be told not to.
func (b *kustomizeBuild) refusal() *Error {
	missing := b.missingCharts()
	unfetchable := func(*kustomization) *Error {
		if missing != nil && len(missing.Missing) == 0 {
			return missing
		}
		return nil
	}
	for _, find := range []func(*kustomization) *Error{remoteReference, unfetchable, blockedPlugin, outsideReference} {
		for _, k := range b.all {
			if refused := find(k); refused != nil {
				return refused
			}
		}
	}
	// Last, as what is missing may be fetched, and nothing is asked for that could not be built then.
	return missing
}

func remoteReference(k *kustomization) *Error {
	for i := range k.refs {
		ref := &k.refs[i]
		if !ref.remote {
			continue
		}
		advice := "Copy it into the repository and refer to the copy"
		if ref.use == useResource || ref.use == useComponent {
			advice = "Run `kustomize localize`, which copies what it leads to, commit the copy and refer to it"
		}
		return &Error{
			Kind: ErrRemoteBase, File: ref.file, Line: ref.line(k),
			Message: fmt.Sprintf("%s %q would be read from %s. podmend does not fetch what kustomizations name, whatever network.allow says. %s.",
				ref.field, shownReference(ref.value), ref.host, advice),
		}
	}
	return nil
}

func blockedPlugin(k *kustomization) *Error {
	if len(k.blocked) > 0 {
		return k.blocked[0]
	}
	return nil
}

func outsideReference(k *kustomization) *Error {
	for i := range k.refs {
		ref := &k.refs[i]
		if ref.refused == nil {
			continue
		}
		refused := readError(ref.file, ref.refused)
		refused.Line = ref.line(k)
		refused.Message = fmt.Sprintf("%s %q: %s", ref.field, ref.value, refused.Message)
		return refused
	}
	return nil
}

// missingKustomization explains why a folder that should hold a root does not.
func missingKustomization(files *overlay.FS, dir string) *Error {
	info, err := files.Stat(dir)
	switch {
	case err != nil:
		return readError(dir, err)
	case !info.IsDir():
		return &Error{Kind: ErrMissingKustomization, File: dir, Message: "this is a file, but kustomize builds folders. Name the folder " + path.Dir(dir) + "."}
	}
	return &Error{Kind: ErrMissingKustomization, File: dir, Message: "the folder holds no kustomization.yaml. Add one, or name another folder."}
}
