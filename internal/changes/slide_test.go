package changes

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHunksOfGit compares changed manifests, whose lines are much alike, with what git shows: GitHub takes a
// comment only on a line that git shows.
func TestHunksOfGit(t *testing.T) {
	words := []string{"  - name: a", "    image: x", "spec:", "  containers:", "", "metadata:", "    ports:", "  labels:", "---", "kind: Pod", "    env: []", "\tb"}
	pod := func(n int) []string {
		return lines(fmt.Sprintf("---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%d\nspec:\n  hostPID: true\n\n  containers:\n  - name: a\n    image: x\n    securityContext:\n      privileged: true\n", n))
	}
	folder := t.TempDir()
	differ, hidden, changed := 0, 0, 0
	const texts = 300
	for seed := range texts {
		r := rand.New(rand.NewSource(int64(seed)))
		var before []string
		for range 4 + r.Intn(60) {
			if seed%2 == 0 && r.Intn(4) == 0 {
				before = append(before, pod(r.Intn(9))...)
			} else {
				before = append(before, words[r.Intn(len(words))]+"\n")
			}
		}
		after := append([]string(nil), before...)
		for range 1 + r.Intn(6) {
			at := r.Intn(len(after))
			rest := append([]string(nil), after[at:]...)
			switch r.Intn(4) {
			case 0:
				after = append(after[:at], rest[1:]...)
			case 1:
				after = append(append(after[:at], words[r.Intn(len(words))]+"\n"), rest...)
			case 2:
				after = append(append(after[:at], pod(r.Intn(9))...), rest...)
			default:
				after[at] = words[r.Intn(len(words))] + " # c\n"
			}
			if len(after) == 0 {
				after = []string{"a\n"}
			}
		}
		was, is := strings.Join(before, ""), strings.Join(after, "")
		want := diffOfGit(t, folder, was, is)
		found, _ := hunks([]byte(was), []byte(is))
		if got := unified(found); got != want {
			differ++
		}
		for _, hunk := range found {
			for _, line := range hunk.Lines {
				if line.Kind == '+' {
					changed++
					if !strings.Contains(want, fmt.Sprintf("\n%d ", line.New)) {
						hidden++
					}
				}
			}
		}
	}
	// The shortest differences are several where lines repeat; that git takes another one is rare.
	if differ*8 > texts || hidden*300 > changed || changed < 3000 {
		t.Errorf("%d of %d texts differ, %d of %d changed lines are not shown by git", differ, texts, hidden, changed)
	}
}

func lines(text string) []string { return newSide(text).lines }

// unified writes hunks with the number of each line in the head.
func unified(hunks []Hunk) string {
	var b strings.Builder
	for _, hunk := range hunks {
		b.WriteString("@@")
		for _, line := range hunk.Lines {
			if line.Kind == '-' {
				fmt.Fprintf(&b, "\n- %s", strings.TrimSuffix(line.Text, "\n"))
			} else {
				fmt.Fprintf(&b, "\n%d %c %s", line.New, line.Kind, strings.TrimSuffix(line.Text, "\n"))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func diffOfGit(t *testing.T, folder, was, is string) string {
	t.Helper()
	names := []string{filepath.Join(folder, "was"), filepath.Join(folder, "is")}
	for i, text := range []string{was, is} {
		if err := os.WriteFile(names[i], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("git", "-c", "diff.algorithm=default", "-c", "diff.indentHeuristic=true", "diff", "--no-index", "--no-color", names[0], names[1]).Output()
	if err == nil && was != is {
		t.Fatal("git sees no difference")
	}
	var b strings.Builder
	at := 0
	for _, line := range strings.SplitAfter(string(out), "\n") {
		line = strings.TrimSuffix(line, "\n")
		var old, oldLines int
		switch {
		case strings.HasPrefix(line, "@@ "):
			if at > 0 {
				b.WriteString("\n")
			}
			if _, err := fmt.Sscanf(line, "@@ -%d,%d +%d", &old, &oldLines, &at); err != nil {
				if _, err := fmt.Sscanf(line, "@@ -%d +%d", &old, &at); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			}
			b.WriteString("@@")
		case at == 0 || line == "":
		case line[0] == '-':
			b.WriteString("\n- " + line[1:])
		default:
			fmt.Fprintf(&b, "\n%d %c %s", at, line[0], line[1:])
			at++
		}
	}
	if at > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
