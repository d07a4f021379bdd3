package cli

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/check"
)

// versionList is the configuration's policyVersion: a YAML list, or text with commas as on the
// command line.
type versionList []string

// UnmarshalYAML takes either form.
func (l *versionList) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*l = strings.Split(node.Value, ",")
		return nil
	}
	return node.Decode((*[]string)(l))
}

// checkShape refuses what is neither form.
func (versionList) checkShape(node *yaml.Node, at string) error {
	if node.Kind == yaml.ScalarNode {
		return nil
	}
	items := node.Content
	if node.Kind != yaml.SequenceNode || slices.ContainsFunc(items, func(item *yaml.Node) bool { return item.Kind != yaml.ScalarNode }) {
		return fmt.Errorf("line %d, column %d: %s must be a version or a list of versions", node.Line, node.Column, at)
	}
	return nil
}

// parsePolicyVersions reads versions in their order, each once; none is the newest.
func parsePolicyVersions(words []string) ([]api.Version, error) {
	var versions []api.Version
	for _, word := range words {
		version, err := parsePolicyVersion(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(versions, version) {
			versions = append(versions, version)
		}
	}
	if len(versions) == 0 {
		versions = []api.Version{check.NewestVersion()}
	}
	return versions, nil
}

func parsePolicyVersion(word string) (api.Version, error) {
	newest, given := check.NewestVersion(), word
	switch {
	case word == "":
		return api.Version{}, usagef("the policy versions hold an empty one; write them like v1.31,%s", newest)
	case word == "latest":
		return newest, nil
	case !strings.HasPrefix(word, "v"):
		word = "v" + word
	}
	version, err := api.ParseVersion(word)
	if err != nil {
		return api.Version{}, usagef("the policy version %q is not a version; write it like %s, or latest", given, newest)
	}
	if newest.Older(version) {
		return api.Version{}, usagef("the policy version %s is newer than %s, the newest that this podmend knows; use that one, or a newer podmend", version, newest)
	}
	return version, nil
}
