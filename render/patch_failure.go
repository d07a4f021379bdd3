package render

import (
	"cmp"
	"fmt"
	"iter"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

var emptyPatch = late.Regexp(`empty json patch|patch appears to be empty|empty to be empty|seems to be empty`)

// placeEmptyPatch finds the patch file that holds nothing.
func placeEmptyPatch(f *kustomizeFailure, found *Error) {
	for _, ref := range f.where.refs {
		if ref.use != usePatch || ref.target == "" || ref.isDir {
			continue
		}
		if content, err := f.build.files.ReadFile(ref.target); err == nil && isEmpty(yamledit.Parse(content)) {
			found.File, found.Line = ref.target, 1
			found.Message = "the patch file is empty. Write the patch, or take the reference to the file away."
			return
		}
	}
	placePatchFile(f, found)
}

func isEmpty(file *yamledit.File) bool {
	for _, doc := range file.Docs {
		if doc.Root != nil || doc.Err != nil {
			return false
		}
	}
	return true
}

// failedTest takes the path of the test operation that failed, which upstream puts before the reason.
var failedTest = late.Regexp(`testing (?:value|path) (\S+) failed`)

// placeFailedTest finds the test operation that failed.
func placeFailedTest(f *kustomizeFailure, found *Error) {
	placePatchFile(f, found)
	words := failedTest().FindStringSubmatch(f.reason)
	if words == nil {
		return
	}
	found.Message = fmt.Sprintf("the patch expects another value at %s than the object has: its test operation failed. "+
		"Give the test the value that is there now, if the rest of the patch still fits it.", words[1])
	content, err := f.build.files.ReadFile(found.File)
	if err != nil {
		return
	}
	file := yamledit.Parse(content)
	for doc := range file.Docs {
		for i := 0; ; i++ {
			entry, ok := file.Find(doc, yamledit.NewPath(i))
			if !ok {
				break
			}
			op, path := child(entry.Node, "op"), child(entry.Node, "path")
			if op != nil && path != nil && op.Value == "test" && path.Value == words[1] {
				found.Line = entry.Value.Line
				return
			}
		}
	}
}

var (
	failedOperation  = late.Regexp(`error in (\w+) for path: '([^']*)'`)
	unknownOperation = late.Regexp(`^Unexpected kind: (\S+)`)
)

// placeOperation finds the operation that failed, by its path, or by its name if that is none.
func placeOperation(f *kustomizeFailure, found *Error) {
	key, value := "path", ""
	if words := failedOperation().FindStringSubmatch(f.reason); words != nil {
		value = words[2]
	} else if words := unknownOperation().FindStringSubmatch(f.reason); words != nil {
		key, value = "op", words[1]
	}
	for place, text := range f.patchTexts() {
		for doc := range text.file.Docs {
			for i := 0; ; i++ {
				at, ok := text.file.Find(doc, yamledit.NewPath(i, key))
				if !ok {
					break
				}
				if at.Node.Value != value {
					continue
				}
				found.File, found.Line = place.File, at.Value.Line
				if text.inner != nil {
					found.Line = text.inner.Outer(at.Value).Line
				}
				return
			}
		}
	}
}

// patchTexts yields the patches of the kustomization that was being built.
func (f *kustomizeFailure) patchTexts() iter.Seq2[*Place, placedText] {
	locator := NewLocator(f.build.files)
	return func(yield func(*Place, placedText) bool) {
		var places []Place
		for _, ref := range f.where.refs {
			if ref.use == usePatch && ref.target != "" {
				places = append(places, Place{File: ref.target})
			}
		}
		for _, field := range []string{"patches", "patchesJson6902"} {
			_, operations := oldPatches(&f.where.parsed)
			for i := range max(len(f.where.parsed.Patches), len(operations)) {
				places = append(places, Place{File: f.where.file, Inside: yamledit.NewPath(field, i, "patch")})
			}
		}
		for i := range places {
			if text, ok := locator.textOf(&places[i]); ok && !yield(&places[i], text) {
				return
			}
		}
	}
}

// placePatchEntry finds the entry of a patch that has too little or too much.
func placePatchEntry(f *kustomizeFailure, found *Error) {
	found.File = f.where.file
	for _, patch := range f.where.parsed.Patches {
		if (patch.Path == "") == (patch.Patch == "") {
			found.Line = cmp.Or(scalarLine(f.where.content, "patches", patch.Path), scalarLine(f.where.content, "patches", ""))
			return
		}
	}
	placePatchFile(f, found)
}

var brokenExpression = late.Regexp("error parsing regexp: [^`]*`\\^\\(\\?:(.*)\\)\\$`")

// placeExpression finds the regular expression that cannot be read.
func placeExpression(f *kustomizeFailure, found *Error) {
	found.File = f.where.file
	if words := brokenExpression().FindStringSubmatch(f.reason); words != nil {
		found.Line = scalarLine(f.where.content, "", words[1])
	}
}

// placeConfigurationField finds a field in the files of transformer configurations.
func placeConfigurationField(f *kustomizeFailure, found *Error) {
	words := fieldWords().FindStringSubmatch(f.reason)
	for _, ref := range f.where.refs {
		if ref.field != "configurations" || ref.target == "" || words == nil {
			continue
		}
		content, err := f.build.files.ReadFile(ref.target)
		if line := keyLine(content, words[1]); err == nil && line > 0 {
			found.File, found.Line = ref.target, line
			return
		}
	}
	placeField(f, found)
}

// untargeted refuses operations without a target, on which kustomize itself breaks.
func (b *kustomizeBuild) untargeted() *Error {
	refuse := func(file string, line int) *Error {
		return &Error{Kind: ErrPatch, File: file, Line: line, Message: "kustomize breaks on operations without a target. Add the target that they are for."}
	}
	for _, k := range b.all {
		_, operations := oldPatches(&k.parsed)
		for _, patch := range operations {
			if patch.Target == nil {
				return refuse(k.file, scalarLine(k.content, "patchesJson6902", patch.Path))
			}
		}
		for _, t := range b.transformers(k) {
			if t.kind == "PatchJson6902Transformer" && child(t.root, "target") == nil {
				return refuse(t.place.File, t.line)
			}
		}
	}
	return nil
}
