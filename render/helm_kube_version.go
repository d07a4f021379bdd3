package render

import (
	"fmt"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
)

// The Kubernetes versions that charts are rendered for, newest first.
const (
	newestKubeMinor = 37
	oldestKubeMinor = 20
	// No minor has had as many patches.
	maxKubePatch = 30
)

// kubeVersion chooses the Kubernetes version that the chart sees: the configured one, or the
// newest that the chart and its enabled subcharts allow. Helm itself asks the chart alone.
func (c *helmChart) kubeVersion(configured string) (*chartutil.KubeVersion, string, *Error) {
	required := c.Metadata.KubeVersion
	refuse := func(version, hint string) *Error {
		return c.place(c.Chart, "Chart.yaml").fail(ErrKubeVersion, 0,
			fmt.Sprintf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s. %s", required, version, hint))
	}
	if configured != "" {
		version, err := chartutil.ParseKubeVersion(configured)
		if err != nil {
			return nil, "", c.place(c.Chart, "Chart.yaml").fail(ErrKubeVersion, 0,
				fmt.Sprintf("the configured Kubernetes version %q is none: %v. Write it as 1.%d or v1.%[3]d.0.", configured, err, newestKubeMinor))
		}
		if required != "" && !chartutil.IsCompatibleRange(required, version.String()) {
			return nil, "", refuse(version.String(), "Configure a Kubernetes version that it allows, or none.")
		}
		return version, fmt.Sprintf("Rendered for Kubernetes %s, as configured.", version), nil
	}
	var constraints []string
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		if of.Metadata.KubeVersion != "" {
			constraints = append(constraints, of.Metadata.KubeVersion)
		}
	})
	if version := newestAllowedKube(constraints); version != nil {
		reason := "the newest that podmend knows"
		if version.String() != newestAllowedKube(nil).String() {
			reason = "the newest that the chart's kubeVersion allows"
		}
		return version, fmt.Sprintf("Rendered for Kubernetes %s, %s.", version, reason), nil
	}
	if required != "" {
		constraints = []string{required}
	} else {
		constraints = nil
	}
	if version := newestAllowedKube(constraints); version != nil {
		return version, fmt.Sprintf("Rendered for Kubernetes %s, though no version suits the kubeVersion of every subchart.", version), nil
	}
	return nil, "", refuse(newestAllowedKube(nil).String(),
		fmt.Sprintf("podmend tries v1.%d down to v1.%d: mend the constraint, or configure the version.", newestKubeMinor, oldestKubeMinor))
}

// newestAllowedKube returns the newest Kubernetes minor, at its lowest patch, that all constraints
// allow, or nil.
func newestAllowedKube(constraints []string) *chartutil.KubeVersion {
	for minor := newestKubeMinor; minor >= oldestKubeMinor; minor-- {
	patches:
		for patch := range maxKubePatch {
			version := fmt.Sprintf("v1.%d.%d", minor, patch)
			for _, constraint := range constraints {
				if !chartutil.IsCompatibleRange(constraint, version) {
					continue patches
				}
			}
			return &chartutil.KubeVersion{Version: version, Major: "1", Minor: fmt.Sprint(minor)}
		}
	}
	return nil
}
