package render

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
)

// A use says what kustomize does with a reference.
type use int

const (
	useResource  use = iota // a file of objects, else a kustomization
	useComponent            // a kustomization of kind Component
	usePlugin               // a file or kustomization that configures generators, transformers or validators
	usePatch                // a patch
	useOther                // the input of a generator or configuration
)

// A reference is a string in a kustomization that names a file or folder.
type reference struct {
	use   use
	field string // the field of the kustomization in which it stands
	value string
	file  string // where it stands: the kustomization's file, or the file that configures a plugin

	remote bool
	host   string
	target string // resolved name; "" if it does not exist
	isDir  bool
	// ambiguous says that upstream reads a file of this name, but would clone it if it failed.
	ambiguous bool
	refused   error // why the repository does not allow to read it
}

// addReferences lists the references of a kustomization in the order in which upstream follows
// them.
func (s *kustomizationScan) addReferences(k *kustomization) {
	p := &k.parsed
	add := func(u use, field string, values ...string) {
		for _, value := range values {
			k.refs = append(k.refs, s.resolve(k, u, field, value))
		}
	}
	if name, ok := p.OpenAPI["path"]; ok {
		add(useOther, "openapi", name)
	}
	add(useResource, "resources", p.Resources...)
	add(useOther, "configurations", p.Configurations...)
	add(useOther, "crds", p.Crds...)
	for _, generator := range p.ConfigMapGenerator {
		add(useOther, "configMapGenerator", pairSources(generator.KvPairSources)...)
	}
	for _, generator := range p.SecretGenerator {
		add(useOther, "secretGenerator", pairSources(generator.KvPairSources)...)
	}
	for _, chart := range p.HelmCharts {
		add(useOther, "helmCharts", chart.AdditionalValuesFiles...)
		if chart.ValuesFile != "" {
			add(useOther, "helmCharts", chart.ValuesFile)
		}
	}
	s.addPlugins(k, "generators", p.Generators)
	add(useComponent, "components", p.Components...)
	strategic, operations := oldPatches(p)
	for _, patch := range strategic {
		if objects, err := parseResources([]byte(patch)); err != nil || len(objects) == 0 {
			add(usePatch, "patchesStrategicMerge", string(patch))
		}
	}
	for _, patch := range p.Patches {
		if patch.Path != "" {
			add(usePatch, "patches", patch.Path)
		}
	}
	for _, patch := range operations {
		if patch.Path != "" {
			add(usePatch, "patchesJson6902", patch.Path)
		}
	}
	for _, replacement := range p.Replacements {
		if replacement.Path != "" {
			add(useOther, "replacements", replacement.Path)
		}
	}
	s.addPlugins(k, "transformers", p.Transformers)
	s.addPlugins(k, "validators", p.Validators)
}

// oldPatches returns the patches in the fields that came before patches.
func oldPatches(p *types.Kustomization) ([]types.PatchStrategicMerge, []types.Patch) {
	//lint:ignore SA1019 kustomize still applies them
	return p.PatchesStrategicMerge, p.PatchesJson6902
}

// pairSources returns the paths that a ConfigMap or Secret generator reads.
func pairSources(sources types.KvPairSources) []string {
	paths := append([]string{}, sources.EnvSources...)
	for _, source := range sources.FileSources {
		if _, value, keyed := strings.Cut(source, "="); keyed {
			source = value
		}
		paths = append(paths, source)
	}
	return paths
}

// resolve finds out where a reference leads, by upstream's rules.
func (s *kustomizationScan) resolve(k *kustomization, u use, field, value string) reference {
	ref := reference{use: u, field: field, value: value, file: k.file}
	if u != useComponent {
		if ref.host, ref.remote = fetchHost(value); ref.remote {
			return ref
		}
	}
	s.find(k, &ref)
	if host, strange := strangeHost(value); strange && ref.target == "" {
		ref.host, ref.remote, ref.refused = host, true, nil
	}
	if u != useComponent && u != useResource && u != usePlugin {
		return ref
	}
	if host, clones := cloneHost(value); clones {
		if ref.target != "" && !ref.isDir && u != useComponent {
			ref.ambiguous = true
			return ref
		}
		ref.host, ref.remote, ref.target, ref.isDir = host, true, "", false
	}
	return ref
}

func (s *kustomizationScan) find(k *kustomization, ref *reference) {
	if ref.value == "" {
		return
	}
	name := path.Join(k.dir, ref.value)
	if path.IsAbs(ref.value) {
		name = ref.value
		if inside, ok := strings.CutPrefix(ref.value, s.files.Dir()+"/"); ok {
			name = inside
		}
	}
	if path.IsAbs(name) {
		ref.refused = overlay.ErrOutside
		return
	}
	target, err := s.files.Resolve(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			ref.refused = cause(err)
		}
		return
	}
	if info, err := s.files.Stat(target); err == nil {
		ref.target, ref.isDir = target, info.IsDir()
	}
}

// line is the line on which the reference stands, or 0.
func (r *reference) line(k *kustomization) int {
	if r.file != k.file {
		return 0
	}
	return scalarLine(k.content, r.field, r.value)
}

// scalarLine finds the line of a string below a top-level field; "" stands for any field. The
// value may be only the end of a string (key=path).
func scalarLine(content []byte, field, value string) int {
	var doc kyaml.Node
	if kyaml.Unmarshal(content, &doc) != nil || len(doc.Content) == 0 {
		return 0
	}
	root := doc.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		if field != "" && !strings.EqualFold(key.Value, field) && !strings.EqualFold(key.Value, oldFields[field]) {
			continue
		}
		if value == "" {
			return key.Line
		}
		if line := lineOfValue(root.Content[i+1], value); line > 0 {
			return line
		}
	}
	return 0
}

// oldFields are the former names of fields.
var oldFields = map[string]string{"resources": "bases", "helmCharts": "helmChartInflationGenerator", "images": "imageTags"}

func lineOfValue(node *kyaml.Node, value string) int {
	if node.Kind == kyaml.ScalarNode && (node.Value == value || strings.HasSuffix(node.Value, "="+value)) {
		return node.Line
	}
	for _, child := range node.Content {
		if line := lineOfValue(child, value); line > 0 {
			return line
		}
	}
	return 0
}

// lenientKustomization reads what it can of a kustomization that upstream refuses.
func lenientKustomization(content []byte) types.Kustomization {
	var k types.Kustomization
	asJSON, err := yaml.YAMLToJSON(content)
	if err != nil {
		return k
	}
	// Decoding goes on behind a field of the wrong type.
	_ = json.Unmarshal(asJSON, &k)
	var old struct{ Patches []string }
	_ = json.Unmarshal(asJSON, &old)
	k.Patches = nil
	for _, file := range old.Patches {
		if file != "" {
			k.Patches = append(k.Patches, types.Patch{Path: file})
		}
	}
	var current struct{ Patches []types.Patch }
	if json.Unmarshal(asJSON, &current) == nil {
		k.Patches = append(k.Patches, current.Patches...)
	}
	return k
}
