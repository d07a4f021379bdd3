package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	k8sjson "sigs.k8s.io/json"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// An oracle is upstream's evaluator as the API server uses it, and what it takes to hold
// the controls against it.
type oracle struct {
	all       policy.Evaluator
	evaluator *Evaluator
}

func newOracle(t testing.TB) oracle {
	t.Helper()
	all, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := NewEvaluator()
	if err != nil {
		t.Fatal(err)
	}
	return oracle{all, evaluator}
}

// hold requires of one pod at one level and version everything that the controls promise.
func (o oracle) hold(t testing.TB, pod *render.PodTemplate, lv api.LevelVersion) {
	t.Helper()
	o.mends(t, pod, lv, o.judges(t, pod, lv))
}

// judges requires that podmend and upstream are of one mind.
func (o oracle) judges(t testing.TB, pod *render.PodTemplate, lv api.LevelVersion) []Verdict {
	t.Helper()
	verdicts, err := o.evaluator.Evaluate(pod, lv)
	if err != nil {
		t.Fatal(err)
	}
	o.sameAsUpstream(t, pod, lv, verdicts)
	return verdicts
}

// mends requires that the remedies work and harm nothing.
func (o oracle) mends(t testing.TB, pod *render.PodTemplate, lv api.LevelVersion, verdicts []Verdict) {
	t.Helper()
	before := asJSON(t, pod)
	full := map[string]yamledit.Change{}
	covered := true
	for _, verdict := range verdicts {
		control := verdict.Control
		for _, options := range []MendOptions{{}, {HostPath: HostPathDrop}, {HostPath: HostPathEmptyDir}} {
			if options.HostPath != "" && control.ID != "hostPathVolumes" && control.ID != "restrictedVolumes" {
				continue
			}
			remedies := control.Mend(pod, verdict.Fields, options)
			o.remediesHold(t, pod, lv, verdict, remedies)
			if options.HostPath == "" {
				covered = covered && mendedFields(remedies) == len(verdict.Fields)
				for _, change := range changesOf(remedies) {
					full[fmt.Sprintf("%d %s", change.Op, change.Path)] = change
				}
			}
		}
	}
	if after := asJSON(t, pod); before != after {
		t.Errorf("the pod template was changed:\nbefore %s\nafter  %s", before, after)
	}

	var changes []yamledit.Change
	for _, change := range full {
		changes = append(changes, change)
	}
	mended := apply(t, pod, yamledit.WithoutMoot(changes))
	left, err := o.evaluator.Evaluate(mended, lv)
	if err != nil {
		t.Fatal(err)
	}
	if covered && len(left) > 0 {
		t.Errorf("%s: with everything mended %s still denies %v\nbefore %s\nafter  %s", lv, left[0].Control.ID, fieldTexts(left[0].Fields), before, asJSON(t, mended))
	}
	stillAdmissible(t, pod, mended)
}

// sameAsUpstream requires that the verdicts are those of upstream with all of its checks,
// and that a locator finds something exactly if its control denies.
func (o oracle) sameAsUpstream(t testing.TB, pod *render.PodTemplate, lv api.LevelVersion, verdicts []Verdict) {
	t.Helper()
	spec := defaulted(pod)
	denials := 0
	for _, result := range o.all.EvaluatePod(lv, &pod.Meta, spec) {
		if !result.Allowed {
			denials++
		}
	}
	if denials != len(verdicts) {
		t.Errorf("%s: upstream has %d denials, podmend %d\npod %s", lv, denials, len(verdicts), asJSON(t, pod))
	}
	for _, judge := range o.evaluator.judges {
		denied := judge.denies(&pod.Meta, spec, lv.Version)
		if fields := judge.control.Locate(pod, lv.Version); denied != (len(fields) > 0) {
			t.Errorf("%s %s: upstream denies: %v, located: %v\npod %s", lv, judge.control.ID, denied, fieldTexts(fields), asJSON(t, pod))
		}
	}
	for _, verdict := range verdicts {
		if !verdict.Denied || len(verdict.Fields) == 0 || verdict.Fields[0].Path.String() == "spec" {
			t.Errorf("%s %s: no field was found\npod %s", lv, verdict.Control.ID, asJSON(t, pod))
		}
	}
}

// denies asks upstream about one control, overridden or not.
func (j judge) denies(meta *metav1.ObjectMeta, spec *corev1.PodSpec, version api.Version) bool {
	lv := api.LevelVersion{Level: j.control.Level, Version: version}
	return slices.ContainsFunc(j.evaluator.EvaluatePod(lv, meta, spec),
		func(result policy.CheckResult) bool { return !result.Allowed })
}

func (o oracle) judgeOf(control *Control) judge {
	return o.evaluator.judges[slices.Index(controls, control)]
}

