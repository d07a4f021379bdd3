package fix

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

const contextLines = 3

// Diff returns the unified diff of the files that the proposals edit, sorted by name, as git apply
// takes it. Only lines that an edit touches are shown as changed.
// https://git-scm.com/docs/diff-format#generate_patch_text_with_p
func Diff(files *overlay.FS, proposals []*Proposal) ([]byte, error) {
	byFile, err := newEditor(files, Budget{}).byFile(proposals)
	if err != nil {
		return nil, err
	}
	var diff strings.Builder
	for _, name := range sortedKeys(byFile) {
		before, err := Before(files, name)
		if err != nil {
			return nil, fmt.Errorf("read %s for the diff: %w", name, err)
		}
		unified, err := unifiedDiff(before, byFile[name])
		if err != nil {
			return nil, fmt.Errorf("diff %s: %w", name, err)
		}
		body := unified.String()
		after, err := yamledit.Apply(before, byFile[name])
		if err != nil {
			return nil, fmt.Errorf("diff %s: %w", name, err)
		}
		diff.WriteString(header(name, len(before) == 0, len(after) == 0))
		// The library's two header lines do not quote names.
		diff.WriteString(strings.SplitN(body, "\n", 3)[2])
	}
	return []byte(diff.String()), nil
}

// Hunks returns the changed lines of a file with some around them. The edits are sorted, apart, and
// within it.
func Hunks(before []byte, edits []yamledit.Edit) ([]*udiff.Hunk, error) {
	if _, err := yamledit.Apply(before, edits); err != nil {
		return nil, err
	}
	unified, err := unifiedDiff(before, edits)
	return unified.Hunks, err
}

func unifiedDiff(before []byte, edits []yamledit.Edit) (udiff.UnifiedDiff, error) {
	unified, err := udiff.ToUnifiedDiff("before", "after", string(before), lineEdits(before, edits), contextLines)
	// The library loses count of the lines between the edits of one hunk, and git apply looks
	// for a hunk where its header says.
	shift := 0
	for _, hunk := range unified.Hunks {
		hunk.ToLine = hunk.FromLine + shift
		for _, line := range hunk.Lines {
			switch line.Kind {
			case udiff.Insert:
				shift++
			case udiff.Delete:
				shift--
			}
		}
	}
	return unified, err
}

func header(name string, fresh, gone bool) string {
	from, to := gitQuote("a/"+name), gitQuote("b/"+name)
	end := "\n"
	if strings.Contains(name, " ") {
		end = "\t\n" // so that patch and git see where the name ends
	}
	if gone {
		return "diff --git " + from + " " + to + "\ndeleted file mode 100644\n--- " + from + end + "+++ /dev/null\n"
	}
	if fresh {
		return "diff --git " + from + " " + to + "\nnew file mode 100644\n--- /dev/null\n+++ " + to + end
	}
	return "diff --git " + from + " " + to + "\n--- " + from + end + "+++ " + to + end
}

// gitQuote quotes a name as git does if it holds bytes that would break a header line.
func gitQuote(name string) string {
	plain := true
	for i := range len(name) {
		if c := name[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
		}
	}
	if plain {
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			octal := strconv.FormatUint(uint64(c), 8)
			b.WriteString("\\" + strings.Repeat("0", 3-len(octal)) + octal)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
