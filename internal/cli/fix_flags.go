package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/fixpr"
)

// What --fix does with what is proven.
const (
	fixByPull   = "pr"
	fixByCommit = "commit"
)

// fixing is what --fix and the flags about it ask for.
type fixing struct {
	mode     string // fixByPull, fixByCommit, or "" for nothing
	base     string
	group    string
	controls []string // to be mended although a person should look at the image first
	patch    string   // file
	options  fixpr.Options
}

func (x *fixing) addFlags(set *pflag.FlagSet) {
	set.StringVar(&x.mode, "fix", "", "bring proven fixes to GitHub: `pr` opens a pull request or keeps one up to date, commit pushes to the branch of the pull request that the workflow runs for; needs contents: write and pull-requests: write")
	set.StringVar(&x.base, "fix-base", "", "`branch` that the fixes are for (default: the one that the workflow runs for)")
	set.StringVar(&x.options.Branch, "fix-branch", "", "`branch` of the fixes, with {base} for the one that they are for (default \""+fixpr.DefaultBranch+"\")")
	set.StringVar(&x.group, "fix-group", "", "one pull request each for the files of an `owner` in CODEOWNERS, or of a folder (the first two of a path)")
	set.StringVar(&x.options.Message, "fix-message", "", "`template` of the commit's message, with {findings}, {count}, {base} and {group}; its first line is the pull request's title (default \""+fixpr.DefaultMessage+"\")")
	set.StringVar(&x.options.SignOff, "fix-sign-off", "", "`person` for a Signed-off-by line of the commit, as \"Name <mail>\"")
	set.StringArrayVar(&x.options.Labels, "fix-label", nil, "`label` of the pull request (may be repeated)")
	set.StringArrayVar(&x.options.Assignees, "fix-assignee", nil, "`login` to assign (may be repeated)")
	set.StringArrayVar(&x.options.Reviewers, "fix-reviewer", nil, "`login`, or team as owner/team, to ask for a review; code owners are asked by GitHub (may be repeated)")
	set.StringArrayVar(&x.controls, "fix-control", nil, "also mend this `control`, after which a container may not start as its image is: "+strings.Join(askingImage(), ", ")+" (may be repeated)")
	set.BoolVar(&x.options.Draft, "fix-draft", false, "open the pull request as a draft")
	set.StringVar(&x.patch, "fix-patch", "", "also write the fixes to this `file`, as a diff that git apply takes (default for the pull request of a fork: podmend.patch in the runner's temporary folder)")
}

// askingImage are the controls whose fixes ask for a look at the image.
func askingImage() []string {
	var ids []string
	for _, control := range check.Controls() {
		if control.AsksImage {
			ids = append(ids, control.ID)
		}
	}
	return ids
}

// person is what git takes for one, in one line.
var person = regexp.MustCompile(`^[^<>\x00-\x1f\x7f]+ <[^<>\s\x00-\x1f\x7f]+>$`)

// validate refuses what contradicts the rest of a command.
func (x *fixing) validate(sharded, allowing bool) error {
	switch {
	case x.mode == "" && x.lonely() != "":
		return usagef("%s says something about --fix, which is not given; give --fix pr too", x.lonely())
	case x.mode == "":
		return nil
	case sharded:
		return usagef("--fix needs all findings, and a shard has some; run check --fix without --shard")
	case allowing:
		return usagef("--write-exemptions changes the configuration and --fix what it configures; give one of them")
	case x.options.SignOff != "" && !person.MatchString(x.options.SignOff):
		return usagef("--fix-sign-off %q names no person; write it as \"Name <mail>\"", x.options.SignOff)
	case x.options.Branch == "{base}":
		return usagef("--fix-branch {base} is the branch itself; write more than that, such as %s", fixpr.DefaultBranch)
	}
	for _, id := range x.controls {
		if control, ok := check.ControlByID(id); !ok || !control.AsksImage {
			return usagef("--fix-control %q is none of %s; the other controls are mended anyway", id, strings.Join(askingImage(), ", "))
		}
	}
	return nil
}

// lonely is a flag that says something about --fix where that is not given.
func (x *fixing) lonely() string {
	for _, given := range []struct {
		flag string
		is   bool
	}{
		{"--fix-base", x.base != ""}, {"--fix-patch", x.patch != ""}, {"--fix-draft", x.options.Draft},
	} {
		if given.is {
			return given.flag
		}
	}
	return ""
}

// pushesTo says which branch the fixes are for, and whether the run is one for a pull request.
func (x *fixing) pushesTo(started *event.Event) (base string, pull bool, err error) {
	switch started.Name {
	case "pull_request":
		if started.HeadBranch == "" || started.Head == "" {
			return "", false, usagef("--fix: the event names no branch of the pull request")
		}
		if x.base != "" {
			return "", false, usagef("--fix-base is for push, schedule and workflow_dispatch; on a pull request the fixes are for its own branch")
		}
		return started.HeadBranch, true, nil
	case "push", "schedule", "workflow_dispatch":
		if x.mode == fixByCommit {
			return "", false, usagef("--fix commit is for pull requests, and this workflow runs on %s; --fix pr opens a pull request", started.Name)
		}
		if base = x.base; base == "" {
			base = started.Branch
		}
		if base == "" {
			return "", false, usagef("--fix: the workflow runs for a tag; name the branch that the fixes are for by --fix-base, and check it out")
		}
		return base, false, nil
	case "":
		return "", false, usagef("--fix is for GitHub Actions, which names the repository and the branch; elsewhere run podmend fix --write and commit what it writes")
	}
	return "", false, usagef("--fix is for workflows on push, schedule, workflow_dispatch or pull_request, and this one is on %q", started.Name)
}
