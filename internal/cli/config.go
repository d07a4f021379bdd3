package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// Config is the content of .podmend.yaml. docs/podmend.schema.json describes it to editors.
type Config struct {
	Include         []string          `yaml:"include"`
	Exclude         []string          `yaml:"exclude"`
	Vendored        []string          `yaml:"vendored"`
	LoadRestrictor  string            `yaml:"loadRestrictor"`
	Level           string            `yaml:"level"`
	PolicyVersion   versionList       `yaml:"policyVersion"`
	NamespaceLabels string            `yaml:"namespaceLabels"`
	KubeVersion     string            `yaml:"kubeVersion"`
	APIVersions     []string          `yaml:"apiVersions"`
	FailOn          string            `yaml:"failOn"`
	OnRenderError   string            `yaml:"onRenderError"`
	HostPath        string            `yaml:"hostPath"`
	FixBranch       string            `yaml:"fixBranch"`
	FixGroup        string            `yaml:"fixGroup"`
	FixMessage      string            `yaml:"fixMessage"`
	FixSignOff      string            `yaml:"fixSignOff"`
	FixLabel        []string          `yaml:"fixLabel"`
	FixAssignee     []string          `yaml:"fixAssignee"`
	FixReviewer     []string          `yaml:"fixReviewer"`
	FixControl      []string          `yaml:"fixControl"`
	Charts          []ConfigChart     `yaml:"charts"`
	Exemptions      []ConfigExemption `yaml:"exemptions"`
	Network         ConfigNetwork     `yaml:"network"`
	GitOps          ConfigGitOps      `yaml:"gitops"`
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

// A configFile is a configuration and where it stands.
type configFile struct {
	Config
	name  string         // as a person names it
	lines map[string]int // of keys and items, see linesOf
}

// loadConfig reads the configuration: the named file, which must exist, or the one at the
// repository's root, which may be missing.
func loadConfig(env *Env, files *overlay.FS, base *baseFiles, named string) (*configFile, error) {
	name := render.ConfigFile
	var content []byte
	var err error
	if named != "" {
		name = named
		content, err = readNamed(env, files, named)
	} else {
		content, err = judgingConfig(env, files, base)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return nil, err
	}
	if err != nil {
		return nil, usagef("the configuration %s cannot be read: %v", name, pathCause(err))
	}
	if content == nil {
		return &configFile{name: name}, nil
	}
	config, err := parseConfig(content)
	if err != nil {
		return nil, usagef("%s: %v", name, err)
	}
	config.name = name
	return config, nil
}

// readNamed reads a file that a person names. One of the repository may be a link that a stranger
// made.
func readNamed(env *Env, files *overlay.FS, name string) ([]byte, error) {
	name = inDir(env.Dir, name)
	if inside, ok := insideOf(files.Dir(), name); ok {
		return files.ReadFile(filepath.ToSlash(inside))
	}
	return os.ReadFile(name)
}

// maxConfig is how many bytes of a configuration are parsed: it has room for ten thousand exemptions,
// and a hostile one cannot fill the memory.
const maxConfig = 2 << 20

func parseConfig(content []byte) (*configFile, error) {
	config := &configFile{}
	if len(content) > maxConfig {
		return nil, fmt.Errorf("it has more than %d MiB; nobody writes so much, look for what is not meant to be there", maxConfig>>20)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := yamledit.Bounded(content); err != nil {
		return nil, err
	}
	if err := oneDocument(content); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return config, nil
	}
	root := document.Content[0]
	if err := knownKeys(root, reflect.TypeFor[Config](), ""); err != nil {
		return nil, err
	}
	if err := root.Decode(&config.Config); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
	}
	config.lines = linesOf(root)
	return config, config.validate()
}

// oneDocument refuses what stands behind the first document, which would not be read.
func oneDocument(content []byte) error {
	parsed := yamledit.Parse(content)
	for i, doc := range parsed.Docs {
		if doc.Err != nil {
			return fmt.Errorf("line %d: %s", doc.Err.Line, doc.Err.Problem)
		}
		if found, ok := parsed.Find(i, nil); i > 0 && ok && doc.Root != nil {
			return fmt.Errorf("line %d: a second document starts here, and the configuration is one; take the --- away that parts them", found.Value.Line)
		}
	}
	return nil
}

// validate checks what stands in the file by itself; what flags and environment may replace is
// checked where it is in force.
func (c *configFile) validate() error {
	for i, chart := range c.Charts {
		if chart.Path == "" {
			return fmt.Errorf("charts[%d] has no path; name the chart's folder, or a glob of several", i)
		}
		for j, set := range chart.ValueSets {
			if len(set.Files) == 0 && set.Name == "" {
				return fmt.Errorf("charts[%d].valueSets[%d] is empty; give it files, or a name to mean the chart's defaults", i, j)
			}
		}
	}
	for _, word := range []struct{ key, value string }{
		{"failOn", c.FailOn},
		{"onRenderError", c.OnRenderError},
		{"namespaceLabels", c.NamespaceLabels},
		{"hostPath", c.HostPath},
		{"fixGroup", c.FixGroup},
		{"loadRestrictor", c.LoadRestrictor},
	} {
		if err := oneOf(word.key, word.value, words[word.key]); err != nil {
			return fmt.Errorf("line %d: %w", c.lines[word.key], err)
		}
	}
	for _, id := range c.FixControl {
		if err := oneOf("fixControl", id, askingImage()); err != nil {
			return fmt.Errorf("line %d: %w", c.lines["fixControl"], err)
		}
	}
	_, err := c.exemptions()
	return err
}

// pathCause drops the path that the os package puts before a reason.
func pathCause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
