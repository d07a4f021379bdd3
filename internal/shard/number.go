package shard

import (
	"fmt"
	"strconv"
	"strings"
)

// A Number says which of several shards a job is.
type Number struct {
	Index int // from 1
	Of    int
}

func (n Number) String() string { return fmt.Sprintf("%d/%d", n.Index, n.Of) }

// Parse reads i/N, auto or auto/N. auto takes the number from what the CI system sets.
func Parse(text string, getenv func(string) string) (Number, error) {
	index, of, split := strings.Cut(text, "/")
	if index == "auto" {
		return auto(of, split, getenv)
	}
	var n Number
	var err, errOf error
	n.Index, err = strconv.Atoi(index)
	n.Of, errOf = strconv.Atoi(of)
	if !split || err != nil || errOf != nil {
		return n, fmt.Errorf("%q is no shard; write it like 2/4, the second of four, or auto on GitLab and in indexed Jobs of Kubernetes", text)
	}
	return n, n.valid(text)
}

func (n Number) valid(text string) error {
	switch {
	case n.Of < 1 || n.Of > Max:
		return fmt.Errorf("%s: there are 1 to %d shards, not %d", text, Max, n.Of)
	case n.Index < 1 || n.Index > n.Of:
		return fmt.Errorf("%s: shards count from 1 to %d, and there is no shard %d", text, n.Of, n.Index)
	}
	return nil
}

// The variables that say which of several jobs this is.
// https://docs.gitlab.com/ci/variables/predefined_variables/
// https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/
const (
	gitlabIndex     = "CI_NODE_INDEX" // from 1
	gitlabTotal     = "CI_NODE_TOTAL"
	kubernetesIndex = "JOB_COMPLETION_INDEX" // from 0
	kubernetesTotal = "JOB_COMPLETIONS"      // set by whoever writes the Job
)

func auto(of string, given bool, getenv func(string) string) (Number, error) {
	onGitLab, onKubernetes := getenv(gitlabIndex) != "", getenv(kubernetesIndex) != ""
	switch {
	case onGitLab && onKubernetes:
		return Number{}, fmt.Errorf("both %s and %s are set, so that auto is not certain; write the shard like 2/4", gitlabIndex, kubernetesIndex)
	case onGitLab:
		return numbered(of, given, gitlabIndex, gitlabTotal, 0, getenv)
	case onKubernetes:
		return numbered(of, given, kubernetesIndex, kubernetesTotal, 1, getenv)
	}
	return Number{}, fmt.Errorf("auto finds neither %s nor %s in the environment; write the shard like 2/4", gitlabIndex, kubernetesIndex)
}

// numbered reads the variables of one CI system; shift is what makes its index count from 1.
func numbered(of string, given bool, index, total string, shift int, getenv func(string) string) (Number, error) {
	var n Number
	var err error
	if n.Index, err = strconv.Atoi(getenv(index)); err != nil {
		return n, fmt.Errorf("%s is %q, which is no number; write the shard like 2/4", index, getenv(index))
	}
	n.Index += shift
	known := getenv(total)
	switch {
	case !given && known == "":
		return n, fmt.Errorf("%s says which shard this is, and nothing how many there are; write auto/N, or set %s", index, total)
	case given && known != "" && of != known:
		return n, fmt.Errorf("auto/%s contradicts %s, which is %s; write auto alone", of, total, known)
	case !given:
		of = known
	}
	if n.Of, err = strconv.Atoi(of); err != nil {
		return n, fmt.Errorf("%q is no number of shards; write auto/N with a number, or set %s to one", of, total)
	}
	return n, n.valid(fmt.Sprintf("%s=%s of %d", index, getenv(index), n.Of))
}
