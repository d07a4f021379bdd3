package render

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"helm.sh/helm/v3/pkg/chartutil"

	"github.com/podmend/podmend/internal/overlay"
)

// ConfigFile is the name of podmend's configuration at the repository's root.
const ConfigFile = ".podmend.yaml"

func isYAMLName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// isChartPart says whether a folder at the top of a chart is read by Helm as part of the chart.
func isChartPart(name string) bool {
	return name == "templates" || name == "charts" || name == "crds"
}

// foreignFolders are dependency folders of other ecosystems, with a file that gives each away
// where the name alone is not enough.
var foreignFolders = []struct{ name, marker, reason string }{
	{"node_modules", "", "dependencies of npm"},
	{"bower_components", "", "dependencies of Bower"},
	{"jspm_packages", "", "dependencies of jspm"},
	{"site-packages", "", "dependencies of Python"},
	{".terraform", "", "dependencies of Terraform"},
	{".tox", "", "environments of tox"},
	{"vendor", "modules.txt", "dependencies of Go"},
	{"vendor", "autoload.php", "dependencies of PHP"},
	{"vendor", "bundle", "dependencies of Ruby"},
	{"", "pyvenv.cfg", "virtual environment of Python"},
}

// foreignFolder returns why a folder is left out, or "".
func foreignFolder(files *overlay.FS, dir string) string {
	for _, foreign := range foreignFolders {
		if foreign.name != "" && foreign.name != path.Base(dir) {
			continue
		}
		if foreign.marker != "" {
			if _, err := files.Stat(path.Join(dir, foreign.marker)); err != nil {
				continue
			}
		}
		return foreign.reason
	}
	return ""
}

func helmfileReason(base string) string {
	for _, ext := range []string{".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"} {
		if base == "helmfile"+ext {
			return "helmfile is not rendered; name its charts and values files in " + ConfigFile
		}
	}
	return ""
}

// unusedValuesName says whether a file in a chart's folder looks like values for an environment.
func unusedValuesName(base string) bool {
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	if (ext != ".yaml" && ext != ".yml") || stem == "values" {
		return false
	}
	for _, affix := range []string{"values-", "values.", "values_"} {
		if strings.HasPrefix(stem, affix) {
			return true
		}
	}
	for _, affix := range []string{"-values", ".values", "_values"} {
		if strings.HasSuffix(stem, affix) {
			return true
		}
	}
	return false
}

// matchAny returns the first pattern that matches name. A pattern without a slash matches any
// element of the path, another one the path from the root or a folder above it.
func matchAny(patterns []string, name string) (string, bool) {
	for _, pattern := range patterns {
		if matchPath(pattern, name) {
			return pattern, true
		}
	}
	return "", false
}

// MatchesPath says whether one of the patterns matches a path, as include and exclude do.
func MatchesPath(patterns []string, name string) bool {
	_, ok := matchAny(patterns, name)
	return ok
}

func matchPath(pattern, name string) bool {
	glob := strings.TrimSuffix(strings.TrimPrefix(pattern, "./"), "/")
	if glob == "." {
		return true
	}
	anywhere := !strings.Contains(glob, "/")
	glob = strings.TrimPrefix(glob, "/")
	for at := name; at != "."; at = path.Dir(at) {
		subject := at
		if anywhere {
			subject = path.Base(at)
		}
		if doublestar.MatchUnvalidated(glob, subject) {
			return true
		}
	}
	return false
}

// ValidPattern says whether an include, exclude or chart pattern is well-formed.
func ValidPattern(pattern string) bool {
	return pattern != "" && doublestar.ValidatePattern(pattern)
}

// ValidKubeVersion says whether a text names a version of Kubernetes.
func ValidKubeVersion(text string) bool {
	_, err := chartutil.ParseKubeVersion(text)
	return err == nil
}
