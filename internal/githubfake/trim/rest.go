package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// prose are the keys of a description that say nothing about what is allowed.
var prose = []string{"description", "summary", "externalDocs", "example", "examples", "x-github", "x-multi-segment", "tags"}

// trimREST keeps operations ("GET /path") and the components that they refer to, and the shape of an error.
func trimREST(text []byte, operations []string) ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	all, _ := whole["paths"].(map[string]any)
	paths := map[string]any{}
	for _, operation := range operations {
		method, path, _ := strings.Cut(operation, " ")
		item, _ := all[path].(map[string]any)
		described, ok := item[strings.ToLower(method)]
		if !ok {
			return nil, fmt.Errorf("%s is not described", operation)
		}
		kept, ok := paths[path].(map[string]any)
		if !ok {
			kept = map[string]any{}
			paths[path] = kept
		}
		kept[strings.ToLower(method)] = withoutProse(described, false)
	}
	components := map[string]any{}
	if err := follow(paths, whole, components); err != nil {
		return nil, err
	}
	if err := follow(map[string]any{"$ref": "#/components/schemas/basic-error"}, whole, components); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components,
	})
}

// withoutProse copies a description. The names of properties are data, though they may be words like
// "description".
func withoutProse(node any, names bool) any {
	switch node := node.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, value := range node {
			if !names && isProse(key) {
				continue
			}
			kept[key] = withoutProse(value, !names && (key == "properties" || key == "responses" || key == "headers" || key == "content"))
		}
		if _, response := node["content"]; response && !names && node["description"] != nil {
			kept["description"] = "" // OpenAPI demands one of each response
		}
		return kept
	case []any:
		kept := make([]any, len(node))
		for i, value := range node {
			kept[i] = withoutProse(value, false)
		}
		return kept
	}
	return node
}

func isProse(key string) bool {
	for _, word := range prose {
		if key == word {
			return true
		}
	}
	return false
}

// follow copies to components what node refers to, and what that refers to in turn.
func follow(node any, whole, components map[string]any) error {
	switch node := node.(type) {
	case map[string]any:
		if reference, ok := node["$ref"].(string); ok {
			return copyComponent(reference, whole, components)
		}
		for _, value := range node {
			if err := follow(value, whole, components); err != nil {
				return err
			}
		}
	case []any:
		for _, value := range node {
			if err := follow(value, whole, components); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyComponent(reference string, whole, components map[string]any) error {
	kind, name, ok := strings.Cut(strings.TrimPrefix(reference, "#/components/"), "/")
	if !ok || !strings.HasPrefix(reference, "#/components/") {
		return fmt.Errorf("the reference %s leads out of the components", reference)
	}
	of, ok := components[kind].(map[string]any)
	if !ok {
		of = map[string]any{}
		components[kind] = of
	}
	if of[name] != nil {
		return nil
	}
	all, _ := whole["components"].(map[string]any)[kind].(map[string]any)
	if all[name] == nil {
		return fmt.Errorf("the reference %s leads nowhere", reference)
	}
	of[name] = withoutProse(all[name], false)
	return follow(of[name], whole, components)
}
