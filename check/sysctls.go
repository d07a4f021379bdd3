package check

import (
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// sysctls forbids kernel settings that are not known to stay inside the pod.
//
// Fields:
//
//	spec.securityContext.sysctls[*].name
//
// Allowed: undefined, kernel.shm_rmid_forced, net.ipv4.ip_local_port_range,
// net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, net.ipv4.ip_unprivileged_port_start
// since v1.0; others joined in v1.27, v1.29, v1.32 and v1.37, see [sysctlsSince].
//
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
// https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_sysctls.go
var sysctls = Control{
	ID:       "sysctls",
	Level:    api.LevelBaseline,
	Severity: Medium,
	Title:    "sysctls",
	Locate:   locateSysctls,
	Mend:     mendSysctls,
	Doc: Doc{
		Means: "The pod sets only kernel parameters that are its own and can't harm others on the node.",
		Danger: "Other parameters reach beyond the pod or lower the kernel's guards, and with them one pod can starve its neighbours, " +
			"or prepare an attack on the node.",
		Fields: []string{"spec.securityContext.sysctls[*].name"},
		Allowed: []Allowed{
			{minor(0), "kernel.shm_rmid_forced, net.ipv4.ip_local_port_range, net.ipv4.tcp_syncookies, net.ipv4.ping_group_range, " +
				"net.ipv4.ip_unprivileged_port_start, undefined"},
			{minor(27), "net.ipv4.ip_local_reserved_ports too"},
			{minor(29), "net.ipv4.tcp_keepalive_time, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_keepalive_intvl, net.ipv4.tcp_keepalive_probes too"},
			{minor(32), "net.ipv4.tcp_rmem, net.ipv4.tcp_wmem too"},
			{minor(37), "net.ipv4.tcp_slow_start_after_idle, net.ipv4.tcp_notsent_lowat too"},
		},
		Mended: "Disallowed entries go; an emptied sysctls goes too.",
		Advice: "Take the sysctls that the standard does not list as safe out of securityContext.sysctls.",
		Page:   standardsBaseline,
	},
}

// sysctlsSince says from which minor version on a sysctl is allowed.
var sysctlsSince = []struct {
	minor int
	names sets.Set[string]
}{
	{0, sets.New(
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
	)},
	{27, sets.New("net.ipv4.ip_local_reserved_ports")},
	{29, sets.New(
		"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
	)},
	{32, sets.New("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")},
	{37, sets.New("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat")},
}

func sysctlAllowed(name string, version api.Version) bool {
	for _, joined := range sysctlsSince {
		if since(version, joined.minor) && joined.names.Has(name) {
			return true
		}
	}
	return false
}

func locateSysctls(pod *render.PodTemplate, version api.Version) []Field {
	var fields []Field
	for i, sysctl := range podSecurity(pod).Sysctls {
		if !sysctlAllowed(sysctl.Name, version) {
			fields = append(fields, podField(sysctl.Name, "sysctls", i, "name"))
		}
	}
	return fields
}

func mendSysctls(_ *render.PodTemplate, fields []Field, _ MendOptions) []Remedy {
	return remedyForEach(fields, func(field Field) []yamledit.Change {
		return []yamledit.Change{{Op: yamledit.Delete, Path: field.Path[:len(field.Path)-1], Prune: 1}}
	})
}
