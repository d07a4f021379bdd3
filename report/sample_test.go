package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

const daemonSet = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {{ .Release.Name }}-agent
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - name: agent
        image: registry.example/agent:1.2
        securityContext:
          privileged: true
      - name: shipper
        securityContext:
          privileged: true
          capabilities: {add: [SYS_ADMIN, NET_ADMIN]}
      volumes:
      - name: run
        hostPath:
          path: /var/run/agent
`

const agentFile = "charts/agent/templates/daemonset.yaml"

// sampleFiles is the source that sample's findings point into.
var sampleFiles = map[string]string{
	agentFile: daemonSet,
	"base/deployment.yaml": strings.ReplaceAll(
		"apiVersion: apps/v1\nkind: Deployment\n# im Büro 日本語\nspec:\n\thostPID: true # tab\n", "\n", "\r\n"),
	"charts/web/values.yaml": "securityContext:\n  privileged: true\n",
}

func source(files map[string]string) func(string) ([]byte, error) {
	return func(file string) ([]byte, error) {
		text, ok := files[file]
		if !ok {
			return nil, fmt.Errorf("open %s: no such file", file)
		}
		return []byte(text), nil
	}
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// at places an origin at the first text after a marker in a file of sampleFiles.
func at(t *testing.T, file, after, text, via string) Origin {
	t.Helper()
	whole := sampleFiles[file]
	start := strings.Index(whole, after)
	if start < 0 || !strings.Contains(whole[start:], text) {
		t.Fatalf("%s: no %q after %q", file, text, after)
	}
	start += strings.Index(whole[start:], text)
	lineStart := strings.LastIndex(whole[:start], "\n") + 1
	line := strings.Count(whole[:start], "\n") + 1
	column := len([]rune(whole[lineStart:start])) + 1
	last := strings.LastIndex(text, "\n") + 1
	o := Origin{
		File: file, Line: line, Column: column,
		EndLine: line + strings.Count(text, "\n"), EndColumn: len([]rune(text[last:])) + 1,
		Exact: true, Via: via,
	}
	if o.EndLine == line {
		o.EndColumn = column + len([]rune(text))
	}
	return o
}

// edit replaces a text of the agent's file that stands behind another.
func edit(after, text, newText string) Edit {
	start := strings.Index(daemonSet, after)
	start += strings.Index(daemonSet[start:], text)
	return Edit{File: agentFile, Start: start, End: start + len(text), NewText: newText}
}

func finding(id, control, severity, message string, origin Origin, occurrences ...Occurrence) Finding {
	return Finding{
		ID: id, Control: control, Level: "baseline", Severity: severity, Scope: ScopeNew,
		Message: message, Origin: origin, Occurrences: occurrences, Status: StatusOpen,
	}
}

func occurs(target, kind, namespace, name, container, field string) Occurrence {
	return Occurrence{
		Target: target, Container: container, Field: field, Value: "true",
		Object: Object{APIVersion: "apps/v1", Kind: kind, Namespace: namespace, Name: name},
	}
}

// sample is a report in which every field is set somewhere.
func sample(t *testing.T) *Report {
	const (
		agent  = "charts/agent"
		spec   = "spec.template.spec."
		noPriv = "A container runs privileged, so it can do nearly all that the node's root can."
	)
	inAgent := func(container, field string) Occurrence {
		return occurs(agent, "DaemonSet", "kube-system", "release-name-agent", container, spec+field)
	}
	r := &Report{
		Source: Source{Base: "1f0c", Head: "9ab3", Scope: ListChanged, Files: map[string]string{agentFile: sha256Hex(daemonSet)}},
		Policy: Policy{Level: "baseline", Versions: []string{"v1.29", "v1.37"}},
		Targets: []Target{
			{
				ID: agent, Kind: "helm", Path: agent, Status: TargetOK, Objects: 4, PodTemplates: 1, DurationMs: 31,
				Notes: []string{"Rendered for Kubernetes v1.34.0, the newest that the chart allows."},
			},
			{
				ID: "charts/web#ci/root-values.yaml", Kind: "helm", Path: "charts/web", Status: TargetOK,
				Values: []string{"charts/web/ci/root-values.yaml"}, Objects: 2, PodTemplates: 1,
			},
			{ID: "overlays/dev", Kind: "kustomize", Path: "overlays/dev", Status: TargetOK, Objects: 2, PodTemplates: 1},
			{ID: "overlays/prod", Kind: "kustomize", Path: "overlays/prod", Status: TargetOK, Objects: 2, PodTemplates: 1},
			{ID: "overlays/old", Kind: "kustomize", Path: "overlays/old", Status: TargetError, Error: &RenderError{
				Kind: "missing-file", File: "overlays/old/kustomization.yaml", Line: 4,
				Message: "The resource ../gone does not exist. Take it out of resources or add it.",
			}},
			{ID: "components/debug", Kind: "kustomize", Path: "components/debug", Status: TargetSkipped},
		},
		Findings: []Finding{
			finding("f1", "hostNamespaces", SeverityHigh, "The pod shares the node's network.",
				at(t, agentFile, "hostNetwork", "true", ViaLiteral), inAgent("", "hostNetwork")),
			finding("f2", "privileged", SeverityHigh, noPriv,
				at(t, agentFile, "image:", "true", ViaLiteral), inAgent("agent", "containers[0].securityContext.privileged")),
			finding("f3", "privileged", SeverityHigh, noPriv,
				at(t, agentFile, "shipper", "true", ViaLiteral), inAgent("shipper", "containers[1].securityContext.privileged")),
			finding("f4", "capabilities_baseline", SeverityHigh, "A container adds a capability that the standard does not allow.",
				at(t, agentFile, "add:", "SYS_ADMIN", ViaLiteral), inAgent("shipper", "containers[1].securityContext.capabilities.add[0]")),
			finding("f5", "capabilities_baseline", SeverityHigh, "A container adds a capability that the standard does not allow.",
				at(t, agentFile, "add:", "NET_ADMIN", ViaLiteral), inAgent("shipper", "containers[1].securityContext.capabilities.add[1]")),
			finding("f6", "hostPathVolumes", SeverityHigh, "A volume mounts a folder of the node.",
				at(t, agentFile, "run", "hostPath:\n          path: /var/run/agent", ViaLiteral), inAgent("", "volumes[0].hostPath")),
			finding("f7", "hostNamespaces", SeverityHigh, "The pod sees the node's processes.",
				at(t, "base/deployment.yaml", "hostPID", "true", ViaManifest),
				occurs("overlays/prod", "Deployment", "prod", "web", "", spec+"hostPID"),
				occurs("overlays/dev", "Deployment", "dev", "web", "", spec+"hostPID")),
			finding("f8", "privileged", SeverityHigh, noPriv,
				at(t, "charts/web/values.yaml", "privileged", "true", ViaValues),
				occurs("charts/web#ci/root-values.yaml", "Deployment", "", "release-name-web", "web",
					spec+"containers[0].securityContext.privileged")),
			finding("f9", "hostProbesAndHostLifecycle", SeverityLow, "A probe names a host.",
				Origin{File: "charts/web/templates/_pod.tpl", Via: ViaHelper},
				occurs("charts/web#ci/root-values.yaml", "Deployment", "", "release-name-web", "web",
					spec+"containers[0].livenessProbe.httpGet.host")),
		},
		Proposals: []Proposal{
			{
				ID: "p2", Findings: []string{"f3", "f2"}, Status: ProposalProven, AloneProven: true, Targets: []string{agent},
				Edits:        []Edit{edit("shipper", "true", "false"), edit("image:", "true", "false")},
				Alternatives: []Alternative{{Notes: []string{"takes the field away"}, Edits: []Edit{edit("image:", "true", "")}}},
			},
			{
				ID: "p1", Findings: []string{"f6"}, Status: ProposalProven, Targets: []string{agent},
				Notes: []string{"The data in volume run no longer outlives the pod."},
				Edits: []Edit{edit("run", "hostPath:\n          path: /var/run/agent", "emptyDir: {}")},
			},
			{ID: "p3", Findings: []string{"f7"}, Status: ProposalRefused, Reason: "other-target-changes"},
		},
		Skipped: []Skipped{
			{Path: "docs", Reason: "not YAML"},
			{Path: "ansible/site.yml", Reason: "it has no apiVersion and kind at its top"},
		},
		Warnings: []Warning{{File: ".podmend.yaml", Line: 3, Message: "This exemption matches no finding; take it away."}},
	}
	r.Summary.LeftOut = 2
	r.FixPullRequests = []FixPullRequest{{
		Number: 7, URL: "https://github.com/octo/shop/pull/7", Operation: "updated", Branch: "podmend/fix-main", Messages: []string{"no review is requested of mona"},
	}}
	r.Mended = []Mended{{ID: "f0", Control: "hostPorts", Message: "A container takes a port of the node.", File: agentFile, Line: 12}}
	f := r.Findings
	f[0].Versions = []string{"v1.29"}
	f[0].HostNeed = HostNeed{Likely: true, Evidence: []string{"it mounts /etc/cni/net.d"}}
	f[1].Proposal, f[2].Proposal, f[5].Proposal, f[6].Proposal = "p2", "p2", "p1", "p3"
	f[6].Refusal = &Refusal{Reason: "other-target-changes", Message: "overlays/prod patches this field back. " +
		"Change overlays/prod/patch.yaml first."}
	f[3].Status, f[4].Status = StatusExempt, StatusExempt
	f[3].Exemption = &Exemption{
		Reason: "mounts FUSE file systems", Expires: "2027-01-31", Owner: "team-storage", File: ".podmend.yaml", Line: 9,
	}
	f[4].Exemption = &Exemption{Reason: "mounts FUSE file systems", Expires: "2027-01-31"}
	f[6].Scope = ScopeOld
	f[7].Changes = []Lines{{File: "charts/web/ci/root-values.yaml", Line: 2, EndLine: 3}}
	f[7].Origin.Chain = []Link{{File: "charts/web/templates/deployment.yaml", Line: 21, Via: ViaValues}}
	r.Finish()
	return r
}
