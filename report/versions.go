package report

import "slices"

// DeniedBy names the policy versions that deny a finding where others of the policy allow it, such
// as "denied by v1.29 only", else "". The text is inert.
func (r *Report) DeniedBy(f *Finding) string {
	var denying []string
	for _, version := range r.Policy.Versions {
		if slices.Contains(f.Versions, version) {
			denying = append(denying, Inert(version, maxName))
		}
	}
	if len(denying) == 0 || len(denying) == len(r.Policy.Versions) {
		return ""
	}
	return "denied by " + list(denying) + " only"
}
