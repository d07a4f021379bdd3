package fixpr

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/podmend/podmend/internal/github"
	"github.com/podmend/podmend/internal/githubfake"
)

// Two runs for one commit end with one pull request, whichever is faster.
func TestTwoRunsAtOnce(t *testing.T) {
	for range 5 {
		s := newStage(t, githubfake.Files{"a.yaml": bad})
		inputs := []*Input{s.input(), s.input()}
		results := make([]*Result, 2)
		var group sync.WaitGroup
		for i, in := range inputs {
			client, err := github.New(github.Options{
				Token: s.repo.ActionsToken("contents: write", "pull-requests: write"), APIURL: s.server.URL, Repository: s.repo.Name(), Pause: time.Nanosecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			group.Go(func() {
				var err error
				if results[i], err = Open(context.Background(), client, in); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, result := range results {
			if result.Operation == Failed || result.Operation == Stopped {
				t.Errorf("%+v", result)
			}
		}
		if len(s.openPulls()) != 1 {
			t.Errorf("%+v", s.openPulls())
		}
		s.open(s.settled())
		s.wantOpen()
		s.quiet()
	}
}

// settled is what a run says that follows two at once: their commits may be told in the other's text.
func (s *stage) settled() Operation {
	pull := s.openPulls()[0]
	if m := parseText(pull.Body).marker; m != nil && m.commit == pull.HeadSHA {
		return Unchanged
	}
	return Updated
}

// What somebody pushes while a run is at work is not lost.
func TestPushWhileAtWork(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.open(Created)
	s.repo.Push("main", "mona", "More", githubfake.Files{"b.yaml": bad})
	s.pausing = func() { s.repo.Push(fixes, "mona", "Mine", githubfake.Files{"mine.yaml": "mine\n"}) }
	s.open(Stopped)
	if _, ok := s.repo.File(fixes, "mine.yaml"); !ok || s.pausing != nil {
		t.Error("what mona pushed is gone")
	}
}

// A run for a commit that is not the last one any more leaves the rest to the next.
func TestBaseMovesWhileAtWork(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	in := s.input()
	s.repo.Push("main", "mona", "More", githubfake.Files{"b.yaml": bad})
	before := s.server.Writes()
	result, err := Open(context.Background(), s.client, in)
	if err != nil || result.Operation != None || s.server.Writes() != before {
		t.Errorf("%+v, %v", result, err)
	}
	says(t, result.Messages[0], "main is at", "the run for the newer commit goes on")
}

// The base is rewritten below podmend's commit: the pull request must not bring back what was taken away.
func TestBaseIsRewritten(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	first := s.repo.SHA("main")
	s.repo.Push("main", "mona", "Leak", githubfake.Files{"secret.txt": "x\n"})
	s.open(Created)
	s.repo.ForcePush("main", "mona", "Again", first, githubfake.Files{"c.yaml": "c\n"})
	s.open(Updated)
	s.wantOpen()
	if _, there := s.repo.File(fixes, "secret.txt"); there {
		t.Error("it brings back what was taken away")
	}
	s.quiet()
}

// People may turn their back on it in several ways.
func TestWhatPeopleDo(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.open(Created)

	// An amended commit is somebody's own, although the message is podmend's.
	in := s.input()
	message := in.commitMessage()
	s.repo.ForcePush(fixes, "mona", message, s.repo.SHA("main"), githubfake.Files{"a.yaml": "a: 1\nb: better\nc: 3\n"})
	s.open(Stopped)

	// A title of their own stays.
	s.last().SetBody(tick(s.last().State().Body))
	s.open(Updated)
	s.last().SetTitle("Harden the shop")
	s.repo.Push("main", "mona", "More", githubfake.Files{"b.yaml": bad})
	s.open(Updated)
	if title := s.wantOpen().Title; title != "Harden the shop" {
		t.Errorf("the title is %q", title)
	}

	// Who takes podmend's part away gets it again, below their own.
	s.last().SetBody("Mine.")
	s.open(Updated)
	says(t, s.wantOpen().Body, "Mine.\n\n<!-- podmend:fix:v1 ")
	s.quiet()

	// It is merged, and the branch stays: there is nothing more to do but to delete it.
	s.last().Merge()
	result := s.open(None)
	if s.repo.SHA(fixes) != "" {
		t.Errorf("%+v", result)
	}

	// A branch of the name that is not podmend's is left alone.
	s.repo.Push(fixes, "mona", "Mine", githubfake.Files{"mine.yaml": "mine\n"})
	s.quiet()
	s.repo.Push("main", "mona", "More", githubfake.Files{"c.yaml": bad})
	says(t, s.open(Stopped).Messages[0], "holds the commit", "which podmend did not make, and has no open pull request")
}

// Nobody closes a pull request because a run did not look.
func TestPartialRunClosesNothing(t *testing.T) {
	s := newStage(t, githubfake.Files{"a.yaml": bad})
	s.open(Created)
	s.repo.Push("main", "mona", "Mend", githubfake.Files{"a.yaml": "fine\n"})
	s.partial = true
	s.open(Unchanged)
	if len(s.openPulls()) != 1 {
		t.Error("it is closed")
	}
}
