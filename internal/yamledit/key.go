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
