package fix

import (
	"fmt"
	"testing"

	"github.com/podmend/podmend/render"
)

// What an object says of GitOps tools may change in a proof, whether its text is compared or a digest of it: the target
// that it deploys shows what that changes. Any other object may not.
func TestCompareObjectsOfTools(t *testing.T) {
	printed := func(apiVersion, kind, value string, whole bool) *judged {
		object := render.Object{APIVersion: apiVersion, Kind: kind, Name: "a", Digest: value}
		if whole {
			object.Digest = ""
			object.YAML = fmt.Appendf(nil, "apiVersion: %s\nkind: %s\nmetadata: {name: a}\nspec: {values: {hostPID: %s}}\n", apiVersion, kind, value)
		}
		return &judged{result: &render.Result{Target: render.Target{ID: "kustomize:a"}, Objects: []render.Object{object}}}
	}
	for _, whole := range []bool{true, false} {
		for apiVersion, want := range map[string]int{"helm.toolkit.fluxcd.io/v2": 0, "example.com/v1": 1} {
			before, after := printed(apiVersion, "HelmRelease", "true", whole), printed(apiVersion, "HelmRelease", "false", whole)
			if wrong := (&Prover{}).compare(before, after, nil, nil); len(wrong) != want {
				t.Errorf("%s, whole %t: %d objects are wrong, not %d: %v", apiVersion, whole, len(wrong), want, wrong.first())
			}
		}
	}
}
