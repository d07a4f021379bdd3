package render

import (
	"fmt"

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
