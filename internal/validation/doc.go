// Package validation asks Kubernetes' own validation about mended pods. It is a module of its own, so that
// the program does not depend on k8s.io/kubernetes.
package validation
