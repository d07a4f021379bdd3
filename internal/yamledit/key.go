package yamledit

import (
	"encoding/json"

	"sigs.k8s.io/kustomize/kyaml/yaml"
	k8syaml "sigs.k8s.io/yaml"
)

// wordsOf11 are what YAML 1.1 reads as something other than text, though it looks so.
var wordsOf11 = map[string]string{
	"y": "true", "Y": "true", "yes": "true", "Yes": "true", "YES": "true", "on": "true", "On": "true",
	"ON": "true", "true": "true", "True": "true", "TRUE": "true",
	"n": "false", "N": "false", "no": "false", "No": "false", "NO": "false", "off": "false", "Off": "false",
	"OFF": "false", "false": "false", "False": "false", "FALSE": "false",
	"null": "", "Null": "", "NULL": "",
}

// KeyOf is the key under which a mapping's entry is found whose key is spelt so: "true" for a plain on, which
// kustomize reads as a word.
func KeyOf(mapping *yaml.Node, spelt string) string {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if text, ok := keyText(mapping.Content[i]); ok && mapping.Content[i].Value == spelt {
			return text
		}
	}
	return spelt
}

// keyText is the key as Kubernetes reads it: 80 is "80", yes is "true". It says false
// for keys that it cannot read.
func keyText(n *yaml.Node) (string, bool) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.ScalarNode {
		return "", false
	}
	quoted := n.Style&^yaml.TaggedStyle != 0
	if n.Style&yaml.TaggedStyle != 0 {
		return n.Value, n.Tag == yaml.NodeTagString
	}
	if quoted {
		return n.Value, true
	}
	if word, ok := wordsOf11[n.Value]; ok {
		return word, word != ""
	}
	if n.Value == "" {
		return "", false
	}
	switch c := n.Value[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-', c == '.', c == '~':
		return readKey(n.Value)
	}
	return n.Value, true
}

// readKey lets the YAML package resolve a key that may be a number.
func readKey(text string) (string, bool) {
	data, err := k8syaml.YAMLToJSON([]byte("? " + text + "\n: 0\n"))
	if err != nil {
		return "", false
	}
	var entry map[string]int
	if json.Unmarshal(data, &entry) != nil || len(entry) != 1 {
		return "", false
	}
	for key := range entry {
		return key, true
	}
	return "", false
}

func isMergeKey(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == yaml.MergeTag
}

// isTextKey says that YAML 1.1 reads the key as a string.
func isTextKey(n *yaml.Node) bool {
	n = resolve(n)
	text, ok := keyText(n)
	if !ok || n.Style != 0 {
		return ok && (n.Style&yaml.TaggedStyle == 0 || n.Tag == yaml.NodeTagString)
	}
	_, word := wordsOf11[n.Value]
	c := n.Value[0]
	number := c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'
	return text == n.Value && !word && (!number || readsAsString(n.Value))
}

func readsAsString(text string) bool {
	tree, err := readTree([]byte(text))
	got, ok := tree.(string)
	return err == nil && ok && got == text
}

// doubtfulKey finds a key that stands in one mapping in two forms, such as 80 and "80".
// sigs.k8s.io/yaml takes them apart and then lets chance decide which one counts.
func doubtfulKey(root *yaml.Node) (string, bool) {
	var mappings []*yaml.Node
	others := false
	for level := []*yaml.Node{root}; len(level) > 0; {
		n := level[len(level)-1]
		level = append(level[:len(level)-1], n.Content...)
		if n.Kind != yaml.MappingNode {
			continue
		}
		mappings = append(mappings, n)
		for i := 0; i+1 < len(n.Content); i += 2 {
			others = others || !isMergeKey(n.Content[i]) && !isTextKey(n.Content[i])
		}
	}
	if !others {
		return "", false
	}
	for _, n := range mappings {
		forms := map[string]string{}
		if key, found := twoForms(n, forms, map[*yaml.Node]bool{}); found {
			return key, true
		}
	}
	return "", false
}

// twoForms collects the forms of a mapping's keys, merged ones too.
func twoForms(n *yaml.Node, forms map[string]string, seen map[*yaml.Node]bool) (string, bool) {
	if seen[n] || len(seen) > maxMerges {
		return "", false
	}
	seen[n] = true
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if isMergeKey(k) {
			for _, source := range mergeSources(n.Content[i+1]) {
				if key, found := twoForms(source, forms, seen); found {
					return key, true
				}
			}
			continue
		}
		text, ok := keyText(k)
		if !ok {
			continue
		}
		form := "text"
		if !isTextKey(k) {
			form = "as " + resolve(k).Value
		}
		if other, seen := forms[text]; seen && other != form {
			return text, true
		}
		forms[text] = form
	}
	return "", false
}
