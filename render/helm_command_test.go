package render

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// helmCommand returns the path of the helm command line of the library's own version.
func helmCommand(t *testing.T) string {
	t.Helper()
	return command(t, "PODMEND_TEST_HELM", "helm.sh/helm/v3/cmd/helm")
}

// A helmPrinted is an object as the command line or podmend printed it.
type helmPrinted struct {
	key    string // kind, apiVersion, namespace, name
	source string // the base name of the template or manifest
	tree   any
}

// helmTemplateCommand runs helm template.
func helmTemplateCommand(helm, root string, target Target, kubeVersion string) ([]helmPrinted, error) {
	args := []string{"template", "--include-crds", "--kube-version", kubeVersion}
	if target.ReleaseName != "" {
		args = append(args, target.ReleaseName)
	}
	args = append(args, filepath.Join(root, target.Path))
	if target.Namespace != "" {
		args = append(args, "--namespace", target.Namespace)
	}
	for _, version := range target.APIVersions {
		args = append(args, "--api-versions", version)
	}
	for _, file := range target.Values {
		args = append(args, "--values", filepath.Join(root, file))
	}
	output, err := helmOutput(helm, args...)
	if err != nil {
		return nil, err
	}
	metadata, err := os.ReadFile(filepath.Join(root, target.Path, "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	var chart struct{ Name string }
	if err := yaml.Unmarshal(metadata, &chart); err != nil {
		return nil, err
	}
	return parseHelmPrinted(output, "# Source: "+chart.Name+"/")
}

func helmOutput(helm string, args ...string) (string, error) {
	command := exec.Command(helm, args...)
	command.Env = []string{"HOME=/nonexistent", "KUBECONFIG=/nonexistent", "HELM_NO_PLUGINS=1"}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

func runHelm(helm string, args ...string) error {
	_, err := helmOutput(helm, args...)
	return err
}

func parseHelmPrinted(output, sourceMark string) ([]helmPrinted, error) {
	documents := releaseutil.SplitManifests(output)
	var objects []helmPrinted
	names := make([]string, 0, len(documents))
	for name := range documents {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(a)*1000 - len(b)*1000 + strings.Compare(a, b) })
	source := ""
	for _, name := range names {
		if rest, ok := strings.CutPrefix(documents[name], sourceMark); ok {
			line, _, _ := strings.Cut(rest, "\n")
			source = filepath.Base(line)
		}
		var tree any
		if err := yaml.Unmarshal([]byte(documents[name]), &tree); err != nil {
			return nil, err
		}
		objects = appendHelmPrinted(objects, tree, source)
	}
	return objects, nil
}

func appendHelmPrinted(objects []helmPrinted, tree any, source string) []helmPrinted {
	fields, _ := tree.(map[string]any)
	kind, _ := fields["kind"].(string)
	apiVersion, _ := fields["apiVersion"].(string)
	if kind == "" || apiVersion == "" {
		return objects
	}
	if items, ok := fields["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		for _, item := range items {
			objects = appendHelmPrinted(objects, item, source)
		}
		return objects
	}
	metadata, _ := fields["metadata"].(map[string]any)
	key := fmt.Sprint(kind, " ", apiVersion, " ", metadata["namespace"], " ", metadata["name"])
	return append(objects, helmPrinted{key: key, source: source, tree: tree})
}

func helmPrintedByPodmend(objects []Object) ([]helmPrinted, error) {
	var printed []helmPrinted
	for _, object := range objects {
		var tree any
		if err := yaml.Unmarshal(object.YAML, &tree); err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.Kind, object.Name, err)
		}
		printed = appendHelmPrinted(printed, tree, filepath.Base(object.Source.File))
	}
	return printed, nil
}

