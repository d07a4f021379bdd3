package review

import "github.com/podmend/podmend/report"

func (d *draft) harmless(p *report.Proposal) bool { return false }
