package check

import (
	"fmt"
	"slices"
	"sync"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// A Verdict is what one control says of one pod template.
type Verdict struct {
	Control *Control
	Denied  bool
	Fields  []Field // never empty where Denied
}

// An Evaluator judges pod templates by upstream's code. It may be used concurrently.
type Evaluator struct {
	judges []judge // in the order of the controls
}

// A judge is upstream's evaluator with the check of one control alone, since the result of
// an evaluator with several checks does not say which of them denied.
type judge struct {
	control   *Control
	check     policy.Check
	evaluator policy.Evaluator
}

// sharedEvaluator is the one of all runs of this process.
var sharedEvaluator = sync.OnceValues(NewEvaluator)

// Ready makes what the first judgement of a process needs: the evaluator, and what decodes a pod template. It is for
// the time in which others render.
func Ready() {
	evaluator, err := sharedEvaluator()
	if err != nil {
		return // Run says so
	}
	object := render.Object{APIVersion: "apps/v1", Kind: "Deployment", Name: "a", YAML: []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a}]}}}\n")}
	pods, err := object.PodTemplates()
	if err != nil {
		return
	}
	for i := range pods {
		_, _ = evaluator.Evaluate(&pods[i], api.LevelVersion{Level: api.LevelBaseline, Version: NewestVersion()})
	}
}

// NewEvaluator makes an Evaluator. It fails if upstream knows a check that has no control,
// or the reverse: what such a check denies would be lost.
func NewEvaluator() (*Evaluator, error) {
	checks := map[string]policy.Check{}
	for _, check := range policy.DefaultChecks() {
		checks[string(check.ID)] = check
	}
	e := &Evaluator{}
	for _, control := range controls {
		check, ok := checks[control.ID]
		if !ok {
			return nil, fmt.Errorf("control %s has no check in k8s.io/pod-security-admission", control.ID)
		}
		delete(checks, control.ID)
		evaluator, err := policy.NewEvaluator([]policy.Check{check}, nil)
		if err != nil {
			return nil, fmt.Errorf("control %s: %w", control.ID, err)
		}
		e.judges = append(e.judges, judge{control, check, evaluator})
	}
	for id := range checks {
		return nil, fmt.Errorf("check %s of k8s.io/pod-security-admission has no control", id)
	}
	return e, nil
}

// Evaluate judges one pod template, completed as the API server does it, at one policy
// level and version. It returns what is denied, in the order of the controls. Versions newer
// than [NewestVersion] are judged by that one, as upstream does.
func (e *Evaluator) Evaluate(pod *render.PodTemplate, lv api.LevelVersion) ([]Verdict, error) {
	if !lv.Level.Valid() {
		return nil, fmt.Errorf("policy level %q: want privileged, baseline or restricted", lv.Level)
	}
	if lv.Version.Older(api.MajorMinorVersion(1, 0)) {
		return nil, fmt.Errorf("policy version %s: want v1.0 or newer", lv.Version)
	}
	spec := defaulted(pod)
	var verdicts []Verdict
	stoodInFor := map[string]Severity{} // of fields, by path
	for _, judge := range e.judges {
		if lv.Level == api.LevelRestricted && e.overridden(judge.check.ID, lv.Version) {
			for _, field := range judge.control.Locate(pod, lv.Version) {
				stoodInFor[field.Path.String()] = judge.control.Severity
			}
			continue
		}
		denied := slices.ContainsFunc(judge.evaluator.EvaluatePod(lv, &pod.Meta, spec),
			func(result policy.CheckResult) bool { return !result.Allowed })
		if !denied {
			continue
		}
		fields := judge.control.Locate(pod, lv.Version)
		if len(fields) == 0 {
			fields = []Field{{
				Path:    yamledit.NewPath("spec"),
				Because: "the policy denies the pod, but podmend did not find the exact field; please report it",
			}}
		}
		verdicts = append(verdicts, Verdict{Control: judge.control, Denied: true, Fields: fields})
	}
	if len(stoodInFor) > 0 {
		for _, verdict := range verdicts {
			if verdict.Control.Level != api.LevelRestricted {
				continue
			}
			for i := range verdict.Fields {
				verdict.Fields[i].Severity = stoodInFor[verdict.Fields[i].Path.String()]
			}
		}
	}
	return verdicts, nil
}

// overridden says whether a restricted check stands in for this one at a version.
func (e *Evaluator) overridden(id policy.CheckID, version api.Version) bool {
	return slices.ContainsFunc(e.judges, func(judge judge) bool {
		var inForce policy.VersionedCheck
		for _, versioned := range judge.check.Versions {
			if !version.Older(versioned.MinimumVersion) {
				inForce = versioned
			}
		}
		return slices.Contains(inForce.OverrideCheckIDs, id)
	})
}

// NewestVersion is the newest policy version that upstream's checks tell from older ones.
func NewestVersion() api.Version {
	newest := api.MajorMinorVersion(1, 0)
	for _, check := range policy.DefaultChecks() {
		for _, versioned := range check.Versions {
			if newest.Older(versioned.MinimumVersion) {
				newest = versioned.MinimumVersion
			}
		}
	}
	return newest
}
