package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"
)

// A Part is what the occurrences of a finding in one target say of it. A finding is composed of its
// parts in the order of their targets, whether one run has seen them all or several have.
type Part struct {
	Target      string
	Message     string   // of the first occurrence
	Versions    []string // that deny it
	Policies    []string // the labels of Namespaces that it was judged by
	Occurrences int
	Exempt      []string    // names of the occurrences that are allowed
	Allowed     []Exemption // by which they are
	Expired     []Exemption // that would allow others
}

// Parts are the finding's, in the order of their targets.
func (f *Finding) Parts() []Part {
	var parts []Part
	ordered := slices.Clone(f.Occurrences)
	slices.SortStableFunc(ordered, func(a, b Occurrence) int { return strings.Compare(a.Target, b.Target) })
	for i := range ordered {
		occurrence := &ordered[i]
		if len(parts) == 0 || parts[len(parts)-1].Target != occurrence.Target {
			parts = append(parts, Part{Target: occurrence.Target, Message: occurrence.message})
		}
		part := &parts[len(parts)-1]
		part.Occurrences++
		part.Versions = union(part.Versions, occurrence.versions)
		part.Policies = union(part.Policies, occurrence.policies)
		switch {
		case occurrence.exempt != nil:
			part.Exempt = append(part.Exempt, occurrence.exemptAs)
			part.Allowed = withExemption(part.Allowed, occurrence.exempt.Exemption)
		case occurrence.expired != nil:
			part.Expired = withExemption(part.Expired, occurrence.expired.Exemption)
		}
	}
	return parts
}

func union(all, more []string) []string {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

func withExemption(all []Exemption, one Exemption) []Exemption {
	same := func(other Exemption) bool {
		return other.File == one.File && other.Line == one.Line && other.Reason == one.Reason && other.Expires == one.Expires
	}
	if slices.ContainsFunc(all, same) {
		return all
	}
	return append(all, one)
}

// A Whole is what the parts of a finding say together.
type Whole struct {
	Message   string
	Versions  []string
	Exemption *Exemption // nil if any occurrence is open
	ExemptFor string
}

// Compose joins the parts of a finding, which are in the order of their targets. asked are the
// policy versions of the options.
func Compose(parts []Part, asked []string) Whole {
	var whole Whole
	var policies, exempt []string
	var allowed, expired []Exemption
	occurrences := 0
	for i, part := range parts {
		if i == 0 {
			whole.Message = part.Message
		}
		occurrences += part.Occurrences
		whole.Versions = union(whole.Versions, part.Versions)
		policies = union(policies, part.Policies)
		exempt = append(exempt, part.Exempt...)
		for _, one := range part.Allowed {
			allowed = withExemption(allowed, one)
		}
		for _, one := range part.Expired {
			expired = withExemption(expired, one)
		}
	}
	sortVersions(whole.Versions, asked)
	whole.Message += judgedBy(policies)
	if len(exempt) == occurrences && len(allowed) > 0 {
		whole.Exemption = joined(allowed)
		return whole
	}
	for _, over := range expired {
		whole.Message += fmt.Sprintf("; its exemption (%s) expired on %s", over.Reason, over.Expires)
	}
	if len(exempt) > 0 {
		slices.Sort(exempt)
		whole.ExemptFor = firstOf(slices.Compact(exempt))
		whole.Message += "; it is exempt for " + whole.ExemptFor + ", but not for the others"
	}
	return whole
}

// sortVersions puts those that were asked for first, in their order, and then the others by age.
func sortVersions(versions, asked []string) {
	rank := func(version string) int {
		if at := slices.Index(asked, version); at >= 0 {
			return at
		}
		return len(asked)
	}
	minor := func(version string) int {
		parsed, err := api.ParseVersion(version)
		if err != nil {
			return 0
		}
		return parsed.Minor()
	}
	slices.SortStableFunc(versions, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(minor(a), minor(b)))
	})
}

// judgedBy ends the message of a finding with the labels that it was judged by.
func judgedBy(policies []string) string {
	if len(policies) == 0 {
		return ""
	}
	slices.Sort(policies)
	more := ""
	if len(policies) > 3 {
		more = fmt.Sprintf(", and %d more", len(policies)-3)
		policies = policies[:3]
	}
	return " (" + strings.Join(policies, ", ") + more + ")"
}

// joined is what allows a finding whose occurrences are allowed by several exemptions: all the
// reasons, and the first end.
func joined(holding []Exemption) *Exemption {
	all := holding[0]
	for _, other := range holding[1:] {
		if !strings.Contains(all.Reason, other.Reason) {
			all.Reason += "; " + other.Reason
		}
		if other.Expires != "" && (all.Expires == "" || other.Expires < all.Expires) {
			all.Expires = other.Expires
		}
	}
	return &all
}

func firstOf(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}

// compose lets the finding say what its occurrences say together.
func (f *Finding) compose(asked []api.Version) {
	words := make([]string, len(asked))
	for i, version := range asked {
		words[i] = version.String()
	}
	whole := Compose(f.Parts(), words)
	f.Message, f.Versions, f.Exemption, f.ExemptFor = whole.Message, whole.Versions, whole.Exemption, whole.ExemptFor
}
