package cli

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// String names a chart's options in one line.
func (c ConfigChart) String() string {
	parts := []string{c.Path}
	for _, option := range []struct{ name, value string }{
		{"release", c.ReleaseName},
		{"namespace", c.Namespace},
		{"Kubernetes", c.KubeVersion},
		{"APIs", strings.Join(c.APIVersions, ", ")},
	} {
		if option.value != "" {
			parts = append(parts, option.name+" "+option.value)
		}
	}
	if n := len(c.ValueSets); n > 0 {
		parts = append(parts, plural(n, "set")+" of values")
	}
	return strings.Join(parts, "; ")
}

// String names an exemption in one line.
func (e ConfigExemption) String() string {
	of := e.exemption()
	var parts []string
	for _, selector := range []struct{ name, value string }{
		{"kind", of.Kind},
		{"namespace", of.Namespace},
		{"name", of.Name},
		{"target", of.Target},
		{"container", of.Container},
		{"image", of.Image},
	} {
		if selector.value != "" {
			parts = append(parts, selector.name+" "+selector.value)
		}
	}
	text := fmt.Sprintf("%s of %s: %s", strings.Join(of.Controls, ", "), cmp.Or(strings.Join(parts, ", "), "everything"), of.Reason)
	if of.Expires != "" {
		text += " (until " + of.Expires + ")"
	}
	return text
}

// String names in one line what may be fetched, or nothing.
func (c ConfigNetwork) String() string {
	var parts []string
	for _, option := range []struct{ name, value string }{
		{"allow", strings.Join(c.Allow, ", ")},
		{"private", strings.Join(c.AllowPrivate, ", ")},
		{"timeout", c.Timeout},
		{"size", c.MaxSize},
		{"passwords from", strings.Join(slices.DeleteFunc([]string{c.Credentials.HelmRepositories, c.Credentials.Docker}, func(name string) bool { return name == "" }), ", ")},
	} {
		if option.value != "" {
			parts = append(parts, option.name+" "+option.value)
		}
	}
	return strings.Join(parts, "; ")
}

func (c ConfigNetwork) inForce() map[string]any {
	fields := setFields(reflect.ValueOf(c))
	if fields["credentials"] != nil {
		fields["credentials"] = setFields(reflect.ValueOf(c.Credentials))
	}
	return fields
}

func (c ConfigChart) inForce() map[string]any { return setFields(reflect.ValueOf(c)) }

func (e ConfigExemption) inForce() map[string]any { return setFields(reflect.ValueOf(e)) }

// setFields is a struct as the file has it: its keys, as far as they are set.
func setFields(v reflect.Value) map[string]any {
	fields := map[string]any{}
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			continue
		}
		key, value := v.Type().Field(i).Tag.Get("yaml"), v.Field(i)
		if value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Struct {
			items := []any{}
			for j := range value.Len() {
				items = append(items, setFields(value.Index(j)))
			}
			fields[key] = items
			continue
		}
		fields[key] = value.Interface()
	}
	return fields
}
