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
	// New are those of In where the base lacks an occurrence; empty where these are all, or without a base.
	New []string `json:"new,omitempty"`
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
		var in, news []string
		for _, occurrence := range f.Occurrences {
			name := of[occurrence.Target]
			if name == "" {
				continue
			}
			if in = append(in, name); occurrence.Scope == ScopeNew {
				news = append(news, name)
			}
		}
		if len(in) == 0 {
			continue
		}
		slices.Sort(in)
		in = slices.Compact(in)
		f.Environments = &Environments{In: in, Others: without(all, in)}
		slices.Sort(news)
		if news = slices.Compact(news); len(news) > 0 && len(news) < len(in) {
			f.Environments.New = news
		}
	}
}

func without(names, taken []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(taken, name) })
}

// EnvironmentsOf says in which environments findings show: production and staging, not dev; "" where
// there is one alone, or none.
func EnvironmentsOf(findings []*Finding) string {
	return environments(findings, func(e *Environments) []string { return e.In })
}

// ChangedEnvironments says in which environments findings show that the base lacks there.
func ChangedEnvironments(findings []*Finding) string {
	return environments(findings, func(e *Environments) []string {
		if len(e.New) > 0 {
			return e.New
		}
		return e.In
	})
}

func environments(findings []*Finding, shown func(*Environments) []string) string {
	var in, others []string
	for _, f := range findings {
		if f.Environments != nil {
			in = append(in, shown(f.Environments)...)
			others = slices.Concat(others, f.Environments.In, f.Environments.Others)
		}
	}
	in = distinct(in)
	others = without(distinct(others), in)
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
