package check

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// seLinuxOptions limits the SELinux type and forbids a user or role of one's own.
//
// Fields:
//
//	spec.securityContext.seLinuxOptions.{type,user,role}
//	spec.{initContainers,containers,ephemeralContainers}[*].securityContext.seLinuxOptions.{type,user,role}
//
// Allowed: type undefined, empty, container_t, container_init_t, container_kvm_t and, since
// v1.31, container_engine_t; user and role undefined, empty. Since v1.0.
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_seLinuxOptions.go
var seLinuxOptions = Control{
	ID:       "seLinuxOptions",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "SELinux options",
	Locate:   locateSELinuxOptions,
	Mend:     mendSELinuxOptions,
	Doc: Doc{
		Means: "Containers run under one of the SELinux types made for containers, and choose no SELinux user or role.",
		Danger: "A type such as spc_t or unconfined_t takes SELinux's wall between the container and the node's files away, and often " +
			"that is the wall which stops a container escape.",
		Fields: []string{
			"spec.securityContext.seLinuxOptions.{type,user,role}",
			"spec.initContainers[*].securityContext.seLinuxOptions.{type,user,role}",
			"spec.containers[*].securityContext.seLinuxOptions.{type,user,role}",
			"spec.ephemeralContainers[*].securityContext.seLinuxOptions.{type,user,role}",
		},
		Allowed: []Allowed{
			{minor(0), "type: container_t, container_init_t, container_kvm_t, undefined, empty; user and role: undefined, empty"},
			{minor(31), "type: container_engine_t too"},
		},
		Mended: "A disallowed type, user or role goes; an emptied seLinuxOptions goes too. level stays.",
		Advice: "Take user and role out of seLinuxOptions, and a type that the standard does not allow.",
		Page:   standardsBaseline,
	},
}

var (
	seLinuxTypes    = sets.New("", "container_t", "container_init_t", "container_kvm_t")
	seLinuxTypes131 = seLinuxTypes.Clone().Insert("container_engine_t")
)

func locateSELinuxOptions(pod *render.PodTemplate, version api.Version) []Field {
	allowed := seLinuxTypes
	if since(version, 31) {
		allowed = seLinuxTypes131
	}
	fields := badSELinuxOptions(podSecurity(pod).SELinuxOptions, podSecurityPath("seLinuxOptions"), "", allowed)
	for _, container := range containersOf(pod) {
		at := container.securityPath("seLinuxOptions")
		fields = append(fields, badSELinuxOptions(container.security().SELinuxOptions, at, container.Name, allowed)...)
	}
	return fields
}

func badSELinuxOptions(options *corev1.SELinuxOptions, at yamledit.Path, container string, allowed sets.Set[string]) []Field {
	if options == nil {
		return nil
	}
	var fields []Field
	if !allowed.Has(options.Type) {
		fields = append(fields, Field{Path: at.Join("type"), Container: container, Value: options.Type})
	}
	if options.User != "" {
		fields = append(fields, Field{Path: at.Join("user"), Container: container, Value: options.User})
	}
	if options.Role != "" {
		fields = append(fields, Field{Path: at.Join("role"), Container: container, Value: options.Role})
	}
	return fields
}

// mendSELinuxOptions makes one remedy for each seLinuxOptions.
func mendSELinuxOptions(_ *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	var remedies []Remedy
	for i, field := range fields {
		at := field.Path[:len(field.Path)-1]
		if i == 0 || !fields[i-1].Path.HasPrefix(at) {
			remedies = append(remedies, Remedy{})
		}
		remedy := &remedies[len(remedies)-1]
		remedy.Fields = append(remedy.Fields, field)
		remedy.Changes = append(remedy.Changes, yamledit.Change{Op: yamledit.Delete, Path: field.Path, Prune: 2})
	}
	return remedies
}
