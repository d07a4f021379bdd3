package cli

import (
	"regexp"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// credentialKey matches keys and names whose value is likely a credential.
var credentialKey = regexp.MustCompile(`(?i)(passw(or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|dockerconfigjson)$`)

// credentialText matches values that are credentials by their form.
var credentialText = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[A-Z0-9]{16}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})`)

// maskCredentials masks the data of Secrets, and values that look like credentials, in one rendered
// document. Every other byte stays.
func maskCredentials(kind string, text []byte) []byte {
	parsed := yamledit.Parse(text)
	var edits []yamledit.Edit
	for i := range parsed.Docs {
		root := parsed.Docs[i].Root
		if root == nil {
			continue
		}
		m := &masker{secret: kind == "Secret"}
		m.walk(root, nil, false)
		for _, path := range m.found {
			if found, ok := parsed.Find(i, path); ok {
				edits = append(edits, yamledit.Edit{Start: found.Value.Offset, End: found.Value.End, NewText: `"` + render.Masked + `"`})
			}
		}
	}
	masked, err := yamledit.Apply(text, edits)
	if err != nil {
		return []byte("# " + render.Masked + ": this object cannot be printed without its credentials")
	}
	return masked
}

type masker struct {
	secret bool
	found  []yamledit.Path
}

// walk collects the scalars to mask below node; all says that every one is.
func (m *masker) walk(node *yaml.Node, path yamledit.Path, all bool) {
	switch node.Kind {
	case yaml.MappingNode:
		named := credentialName(node)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			hidden := all || m.secret && len(path) == 0 && (key == "data" || key == "stringData") ||
				value.Kind == yaml.ScalarNode && (credentialKey.MatchString(key) || named && key == "value")
			m.walk(value, path.Join(key), hidden)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			m.walk(item, path.Join(i), all)
		}
	case yaml.ScalarNode:
		if node.Value != "" && node.Tag != "!!bool" && (all || credentialText.MatchString(node.Value)) {
			m.found = append(m.found, path)
		}
	}
}

// credentialName says whether a mapping is an environment variable with a telling name.
func credentialName(node *yaml.Node) bool {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "name" {
			return credentialKey.MatchString(node.Content[i+1].Value)
		}
	}
	return false
}
