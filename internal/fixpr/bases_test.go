package fixpr

import (
	"context"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

// Two bases that are given one branch for their fixes don't take it from each other.
func TestOneBranchForTwoBases(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.options.Branch = "fixes"
	s.open(Created)
	at := s.repo.SHA("fixes")
	s.repo.ForcePush("release", "mona", "Release", s.repo.SHA("main"), githubfake.Files{"a.yaml": "x: 1\n" + bad})
	result, err := Open(context.Background(), s.client, s.inputFor("release"))
	if err != nil || result.Operation != Stopped || result.Number != 0 || s.repo.SHA("fixes") != at {
		t.Fatalf("%+v, %v", result, err)
	}
	says(t, result.Messages[0], "pull request 1 from fixes goes to main, and these fixes are for release", "podmend/fix-{base}")

	s.options.Branch = "fixes-for/{base}"
	result, err = Open(context.Background(), s.client, s.inputFor("release"))
	if err != nil || result.Operation != Created || result.Branch != "fixes-for/release" {
		t.Errorf("%+v, %v", result, err)
	}
	if after, _ := s.repo.File("fixes-for/release", "a.yaml"); after != "x: 1\na: 1\nb: good\nc: 3\n" {
		t.Errorf("it is %q", after)
	}
}

// A branch whose name looks like that of a group belongs to another base.
func TestCloseOthersLeavesOtherBases(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.repo.ForcePush("main--next", "mona", "Next", s.repo.SHA("main"), githubfake.Files{"next.txt": "x\n"})
	if result, err := Open(context.Background(), s.client, s.inputFor("main--next")); err != nil || result.Operation != Created {
		t.Fatalf("%+v, %v", result, err)
	}
	s.repo.Push("main", "mona", "Mend", githubfake.Files{"a.yaml": "fine\n"})
	results, err := CloseOthers(context.Background(), s.client, []*Input{s.input()})
	if err != nil || len(results) != 0 || len(s.openPulls()) != 1 {
		t.Errorf("%+v, %v, %d open", results, err, len(s.openPulls()))
	}
}

func TestOwnBranches(t *testing.T) {
	for _, test := range []struct {
		branch, name string
		want         bool
	}{
		{"", "podmend/fix-main", true},
		{"", "main", false},
		{"fixes", "fixes", true},
		{"fixes", "fixes--apps-123456", true},
		{"fixes", "fixes-of-mona", false},
		{"fixes", "podmend/fix-main", true},
		{"fixes/{base}", "fixes/main", true},
		{"{base}.fixes", "main.fixes--apps-123456", true},
		{"{base}.fixes", "main", false},
	} {
		if options := (Options{Branch: test.branch}); options.Owns(test.name) != test.want {
			t.Errorf("%+v", test)
		}
	}
}
