package render

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// parseResources reads objects as kustomize does.
func parseResources(content []byte) ([]*resource.Resource, error) {
	if err := yamledit.Bounded(content); err != nil {
		return nil, err
	}
	parsed, err := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes(content)
	if err != nil {
		return nil, err
	}
	return parsed.Resources(), nil
}

// addPlugins adds the references of generators, transformers or validators: configurations that
// stand in the kustomization itself or in files, and what these read in turn.
func (s *kustomizationScan) addPlugins(k *kustomization, field string, entries []string) {
	for _, entry := range entries {
		if len(k.refs) > maxReferences {
			k.blocked = append(k.blocked, &Error{
				Kind: ErrTooLarge, File: k.file,
				Message: fmt.Sprintf("the kustomization and its %s name more than %d files. Name less.", field, maxReferences),
			})
			return
		}
		if plugins, err := parseResources([]byte(entry)); err == nil {
			s.addPluginInputs(k, field, k.file, plugins)
			continue
		}
		ref := s.resolve(k, usePlugin, field, entry)
		k.refs = append(k.refs, ref)
		switch {
		case ref.target == "" || ref.remote:
		case ref.isDir:
			s.addPluginFolder(k, field, ref.target)
		default:
			s.addPluginFile(k, field, ref.target)
		}
	}
}

func (s *kustomizationScan) addPluginFile(k *kustomization, field, file string) {
	plugins, known := s.plugins[file]
	if !known {
		content, err := s.files.ReadFile(file)
		if err != nil {
			return
		}
		if refused := unscannableFile(file, content); refused != nil {
			k.blocked = append(k.blocked, refused)
			return
		}
		// An error leaves nil: kustomize will say it.
		plugins, _ = parseResources(content)
		s.plugins[file] = plugins
	}
	s.addPluginInputs(k, field, file, plugins)
}

// addPluginFolder handles configurations that are built by a kustomization. What it changes in
// them cannot be told before the build, so it may only list files.
func (s *kustomizationScan) addPluginFolder(k *kustomization, field, dir string) {
	for _, included := range s.closure(dir) {
		changes := included.parsed
		changes.TypeMeta, changes.MetaData, changes.Resources = types.TypeMeta{}, nil, nil
		if !reflect.DeepEqual(changes, types.Kustomization{}) {
			k.blocked = append(k.blocked, &Error{
				Kind: ErrPlugin, File: included.file,
				Message: "this kustomization changes what is used as configuration of " + field + ", so what they read cannot be known before they run. " +
					"Let it list nothing but resources.",
			})
		}
		for _, ref := range included.refs {
			if ref.target != "" && !ref.isDir {
				s.addPluginFile(k, field, ref.target)
			}
		}
	}
}

// pluginPaths are the fields of builtin plugins that name files. Like all fields they are read
// without regard to case.
var pluginPaths = []string{"path", "paths", "files", "envs", "env", "targetFilePath"}

// addPluginInputs adds what the plugins read, and blocks those that kustomize would have to run.
func (s *kustomizationScan) addPluginInputs(k *kustomization, field, file string, plugins []*resource.Resource) {
	for _, plugin := range plugins {
		kind := plugin.GetKind() // GetGvk asks the schema that another build may be changing
		switch {
		case plugin.GetApiVersion() != "builtin":
			k.blocked = append(k.blocked, pluginError(field, file, kind, plugin.GetName()))
		case kind == "HelmChartInflationGenerator":
			k.blocked = append(k.blocked, generatorError(file, plugin))
		default:
			config, err := plugin.Map()
			if err != nil {
				continue
			}
			u := useOther
			if patchFields[kind] != "" && !hashed(config) {
				u = usePatch
			}
			for _, value := range stringsBelow(config, false) {
				s.addPluginInput(k, u, field, file, value)
				if _, keyed, ok := strings.Cut(value, "="); ok {
					s.addPluginInput(k, u, field, file, keyed)
				}
			}
		}
	}
}

func (s *kustomizationScan) addPluginInput(k *kustomization, u use, field, file, value string) {
	ref := s.resolve(k, u, field, value)
	ref.file = file
	// Not every path is one of a file.
	if ref.remote || ref.target != "" {
		k.refs = append(k.refs, ref)
	}
}

// stringsBelow returns the strings in the fields that name files.
func stringsBelow(tree any, named bool) []string {
	var found []string
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			inside := slices.ContainsFunc(pluginPaths, func(field string) bool { return strings.EqualFold(field, key) })
			found = append(found, stringsBelow(value, named || inside)...)
		}
	case []any:
		for _, value := range tree {
			found = append(found, stringsBelow(value, named)...)
		}
	case string:
		if named {
			found = append(found, tree)
		}
	}
	slices.Sort(found)
	return found
}

func pluginError(field, file, kind, name string) *Error {
	return &Error{
		Kind: ErrPlugin, File: file,
		Message: fmt.Sprintf("the %s use the plugin %s %q, which kustomize would run as a program or container; podmend runs nothing. "+
			"Commit what the plugin prints and list that under resources.", field, kind, name),
	}
}

// generatorError refuses a chart that a generator's own configuration names.
func generatorError(file string, plugin *resource.Resource) *Error {
	var chart struct{ Name, Repo string }
	if text, err := plugin.AsYAML(); err == nil {
		// What cannot be read is refused all the same.
		_ = yaml.Unmarshal(text, &chart)
	}
	return chartError(file, 0, cmp.Or(chart.Name, plugin.GetName()), chart.Repo)
}

func chartError(file string, line int, chart, repository string) *Error {
	source := "of the kustomization's own chart folder"
	if repository != "" {
		source = "from " + shownRepository(repository)
		if host := hostToAllow(repository); host != "" {
			source += fmt.Sprintf(", for which it would need %s,", strings.TrimPrefix(host, "http://"))
		}
	}
	return &Error{
		Kind: ErrHelmCharts, File: file, Line: line,
		Message: fmt.Sprintf("the Helm chart %q %s would be inflated by running helm. podmend runs nothing, and does not fetch the charts of generators, whatever network.allow says. "+
			"Name the chart in helmCharts, or commit what `kustomize build --enable-helm` prints.", chart, source),
	}
}
