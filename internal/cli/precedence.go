package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/event"
	"github.com/podmend/podmend/internal/fixpr"
	"github.com/podmend/podmend/report"
)

// words are what the settings take that are a word of a list.
var words = map[string][]string{
	"scope":           {report.ListNew, report.ListChanged, report.ListAll},
	"failOn":          {"low", "medium", "high"},
	"onRenderError":   {"fail", "warn"},
	"namespaceLabels": {string(check.UseLabels), string(check.IgnoreLabels), string(check.StricterLabels)},
	"loadRestrictor":  {types.LoadRestrictionsRootOnly.String(), types.LoadRestrictionsNone.String()},
	"hostPath":        {string(check.HostPathAuto), string(check.HostPathDrop), string(check.HostPathEmptyDir)},
	"format":          sinkNames(sinks),
	"fix":             {fixByPull, fixByCommit},
	"fixGroup":        {fixpr.ByOwner, fixpr.ByFolder},
}

// A setting is one value that a flag, the environment, the file or a default gives. Its name is
// the flag's; the key in the file is policyVersion for policy-version, and the variable of the
// environment PODMEND_POLICY_VERSION.
type setting struct {
	flag string
	// One of these is where the value goes.
	text   *string
	list   *[]string
	number *int
	truth  *bool
	// file is the value in the file of a text, and fileList of a list, which joins adds to.
	file     string
	fileList []string
	joins    bool
	fallback string // a text's default
	meaning  string // what an empty value stands for
}

func (s *setting) key() string {
	parts := strings.Split(s.flag, "-")
	for i, part := range parts[1:] {
		parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
	}
	return strings.Join(parts, "")
}

func (s *setting) variable() string {
	return "PODMEND_" + strings.ToUpper(strings.ReplaceAll(s.flag, "-", "_"))
}

// table lists every setting in the order in which podmend config prints them.
func (f *flags) table(config *Config) []setting {
	return []setting{
		{flag: "include", list: &f.include, fileList: config.Include, meaning: "everything"},
		{flag: "exclude", list: &f.exclude, fileList: config.Exclude, joins: true, meaning: "nothing"},
		{flag: "vendored", list: &f.vendored, fileList: config.Vendored, joins: true, meaning: "nothing"},
		{flag: "load-restrictor", text: &f.loadRestrictor, file: config.LoadRestrictor, fallback: types.LoadRestrictionsRootOnly.String()},
		{flag: "level", text: &f.level, file: config.Level, fallback: "baseline"},
		{flag: "policy-version", list: &f.policyVersion, fileList: config.PolicyVersion, meaning: "the newest that podmend knows, " + check.NewestVersion().String()},
		{flag: "namespace-labels", text: &f.namespaceLabels, file: config.NamespaceLabels, fallback: string(f.labelsByDefault())},
		{flag: "kube-version", text: &f.kubeVersion, file: config.KubeVersion, meaning: "the newest known that the chart allows"},
		{flag: "api-versions", list: &f.apiVersions, fileList: config.APIVersions, joins: true, meaning: "none"},
		{flag: "scope", text: &f.scope, meaning: "new with a base, else all"},
		{flag: "base", text: &f.base, meaning: "the pull request's"},
		{flag: "head", text: &f.head, meaning: "the pull request's, else the work tree"},
		{flag: "fail-on", text: &f.failOn, file: config.FailOn, fallback: "low"},
		{flag: "on-render-error", text: &f.onRenderError, file: config.OnRenderError, fallback: "fail"},
		{flag: "host-path", text: &f.hostPath, file: config.HostPath, fallback: string(check.HostPathAuto)},
		{flag: "fix", text: &f.fixing.mode, meaning: "nothing is pushed"},
		{flag: "fix-base", text: &f.fixing.base, meaning: "the branch that the workflow runs for"},
		{flag: "fix-branch", text: &f.fixing.options.Branch, file: config.FixBranch, meaning: fixpr.DefaultBranch},
		{flag: "fix-group", text: &f.fixing.group, file: config.FixGroup, meaning: "one pull request"},
		{flag: "fix-message", text: &f.fixing.options.Message, file: config.FixMessage, meaning: fixpr.DefaultMessage},
		{flag: "fix-sign-off", text: &f.fixing.options.SignOff, file: config.FixSignOff, meaning: "nobody"},
		{flag: "fix-label", list: &f.fixing.options.Labels, fileList: config.FixLabel, meaning: "none"},
		{flag: "fix-assignee", list: &f.fixing.options.Assignees, fileList: config.FixAssignee, meaning: "nobody"},
		{flag: "fix-reviewer", list: &f.fixing.options.Reviewers, fileList: config.FixReviewer, meaning: "the code owners, by GitHub"},
		{flag: "fix-control", list: &f.fixing.controls, fileList: config.FixControl, meaning: "all but those that ask for a look at the image"},
		{flag: "fix-draft", truth: &f.fixing.options.Draft},
		{flag: "fix-patch", text: &f.fixing.patch, meaning: "no file, or one for the pull request of a fork"},
		{flag: "config", text: &f.config, meaning: ".podmend.yaml at the repository's root"},
		{flag: "cache-dir", text: &f.cacheDir, meaning: "podmend in the user's cache folder"},
		{flag: "jobs", number: &f.jobs, meaning: "one a core"},
		{flag: "timeout", text: &f.timeout, fallback: "60s"},
		{flag: "memory-limit", text: &f.memoryLimit, fallback: "2Gi"},
		{flag: "format", text: &f.format, fallback: "text"},
		{flag: "output", list: &f.output, meaning: "standard output"},
		{flag: "verbose", truth: &f.verbose},
	}
}

