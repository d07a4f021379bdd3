package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/render"
)

// flags are the options that commands share, as they were given.
type flags struct {
	config        string
	include       []string
	exclude       []string
	level         string
	policyVersion []string
	kubeVersion   string
	apiVersions   []string
	jobs          int
	cacheDir      string
	// keeps says that the command may take what targets rendered to from cacheDir.
	keeps bool
	// underJudgement says that the run judges a pull request.
	underJudgement bool
	timeout        string
	memoryLimit    string

	scope         string
	base          string
	head          string
	failOn        string
	onRenderError string
	format        string
	output        []string
	verbose       bool

	fixing fixing

	namespaceLabels string
	hostPath        string
	vendored        []string
	loadRestrictor  string

	set     *pflag.FlagSet
	sources map[string][]source // where each setting comes from, by flag
}

// addTargetFlags adds what says which targets are rendered, and how.
func (f *flags) addTargetFlags(set *pflag.FlagSet) {
	f.set = set
	set.StringVar(&f.config, "config", "", "configuration `file` (default "+render.ConfigFile+" at the repository's root)")
	set.StringArrayVar(&f.include, "include", nil, "take only targets whose path matches this `glob` (may be repeated)")
	set.StringArrayVar(&f.exclude, "exclude", nil, "leave out paths that match this `glob` (may be repeated)")
	set.StringVar(&f.kubeVersion, "kube-version", "", "Kubernetes `version` that charts see (default: the newest that the chart allows)")
	set.StringSliceVar(&f.apiVersions, "api-versions", nil, "further API `versions` that charts see, such as monitoring.coreos.com/v1")
	set.StringVar(&f.loadRestrictor, "load-restrictor", "LoadRestrictionsRootOnly", "as for kustomize build: LoadRestrictionsNone lets kustomizations read files outside of their folder; those outside of the repository stay out of reach")
	set.IntVar(&f.jobs, "jobs", 0, "how many targets are rendered at once (default: the number of cores)")
	set.StringVar(&f.cacheDir, "cache-dir", "", "`folder` for fetched archives of charts (default: podmend in the user's cache folder), and with check for what targets render to (default: not kept)")
	set.StringVar(&f.timeout, "timeout", "60s", "`time` that rendering one target may take")
	set.StringVar(&f.memoryLimit, "memory-limit", "2Gi", "`bytes` of memory that rendering one target may take")
}

// addCheckFlags adds what says how pods are judged and how the outcome is reported.
func (f *flags) addCheckFlags(set *pflag.FlagSet) {
	set.StringVar(&f.level, "level", "", "Pod Security Standard: baseline or restricted (default baseline)")
	set.StringSliceVar(&f.policyVersion, "policy-version", nil, "`versions` of the standard, such as v1.31 or v1.29,v1.37 (default: the newest that podmend knows, "+check.NewestVersion().String()+")")
	set.StringVar(&f.namespaceLabels, "namespace-labels", "use", "what pod-security.kubernetes.io/enforce labels of rendered Namespaces mean: use judges their pods by them, stricter takes the stricter of them and --level (the default on a pull request), ignore does not look at them")
	set.StringVar(&f.scope, "scope", "", "findings to list: all; changed, those of targets that a changed file reaches; new, of these what the base does not have (default new with --base and on pull requests, else all)")
	set.StringVar(&f.base, "base", "", "`commit` to compare with, such as origin/main: its merge base with the head (default on pull requests: theirs)")
	set.StringVar(&f.head, "head", "", "`commit` to check, whatever is checked out (default: the work tree; on pull requests their head)")
	f.addOutcomeFlags(set)
}

// addOutcomeFlags adds what says how the outcome is reported.
func (f *flags) addOutcomeFlags(set *pflag.FlagSet) {
	set.StringVar(&f.failOn, "fail-on", "low", "lowest `severity` of findings that ends with exit code 1: low, medium or high")
	set.StringVar(&f.onRenderError, "on-render-error", "fail", "fail: a target that cannot be rendered ends with exit code 3; warn: it is reported only")
	set.StringVar(&f.format, "format", "text", "form of the report: "+strings.Join(sinkNames(sinks), ", "))
	set.StringArrayVar(&f.output, "output", nil, "write the report to this `file` instead of standard output (may be repeated; several files have the form of their endings: "+endings()+")")
	set.BoolVar(&f.verbose, "verbose", false, "list what was skipped and how each target was rendered")
}

