package cli

import (
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
)

const fixBase = `
-- chart/Chart.yaml --
apiVersion: v2
name: shop
version: 1.0.0
-- chart/values.yaml --
pid: true
-- chart/templates/app.yaml --
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  hostPID: {{ .Values.pid }}
  containers:
  - name: shop
    image: registry.example.com/shop:1
-- manifests/backup.yaml --
apiVersion: v1
kind: Pod
metadata:
  name: backup
spec:
  containers:
  - name: backup
    image: registry.example.com/backup:1
    securityContext:
      privileged: true # for now
-- manifests/csi.yaml --
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: csi
spec:
  selector:
    matchLabels: {app: csi}
  template:
    metadata:
      labels: {app: csi}
    spec:
      containers:
      - name: driver
        image: registry.example.com/csi-driver:1
        securityContext:
          privileged: true
        volumeMounts:
        - name: pods
          mountPath: /var/lib/kubelet/pods
          mountPropagation: Bidirectional
      volumes:
      - name: pods
        hostPath:
          path: /var/lib/kubelet/pods
-- README.md --
The shop.
`

// The life of a fix pull request, as its readers see it.
func TestFixStory(t *testing.T) {
	b := newBot(t, githubfake.Archive(fixBase))

	// It is opened with all that is proven, in one signed commit on top of main.
	if writes := b.fix("created", 1); writes != 4 {
		t.Errorf("%d writes\n%s", writes, b.stderr)
	}
	pull := b.last()
	if pull.State != "open" || pull.Title != "fix: mend 2 findings of the Pod Security Standard baseline" || pull.BaseRef != "main" || pull.HeadRef != fixBranch {
		t.Errorf("%+v", pull)
	}
	if !b.repo.Verified(pull.HeadSHA) {
		t.Error("the commit is not signed")
	}
	says(t, b.file(fixBranch, "manifests/backup.yaml"), "privileged: false # for now")
	says(t, b.file(fixBranch, "chart/values.yaml"), "pid: false")
	says(t, b.file(fixBranch, "manifests/csi.yaml"), "privileged: true")
	says(t, pull.Body, "podmend mends **2 findings** of the Pod Security Standard `baseline` in 2 files", "at `manifests/backup.yaml:10`",
		"-      privileged: true # for now\n+      privileged: false # for now", "rendered before and after", "Likely needs the host", "`DaemonSet csi` (container `driver`)",
		"exemptions:\n- container: driver", "https://github.example/octo/shop/actions/runs/42")
	says(t, b.stderr, "podmend: fixes on podmend/fix-main: created, pull request 1 ")

	// A person writes around podmend's part, which stays.
	b.lastPull().SetBody("We merge this on Friday.\n\n" + pull.Body + "\nSee the runbook.")

	// Main moves elsewhere: the commit gives the same, so that nothing is pushed.
	head := pull.HeadSHA
	b.repo.Push("main", "mona", "Document", githubfake.Files{"README.md": "The shop, documented.\n"})
	if b.fix("unchanged", 1); b.last().HeadSHA != head {
		t.Error("a commit is pushed for nothing")
	}

	// Main changes a line beside a fix: the commit is made anew from there.
	b.change("main", "mona", "manifests/backup.yaml", "registry.example.com/backup:1", "registry.example.com/backup:2")
	b.fix("updated", 1)
	says(t, b.file(fixBranch, "manifests/backup.yaml"), "privileged: false # for now", "backup:2")
	says(t, b.file(fixBranch, "README.md"), "documented")
	if now := b.last(); now.HeadSHA == head || now.MergeSHA == "" || len(b.repo.Pulls()) != 1 {
		t.Errorf("%+v", now)
	}
	says(t, b.last().Body, "We merge this on Friday.", "See the runbook.")

	// Something new breaks a control.
	b.repo.Push("main", "mona", "Add", githubfake.Files{"manifests/new.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: new}\nspec:\n  hostIPC: true\n  containers: [{name: a, image: a}]\n"})
	b.fix("updated", 1)
	if b.last().Title != "fix: mend 3 findings of the Pod Security Standard baseline" {
		t.Errorf("%+v", b.last())
	}

	// Somebody else commits to the branch: podmend stops, and says so once.
	b.change(fixBranch, "mona", "manifests/new.yaml", "name: new", "name: newer")
	theirs := b.repo.SHA(fixBranch)
	b.repo.Push("main", "mona", "Go on", githubfake.Files{"README.md": "The shop, again.\n"})
	b.fix("stopped", 1)
	b.change("main", "mona", "manifests/new.yaml", "hostIPC: true", "hostPID: true")
	b.fix("stopped", 1)
	said := b.lastPull().Conversation()
	if len(said) != 1 || !strings.Contains(said[0].Body, "podmend stops here") || b.repo.SHA(fixBranch) != theirs {
		t.Errorf("%+v", said)
	}

	// The box lets it go on.
	b.lastPull().SetBody(strings.Replace(b.last().Body, "- [ ] <!-- podmend:fix:renew -->", "- [x] <!-- podmend:fix:renew -->", 1))
	b.fix("updated", 1)
	says(t, b.file(fixBranch, "manifests/new.yaml"), "hostPID: false", "name: new}")
	says(t, b.last().Body, "- [ ] <!-- podmend:fix:renew -->", "We merge this on Friday.")

	// It is closed without a merge: podmend makes no other until the findings change.
	b.lastPull().Close()
	b.fix("none", 1)
	says(t, b.stderr, "pull request 1 for the same findings was closed without a merge")
	b.change("main", "mona", "manifests/new.yaml", "hostPID: true", "hostNetwork: true")
	b.fix("created", 1)
	if second := b.last(); second.Number != 2 || second.State != "open" {
		t.Errorf("%+v", second)
	}

	// Others mend all: it is closed with a sentence, and the branch is deleted.
	b.repo.Push("main", "mona", "Mend", githubfake.Files{
		"manifests/new.yaml": githubfake.Removed, "chart/values.yaml": "pid: false\n",
		"manifests/backup.yaml": strings.Replace(b.file("main", "manifests/backup.yaml"), "privileged: true", "privileged: false", 1),
	})
	b.fixOnce("closed", 1)
	said = b.lastPull().Conversation()
	if b.last().State != "closed" || b.has(fixBranch) || len(said) != 1 || !strings.Contains(said[0].Body, "podmend closes this: main has nothing left") {
		t.Errorf("%+v, %+v", b.last(), said)
	}

	// What comes back is mended again, although podmend closed that before.
	b.change("main", "mona", "chart/values.yaml", "pid: false", "pid: true")
	b.fix("created", 1)
	if third := b.last(); third.Number != 3 || third.State != "open" {
		t.Errorf("%+v", third)
	}
}