// remediesHold requires that each remedy mends its fields when it is applied alone, that all of them
// together satisfy upstream, and that none breaks anything else.
func (o oracle) remediesHold(t testing.TB, pod *render.PodTemplate, lv api.LevelVersion, verdict Verdict, remedies []Remedy) {
	t.Helper()
	control := verdict.Control
	deniedBefore, err := o.evaluator.Evaluate(pod, lv)
	if err != nil {
		t.Fatal(err)
	}
	for _, remedy := range remedies {
		if len(remedy.Fields) == 0 || len(remedy.Changes) == 0 {
			t.Errorf("%s: an empty remedy", control.ID)
		}
		mended := apply(t, pod, remedy.Changes)
		if left := control.Locate(mended, lv.Version); len(left) > len(verdict.Fields)-len(remedy.Fields) {
			t.Errorf("%s %s: alone, the remedy of %v leaves %v of %v\npod %s", lv, control.ID,
				fieldTexts(remedy.Fields), fieldTexts(left), fieldTexts(verdict.Fields), asJSON(t, pod))
		}
		stillAdmissible(t, pod, mended)
		deniedAfter, err := o.evaluator.Evaluate(mended, lv)
		if err != nil {
			t.Fatal(err)
		}
		for _, after := range deniedAfter {
			if !slices.ContainsFunc(deniedBefore, func(before Verdict) bool { return before.Control == after.Control }) {
				t.Errorf("%s: the remedy of %s breaks %s\npod %s", lv, control.ID, after.Control.ID, asJSON(t, pod))
			}
		}
	}
	mended := apply(t, pod, changesOf(remedies))
	unmended := len(verdict.Fields) - mendedFields(remedies)
	if unmended > 0 && control.ID != "restrictedVolumes" && !isWindows(pod) {
		t.Errorf("%s %s: no remedy for %d of %v\npod %s", lv, control.ID, unmended, fieldTexts(verdict.Fields), asJSON(t, pod))
	}
	if left := control.Locate(mended, lv.Version); len(left) != unmended || o.judgeOf(control).denies(&mended.Meta, defaulted(mended), lv.Version) != (unmended > 0) {
		t.Errorf("%s %s: with all remedies, %v is left\npod %s\nmended %s", lv, control.ID, fieldTexts(left), asJSON(t, pod), asJSON(t, mended))
	}
	stillAdmissible(t, pod, mended)
}

func mendedFields(remedies []Remedy) int {
	n := 0
	for _, remedy := range remedies {
		n += len(remedy.Fields)
	}
	return n
}

func changesOf(remedies []Remedy) []yamledit.Change {
	var changes []yamledit.Change
	for _, remedy := range remedies {
		changes = append(changes, remedy.Changes...)
	}
	return changes
}

type podTree struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     corev1.PodSpec    `json:"spec"`
}

func asJSON(t testing.TB, pod *render.PodTemplate) string {
	t.Helper()
	data, err := json.Marshal(podTree{pod.Meta, pod.Spec})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// apply makes changes on a copy of the pod template.
func apply(t testing.TB, pod *render.PodTemplate, changes []yamledit.Change) *render.PodTemplate {
	t.Helper()
	var tree any
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts([]byte(asJSON(t, pod)), &tree); err != nil {
		t.Fatal(err)
	}
	tree, err := yamledit.ApplyTree(tree, changes)
	if err != nil {
		t.Fatalf("%v\npod %s\nchanges %v", err, asJSON(t, pod), changeTexts(changes))
	}
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	var mended podTree
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(data, &mended); err != nil {
		t.Fatal(err)
	}
	return &render.PodTemplate{Object: pod.Object, At: pod.At, Meta: mended.Metadata, Spec: mended.Spec}
}

func fieldTexts(fields []Field) []string {
	var texts []string
	for _, field := range fields {
		text := field.Path.String()
		if field.Value != "" {
			text += " = " + field.Value
		}
		if field.Missing {
			text += " (missing)"
		}
		if field.Container != "" {
			text += " (container " + field.Container + ")"
		}
		if field.Because != "" {
			text += " because " + field.Because
		}
		texts = append(texts, text)
	}
	return texts
}

func changeTexts(changes []yamledit.Change) []string {
	var texts []string
	for _, change := range changes {
		value, err := json.Marshal(change.Value)
		if err != nil {
			value = []byte(err.Error())
		}
		switch change.Op {
		case yamledit.Set:
			texts = append(texts, fmt.Sprintf("set %s = %s", change.Path, value))
		case yamledit.Delete:
			texts = append(texts, strings.TrimSuffix(fmt.Sprintf("delete %s, prune %d", change.Path, change.Prune), ", prune 0"))
		case yamledit.Rename:
			texts = append(texts, fmt.Sprintf("rename %s to %s = %s", change.Path, change.Key, value))
		}
	}
	return texts
}
