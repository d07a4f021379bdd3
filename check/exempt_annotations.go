package check

import (
	"bytes"
	"strings"

	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// An annotation is one line of a value of IgnoreAnnotation.
type annotation struct {
	object *render.Object
	at     yamledit.Path // of the pod template that carries it; empty for the object
	text   string
}

func (a *annotation) what() string {
	return "the annotation " + IgnoreAnnotation + " of " + a.object.Kind + " " + a.object.Name
}

// identity is the same for the same annotation in another rendering of the target.
func (a *annotation) identity() string {
	o := a.object
	return strings.Join([]string{o.APIVersion, o.Kind, o.Namespace, o.Name, a.at.String(), a.text}, "\x00")
}

// annotationsOf returns what an object that holds pod templates, and these, declare.
func annotationsOf(object *render.Object) []annotation {
	if !bytes.Contains(object.YAML, []byte(IgnoreAnnotation)) {
		return nil
	}
	pods, err := object.PodTemplates()
	if err != nil || len(pods) == 0 {
		return nil
	}
	var found []annotation
	lines := func(at yamledit.Path, value string) {
		for text := range strings.Lines(value) {
			if text = strings.TrimSpace(text); text != "" {
				found = append(found, annotation{object, at, text})
			}
		}
	}
	lines(nil, object.Annotations()[IgnoreAnnotation])
	for _, pod := range pods {
		if len(pod.At) > 0 {
			lines(pod.At, pod.Meta.Annotations[IgnoreAnnotation])
		}
	}
	return found
}

// addAnnotations adds the exemptions that objects and pod templates carry themselves.
func (e *exempter) addAnnotations(results []render.Result, files Reader, locator *render.Locator) {
	var old map[string]map[string]bool
	var unread error
	if e.Base != nil {
		old, unread = e.baseAnnotations(files)
	}
	a := &annotated{e, locator, map[string]*declared{}}
	for i := range results {
		for j := range results[i].Objects {
			for _, ignore := range annotationsOf(&results[i].Objects[j]) {
				if e.Base == nil || old[results[i].Target.ID][ignore.identity()] {
					a.add(&ignore, results[i].Target.ID)
					continue
				}
				file, line := a.place(&ignore)
				e.warn(file, line, ignore.what()+" "+notInBase(unread))
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

// place is where an annotation stands. The line is 0 if it is not known.
func (a *annotated) place(ignore *annotation) (file string, line int) {
	origin := a.origin(ignore)
	if !origin.Exact {
		return origin.File, 0
	}
	return origin.File, origin.Line
}

func (a *annotated) origin(ignore *annotation) render.Origin {
	return a.locator.Origin(ignore.object, ignore.at.Join("metadata", "annotations", IgnoreAnnotation))
}

// add adds what an annotation declares, for the pod templates at or below its place in the object.
func (a *annotated) add(ignore *annotation, target string) {
	exemption, err := ParseIgnore(ignore.text)
	exemption.File, exemption.Line = a.place(ignore)
	if err != nil {
		a.warn(exemption.File, exemption.Line, ignore.what()+" exempts nothing: "+err.Error()+".")
		return
	}
	matches := func(_ *Finding, occurrence *Occurrence) bool {
		return occurrence.Pod.Object == ignore.object && occurrence.Pod.At.HasPrefix(ignore.at)
	}
	key := exemption.File + "\x00" + a.origin(ignore).Place + "\x00" + ignore.text
	if known := a.known[key]; known != nil {
		others := known.matches
		known.matches = func(f *Finding, o *Occurrence) bool { return others(f, o) || matches(f, o) }
		return
	}
	a.known[key] = &declared{Exemption: exemption, what: ignore.what(), key: "annotation\x00" + key, first: target, matches: matches}
	a.all = append(a.all, a.known[key])
}
