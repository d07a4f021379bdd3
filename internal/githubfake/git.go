package githubfake

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// git runs the git program on the repository, alone with its own configuration.
func (r *Repo) git(input []byte, args ...string) (string, error) {
	return runGit(r.dir, input, nil, args...)
}

func runGit(dir string, input []byte, env []string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"--git-dir=" + dir, "-c", "core.quotePath=false", "-c", "gc.auto=0"}, args...)...)
	cmd.Env = append(environment(dir), env...)
	cmd.Stdin = bytes.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

func environment(dir string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*", "GIT_TERMINAL_PROMPT=0",
	}
}

// must is git for what can't fail unless the fake is wrong.
func (r *Repo) must(args ...string) string {
	out, err := r.git(nil, args...)
	if err != nil {
		r.server.t.Errorf("fake of GitHub: %v", err)
	}
	return out
}

// resolve returns the commit that a name stands for, "" if there is none. Names that git takes for
// expressions are none.
func (r *Repo) resolve(name string) string {
	if name == "" || strings.ContainsAny(name, "^~:{@ ") || strings.HasPrefix(name, "-") {
		return ""
	}
	candidates := []string{"refs/heads/" + name, "refs/tags/" + name, "refs/" + name}
	if isSHA(name) || strings.HasPrefix(name, "refs/") {
		candidates = []string{name}
	}
	for _, full := range candidates {
		if id, _, _, ok := r.info(full + "^{commit}"); ok {
			return id
		}
	}
	return ""
}

// has reports whether the repository has an object of a kind under the full name.
func (r *Repo) has(sha, kind string) bool {
	_, is, _, ok := r.info(sha)
	return isSHA(sha) && ok && is == kind
}

func isSHA(text string) bool {
	return len(text) == 40 && strings.Trim(text, "0123456789abcdef") == ""
}

// mergeBase returns the best common ancestor, "" if there is none.
func (r *Repo) mergeBase(a, b string) string {
	key := min(a, b) + " " + max(a, b)
	if known, ok := r.bases[key]; ok {
		return known
	}
	out, err := r.git(nil, "merge-base", a, b)
	if err != nil {
		return "" // there is none, or a commit is still to be fetched from a fork
	}
	r.bases[key] = strings.TrimSpace(out)
	return r.bases[key]
}

// contains reports whether one commit is an ancestor of another, or the same.
func (r *Repo) contains(ancestor, of string) bool {
	return ancestor != "" && r.mergeBase(ancestor, of) == ancestor
}

// refs returns the commits of all refs below a prefix, by full name.
func (r *Repo) refs(prefix string) map[string]string {
	refs := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(r.must("for-each-ref", "--format=%(objectname) %(refname)", prefix)), "\n") {
		if sha, name, ok := strings.Cut(line, " "); ok {
			refs[name] = sha
		}
	}
	return refs
}

// linesOf counts what git would print, one a line.
func linesOf(text string) []string {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
