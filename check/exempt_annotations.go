package check

import (
	"bytes"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// addAnnotations adds the exemptions that objects and pod templates carry themselves.
func (e *exempter) addAnnotations(results []render.Result, locator *render.Locator) {
	a := &annotated{e, locator, map[string]*declared{}}
	for i := range results {
		for j := range results[i].Objects {
			object := &results[i].Objects[j]
			if !bytes.Contains(object.YAML, []byte(IgnoreAnnotation)) {
				continue
			}
			pods, err := object.PodTemplates()
			if err != nil || len(pods) == 0 {
				continue
			}
			a.add(object, nil, object.Annotations()[IgnoreAnnotation])
			for _, pod := range pods {
				if len(pod.At) > 0 {
					a.add(object, pod.At, pod.Meta.Annotations[IgnoreAnnotation])
				}
			}
		}
	}
}

type annotated struct {
	*exempter
	locator *render.Locator
	// known holds the exemptions by their place: an object of a base shows in each of its overlays.
	known map[string]*declared
}

// add adds what one annotation declares, for the pod templates at or below a path of the object.
func (a *annotated) add(object *render.Object, at yamledit.Path, value string) {
	if value == "" {
		return
	}
	origin := a.locator.Origin(object, at.Join("metadata", "annotations", IgnoreAnnotation))
	line := 0
	if origin.Exact {
		line = origin.Line
	}
	for text := range strings.Lines(value) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		exemption, err := ParseIgnore(text)
		exemption.File, exemption.Line = origin.File, line
		if err != nil {
			a.warn(origin.File, line, "the annotation "+IgnoreAnnotation+" of "+object.Kind+" "+object.Name+" exempts nothing: "+err.Error()+".")
			continue
		}
		matches := func(_ *Finding, occurrence *Occurrence) bool {
			return occurrence.Pod.Object == object && occurrence.Pod.At.HasPrefix(at)
		}
		key := origin.File + "\x00" + origin.Place + "\x00" + text
		if known := a.known[key]; known != nil {
			others := known.matches
			known.matches = func(f *Finding, o *Occurrence) bool { return others(f, o) || matches(f, o) }
			continue
		}
		a.known[key] = &declared{
			Exemption: exemption, what: "the annotation " + IgnoreAnnotation + " of " + object.Kind + " " + object.Name, matches: matches,
		}
		a.all = append(a.all, a.known[key])
	}
}
