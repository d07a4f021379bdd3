package shard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/report"
)

// verify says what is wrong with one report by itself.
func verify(input Input) error {
	r, s := input.Report, input.Report.Shard
	if s == nil {
		return fmt.Errorf("%s is the report of a whole run, not of a shard; make reports to merge with podmend check --shard i/N --format json", input.Name)
	}
	if problems := r.Problems(); len(problems) > 0 {
		return broken(input, problems[0])
	}
	if err := (Number{s.Index, s.Of}).valid(fmt.Sprintf("%d/%d", s.Index, s.Of)); err != nil {
		return broken(input, err.Error())
	}
	if r.Source.Scope != report.ListAll {
		return fmt.Errorf("%s lists some findings only (--scope %s), and what one shard leaves out another may list; run shards with --scope all", input.Name, r.Source.Scope)
	}
	if len(r.Proposals) > 0 {
		return fmt.Errorf("%s holds proposals, which are proven over the whole repository; merge the reports of podmend check, and run podmend fix once", input.Name)
	}
	return verifyParts(input)
}

func broken(input Input, problem string) error {
	return fmt.Errorf("%s does not add up: %s; make it again", input.Name, problem)
}

// verifyParts asks that each target of each finding has its part, and nothing else has one.
func verifyParts(input Input) error {
	type pair struct{ finding, target string }
	occurrences := map[pair]int{}
	for _, finding := range input.Report.Findings {
		if len(finding.Occurrences) == 0 {
			return broken(input, fmt.Sprintf("finding %q occurs nowhere", finding.ID))
		}
		for _, occurrence := range finding.Occurrences {
			occurrences[pair{finding.ID, occurrence.Target}]++
		}
	}
	seen := map[pair]bool{}
	for _, part := range input.Report.Shard.Parts {
		at := pair{part.Finding, part.Target}
		switch {
		case occurrences[at] == 0:
			return broken(input, fmt.Sprintf("a part names finding %q in target %q, where it does not occur", part.Finding, part.Target))
		case seen[at]:
			return broken(input, fmt.Sprintf("finding %q has two parts in target %q", part.Finding, part.Target))
		case len(part.Exempt) > occurrences[at] || len(part.Exempt) > 0 && len(part.Allowed) == 0:
			return broken(input, fmt.Sprintf("finding %q is exempt more often than it occurs, or by nothing, in target %q", part.Finding, part.Target))
		}
		seen[at] = true
	}
	if len(seen) != len(occurrences) {
		return broken(input, "a finding occurs in a target without a part")
	}
	return nil
}

// complete asks that all shards of one run are there, each once. The inputs are sorted by index.
func complete(inputs []Input) error {
	if len(inputs) == 0 {
		return fmt.Errorf("there is no report to merge; name those of all shards")
	}
	first := inputs[0]
	for _, other := range inputs[1:] {
		if err := together(first, other); err != nil {
			return err
		}
	}
	of := first.Report.Shard.Of
	there := map[int]string{}
	for _, input := range inputs {
		index := input.Report.Shard.Index
		if twice, ok := there[index]; ok {
			return fmt.Errorf("%s and %s are both of shard %d/%d; name one report of each shard", twice, input.Name, index, of)
		}
		there[index] = input.Name
	}
	for index := 1; index <= of; index++ {
		if there[index] == "" {
			return fmt.Errorf("the report of shard %d/%d is missing; name those of all shards, and see why its job has left none", index, of)
		}
	}
	return distinct(inputs)
}

// together asks that two reports are of one run.
func together(a, b Input) error {
	differ := func(what, advice string) error {
		return fmt.Errorf("%s and %s have %s; %s", a.Name, b.Name, what, advice)
	}
	x, y := a.Report, b.Report
	switch {
	case x.Shard.Podmend != y.Shard.Podmend:
		return differ(fmt.Sprintf("different versions of podmend, %s and %s", x.Shard.Podmend, y.Shard.Podmend), "run all shards with the same")
	case x.Source.Head != y.Source.Head || x.Source.Base != y.Source.Base:
		return differ("different commits as head or base", "run all shards on the same commits")
	case x.Policy.Level != y.Policy.Level || !slices.Equal(x.Policy.Versions, y.Policy.Versions):
		return differ("different policies", "run all shards with the same --level and --policy-version")
	case x.Shard.Of != y.Shard.Of:
		return differ(fmt.Sprintf("different numbers of shards, %d and %d", x.Shard.Of, y.Shard.Of), "merge the shards of one run")
	case x.Shard.Settings != y.Shard.Settings || x.Shard.Whole != y.Shard.Whole:
		return differ("different settings", "run all shards with the same configuration, flags and environment")
	case x.Shard.Assignment != y.Shard.Assignment:
		return differ("different ideas of which targets go to which shard", "run all shards on the same files, with the same PATH and --timings")
	}
	return nil
}

// distinct asks that no target is in two shards, and that findings agree on what they are.
func distinct(inputs []Input) error {
	targets := map[string]string{}
	findings := map[string]report.Finding{}
	for _, input := range inputs {
		for _, target := range input.Report.Targets {
			if other, ok := targets[target.ID]; ok {
				return fmt.Errorf("%s and %s both hold target %q; make the reports again", other, input.Name, target.ID)
			}
			targets[target.ID] = input.Name
		}
		for _, finding := range input.Report.Findings {
			known, again := findings[finding.ID]
			if again && (known.Control != finding.Control || known.Level != finding.Level || known.Origin.File != finding.Origin.File) {
				return broken(input, fmt.Sprintf("finding %q is another one in another shard", finding.ID))
			}
			findings[finding.ID] = finding
		}
	}
	return nil
}

// sameNamespaces asks that shards have judged pods by the Namespaces that other shards have rendered
// then.
func sameNamespaces(inputs []Input) error {
	rendered := map[string][]report.Enforced{}
	for _, input := range inputs {
		for _, enforced := range input.Report.Shard.Namespaces {
			rendered[enforced.Namespace] = append(rendered[enforced.Namespace], enforced)
		}
	}
	for _, input := range inputs {
		for _, assumed := range input.Report.Shard.Assumed {
			is := labelled(rendered[assumed.Namespace])
			if !slices.Equal(is, labelled(assumed.Enforced)) {
				return fmt.Errorf("%s has judged pods without knowing of a Namespace that %s renders with a label for Pod Security; "+
					"write kind: Namespace and the label's name into the source of that target as they are, or run podmend check without --shard", input.Name, targetOf(is, assumed.Enforced))
			}
		}
	}
	return nil
}

// labelled are the Namespaces of one name, sorted, if any has a label: else none of them counts.
func labelled(all []report.Enforced) []report.Enforced {
	if !slices.ContainsFunc(all, func(e report.Enforced) bool { return e.Enforces != check.Unlabelled }) {
		return nil
	}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, compareEnforced)
	return slices.Compact(sorted)
}

func compareEnforced(a, b report.Enforced) int {
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Target, b.Target), strings.Compare(a.Enforces, b.Enforces))
}

// targetOf names the first target in which two lists differ.
func targetOf(a, b []report.Enforced) string {
	for _, one := range slices.Concat(a, b) {
		if !slices.Contains(a, one) || !slices.Contains(b, one) {
			return fmt.Sprintf("%q", one.Target)
		}
	}
	return "another target"
}
