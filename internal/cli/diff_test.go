package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDiffsOfGeneratedFiles counts the hunks of fix's diffs by hand, and has git apply them: both
// must lead to the files that --write leaves.
func TestDiffsOfGeneratedFiles(t *testing.T) {
	t.Parallel()
	hunks := 0
	for seed := range 25 {
		before := generatedFiles(rand.New(rand.NewSource(int64(seed))))
		applied, written := repositoryOf(t, before), repositoryOf(t, before)
		diff := runFix(t, applied, exitFindings)
		runFix(t, written, exitFindings, "--write")
		after := filesOf(t, written)
		for _, file := range strings.Split(diff, "diff --git ")[1:] {
			name := strings.TrimPrefix(strings.Fields(file)[0], "a/")
			hunks += checkHunks(t, seed, name, before[name], after[name], file)
		}
		git := exec.Command("git", "apply")
		git.Dir, git.Stdin = applied, strings.NewReader(diff)
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("seed %d: git apply: %v: %s\n%s", seed, err, out, diff)
		}
		for name, content := range filesOf(t, applied) {
			if content != after[name] {
				t.Errorf("seed %d: git apply and --write differ in %s:\n%q\n%q", seed, name, content, after[name])
			}
		}
	}
	if hunks < 300 {
		t.Errorf("only %d hunks were looked at", hunks)
	}
}

var hunkHead = regexp.MustCompile(`(?m)^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*\n`)

// checkHunks asks of each hunk that it counts its lines right, and stands where its header says on
// both sides.
func checkHunks(t *testing.T, seed int, name, before, after, diff string) int {
	t.Helper()
	was, is := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	heads := hunkHead.FindAllStringSubmatchIndex(diff, -1)
	end := 0 // of the hunk before, in lines of the old file
	for i, at := range heads {
		number := func(group, missing int) int {
			if at[2*group] < 0 {
				return missing
			}
			n, err := strconv.Atoi(diff[at[2*group]:at[2*group+1]])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		stop := len(diff)
		if i+1 < len(heads) {
			stop = heads[i+1][0]
		}
		from, to := sides(diff[at[1]:stop])
		fromLine, toLine := number(1, 0), number(3, 0)
		where := fmt.Sprintf("seed %d, %s, %s", seed, name, strings.TrimSpace(diff[at[0]:at[1]]))
		if len(from) != number(2, 1) || len(to) != number(4, 1) {
			t.Errorf("%s: the hunk has %d and %d lines", where, len(from), len(to))
		}
		if len(from) == 0 || len(to) == 0 || fromLine <= end || !same(was, fromLine, from) || !same(is, toLine, to) {
			t.Fatalf("%s: the lines are not those of the files:\n%s", where, diff[at[0]:stop])
		}
		end = fromLine + len(from) - 1
	}
	return len(heads)
}

// sides splits the body of a hunk into the lines of the old and the new file.
func sides(body string) (from, to []string) {
	last := byte(' ')
	for line := range strings.Lines(body) {
		if line[0] == '\\' { // the line before ends without a line break
			if last != '+' {
				from[len(from)-1] = strings.TrimSuffix(from[len(from)-1], "\n")
			}
			if last != '-' {
				to[len(to)-1] = strings.TrimSuffix(to[len(to)-1], "\n")
			}
			continue
		}
		last = line[0]
		if last != '+' {
			from = append(from, line[1:])
		}
		if last != '-' {
			to = append(to, line[1:])
		}
	}
	return from, to
}

func same(lines []string, from int, part []string) bool {
	if from < 1 || from-1+len(part) > len(lines) {
		return false
	}
	for i := range part {
		if lines[from-1+i] != part[i] {
			return false
		}
	}
	return true
}

// generatedFiles makes files of alike and equal objects in many styles.
func generatedFiles(r *rand.Rand) map[string]string {
	files := map[string]string{}
	for i := range 1 + r.Intn(3) {
		var docs []string
		for range 1 + r.Intn(6) {
			docs = append(docs, generatedPod(r))
			for range r.Intn(3) {
				docs = append(docs, docs[r.Intn(len(docs))])
			}
		}
		text := strings.Join(docs, "---\n")
		if r.Intn(3) == 0 {
			text = strings.TrimSuffix(text, "\n")
		}
		if r.Intn(3) == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		if r.Intn(4) == 0 {
			text = "\ufeff" + text
		}
		files[fmt.Sprintf("f%d.yaml", i)] = text
	}
	return files
}

func generatedPod(r *rand.Rand) string {
	some := func(texts ...string) string { return texts[r.Intn(len(texts))] }
	text := "apiVersion: v1\nkind: Pod\n" + some("", "# a pod\n", "\n\n") + "metadata: {name: a}\nspec:\n"
	text += some("", "  hostPID: true\n", "  hostPID: true # why\n  hostIPC: true\n", "  # both\n  hostIPC: true\n\n")
	text += some("", strings.Repeat("  # filler\n", r.Intn(12)))
	text += "  containers:\n"
	for i := range 1 + r.Intn(3) {
		text += fmt.Sprintf("  - name: c%d\n    image: a\n", i)
		text += some("", "    securityContext: {privileged: true}\n", "    securityContext:\n      privileged: true\n      capabilities:\n        add:\n        # mounts\n        - SYS_ADMIN\n        - CHOWN\n",
			"    securityContext:\n      capabilities: {add: [SYS_ADMIN, NET_ADMIN]}\n")
		text += some("", "    ports:\n    - containerPort: 80\n      hostPort: 80\n", "    ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81}]\n")
		text += some("", "    volumeMounts:\n    # of the node\n    - name: v\n      mountPath: /v\n      readOnly: true\n")
	}
	text += some("  hostNetwork: false\n", "  hostPID: true\n")
	if strings.Contains(text, "name: v") {
		text += "  volumes:\n  # of the node\n  - name: v\n    hostPath: {path: /etc/v}\n"
	}
	if strings.Count(text, "hostPID") > 1 { // a key stands once
		text = strings.Replace(text, "  hostPID: true\n", "", 1)
	}
	return text
}

func repositoryOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	// A pod with a finding of its own makes each run end alike.
	files["always.yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostIPC: true\n  containers: []\n"
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		files[filepath.Base(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func runFix(t *testing.T, dir string, want int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }, Dir: dir}
	if code := Run(context.Background(), append([]string{"fix"}, args...), env); code != want {
		t.Fatalf("podmend fix %v ended with %d: %s", args, code, stderr.String())
	}
	return stdout.String()
}
