package cli

import (
	"maps"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/githubfake"
	"github.com/podmend/podmend/report"
)

// One run renders a fleet of three clusters, and fetches each chart once. A change of one value renders what
// it reaches, and the comment says in which clusters the pod changes.
func TestFluxFleet(t *testing.T) {
	t.Parallel()
	s := serveFleet(t)
	files := fluxFleet(s)
	// The clusters, what brings their charts, their overlays, and two releases of each.
	renders(t, s, files, 3*(1+1+fleetApplications*3))

	// The patch of one overlay: it is rendered, and its two releases.
	w := comments(t, s, files, changed(t, files, "apps/a05/production/web.yaml", "pid: false", "pid: true # to debug"), 3, 2)
	comment := w.wantPlaces("apps/a05/production/web.yaml:8")["apps/a05/production/web.yaml:8"].Body
	says(t, comment, "Reaches `Deployment a05-web`", "Changes in the clusters production, not dev or staging.", "```suggestion\n      pid: false # to debug\n```")

	// The base of three overlays, which is a target of its own too.
	w = comments(t, s, files, changed(t, files, "apps/a05/base/worker.yaml", "network: false", "network: true"), 3*3+1, 2)
	comment = w.wantPlaces("apps/a05/base/worker.yaml:12")["apps/a05/base/worker.yaml:12"].Body
	says(t, comment, "Changes in the clusters dev, production and staging.", "```suggestion\n      network: false\n```")
}

// Argo CD deploys the same to three clusters, by Applications and by sets of them.
func TestArgoFleet(t *testing.T) {
	t.Parallel()
	s := serveFleet(t)
	files := argoFleet(s)
	// The clusters, their Applications, and the sets with those that they make.
	renders(t, s, files, 3+3*fleetApplications+fleetApplications*(1+3))

	// The values of one Application. To find the Applications in what others deploy, all are rendered once.
	w := comments(t, s, files, changed(t, files, "envs/production/a05.yaml", "pid: false", "pid: true"), 1, fleetCharts)
	comment := w.wantPlaces("envs/production/a05.yaml:3")["envs/production/a05.yaml:3"].Body
	says(t, comment, "Changes in the clusters production, not dev or staging.", "```suggestion\n  pid: false\n```")

	// The parameter of one cluster: the file is rendered, the set in it, and its three Applications.
	w = comments(t, s, files, changed(t, files, "sets/s07.yaml", `{cluster: staging, pid: "false"}`, `{cluster: staging, pid: "true"}`), 5, fleetCharts)
	comment = w.wantPlaces("sets/s07.yaml:10")["sets/s07.yaml:10"].Body
	says(t, comment, "Changes in the clusters staging, not dev or production.", "```suggestion\n      - {cluster: staging, pid: \"false\"}\n```")

	// The template for all clusters.
	w = comments(t, s, files, changed(t, files, "sets/s07.yaml", "network: false", "network: true"), 5, fleetCharts)
	comment = w.wantPlaces("sets/s07.yaml:25")["sets/s07.yaml:25"].Body
	says(t, comment, "Changes in the clusters dev, production and staging.")
}

// renders checks a fleet, whose objects of GitOps are so many targets.
func renders(t *testing.T, s *chartServer, files githubfake.Files, want int) {
	t.Helper()
	r, code := runJSON(t, writeFiles(t, files), "check")
	if code != exitClean || r.Summary.Findings > 0 {
		t.Errorf("exit code %d: %+v", code, r.Summary)
	}
	got := 0
	for _, target := range r.Targets {
		if target.Status != report.TargetOK {
			t.Errorf("%s: %s %+v", target.ID, target.Status, target.Error)
		}
		if target.Kind == "flux" || target.Kind == "argocd" {
			got++
		}
	}
	if got != want {
		t.Errorf("%d objects were rendered, want %d", got, want)
	}
	s.wantOnce(fleetCharts)
}

// comments lets a pull request make one violation. So many targets are rendered for it, and charts fetched.
func comments(t *testing.T, s *chartServer, files, change githubfake.Files, targets, charts int) *workflow {
	t.Helper()
	w := newWorkflow(t, files, change)
	if code, _ := w.run("check", "--comment", "--format", "json"); code != exitFindings {
		t.Fatalf("exit code %d\n%s%s", code, w.stdout, w.stderr)
	}
	s.wantOnce(charts)
	r, err := report.ReadJSON(strings.NewReader(w.stdout))
	if err != nil {
		t.Fatal(err)
	}
	var rendered []string
	for _, target := range r.Targets {
		if target.Status == report.TargetOK {
			rendered = append(rendered, target.ID)
		}
	}
	if len(rendered) != targets {
		t.Errorf("%d targets are rendered, want %d:\n%s", len(rendered), targets, strings.Join(rendered, "\n"))
	}
	return w
}

// wantOnce asks that so many charts were fetched since it was called last, each once.
func (s *chartServer) wantOnce(charts int) {
	s.t.Helper()
	archives, indexes := s.taken()
	if len(archives) != charts || indexes > 1 {
		s.t.Errorf("%d charts and %d times the index were fetched, want %d charts", len(archives), indexes, charts)
	}
	maps.DeleteFunc(archives, func(_ string, times int) bool { return times == 1 })
	if len(archives) > 0 {
		s.t.Errorf("fetched more than once: %v", archives)
	}
}
