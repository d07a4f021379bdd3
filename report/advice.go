package report

// advice says in one sentence for each control what to change where podmend has no
// proven proposal.
var advice = map[string]string{
	"allowPrivilegeEscalation": "Set securityContext.allowPrivilegeEscalation to false in every container.",
	"appArmorProfile":          "Set the AppArmor profile to RuntimeDefault (runtime/default in an annotation).",
	"capabilities_baseline":    "Take the capabilities that the standard does not allow out of capabilities.add.",
	"capabilities_restricted":  "Set capabilities.drop to [ALL], and add back NET_BIND_SERVICE only.",
	"hostNamespaces":           "Set hostNetwork, hostPID and hostIPC to false.",
	"hostPathVolumes": "Replace the hostPath by an emptyDir, a ConfigMap or a persistent volume claim, " +
		"or take the volume away with its mounts.",
	"hostPorts":                  "Take hostPort away, and reach the pod through a Service.",
	"hostProbesAndHostLifecycle": "Take host away: without it the kubelet asks the pod itself.",
	"privileged":                 "Set securityContext.privileged to false.",
	"procMount":                  "Set procMount to Default.",
	"procMount_restricted":       "Set procMount to Default.",
	"restrictedVolumes": "Use only volumes that belong to the pod or the cluster's storage, " +
		"such as configMap, secret, emptyDir, projected and persistentVolumeClaim.",
	"runAsNonRoot": "Set runAsNonRoot to true, once the image is known to run as a user other than root.",
	"runAsUser":    "Set runAsUser to a number other than 0, or take it away.",
	"seLinuxOptions": "Take user and role out of seLinuxOptions, and a type that the standard " +
		"does not allow.",
	"seccompProfile_baseline":   "Set seccompProfile.type to RuntimeDefault (runtime/default in an annotation).",
	"seccompProfile_restricted": "Set seccompProfile.type to RuntimeDefault.",
	"sysctls":                   "Take the sysctls that the standard does not list as safe out of securityContext.sysctls.",
	"windowsHostProcess": "Set windowsOptions.hostProcess to false in the pod and in every container, " +
		"and hostNetwork with it.",
}

// Advice says in one sentence how findings of a control are mended by hand.
func Advice(control string) string {
	if text := advice[control]; text != "" {
		return text
	}
	return "podmend explain " + control + " says how it is mended."
}