// validate checks the values of flags that are words of a list.
func (f *flags) validate() error {
	for _, word := range []struct{ flag, key, value string }{
		{"--scope", "scope", f.scope},
		{"--fail-on", "failOn", f.failOn},
		{"--on-render-error", "onRenderError", f.onRenderError},
		{"--namespace-labels", "namespaceLabels", f.namespaceLabels},
		{"--host-path", "hostPath", f.hostPath},
		{"--load-restrictor", "loadRestrictor", f.loadRestrictor},
		{"--format", "format", f.format},
		{"--fix", "fix", f.fixing.mode},
		{"--fix-group", "fixGroup", f.fixing.group},
	} {
		if err := oneOf(word.flag, word.value, words[word.key]); err != nil {
			return &usageError{err.Error()}
		}
	}
	if f.jobs < 0 {
		return usagef("--jobs %d is less than one; leave it out for one job a core", f.jobs)
	}
	return nil
}

// settings are what is in force: flags over environment over configuration over defaults.
type settings struct {
	vendored   []string
	discover   render.DiscoverOptions
	check      check.Options
	exemptions []check.Exemption
}

// settings turns flags that are complete, and the rest of the file, into options.
func (f *flags) settings(config *configFile) (*settings, error) {
	s := &settings{vendored: f.vendored, discover: render.DiscoverOptions{
		Include: f.include, Exclude: f.exclude, KubeVersion: f.kubeVersion, APIVersions: f.apiVersions,
		LoadAnywhere: f.loadRestrictor == types.LoadRestrictionsNone.String(),
	}}
	for _, chart := range config.Charts {
		options := render.ChartOptions{
			Path: chart.Path, ReleaseName: chart.ReleaseName, Namespace: chart.Namespace,
			KubeVersion: chart.KubeVersion, APIVersions: chart.APIVersions,
		}
		if f.kubeVersion != "" && f.sources["kube-version"][0].From != "file" {
			options.KubeVersion = f.kubeVersion
		}
		for _, set := range chart.ValueSets {
			options.ValueSets = append(options.ValueSets, render.ValueSet{Name: set.Name, Files: set.Files})
		}
		s.discover.Charts = append(s.discover.Charts, options)
	}
	if err := s.validPatterns(); err != nil {
		return nil, err
	}
	var err error
	if s.check.Level, err = parseLevel(f.level); err != nil {
		return nil, err
	}
	if s.check.Versions, err = parsePolicyVersions(f.policyVersion); err != nil {
		return nil, err
	}
	s.check.NamespaceLabels = check.NamespaceLabels(f.namespaceLabels)
	s.exemptions, err = config.exemptions()
	return s, err
}

func (s *settings) validPatterns() error {
	patterns := slices.Concat(s.discover.Include, s.discover.Exclude, s.vendored)
	for _, chart := range s.discover.Charts {
		patterns = append(patterns, chart.Path)
		if chart.KubeVersion != "" && !render.ValidKubeVersion(chart.KubeVersion) {
			return usagef("the Kubernetes version %q of chart %s is not a version; write it like v1.31.0", chart.KubeVersion, chart.Path)
		}
	}
	for _, pattern := range patterns {
		if !render.ValidPattern(pattern) {
			return usagef("the glob %q is not well-formed; * matches within a folder, ** across folders, [ needs its ]", pattern)
		}
	}
	if version := s.discover.KubeVersion; version != "" && !render.ValidKubeVersion(version) {
		return usagef("the Kubernetes version %q is not a version; write it like v1.31.0", version)
	}
	return nil
}

func parseLevel(word string) (api.Level, error) {
	switch word {
	case "", string(api.LevelBaseline):
		return api.LevelBaseline, nil
	case string(api.LevelRestricted):
		return api.LevelRestricted, nil
	case string(api.LevelPrivileged):
		return "", usagef("the level privileged allows everything, so there is nothing to check; use baseline or restricted")
	}
	return "", usagef("the level %q is not known; it is baseline or restricted", word)
}

func plural(n int, one string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}
