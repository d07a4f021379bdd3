package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// Config is the content of .podmend.yaml.
type Config struct {
	Include       []string      `yaml:"include"`
	Exclude       []string      `yaml:"exclude"`
	Level         string        `yaml:"level"`
	PolicyVersion versionList   `yaml:"policyVersion"`
	KubeVersion   string        `yaml:"kubeVersion"`
	APIVersions   []string      `yaml:"apiVersions"`
	Charts        []ConfigChart `yaml:"charts"`
}

// ConfigChart says how the charts that match Path are rendered.
type ConfigChart struct {
	Path        string           `yaml:"path"`
	ReleaseName string           `yaml:"releaseName"`
	Namespace   string           `yaml:"namespace"`
	KubeVersion string           `yaml:"kubeVersion"`
	APIVersions []string         `yaml:"apiVersions"`
	ValueSets   []ConfigValueSet `yaml:"valueSets"`
}

// ConfigValueSet is one set of values files that a chart is rendered with.
type ConfigValueSet struct {
	Name  string   `yaml:"name"`
	Files []string `yaml:"files"`
}

// loadConfig reads the configuration: the named file, which must exist, or the one at the
// repository's root, which may be missing.
func loadConfig(files *overlay.FS, named, dir string) (*Config, error) {
	name := render.ConfigFile
	var content []byte
	var err error
	if named != "" {
		name = named
		if !filepath.IsAbs(named) {
			named = filepath.Join(dir, named)
		}
		content, err = os.ReadFile(named)
	} else {
		content, err = files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return &Config{}, nil
		}
	}
	if err != nil {
		return nil, usagef("the configuration %s cannot be read: %v", name, pathCause(err))
	}
	config, err := parseConfig(content)
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	return config, nil
}

func parseConfig(content []byte) (*Config, error) {
	config := &Config{}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return config, nil
	}
	root := document.Content[0]
	if err := knownKeys(root, reflect.TypeFor[Config](), ""); err != nil {
		return nil, err
	}
	if err := root.Decode(config); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
	}
	for i, chart := range config.Charts {
		if chart.Path == "" {
			return nil, fmt.Errorf("charts[%d] has no path; name the chart's folder, or a glob of several", i)
		}
		for j, set := range chart.ValueSets {
			if len(set.Files) == 0 && set.Name == "" {
				return nil, fmt.Errorf("charts[%d].valueSets[%d] is empty; give it files, or a name to mean the chart's defaults", i, j)
			}
		}
	}
	return config, nil
}

// knownKeys refuses keys that t has no field for, and values of another shape than t's.
func knownKeys(node *yaml.Node, t reflect.Type, at string) error {
	place := func(n *yaml.Node) string { return fmt.Sprintf("line %d, column %d", n.Line, n.Column) }
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil
	}
	if t == reflect.TypeFor[versionList]() {
		return versionList(nil).checkShape(node, at)
	}
	switch t.Kind() {
	case reflect.Struct:
		if node.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: %s must be a mapping", place(node), orTop(at))
		}
		fields := map[string]reflect.Type{}
		for i := range t.NumField() {
			fields[t.Field(i).Tag.Get("yaml")] = t.Field(i).Type
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			field, ok := fields[key.Value]
			if !ok {
				return fmt.Errorf("%s: unknown key %q in %s; the known keys are %s",
					place(key), key.Value, orTop(at), strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			}
			if err := knownKeys(node.Content[i+1], field, strings.TrimPrefix(at+"."+key.Value, ".")); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			return fmt.Errorf("%s: %s must be a list", place(node), orTop(at))
		}
		for i, item := range node.Content {
			if err := knownKeys(item, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	default:
		if node.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s: %s must be a single value", place(node), orTop(at))
		}
	}
	return nil
}

func orTop(at string) string {
	if at == "" {
		return "the configuration"
	}
	return at
}

// pathCause drops the path that the os package puts before a reason.
func pathCause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
