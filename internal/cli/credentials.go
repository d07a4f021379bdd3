package cli

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// credentialKey matches keys and names whose value is likely a credential.
var credentialKey = regexp.MustCompile(`(?i)(passw(or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|dockerconfigjson)$`)

// credentialText matches values that are credentials by their form.
var credentialText = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[A-Z0-9]{16}|xox[abprs]-[\w-]{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})`)

// maskCredentials masks the data of Secrets, values that look like credentials, and those that hold a text of
// a Secret, in one rendered document. Every other byte stays.
func maskCredentials(kind string, text []byte, secrets []string) []byte {
	parsed := yamledit.Parse(text)
	var edits []yamledit.Edit
	for i := range parsed.Docs {
		root := parsed.Docs[i].Root
		if root == nil {
			continue
		}
		m := &masker{secret: kind == "Secret", secrets: secrets}
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
	secret  bool
	secrets []string
	found   []yamledit.Path
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
		ofSecret := func(text string) bool { return strings.Contains(node.Value, text) }
		if node.Value != "" && node.Tag != "!!bool" && (all || credentialText.MatchString(node.Value) || slices.ContainsFunc(m.secrets, ofSecret)) {
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

// secretTexts are the texts in Secrets that variables and values may bring elsewhere. A short one, or a plain word
// under a key that says nothing, stands in other places for itself.
func secretTexts(secrets []map[string]string) (texts []string) {
	var collect func(key string, node *yaml.Node)
	collect = func(key string, node *yaml.Node) {
		if node.Kind == yaml.ScalarNode && len(node.Value) >= 6 && (credentialKey.MatchString(key) || mixed(node.Value)) {
			texts = append(texts, node.Value)
		}
		for i, below := range node.Content {
			if node.Kind == yaml.MappingNode {
				if i%2 == 0 {
					continue
				}
				key = node.Content[i-1].Value
			}
			collect(key, below)
		}
	}
	for _, secret := range secrets {
		for key, text := range secret {
			var values yaml.Node
			if yaml.Unmarshal([]byte(text), &values) != nil {
				values = yaml.Node{Kind: yaml.ScalarNode, Value: strings.TrimSpace(text)}
			}
			collect(key, &values)
		}
	}
	return texts
}

// mixed says that a text has letters and digits, as few words have that stand for themselves.
func mixed(text string) bool {
	return strings.ContainsFunc(text, unicode.IsLetter) && strings.ContainsFunc(text, unicode.IsDigit) && !strings.ContainsFunc(text, unicode.IsSpace)
}
