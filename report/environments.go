package report

import (
	"slices"
	"strings"
)

// Environments are clusters, by the names of their folders, in which a finding shows, and the others that
// objects of the report deploy to.
type Environments struct {
	In     []string `json:"in"`
	Others []string `json:"others"`
}

// addEnvironments says of findings in which environments they show.
func (r *Report) addEnvironments() {
	of := map[string]string{} // by target
	var all []string
	for i := range r.Targets {
		if name := r.Targets[i].Environment; name != "" {
			of[r.Targets[i].ID] = name
			all = append(all, name)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Environments = nil
		var in []string
		for _, occurrence := range f.Occurrences {
			if name := of[occurrence.Target]; name != "" {
				in = append(in, name)
			}
		}
		if len(in) == 0 {
			continue
		}
		slices.Sort(in)
		in = slices.Compact(in)
		others := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(in, name) })
		f.Environments = &Environments{In: in, Others: others}
	}
}

// EnvironmentsOf says in which environments findings show: production and staging, not dev; "" where
// there is one alone, or none.
func EnvironmentsOf(findings []*Finding) string {
	var in, others []string
	for _, f := range findings {
		if f.Environments != nil {
			in, others = append(in, f.Environments.In...), append(others, f.Environments.Others...)
		}
	}
	in, others = distinct(in), distinct(others)
	others = slices.DeleteFunc(others, func(name string) bool { return slices.Contains(in, name) })
	switch {
	case len(in) == 0 || len(in)+len(others) == 1:
		return ""
	case len(others) == 0:
		return enumerated(in, "and")
	}
	return enumerated(in, "and") + ", not " + enumerated(others, "or")
}

func distinct(names []string) []string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = Inert(name, maxName)
	}
	slices.Sort(shown)
	return slices.Compact(shown)
}

func enumerated(names []string, word string) string {
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
	}
	return names[0]
}
