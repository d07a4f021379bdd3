package fix

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// What was proven with another way alone is proven again if that is not there any more.
func TestPendingProofs(t *testing.T) {
	for _, stays := range []bool{true, false} {
		const manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostIPC: true\n  hostPID: true\n  containers: [{name: c, image: i}]\n"
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pod.yaml"), []byte(manifest), 0o644); err != nil {
			t.Fatal(err)
		}
		files, err := overlay.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		targets := []render.Target{{ID: "plain:pod.yaml", Kind: render.Plain, Path: "pod.yaml"}}
		results, err := render.All(context.Background(), files, targets, render.Options{Detail: render.Detail{PodTemplatesOnly: true}})
		if err != nil {
			t.Fatal(err)
		}
		locator := render.NewLocator(files)
		report, err := check.Run(results, locator, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		proposals, _ := Propose(files, results, report, locator, check.MendOptions{}, Budget{})
		if len(proposals) != 2 {
			t.Fatalf("%d proposals", len(proposals))
		}
		ipc, pid := proposals[0], proposals[1]
		if strings.HasPrefix(manifest[pid.Edits[0].Start-len("hostIPC: "):], "hostIPC") {
			ipc, pid = pid, ipc
		}
		// The fix of hostPID takes its value from the other way to mend hostIPC; the first way changes more.
		rewrite := func(proposal *Proposal, text string) *Proposal {
			at := proposal.Edits[0]
			other := *proposal
			other.changes = nil
			other.texts = []FileEdit{{at.File, yamledit.Edit{Start: at.Start, End: at.End, NewText: text}}}
			other.Edits = other.texts
			return &other
		}
		pid, other := rewrite(pid, "*no"), rewrite(ipc, "&no false")
		ipc = rewrite(ipc, "false\n  hostname: odd")
		ipc.another = true
		prover := &Prover{Files: files, Targets: targets, Results: results, Report: report}
		others := []*Proposal{other}
		prover.Again = func([]*Proposal) []*Proposal { return others }
		tried := []*Proposal{ipc, pid}
		if err := prover.Prove(context.Background(), tried); err != nil {
			t.Fatal(err)
		}
		if ipc.Refusal == nil || pid.Refusal != nil {
			t.Fatalf("at first: %v and %v", ipc.Refusal, pid.Refusal)
		}
		if !stays {
			others = nil
		}
		if _, err := prover.ProveAgain(context.Background(), tried); err != nil {
			t.Fatal(err)
		}
		if proven := pid.Refusal == nil; proven != stays {
			t.Errorf("the other way stays: %v; proven: %v", stays, proven)
		}
	}
}
