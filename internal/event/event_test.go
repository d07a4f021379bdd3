package event

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var runnerSHA = strings.Repeat("ab", 20)

func read(t *testing.T, name, payload string) (*Event, error) {
	t.Helper()
	env := map[string]string{
		"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": payload,
		"GITHUB_REPOSITORY": "octo-org/from-env", "GITHUB_SHA": runnerSHA,
	}
	return Read(func(name string) string { return env[name] })
}

func TestReadOfGitHubsExamples(t *testing.T) {
	const hello = "Codertocat/Hello-World"
	for _, test := range []struct {
		want         Event
		judged, fork bool
	}{
		{want: Event{
			Name: "pull_request", Repository: hello, Number: 2, HeadRepository: hello, HeadBranch: "changes",
			Head: "ec26c3e57ca3a959ca5aad62de7213c562f8c821", Base: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
		}, judged: true},
		{want: Event{
			Name: "push", Repository: hello, Head: "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
		}},
		{want: Event{
			Name: "merge_group", Repository: "octo-org/octo-repo",
			Head: "2ffea6db159f6b6c47a24e778fb9ef40cf6b1c7d", Base: "380387fbc80638b734a49e1be1c4dfec1c01b33c",
		}, judged: true},
		{want: Event{
			Name: "workflow_run", Repository: hello, HeadRepository: "octo-org/octo-repo", HeadBranch: "main",
			Head: "5779607b49aab1200488439f02372c57b4f75444",
		}, judged: true, fork: true},
		{want: Event{Name: "workflow_dispatch", Repository: "octo-org/octo-repo", Head: runnerSHA}},
	} {
		t.Run(test.want.Name, func(t *testing.T) {
			got, err := read(t, test.want.Name, filepath.Join("testdata", test.want.Name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			if *got != test.want {
				t.Errorf("got  %+v\nwant %+v", *got, test.want)
			}
			if got.Judged() != test.judged || got.Fork() != test.fork {
				t.Errorf("judged %v, fork %v", got.Judged(), got.Fork())
			}
		})
	}
}

// A schedule has no example of GitHub's: its payload is the schedule alone.
func TestReadOfSchedule(t *testing.T) {
	got, err := read(t, "schedule", written(t, `{"schedule": "0 0 * * *"}`))
	want := Event{Name: "schedule", Repository: "octo-org/from-env", Head: runnerSHA}
	if err != nil || *got != want {
		t.Errorf("got %+v, %v, want %+v", *got, err, want)
	}
}

func TestReadOutsideOfGitHub(t *testing.T) {
	got, err := read(t, "", "")
	if err != nil || *got != (Event{}) {
		t.Errorf("got %+v, %v", *got, err)
	}
}

// The example of a push makes a branch; this one moves it.
func TestReadOfPush(t *testing.T) {
	before, after := strings.Repeat("1", 40), strings.Repeat("2", 40)
	got, err := read(t, "push", written(t, `{"before": "`+before+`", "after": "`+after+`", "repository": {"full_name": "a/b"}}`))
	want := Event{Name: "push", Repository: "a/b", Head: after, Base: before}
	if err != nil || *got != want {
		t.Errorf("got %+v, %v, want %+v", *got, err, want)
	}
}

// What is not in order is an error that says what to look at, and never taken for a commit or name.
func TestReadRefuses(t *testing.T) {
	for _, test := range []struct{ name, payload, want string }{
		{"no file", "", "GITHUB_EVENT_PATH is not set"},
		{"missing", filepath.Join(t.TempDir(), "gone.json"), "cannot be read"},
		{"broken", written(t, `{"pull_request"`), "not in order"},
		{"other type", written(t, `{"pull_request": []}`), "not in order"},
	} {
		got, err := read(t, "pull_request", test.payload)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
		if want := (Event{Name: "pull_request", Repository: "octo-org/from-env"}); *got != want || !got.Judged() {
			t.Errorf("%s: got %+v", test.name, *got)
		}
	}
	got, err := read(t, "pull_request", written(t, `{"repository": {"full_name": "a/b/../c"},
		"pull_request": {"number": 3, "head": {"sha": "0000000000000000000000000000000000000000"}, "base": {"sha": "--upload-pack=x"}}}`))
	if want := (Event{Name: "pull_request", Repository: "octo-org/from-env", Number: 3}); err != nil || *got != want {
		t.Errorf("got %+v, %v", *got, err)
	}
}

func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
