package render

import (
	"context"
	"os"
	"reflect"
	"testing"
)

// What the search for GitOps objects has rendered is what a run would render, digests of dropped texts
// included.
func TestRenderedByTheSearch(t *testing.T) {
	dir, _, _ := deployedOf(t, Flux, releaseFiles, GitOpsOptions{})
	folders := []string{"testdata", dir}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	compared := 0
	for _, folder := range folders {
		files := openTestFiles(t, folder)
		discovery, err := Discover(files, DiscoverOptions{})
		if err != nil {
			t.Fatal(err)
		}
		search := &gitOpsSearch{discovery: discovery, rendered: map[string]*Result{}, environments: map[string]string{}}
		if err := search.render(context.Background(), discovery.Targets); err != nil {
			t.Fatal(err)
		}
		discovery.search = search
		for _, target := range discovery.Targets {
			got, ok := discovery.Rendered(&target)
			if !ok {
				continue
			}
			want := One(context.Background(), files, target, Detail{PodTemplatesOnly: true})
			again := One(context.Background(), files, target, Detail{PodTemplatesOnly: true})
			got.Duration, want.Duration, again.Duration = 0, 0, 0
			if !reflect.DeepEqual(want, again) {
				continue // a chart that asks for chance
			}
			compared++
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got\n%+v\nwant\n%+v", target.ID, got, want)
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was rendered")
	}
	t.Logf("%d targets", compared)
}
