package cli

// An ActionInput is an input of action.yml. It reaches podmend action as the variable PODMEND_NAME of the
// environment, since a workflow's text must never become a shell's.
type ActionInput struct {
	Name     string
	Fallback string
	About    string
	// Commands are those that take it; none are for the action itself.
	Commands []string
}

// The commands that the action runs.
const (
	actionCheck  = "check"
	actionPlan   = "plan"
	actionMerge  = "merge"
	actionReport = "report"
	actionSetup  = "setup"
)

var actionCommands = []string{actionCheck, actionPlan, actionMerge, actionReport, actionSetup}

// ActionInputs are the inputs in the order of action.yml. An empty one leaves the choice to .podmend.yaml,
// and then to podmend's defaults.
var ActionInputs = []ActionInput{
	{
		"command", actionCheck,
		"What is run: `check`; `plan`, which shares a large repository out to several jobs; `merge`, which joins their reports; `report`, which sends a saved report on; or `setup`, which only puts podmend on the PATH of the steps behind.",
		nil,
	},
	{
		"path", ".",
		"Folder whose charts, overlays and manifests are checked.",
		[]string{actionCheck, actionPlan},
	},
	{
		"level", "",
		"Pod Security Standard: `baseline` or `restricted`. Default: `baseline`.",
		[]string{actionCheck},
	},
	{
		"policy-version", "",
		"Version of the standard, such as `v1.31`; several with commas. Default: the newest that podmend knows.",
		[]string{actionCheck},
	},
	{
		"config", "",
		"Configuration file. Default: `.podmend.yaml` at the repository's root; on a pull request the base commit's.",
		[]string{actionCheck, actionPlan},
	},
	{
		"include", "",
		"Globs of targets to take, with commas or one a line. Default: everything.",
		[]string{actionCheck, actionPlan},
	},
	{
		"exclude", "",
		"Globs of paths to leave out, with commas or one a line; adds to the configuration.",
		[]string{actionCheck, actionPlan},
	},
	{
		"scope", "",
		"Findings that are listed: `new`, `changed` or `all`. Default: `new` on pull requests and with `base`, else `all`.",
		[]string{actionCheck},
	},
	{
		"base", "",
		"Commit to compare with, such as `origin/main`. Default: the pull request's.",
		[]string{actionCheck},
	},
	{
		"fail-on", "",
		"Lowest severity of findings that fails the step: `low`, `medium` or `high`. Default: `low`.",
		[]string{actionCheck, actionMerge},
	},
	{
		"on-render-error", "",
		"`fail`: a target that can't be rendered fails the step; `warn`: it is only reported. Default: `fail`.",
		[]string{actionCheck, actionMerge},
	},
	{
		"comment", "false",
		"`true` comments on the pull request, with suggestions. Needs `pull-requests: write`.",
		[]string{actionCheck},
	},
	{
		"resolve-threads", "false",
		"`true` also resolves the threads of what is mended. Needs `contents: write`.",
		[]string{actionCheck, actionReport},
	},
	{
		"fix", "",
		"`pr` opens a pull request with the proven fixes or keeps it up to date; `commit` pushes them to the branch of the pull request. Needs `contents: write` and `pull-requests: write`. Default: nothing is pushed.",
		[]string{actionCheck},
	},
	{
		"fix-base", "",
		"Branch that the fixes are for. Default: the one that the workflow runs for.",
		[]string{actionCheck},
	},
	{
		"fix-draft", "false",
		"`true` opens the pull request as a draft.",
		[]string{actionCheck},
	},
	{
		"fix-patch", "",
		"File that the fixes are written to as well, as a diff that `git apply` takes. Default: none, but for the pull request of a fork.",
		[]string{actionCheck},
	},
	{
		"output", "",
		"Further files for the report, with commas or one a line, in the form of their endings: `.html`, `.md`, `.sarif`, `.json`, `.txt`.",
		[]string{actionCheck, actionMerge},
	},
	{
		"cache-dir", "",
		"Folder outside of the checkout in which renderings are kept, for `actions/cache`. Default: nothing is kept.",
		[]string{actionCheck, actionPlan},
	},
	{
		"shards", "",
		"How many jobs share the work, at most 256.",
		[]string{actionPlan},
	},
	{
		"shard", "",
		"The part that this job checks, such as `2/4`: `matrix.shard` of the matrix that `plan` made.",
		[]string{actionCheck},
	},
	{
		"timings", "",
		"JSON report of a former run, which says how long targets take; the same for `plan` and each shard.",
		[]string{actionCheck, actionPlan},
	},
	{
		"from", "",
		"The saved JSON report; for `merge` a folder that holds the reports of all shards, at any depth.",
		[]string{actionMerge, actionReport},
	},
	{
		"to", "",
		"Where the saved report goes: `review`, `code-scanning`, `summary` or `annotations`.",
		[]string{actionReport},
	},
	{
		"token", "${{ github.token }}",
		"Token for GitHub's API. Only podmend itself gets it, never what downloads or builds it.",
		nil,
	},
	{
		"program", "",
		"A podmend that the runner has already, by its path or by a name on the PATH; nothing is downloaded then.",
		nil,
	},
	{
		"mirror", "",
		"Address below which the releases lie, in place of `https://github.com/podmend/podmend/releases/download`.",
		nil,
	},
}

// An actionOutput is an output of action.yml.
type actionOutput struct {
	Name  string
	About string
}

// ActionOutputs are the outputs in the order of action.yml.
var ActionOutputs = []actionOutput{
	{"exit-code", "0 clean, 1 findings, 2 wrong usage or configuration, 3 a target could not be rendered, 4 podmend or a service that it needs failed."},
	{"findings", "How many findings are listed, without exempt ones."},
	{"new", "How many of them the base does not have; empty without a base."},
	{"proven", "How many of them a proven fix mends; empty if no fixes were looked for (`comment`, `fix`)."},
	{"refused", "How many of them podmend looked for a fix for and offers none; empty if no fixes were looked for."},
	{"report", "Path of the report in JSON, for an artifact or a later step."},
	{"sarif", "Path of the report as SARIF, for code scanning; empty for a shard."},
	{"fix-pull-request-number", "Number of the pull request with the fixes; several, as `fixGroup` asks for, with commas."},
	{"fix-pull-request-url", "Its address, or theirs with commas."},
	{"fix-pull-request-operation", "What became of it: `created`, `updated`, `unchanged`, `closed`, `stopped`, `failed` or `none`; several with commas."},
	{"matrix", "The matrix of `plan`, for `fromJSON` in `strategy.matrix`."},
}
