package validation

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/pod-security-admission/api"
	k8sjson "sigs.k8s.io/json"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// tree is a pod template in the form that the API server reads.
type tree struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     v1.PodSpec        `json:"spec"`
}

// complaints counts what Kubernetes refuses in a pod template and in the pod that is made of it, after
// defaulting and conversion. Indexes are left out of the keys, since remedies shift them.
func complaints(t *testing.T, pod *render.PodTemplate) map[string]int {
	t.Helper()
	found := map[string]int{}
	collect := func(errs field.ErrorList) {
		for _, err := range errs {
			key := strings.Join([]string{string(err.Type), indexes.ReplaceAllString(err.Field, "[]"), indexes.ReplaceAllString(err.Detail, "[]")}, " ")
			found[key]++
		}
	}

	template := &v1.PodTemplate{Template: v1.PodTemplateSpec{ObjectMeta: *pod.Meta.DeepCopy(), Spec: *pod.Spec.DeepCopy()}}
	corev1.SetObjectDefaults_PodTemplate(template)
	var internal core.PodTemplateSpec
	if err := corev1.Convert_v1_PodTemplateSpec_To_core_PodTemplateSpec(&template.Template, &internal, nil); err != nil {
		t.Fatal(err)
	}
	collect(validation.ValidatePodTemplateSpec(&internal, field.NewPath("template"), podutil.GetValidationOptionsFromPodTemplate(&internal, nil)))

	object := &v1.Pod{ObjectMeta: *pod.Meta.DeepCopy(), Spec: *pod.Spec.DeepCopy()}
	object.Namespace = "default"
	corev1.SetObjectDefaults_Pod(object)
	var internalPod core.Pod
	if err := corev1.Convert_v1_Pod_To_core_Pod(object, &internalPod, nil); err != nil {
		t.Fatal(err)
	}
	collect(validation.ValidatePodCreate(&internalPod, podutil.GetValidationOptionsFromPodSpecAndMeta(&internalPod.Spec, nil, &internalPod.ObjectMeta, nil)))
	return found
}

var indexes = regexp.MustCompile(`\[\d+\]`)

// mended counts the remedies that were tried.
type mended struct {
	remedies, pods int
}

// mends applies what the controls propose at one level and version, each remedy alone, all of a
// control, and all of all controls, and requires that Kubernetes complains of nothing new.
func (m *mended) mends(t *testing.T, evaluator *check.Evaluator, pod *render.PodTemplate, lv api.LevelVersion) {
	t.Helper()
	verdicts, err := evaluator.Evaluate(pod, lv)
	if err != nil {
		t.Fatal(err)
	}
	if len(verdicts) == 0 {
		return
	}
	before := complaints(t, pod)
	m.pods++
	var all []yamledit.Change
	for _, verdict := range verdicts {
		options := []check.MendOptions{{}}
		if verdict.Control.ID == "hostPathVolumes" || verdict.Control.ID == "restrictedVolumes" {
			options = append(options, check.MendOptions{HostPath: check.HostPathDrop}, check.MendOptions{HostPath: check.HostPathEmptyDir})
		}
		for i, option := range options {
			var together []yamledit.Change
			remedies := verdict.Control.Mend(pod, verdict.Fields, option)
			for _, remedy := range remedies {
				m.remedies++
				together = append(together, remedy.Changes...)
				holds(t, before, pod, remedy.Changes, lv, "a remedy of "+verdict.Control.ID)
			}
			if len(remedies) > 1 {
				holds(t, before, pod, together, lv, "the remedies of "+verdict.Control.ID)
			}
			if i == 0 {
				all = append(all, together...)
			}
		}
	}
	if len(verdicts) > 1 {
		holds(t, before, pod, all, lv, "all remedies")
	}
}

func holds(t *testing.T, before map[string]int, pod *render.PodTemplate, changes []yamledit.Change, lv api.LevelVersion, what string) {
	t.Helper()
	if len(changes) == 0 {
		return
	}
	after := apply(t, pod, changes)
	for complaint, n := range complaints(t, after) {
		if n > before[complaint] {
			t.Errorf("%s: after %s Kubernetes complains: %s\nbefore %s\nafter  %s", lv, what, complaint, asJSON(t, pod), asJSON(t, after))
		}
	}
}

// apply makes changes, each once, on a copy of the pod template.
func apply(t *testing.T, pod *render.PodTemplate, changes []yamledit.Change) *render.PodTemplate {
	t.Helper()
	seen := map[string]bool{}
	changes = slices.DeleteFunc(slices.Clone(changes), func(change yamledit.Change) bool {
		key := fmt.Sprintf("%d %s", change.Op, change.Path)
		known := seen[key]
		seen[key] = true
		return known
	})
	var plain any
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts([]byte(asJSON(t, pod)), &plain); err != nil {
		t.Fatal(err)
	}
	plain, err := yamledit.ApplyTree(plain, yamledit.WithoutMoot(changes))
	if err != nil {
		t.Fatalf("%v\npod %s", err, asJSON(t, pod))
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, text)
}

func asJSON(t *testing.T, pod *render.PodTemplate) string {
	t.Helper()
	text, err := json.Marshal(tree{pod.Meta, pod.Spec})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func read(t *testing.T, text []byte) *render.PodTemplate {
	t.Helper()
	var parsed tree
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return &render.PodTemplate{Meta: parsed.Metadata, Spec: parsed.Spec}
}

// TestComplaints makes sure that the oracle sees what remedies could do wrong.
func TestComplaints(t *testing.T) {
	const template = `{"metadata":{"name":"pod","annotations":%s},"spec":{"hostNetwork":%t,%s"containers":[{"name":"c","image":"c","securityContext":{%s}%s}]}}`
	for name, text := range map[string]string{
		"propagation without privilege": fmt.Sprintf(template, "{}", false, `"volumes":[{"name":"v","emptyDir":{}}],`, "",
			`,"volumeMounts":[{"name":"v","mountPath":"/v","mountPropagation":"Bidirectional"}]`),
		"mount without volume":              fmt.Sprintf(template, "{}", false, "", "", `,"volumeMounts":[{"name":"v","mountPath":"/v"}]`),
		"host process without host network": fmt.Sprintf(template, "{}", false, `"securityContext":{"windowsOptions":{"hostProcess":true}},`, "", ""),
		"escalation of a privileged one":    fmt.Sprintf(template, "{}", false, "", `"privileged":true,"allowPrivilegeEscalation":false`, ""),
		"annotation against field": fmt.Sprintf(template, `{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}`, false, "",
			`"appArmorProfile":{"type":"RuntimeDefault"}`, ""),
		"host port of a host network pod": fmt.Sprintf(template, "{}", true, "", "", `,"ports":[{"containerPort":80,"hostPort":81}]`),
	} {
		if len(complaints(t, read(t, []byte(text)))) == 0 {
			t.Errorf("%s: Kubernetes has no complaint", name)
		}
	}
	if found := complaints(t, read(t, fmt.Appendf(nil, template, "{}", true, "", "", ""))); len(found) > 0 {
		t.Errorf("a plain pod: %v", found)
	}
}
