package changes

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A checkout is a work tree that the git program made.
type checkout struct {
	t   *testing.T
	dir string
}

func newCheckout(t *testing.T) *checkout {
	c := &checkout{t, t.TempDir()}
	c.git("init", "-q", "-b", "main")
	return c
}

func (c *checkout) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimRight(string(out), "\n")
}

func (c *checkout) write(name, content string) {
	c.t.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *checkout) commit(message string) string {
	c.t.Helper()
	c.git("add", "-A")
	c.git("commit", "-q", "--allow-empty", "-m", message)
	return c.git("rev-parse", "HEAD")
}

func (c *checkout) compare(options Options) *Comparison {
	c.t.Helper()
	repository, err := Open(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	comparison, err := repository.Compare(options)
	if err != nil {
		c.t.Fatal(err)
	}
	return comparison
}

func numbered(from, to int) string {
	var text strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	return text.String()
}

// The base and the head are seen from a checkout of their merge, whose lines are neither's.
func TestMergeCommitIsCheckedOut(t *testing.T) {
	c := newCheckout(t)
	c.write("a.yaml", numbered(1, 30))
	c.write("old/name.yaml", numbered(1, 50))
	c.write("gone.yaml", "x: 1\n")
	base := c.commit("base")
	c.git("checkout", "-q", "-b", "topic")
	c.write("a.yaml", numbered(1, 19)+"changed\n"+numbered(21, 30))
	c.git("mv", "old", "new")
	c.write("new/name.yaml", numbered(1, 50)+"more\n")
	c.git("rm", "-q", "gone.yaml")
	c.write("added.yaml", "y: 2\n")
	head := c.commit("head")
	c.git("checkout", "-q", "main")
	c.write("a.yaml", "before\n"+numbered(1, 30))
	c.write("later.yaml", "z: 3\n")
	tip := c.commit("main goes on")
	c.git("merge", "-q", "--no-edit", "topic")
	c.write("untracked.yaml", "u: 1\n")

	got := c.compare(Options{Base: tip, Head: head})
	if got.Base != base || got.Head != head {
		t.Errorf("base %s and head %s, want %s and %s", got.Base, got.Head, base, head)
	}
	var names []string
	for _, file := range got.Files {
		names = append(names, fmt.Sprint(file.Status, " ", file.OldName, ">", file.Name))
	}
	if want := []string{"modified >a.yaml", "added >added.yaml", "removed >gone.yaml", "renamed old/name.yaml>new/name.yaml"}; !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
	hunk := got.File("a.yaml").Hunk(20, 20)
	if hunk == nil || hunk.NewStart != 17 || hunk.NewLines != 7 || hunk.OldStart != 17 || len(hunk.Lines) != 8 {
		t.Errorf("the hunk of line 20 is %+v", hunk)
	}
	if got.File("a.yaml").Hunk(16, 20) != nil || got.File("a.yaml").Hunk(20, 24) != nil || got.File("gone.yaml") != nil {
		t.Error("lines outside of the hunk are said to be in it")
	}
	for name, want := range map[string]string{"a.yaml": c.git("show", head+":a.yaml") + "\n", "later.yaml": ""} {
		if string(got.HeadFiles[name]) != want {
			t.Errorf("%s of the head is %q", name, got.HeadFiles[name])
		}
	}
	if content, there := got.BaseFiles["added.yaml"]; !there || content != nil {
		t.Error("added.yaml is not taken from the base")
	}
	if _, there := got.HeadFiles["untracked.yaml"]; there {
		t.Error("an untracked file is not left as it is")
	}
}

// Without a head, what lies on the disk counts: changed, staged, removed and untracked files.
func TestWorkTreeIsTheHead(t *testing.T) {
	c := newCheckout(t)
	for _, name := range []string{"changed", "staged", "removed", "same", "crlf"} {
		c.write("dir/"+name+".yaml", numbered(1, 5))
	}
	c.commit("base")
	c.git("checkout", "-q", "-b", "topic")
	c.write("committed.yaml", "a: 1\n")
	c.commit("topic")
	c.write("dir/changed.yaml", numbered(1, 6))
	c.write("dir/staged.yaml", numbered(0, 5))
	c.git("add", "-A")
	c.write("dir/crlf.yaml", strings.ReplaceAll(numbered(1, 5), "\n", "\r\n"))
	if err := os.Remove(filepath.Join(c.dir, "dir/removed.yaml")); err != nil {
		t.Fatal(err)
	}
	c.write("new.yaml", "n: 1\n")
	c.write("built.yaml", "b: 1\n")
	got := c.compare(Options{Base: "main", Untracked: []string{"new.yaml"}})
	var names []string
	for _, file := range got.Files {
		names = append(names, string(file.Status)+" "+file.Name)
	}
	want := []string{"added committed.yaml", "modified dir/changed.yaml", "removed dir/removed.yaml", "modified dir/staged.yaml", "added new.yaml"}
	if !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
	if len(got.HeadFiles) > 0 || got.Head != "" {
		t.Errorf("the head differs from the disk: %v", got.HeadFiles)
	}
	if string(got.BaseFiles["dir/removed.yaml"]) != numbered(1, 5) {
		t.Error("the base lacks a removed file")
	}
	if content, there := got.BaseFiles["new.yaml"]; !there || content != nil {
		t.Error("the base holds an untracked file")
	}
}

func TestRevisions(t *testing.T) {
	c := newCheckout(t)
	first := c.commit("one")
	c.git("tag", "-a", "-m", "annotated", "v1")
	second := c.commit("two")
	c.git("checkout", "-q", "-b", "side", first)
	side := c.commit("three")
	c.git("checkout", "-q", "main")
	c.git("merge", "-q", "--no-ff", "--no-edit", "side")
	c.git("update-ref", "refs/remotes/origin/theirs", side)
	c.git("pack-refs", "--all")
	c.git("gc", "-q")
	repository, err := Open(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"HEAD~2": first, "v1": first, "main^": second, "main^2": side, "HEAD^2~1": first, "theirs": side,
		"origin/theirs": side, second: second, second[:9]: second, "refs/heads/side": side, "side^0": side,
	} {
		if commit, err := repository.commit(name); err != nil || commit.Hash.String() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	for _, name := range []string{"nothing", "HEAD~9", "../../HEAD", "HEAD~x", "", strings.Repeat("0", 40)} {
		if _, err := repository.commit(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestShallowCloneIsToldHowToGoOn(t *testing.T) {
	c := newCheckout(t)
	c.commit("one")
	c.git("checkout", "-q", "-b", "topic")
	head := c.commit("two")
	c.git("checkout", "-q", "main")
	base := c.commit("three")
	shallow := newCheckout(t)
	shallow.git("fetch", "-q", "--depth=1", "file://"+c.dir, "main", "topic")
	shallow.git("checkout", "-q", head)
	repository, err := Open(shallow.dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = repository.Compare(Options{Base: base, Head: head})
	if err == nil || !strings.Contains(err.Error(), "too short") || !strings.Contains(err.Error(), "fetch-depth: 0") {
		t.Errorf("got %v", err)
	}
}

// On random histories the git program is the oracle: for merge bases, and for what the files hold.
func TestLikeGit(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	c := newCheckout(t)
	commits := []string{c.commit("0")}
	for i := range 24 {
		c.git("checkout", "-q", commits[random.IntN(len(commits))])
		if i%3 == 2 {
			c.git("merge", "-q", "--no-edit", "-s", "ours", commits[random.IntN(len(commits))])
		}
		name := fmt.Sprintf("d%d/f%d.yaml", random.IntN(3), random.IntN(3))
		from := random.IntN(30)
		c.write(name, numbered(from, from+random.IntN(40))+strings.Repeat("x\n", random.IntN(3)))
		commits = append(commits, c.commit(fmt.Sprint(i)))
	}
	repository, err := Open(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		head, tip := commits[random.IntN(len(commits))], commits[random.IntN(len(commits))]
		got, err := repository.Compare(Options{Base: tip, Head: head})
		if err != nil {
			t.Fatal(err)
		}
		if bases := strings.Fields(c.git("merge-base", "--all", head, tip)); !slices.Contains(bases, got.Base) {
			t.Errorf("%s and %s: merge base %s, want one of %q", head, tip, got.Base, bases)
			continue
		}
		want := strings.Fields(c.git("diff", "--no-renames", "--name-only", got.Base, head))
		var names []string
		for _, file := range got.Files {
			names = append(names, file.Name)
			if file.OldName != "" {
				names = append(names, file.OldName)
			}
			before, after := "", ""
			if file.Status != Added {
				before = c.git("show", got.Base+":"+firstOf(file.OldName, file.Name)) + "\n"
			}
			if file.Status != Removed {
				after = c.git("show", head+":"+file.Name) + "\n"
			}
			if patched := patch(before, file.Hunks); patched != after {
				t.Errorf("%s from %s to %s: the hunks give %q, want %q", file.Name, got.Base, head, patched, after)
			}
			misnumbered(t, file.Hunks, strings.SplitAfter(after, "\n"))
		}
		slices.Sort(names)
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("%s to %s: files %q, want %q", got.Base, head, names, want)
		}
	}
}

// misnumbered asks that each line of the head stands where its number says.
func misnumbered(t *testing.T, hunks []Hunk, after []string) {
	t.Helper()
	for _, hunk := range hunks {
		for _, line := range hunk.Lines {
			if line.New > 0 && after[line.New-1] != line.Text {
				t.Errorf("line %d is %q, and the hunk has %q", line.New, after[line.New-1], line.Text)
			}
		}
	}
}

func firstOf(names ...string) string {
	return names[slices.IndexFunc(names, func(name string) bool { return name != "" })]
}

// patch applies hunks by their numbers.
func patch(before string, hunks []Hunk) string {
	lines := strings.SplitAfter(before, "\n")
	var after strings.Builder
	next := 1
	for _, hunk := range hunks {
		for _, line := range hunk.Lines {
			for line.Old > 0 && next < line.Old {
				after.WriteString(lines[next-1])
				next++
			}
			if line.Kind != '-' {
				after.WriteString(line.Text)
			}
			if line.Old > 0 {
				next++
			}
		}
	}
	for ; next <= len(lines); next++ {
		after.WriteString(lines[next-1])
	}
	return after.String()
}

// Where links lead is part of a state, and a line of the diff.
func TestLinks(t *testing.T) {
	c := newCheckout(t)
	c.write("one", "1\n")
	c.write("file", "text\n")
	link := func(target, name string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(c.dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(c.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("one", "link")
	base := c.commit("base")
	link("two", "link")
	link("one", "file")
	head := c.commit("head")
	got := c.compare(Options{Base: base, Head: head})
	if file := got.File("link"); file.Link != "two" || file.OldLink != "one" || file.Opaque || len(file.Hunks) != 1 || file.Hunk(1, 1) == nil {
		t.Errorf("the link is %+v", file)
	}
	if file := got.File("file"); file.Link != "one" || file.OldLink != "" {
		t.Errorf("the file that became a link is %+v", file)
	}
	if len(got.HeadLinks)+len(got.HeadFiles)+len(got.Unseen) > 0 || got.BaseLinks["link"] != "one" || string(got.BaseFiles["file"]) != "text\n" {
		t.Errorf("the states are %+v", got)
	}
	c.git("checkout", "-q", base)
	if got = c.compare(Options{Base: base, Head: head}); got.HeadLinks["link"] != "two" || got.HeadLinks["file"] != "one" || len(got.BaseLinks)+len(got.BaseFiles) > 0 {
		t.Errorf("the states are %+v", got)
	}
}
