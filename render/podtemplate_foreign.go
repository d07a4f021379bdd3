package render

import "strings"

// mayHoldPods says whether to search an object of a kind that podmend does not know.
func mayHoldPods(kind, api string) bool {
	// Only groups with a dot can be those of custom resources.
	// https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apis/apiextensions/validation/validation.go
	if !strings.Contains(api, ".") || builtinGroups[api] || foreignKinds[kind] == api {
		return false
	}
	for _, group := range foreignGroups {
		if api == group || strings.HasSuffix(api, "."+group) {
			return false
		}
	}
	return true
}

// builtinGroups are the dotted groups of Kubernetes itself. None of their kinds holds a pod
// template; schemas, webhooks and policies hold what looks like one.
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/
var builtinGroups = map[string]bool{
	"admissionregistration.k8s.io": true,
	"apiextensions.k8s.io":         true,
	"apiregistration.k8s.io":       true,
	"authentication.k8s.io":        true,
	"authorization.k8s.io":         true,
	"autoscaling.k8s.io":           true, // the vertical autoscaler's containerPolicies
	"certificates.k8s.io":          true,
	"coordination.k8s.io":          true,
	"discovery.k8s.io":             true,
	"events.k8s.io":                true,
	"flowcontrol.apiserver.k8s.io": true,
	"internal.apiserver.k8s.io":    true,
	"metrics.k8s.io":               true, // what containers use
	"networking.k8s.io":            true,
	"node.k8s.io":                  true,
	"rbac.authorization.k8s.io":    true,
	"resource.k8s.io":              true,
	"scheduling.k8s.io":            true,
	"storage.k8s.io":               true,
	"storagemigration.k8s.io":      true,
}

// foreignGroups are groups, with those below them, in which a pod spec is no pod that the object makes.
var foreignGroups = []string{
	// Policies: patterns that pods are compared with, examples of what is forbidden, and changes
	// of pods that come from elsewhere.
	"gatekeeper.sh",
	"kyverno.io",
	"kubewarden.io",
	"openpolicyagent.org",
	"policy.karmada.io",
	"policy.open-cluster-management.io",
	"security.openshift.io",
	"wgpolicyk8s.io",
	// Reports on pods that run.
	"aquasecurity.github.io",
	"kubescape.io",
	// Values of charts and patches of kustomizations, which are judged in what they render to.
	"fleet.cattle.io",
	"helm.cattle.io",
	"helm.crossplane.io",
	"helm.fluxcd.io",
	"helm.toolkit.fluxcd.io",
	"kustomize.config.k8s.io",
	"kustomize.toolkit.fluxcd.io",
}

// foreignKinds are such kinds of groups that have others as well.
var foreignKinds = map[string]string{
	"Application":    "argoproj.io",
	"ApplicationSet": "argoproj.io",
	"AppProject":     "argoproj.io",
}
