package render

import (
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chartutil"
)

// traceCompared returns the objects with pod templates, as the marked templates print them, with their traces. The
// caller has what the plain templates print, and compares: so they are not printed again, and templates that print
// no pods not at all. It fails where that cannot be done.
func (c *helmChart) traceCompared(input chartutil.Values, values any, tracing *helmTracing) ([]Object, *Error) {
	t := c.tracer(input, values)
	t.only = true
	places := c.templatePlaces()
	for name, place := range places {
		if slices.Contains(tracing.podsIn, place.file) {
			t.wanted[name] = true
		}
	}
	if !t.render(true) {
		return nil, &Error{Kind: ErrTemplate, Message: "the marked templates print nothing. Render the plain ones."}
	}
	tracing.readTemplates = t.readNames
	printed := map[string]string{}
	for name := range t.wanted {
		printed[name] = t.traced[name].text
	}
	objects, _, failed := helmObjects(printed, places)
	objects = slices.DeleteFunc(objects, func(object Object) bool { return !object.HasPodTemplate() })
	for i := range objects {
		objects[i].Trace = t.object(&objects[i])
	}
	return objects, failed
}

// isolated says whether it likely makes no difference to others that the template of a file prints nothing: no other
// file names it, it changes no values itself, and all that it defines has been found.
func (m *templateMarker) isolated(index int, base string) bool {
	if m.files[index].uses[treeName].changes {
		return false
	}
	for i := range m.files {
		if file := &m.files[i]; file.namesFiles && strings.Contains(file.source, base) {
			return false
		}
	}
	defines := 0
	for _, token := range m.files[index].tokens {
		switch token.word {
		case "define", "block":
			defines++
		}
	}
	for _, unit := range m.units {
		if unit.file == index && unit.define != "" {
			defines--
		}
	}
	return defines == 0
}