// helmDifferences lists the fields in which two outputs differ. Different numbers of objects are
// one difference at the path "".
func helmDifferences(a, b []helmPrinted) map[string]string {
	found := map[string]string{}
	if len(a) != len(b) {
		found[""] = fmt.Sprintf("%d objects and %d", len(a), len(b))
		return found
	}
	order := func(x, y helmPrinted) int { return strings.Compare(x.key, y.key) }
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortStableFunc(a, order)
	slices.SortStableFunc(b, order)
	for i := range a {
		helmTreeDifferences(found, fmt.Sprintf("%d", i), a[i].tree, b[i].tree)
	}
	return found
}

func helmTreeDifferences(found map[string]string, at string, a, b any) {
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			for key := range x {
				if _, both := y[key]; !both {
					found[at+"/"+key] = "only in the first"
					continue
				}
				helmTreeDifferences(found, at+"/"+key, x[key], y[key])
			}
			for key := range y {
				if _, both := x[key]; !both {
					found[at+"/"+key] = "only in the second"
				}
			}
			return
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			for i := range x {
				helmTreeDifferences(found, fmt.Sprintf("%s/%d", at, i), x[i], y[i])
			}
			return
		}
	}
	first, _ := json.Marshal(a)
	second, _ := json.Marshal(b)
	if !bytes.Equal(first, second) {
		found[at] = fmt.Sprintf("%.200s\nand %.200s", first, second)
	}
}

// A helmComparison is how podmend's rendering of one target went beside the command line's.
type helmComparison struct {
	ours       *Error
	command    error
	different  map[string]string // fields that differ, but not between two runs of the command
	random     bool
	objects    int
	misnamed   []string // objects whose source is another than the command line says
	tolerated  bool     // the command line stops for a dependency that podmend does without
	notes      []string
	usedKubeAs string
}

// compareWithHelm renders a target, prepares what the command line needs, and compares.
func compareWithHelm(helm string, files *overlay.FS, target Target, prepare func() error) (result helmComparison, err error) {
	var objects []Object
	objects, result.notes, result.ours = renderHelm(context.Background(), files, target, Detail{}, nil)
	if err := prepare(); err != nil {
		return result, err
	}
	version := target.KubeVersion
	for _, note := range result.notes {
		if rest, ok := strings.CutPrefix(note, "Rendered for Kubernetes "); ok {
			version, _, _ = strings.Cut(strings.TrimSuffix(rest, "."), ",")
		}
	}
	if version == "" {
		version = fmt.Sprintf("v1.%d.0", newestKubeMinor)
	}
	result.usedKubeAs = version
	command, commandErr := helmTemplateCommand(helm, files.Dir(), target, version)
	result.command = commandErr
	if commandErr != nil {
		result.tolerated = result.ours == nil && strings.Contains(commandErr.Error(), "missing in charts/ directory")
		return result, nil
	}
	if result.ours != nil {
		return result, nil
	}
	result.objects = len(objects)
	printed, err := helmPrintedByPodmend(objects)
	if err != nil {
		return result, err
	}
	if result.different = helmDifferences(printed, command); len(result.different) > 0 {
		if err := result.forgiveRandom(helm, files, target, command); err != nil {
			return result, err
		}
	}
	result.misnamed = helmMisnamed(objects, printed, command)
	return result, nil
}

// forgiveRandom takes away the differences that the command line also has with itself.
func (c *helmComparison) forgiveRandom(helm string, files *overlay.FS, target Target, first []helmPrinted) error {
	for range 3 {
		again, err := helmTemplateCommand(helm, files.Dir(), target, c.usedKubeAs)
		if err != nil {
			return err
		}
		for field := range helmDifferences(first, again) {
			c.random = true
			delete(c.different, field)
		}
	}
	return nil
}

func helmMisnamed(objects []Object, printed, command []helmPrinted) []string {
	count := map[string]int{}
	for _, object := range command {
		count[object.key+" from "+object.source]++
	}
	var wrong []string
	for i, object := range printed {
		if i < len(objects) && strings.HasSuffix(objects[i].Source.File, ".tgz") {
			continue
		}
		if name := object.key + " from " + object.source; count[name] == 0 {
			wrong = append(wrong, name)
		} else {
			count[name]--
		}
	}
	return wrong
}
