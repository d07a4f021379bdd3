package check

import (
	"fmt"
	"testing"

	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

func namespaceObject(name, labels string) render.Object {
	return render.Object{
		APIVersion: "v1", Kind: "Namespace", Name: name,
		YAML: []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {" + labels + "}}"),
	}
}

// TestPolicyFor holds what a pod is judged by against the labels that are rendered around it.
func TestPolicyFor(t *testing.T) {
	const enforce, version = api.EnforceLevelLabel + ": ", api.EnforceVersionLabel + ": "
	for _, test := range []struct {
		name        string
		mode        NamespaceLabels
		own, others []string
		want        string
	}{
		{"no Namespace", UseLabels, nil, nil, "baseline [v1.30]"},
		{"its own", UseLabels, []string{enforce + "restricted"}, nil, "restricted [v1.30]"},
		{"its own, with a version", UseLabels, []string{enforce + "restricted, " + version + "v1.25"}, nil, "restricted [v1.25]"},
		{"the newest version is that of the options", UseLabels, []string{enforce + "baseline, " + version + "latest"}, nil, "baseline [v1.30]"},
		{"a version without a level", UseLabels, []string{version + "v1.20"}, nil, "baseline [v1.30]"},
		{"privileged", UseLabels, []string{enforce + "privileged"}, nil, "privileged []"},
		{"an unknown level", UseLabels, []string{enforce + "open"}, nil, "restricted [v1.30]"},
		{"no label", UseLabels, []string{"a: b"}, []string{enforce + "privileged"}, "baseline [v1.30]"},
		{"its own before others", UseLabels, []string{enforce + "privileged"}, []string{enforce + "restricted"}, "privileged []"},
		{"another target's", UseLabels, nil, []string{enforce + "privileged"}, "privileged []"},
		{"the strictest of others", UseLabels, nil, []string{enforce + "privileged", enforce + "restricted, " + version + "v1.22", enforce + "baseline"}, "restricted [v1.22 v1.30]"},
		{"others without a label", UseLabels, nil, []string{enforce + "privileged", ""}, "baseline [v1.30]"},
		{"ignored", IgnoreLabels, []string{enforce + "restricted"}, nil, "baseline [v1.30]"},
		{"stricter than privileged", StricterLabels, []string{enforce + "privileged"}, nil, "baseline [v1.30]"},
		{"stricter at both versions", StricterLabels, []string{enforce + "restricted, " + version + "v1.20"}, nil, "restricted [v1.30 v1.20]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			results := []render.Result{{Target: render.Target{ID: "own"}}}
			for _, labels := range test.own {
				results[0].Objects = append(results[0].Objects, namespaceObject("web", labels))
			}
			for i, labels := range test.others {
				results = append(results, render.Result{
					Target: render.Target{ID: fmt.Sprint(i)}, Objects: []render.Object{namespaceObject("web", labels)},
				})
			}
			all := NamespacesOf(results)
			r := &runner{
				level: api.LevelBaseline, versions: []api.Version{minor(30)}, labels: test.mode,
				own: all, elsewhere: all, uses: map[namespaceUse]*namespaceUsed{},
			}
			pod := &render.PodTemplate{Object: &render.Object{Kind: "Pod", Name: "a", Namespace: "web"}}
			judged := r.policyFor(&results[0].Target, pod)
			versions := []string{}
			for _, v := range judged.versions {
				versions = append(versions, v.String())
			}
			if got := fmt.Sprintf("%s %v", judged.level, versions); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestAssumedNamespace asks that Helm's default release namespace is not taken for another
// target's.
func TestAssumedNamespace(t *testing.T) {
	labels := api.EnforceLevelLabel + ": privileged"
	for _, test := range []struct {
		target render.Target
		own    bool
		want   api.Level
	}{
		{render.Target{ID: "chart", Kind: render.Helm}, false, api.LevelBaseline},
		{render.Target{ID: "chart", Kind: render.Helm}, true, api.LevelPrivileged},
		{render.Target{ID: "chart", Kind: render.Helm, Namespace: "default"}, false, api.LevelPrivileged},
		{render.Target{ID: "file", Kind: render.Plain}, true, api.LevelBaseline},
	} {
		results := []render.Result{{Target: render.Target{ID: "other"}, Objects: []render.Object{namespaceObject("default", labels)}}}
		if test.own {
			results[0].Target.ID = test.target.ID
		}
		all := NamespacesOf(results)
		r := &runner{level: api.LevelBaseline, labels: UseLabels, own: all, elsewhere: all, uses: map[namespaceUse]*namespaceUsed{}}
		pod := &render.PodTemplate{Object: &render.Object{Kind: "Pod", Name: "a"}}
		if got := r.policyFor(&test.target, pod).level; got != test.want {
			t.Errorf("%+v: got %s, want %s", test, got, test.want)
		}
	}
}
