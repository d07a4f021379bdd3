package render

import "testing"

func TestEnvironmentOf(t *testing.T) {
	for name, want := range map[string]string{
		"clusters/production/apps.yaml":      "production",
		"fleet/Environments/staging/app/x":   "staging",
		"apps/web/overlays/dev/release.yaml": "dev",
		"clusters/production.yaml":           "",
		"cluster/apps/web/release.yaml":      "",
		"kubernetes/apps/web/release.yaml":   "",
	} {
		if got := environmentOf(name); got != want {
			t.Errorf("%s belongs to %q, want %q", name, got, want)
		}
	}
}
