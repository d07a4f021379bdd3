package rendercache

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// dropped stands for the digest of an object whose text is not kept: one of a Secret could be guessed at.
const dropped = "dropped"

// withoutSecrets is a result without the data of Secrets, of which there is no text anyway, and without
// the values of environment variables, which no control looks at. ok is false where it cannot be told
// which these are.
func withoutSecrets(result render.Result) (render.Result, bool) {
	result.Looks = nil
	result.Objects = slices.Clone(result.Objects)
	for i := range result.Objects {
		object := &result.Objects[i]
		if object.YAML == nil || !object.HasPodTemplate() && !object.IsNamespace() {
			object.YAML, object.Digest = nil, dropped
			continue
		}
		if object.Digest != "" {
			object.Digest = dropped
		}
		var ok bool
		if object.YAML, ok = withoutVariables(object.YAML); !ok {
			return result, false
		}
		if object.Trace == nil || object.Trace.YAML == nil {
			continue
		}
		trace := *object.Trace
		if trace.YAML, ok = withoutVariables(trace.YAML); !ok {
			return result, false
		}
		object.Trace = &trace
	}
	return result, true
}

// withoutVariables overwrites the values of environment variables, each by as many bytes: what is known
// of the other bytes stays true.
func withoutVariables(text []byte) ([]byte, bool) {
	file := yamledit.Parse(text)
	masked := slices.Clone(text)
	for doc := range file.Docs {
		if file.Docs[doc].Err != nil {
			return nil, false
		}
		for _, at := range variables(file.Docs[doc].Root, nil) {
			found, ok := file.Find(doc, at)
			// What is no text would become one, and Kubernetes tells them apart.
			if !ok || found.Shared || found.Node.ShortTag() != yaml.NodeTagString {
				return nil, false
			}
			mask(masked[found.Value.Offset:found.Value.End])
		}
	}
	again := yamledit.Parse(masked)
	if len(again.Docs) != len(file.Docs) || slices.ContainsFunc(again.Docs, func(d yamledit.Document) bool { return d.Err != nil }) {
		return nil, false
	}
	return masked, true
}

// mask keeps what makes a scalar read as one: its quotes, its indicator and its lines.
func mask(value []byte) {
	inside := value
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') {
		inside = value[1 : len(value)-1]
	}
	head := len(inside) > 0 && (inside[0] == '|' || inside[0] == '>')
	for i, char := range inside {
		switch {
		case char == '\n':
			head = false
		case head || char == ' ' || char == '\t' || char == '\r':
		default:
			inside[i] = 'x'
		}
	}
}

// variables lists the paths of the values in all lists called env.
func variables(node *yaml.Node, at yamledit.Path) []yamledit.Path {
	if node == nil {
		return nil
	}
	var found []yamledit.Path
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			if key == "env" && value.Kind == yaml.SequenceNode {
				found = append(found, valuesIn(value, at.Join(key))...)
				continue
			}
			found = append(found, variables(value, at.Join(key))...)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			found = append(found, variables(item, at.Join(i))...)
		}
	}
	return found
}

func valuesIn(list *yaml.Node, at yamledit.Path) []yamledit.Path {
	var found []yamledit.Path
	for i, item := range list.Content {
		if item.Kind != yaml.MappingNode {
			continue
		}
		for j := 0; j+1 < len(item.Content); j += 2 {
			if item.Content[j].Value == "value" && item.Content[j+1].Kind == yaml.ScalarNode {
				found = append(found, at.Join(i).Join("value"))
			}
		}
	}
	return found
}
