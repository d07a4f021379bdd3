package shard

import (
	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/report"
)

// PartsOf are the parts of findings as a report holds them.
func PartsOf(findings []check.Finding) []report.FindingPart {
	var parts []report.FindingPart
	for i := range findings {
		for _, part := range findings[i].Parts() {
			parts = append(parts, report.FindingPart{
				Finding: findings[i].ID, Target: part.Target, Message: part.Message, Versions: part.Versions,
				Policies: part.Policies, Exempt: part.Exempt,
				Allowed: exemptionsOf(part.Allowed), Expired: exemptionsOf(part.Expired),
			})
		}
	}
	return parts
}

// partOf reads a part back; occurrences are those of its finding.
func partOf(part report.FindingPart, occurrences []report.Occurrence) check.Part {
	read := check.Part{
		Target: part.Target, Message: part.Message, Versions: part.Versions, Policies: part.Policies, Exempt: part.Exempt,
	}
	for _, occurrence := range occurrences {
		if occurrence.Target == part.Target {
			read.Occurrences++
		}
	}
	for _, exemption := range part.Allowed {
		read.Allowed = append(read.Allowed, checkExemption(exemption))
	}
	for _, exemption := range part.Expired {
		read.Expired = append(read.Expired, checkExemption(exemption))
	}
	return read
}

// ExemptionOf is an exemption as a report holds it.
func ExemptionOf(e check.Exemption) report.Exemption {
	return report.Exemption{Reason: e.Reason, Expires: e.Expires, Owner: e.Owner, File: e.File, Line: e.Line}
}

func exemptionsOf(all []check.Exemption) []report.Exemption {
	var converted []report.Exemption
	for _, exemption := range all {
		converted = append(converted, ExemptionOf(exemption))
	}
	return converted
}

func checkExemption(e report.Exemption) check.Exemption {
	return check.Exemption{Reason: e.Reason, Expires: e.Expires, Owner: e.Owner, File: e.File, Line: e.Line}
}

// DeclaredOf are exemptions that were looked for, as a report holds them.
func DeclaredOf(all []check.Declared) []report.Declared {
	var converted []report.Declared
	for _, declared := range all {
		converted = append(converted, report.Declared{
			Key: declared.Key, Target: declared.Target, Used: declared.Used, Warning: report.Warning(declared.Warning),
		})
	}
	return converted
}

// UnjudgedOf are pods that were not judged, as a report holds them.
func UnjudgedOf(all []check.Unjudged) []report.Unjudged {
	var converted []report.Unjudged
	for _, unjudged := range all {
		converted = append(converted, report.Unjudged(unjudged))
	}
	return converted
}

// EnforcedOf is what Namespaces enforce, as a report holds it.
func EnforcedOf(all []check.Enforced) []report.Enforced {
	var converted []report.Enforced
	for _, enforced := range all {
		converted = append(converted, report.Enforced(enforced))
	}
	return converted
}
