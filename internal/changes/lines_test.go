package changes

import (
	"strings"
	"testing"
)

// TestOldLine looks for each line of the head in the base, by its text.
func TestOldLine(t *testing.T) {
	var before, after []string
	for i := range 40 {
		line := strings.Repeat("x", i+1) + "\n"
		before = append(before, line)
		switch i {
		case 0, 20, 21: // removed
		case 5:
			after = append(after, "new\n", "newer\n", line)
		case 8:
			after = append(after, "changed\n")
		default:
			after = append(after, line)
		}
	}
	hunks, _ := hunks([]byte(strings.Join(before, "")), []byte(strings.Join(after, "")))
	file := &File{Status: Modified, Hunks: hunks}
	for i, line := range after {
		want := 0
		for j := range before {
			if before[j] == line {
				want = j + 1
			}
		}
		if got := file.OldLine(i + 1); got != want {
			t.Errorf("line %d: OldLine is %d, want %d", i+1, got, want)
		}
	}
	runs := 0
	for i := range hunks {
		runs += len(hunks[i].Runs())
	}
	if runs != 4 {
		t.Errorf("%d runs, want 4", runs)
	}
}