// A source says where a value comes from.
type source struct {
	From string `json:"from"` // flag, environment, file or default
	Name string `json:"name"` // --level, PODMEND_LEVEL, .podmend.yaml; "" for a default
	Line int    `json:"line"` // in the file, else 0
}

func (s source) String() string {
	switch {
	case s.From == "default":
		return s.From
	case s.Line > 0:
		return fmt.Sprintf("%s:%d", s.Name, s.Line)
	}
	return s.Name
}

// fromEnvironment takes the settings from the environment that no flag gives.
func (f *flags) fromEnvironment(getenv func(string) string) error {
	f.sources = map[string][]source{}
	f.underJudgement = (&event.Event{Name: getenv("GITHUB_EVENT_NAME")}).Judged()
	for _, s := range f.table(&Config{}) {
		if flag := f.set.Lookup(s.flag); flag != nil && flag.Changed {
			f.sources[s.flag] = []source{{From: "flag", Name: "--" + s.flag}}
			continue
		}
		value := strings.TrimSpace(getenv(s.variable())) // a block of YAML ends with a line end
		if value == "" {
			s.reset()
			continue
		}
		if err := s.parse(value); err != nil {
			return usagef("the environment variable %s: %v", s.variable(), err)
		}
		f.sources[s.flag] = []source{{From: "environment", Name: s.variable()}}
	}
	return nil
}

// labelsByDefault is to judge as the API server does, but on a pull request, which must not configure
// its own judge: one label would silence every finding.
func (f *flags) labelsByDefault() check.NamespaceLabels {
	if f.underJudgement {
		return check.StricterLabels
	}
	return check.UseLabels
}

// fromFile completes the settings from the file, and then by defaults.
func (f *flags) fromFile(config *configFile) {
	for _, s := range f.table(&config.Config) {
		given := f.sources[s.flag]
		inFile := s.file != "" || len(s.fileList) > 0
		switch {
		case inFile && len(given) == 0, inFile && s.joins:
			if s.text != nil {
				*s.text = s.file
			} else {
				*s.list = slices.Concat(s.fileList, *s.list)
			}
			f.sources[s.flag] = append([]source{{From: "file", Name: config.name, Line: config.lines[s.key()]}}, given...)
		case len(given) == 0:
			if s.text != nil {
				*s.text = s.fallback
			}
			f.sources[s.flag] = []source{{From: "default"}}
		}
	}
}

// reset takes back the default that the flag put there, so that the file's value shows.
func (s *setting) reset() {
	if s.text != nil {
		*s.text = ""
	}
}

// parse reads a value of the environment. Lists are separated by commas, except inside of braces.
func (s *setting) parse(value string) error {
	var err error
	switch {
	case s.text != nil:
		*s.text = value
	case s.list != nil:
		*s.list = splitList(value)
	case s.number != nil:
		if *s.number, err = strconv.Atoi(value); err != nil {
			return fmt.Errorf("%q is not a number", value)
		}
	case s.truth != nil:
		if *s.truth, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
	}
	return nil
}

func splitList(text string) []string {
	var items []string
	depth, start := 0, 0
	for i, char := range text + "," {
		switch {
		case char == '{':
			depth++
		case char == '}':
			depth--
		case char == '\n', char == ',' && (depth <= 0 || i == len(text)):
			if item := strings.TrimSpace(text[start:i]); item != "" {
				items = append(items, item)
			}
			start = i + 1
		}
	}
	return items
}
