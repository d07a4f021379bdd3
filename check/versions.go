package check

import "k8s.io/pod-security-admission/api"

const (
	standards           = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
	standardsBaseline   = standards + "#baseline"
	standardsRestricted = standards + "#restricted"
)

// minor is a policy version of Kubernetes 1.
func minor(n int) api.Version {
	return api.MajorMinorVersion(1, n)
}

// since says whether a policy version is v1.n or newer; "latest" is newer than any.
func since(version api.Version, n int) bool {
	return !version.Older(minor(n))
}
