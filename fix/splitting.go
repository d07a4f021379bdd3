package fix

import (
	"context"
	"maps"
	"slices"
)

// A splitting finds out which patches of a refused proposal hold.
type splitting struct {
	prover *Prover
	whole  *Proposal
	proven []*Proposal
	kept   []int            // of whole.overlays
	why    map[int]*Refusal // the others
	closed map[string]bool  // the kustomizations that can be given no patch
}

func (s *splitting) run(ctx context.Context) error {
	s.keepEditable()
	where, err := s.readers(ctx, s.kept)
	if err != nil {
		return err
	}
	for len(s.kept) > 0 && !s.prover.Budget.spent() {
		wrong, err := s.try(ctx, s.kept, where)
		if err != nil {
			return err
		}
		if wrong == nil {
			break
		}
		before := s.kept
		s.drop(wrong)
		if len(s.kept) == len(before) {
			s.kept = nil // it is not known which
		}
		dropped := slices.DeleteFunc(slices.Clone(before), func(i int) bool { return slices.Contains(s.kept, i) })
		if where, err = s.readers(ctx, dropped); err != nil {
			return err
		}
	}
	return s.addBack(ctx)
}

// readers are the targets that read the kustomizations of some patches.
func (s *splitting) readers(ctx context.Context, patches []int) (map[string]bool, error) {
	files := map[string][]byte{}
	for _, i := range patches {
		if home := s.whole.overlays[i].object.Source.Kustomization; home != "" {
			files[home] = []byte{}
		} else if part := s.part([]int{i}); part.Refusal == nil {
			maps.Copy(files, editedFiles([]*Proposal{part})) // of a release
		}
	}
	if err := s.prover.know(ctx, files); err != nil {
		return nil, err
	}
	targets := map[string]bool{}
	for _, target := range s.prover.affected(files) {
		targets[target.ID] = true
	}
	return targets, nil
}

// keepEditable keeps the patches of those kustomizations that can be given some.
func (s *splitting) keepEditable() {
	byHome := map[string][]int{}
	for i := range s.whole.overlays {
		home := s.whole.overlays[i].home()
		byHome[home] = append(byHome[home], i)
	}
	for _, home := range sortedKeys(byHome) {
		part := s.part(byHome[home])
		for _, i := range byHome[home] {
			if part.Refusal != nil {
				s.why[i], s.closed[home] = part.Refusal, true
			} else {
				s.kept = append(s.kept, i)
			}
		}
	}
	slices.Sort(s.kept)
}

func (o *overlayPatch) home() string { return o.object.Source.Kustomization + "\x00" + o.in.target }

func (s *splitting) part(kept []int) *Proposal {
	if len(kept) == 0 {
		return nil
	}
	var patches []overlayPatch
	for _, i := range kept {
		patches = append(patches, s.whole.overlays[i])
	}
	return s.whole.with(patches)
}

// try returns what is wrong in some targets with some of the patches, nil if nothing is.
func (s *splitting) try(ctx context.Context, kept []int, targets map[string]bool) (*trial, error) {
	part := s.part(kept)
	if part.Refusal != nil {
		wrong := &trial{refusals: map[string]*Refusal{}, objects: map[objectOf]*Refusal{}}
		for _, in := range part.intents {
			wrong.refusals[in.target], wrong.objects[objectOf{in.target, wholeTarget}] = part.Refusal, part.Refusal
		}
		return wrong, nil
	}
	tried, err := s.prover.tryIn(ctx, append(slices.Clone(s.proven), part), targets)
	if err != nil || !tried.failed() {
		return nil, err
	}
	return tried, nil
}

// drop takes the patches out that touch what is wrong.
func (s *splitting) drop(wrong *trial) {
	s.kept = slices.DeleteFunc(slices.Clone(s.kept), func(i int) bool {
		refusal := s.blame(i, wrong)
		if refusal != nil {
			s.why[i] = refusal
		}
		return refusal != nil
	})
}

func (s *splitting) blame(i int, wrong *trial) *Refusal {
	patch := &s.whole.overlays[i]
	touched := s.prover.touched(&Proposal{
		intents: []intent{patch.in}, Edits: []FileEdit{{File: patch.object.Source.Kustomization}},
	})
	for object, refusal := range wrong.objects {
		if touched[object] || object.index == wholeTarget && touchesTarget(touched, object.target) {
			return refusal
		}
	}
	return nil
}

func touchesTarget(touched map[objectOf]bool, target string) bool {
	for object := range touched {
		if object.target == target {
			return true
		}
	}
	return false
}

// addBack tries the dropped patches again, of each kustomization one at a time: of those of one object or target,
// one may be to blame for all.
func (s *splitting) addBack(ctx context.Context) error {
	var pending []int
	for i := range s.whole.overlays {
		if !slices.Contains(s.kept, i) && !s.closed[s.whole.overlays[i].home()] {
			pending = append(pending, i)
		}
	}
	for round := 0; len(pending) > 0 && round < maxRounds && !s.prover.Budget.spent(); round++ {
		var picks []int
		homes := map[string]bool{}
		pending = slices.DeleteFunc(pending, func(i int) bool {
			home := s.whole.overlays[i].home()
			if homes[home] {
				return false
			}
			homes[home] = true
			picks = append(picks, i)
			return true
		})
		if err := s.addPicks(ctx, picks); err != nil {
			return err
		}
	}
	return nil
}

// addPicks keeps those of some patches, each of a kustomization of its own, that hold with what is kept.
func (s *splitting) addPicks(ctx context.Context, picks []int) error {
	where, err := s.readers(ctx, picks)
	if err != nil {
		return err
	}
	with := slices.Concat(s.kept, picks)
	slices.Sort(with)
	wrong, err := s.try(ctx, with, where)
	if err != nil {
		return err
	}
	if wrong == nil {
		s.kept = with
		return nil
	}
	blamed := map[int]*Refusal{}
	for _, i := range picks {
		if refusal := s.blame(i, wrong); refusal != nil {
			blamed[i] = refusal
		}
	}
	for _, i := range picks {
		switch {
		case blamed[i] != nil:
			s.why[i] = blamed[i]
		case len(blamed) > 0:
			s.kept = append(s.kept, i)
		case s.why[i] == nil:
			s.why[i] = wrong.first()
		}
	}
	slices.Sort(s.kept)
	return nil
}

// maxRounds bounds how many patches of one kustomization are tried one by one, since each takes a rendering.
const maxRounds = 50

// refusedParts are proposals for the findings that no kept patch mends. What a kept one mends in part
// tells why it stays elsewhere.
func (s *splitting) refusedParts(kept *Proposal) []*Proposal {
	var refused []*Proposal
	told := slices.Clone(kept.Findings)
	for i := range s.whole.overlays {
		if slices.Contains(s.kept, i) {
			continue
		}
		refusal := s.why[i]
		if refusal == nil {
			refusal = s.whole.Refusal
		}
		part := s.part([]int{i})
		part.Refusal = refusal
		for _, id := range part.Findings {
			if slices.Contains(kept.Findings, id) {
				kept.stay(id, refusal)
			}
		}
		part.Findings = slices.DeleteFunc(part.Findings, func(id string) bool { return slices.Contains(told, id) })
		if len(part.Findings) > 0 {
			told = append(told, part.Findings...)
			part.name()
			refused = append(refused, part)
		}
	}
	for id, refusal := range s.whole.stays {
		kept.stay(id, refusal)
	}
	return refused
}
