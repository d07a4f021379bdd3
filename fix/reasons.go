package fix

// A Reason is the kind of a refusal. Reasons says what each means.
type Reason string

// The reasons for which nothing was proven.
const (
	NoRemedy      Reason = "no-remedy"
	NotLocated    Reason = "not-located"
	SharedAnchor  Reason = "shared-anchor"
	NotEditable   Reason = "not-editable"
	NotMended     Reason = "not-mended"
	NewFinding    Reason = "new-finding"
	ChangesMore   Reason = "changes-more"
	BreaksTarget  Reason = "breaks-target"
	NotAdmissible Reason = "not-admissible"
	Unstable      Reason = "unstable"
	TooMany       Reason = "too-many"
	OutOfTime     Reason = "out-of-time"
	Conflicts     Reason = "conflicts"
	HostWorkload  Reason = "host-workload"
	UnsoundMap    Reason = "unsound-map"
	RemoteChart   Reason = "remote-chart"
	Vendored      Reason = "vendored"
	StaysInOthers Reason = "stays-in-others"
	SharedExempt  Reason = "shared-exempt"
)

// Reasons is what each reason means and what a person can do next, in the order of docs/proofs.md.
var Reasons = []struct {
	Reason      Reason
	Means, Next string
}{
	{
		HostWorkload,
		"The container and the field likely need the node, and the finding says by what evidence.",
		"If they do, paste the exemption that is offered into `.podmend.yaml`. If not, `podmend fix --include-host-workloads`.",
	},
	{
		NotLocated,
		"The line of source that sets the field is not certain, or several places set it that can't be changed together.",
		"`podmend render --origins` shows where each rendered line comes from. Change the place that you mean, and check again.",
	},
	{
		UnsoundMap,
		"What a template of a chart printed could not be traced to its text.",
		"Change the template or its value by hand, and check again.",
	},
	{
		NoRemedy,
		"podmend knows no edit that mends the control here.",
		"Mend it by hand; `podmend explain CONTROL` says how.",
	},
	{
		NotMended,
		"After the edit the finding stands: something else sets the field too.",
		"Change that place, such as the overlay's patch, which the message names.",
	},
	{
		NewFinding,
		"After the edit the standard denies something that it allowed before.",
		"Mend both by hand in one change.",
	},
	{
		ChangesMore,
		"The edit would change other fields, objects or targets than it is meant to.",
		"Change the field by hand, and look at what else depends on it.",
	},
	{
		NotAdmissible,
		"The API server would refuse the pod, though the finding is gone.",
		"Change by hand what the message names along with the field.",
	},
	{
		BreaksTarget,
		"With the edit a target can't be rendered.",
		"Look at the template or patch that relies on the field, and change both.",
	},
	{
		Unstable,
		"A target renders differently each time, just where the edit must show.",
		"Give the value that chance or the clock decides a fixed default, then run `podmend fix` again.",
	},
	{
		NotEditable,
		"The text can't be changed without touching more, or would have to become different things for workloads that share it.",
		"Change it by hand, or give each workload a text of its own.",
	},
	{
		SharedAnchor,
		"The text also stands for other places, by an anchor or a merge key, and not all of them are meant.",
		"Write the field out where it is meant to differ, then run `podmend fix` again.",
	},
	{
		SharedExempt,
		"An object for which the finding is allowed, by an exemption or by the label of its Namespace, shares the text and would be changed too.",
		"Part the two, or widen or drop the exemption. With `--namespace-labels stricter` labels allow nothing.",
	},
	{
		Conflicts,
		"Alone the edit holds, but not together with another one of the run.",
		"Apply the others and run `podmend fix` again.",
	},
	{
		RemoteChart,
		"The source is that of another repository: a packaged or copied chart, or an archive.",
		"Set a value of the chart in the files around it, or change it where it comes from.",
	},
	{
		Vendored,
		"`vendored` in `.podmend.yaml` says that the file comes from elsewhere.",
		"Mend it where it comes from, or patch it in the overlay.",
	},
	{
		StaysInOthers,
		"The edits mend the finding in some targets, and it stays in others, which the message names.",
		"Mend it there by hand, or at its origin.",
	},
	{
		TooMany,
		"One pod template breaks the control in more places than anybody would mend one by one.",
		"Change what makes so many, such as a range over a list.",
	},
	{
		OutOfTime,
		"The time for fixes was over before this one was proven.",
		"Apply the others and run `podmend fix` again, or name a part of the repository as PATH.",
	},
}
