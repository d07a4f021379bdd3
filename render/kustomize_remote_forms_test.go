package render

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// upstreamClones are the references of upstream's TestNewRepoSpecFromUrl_Smoke.
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/internal/git/repospec_test.go
var upstreamClones = []string{
	"https://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somedir",
	"https://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somedir?ref=testbranch",
	"https://fabrikops2.visualstudio.com/someorg/somerepo?ref=master",
	"http://github.com/someorg/somerepo/somedir",
	"git@github.com:someorg/somerepo/somedir",
	"http://github.com/someorg/somerepo.git/somedir",
	"git@github.com:someorg/somerepo.git/somedir",
	"git@gitlab2.sqtools.ru:infra/kubernetes/thanos-base.git?ref=v0.1.0",
	"git@bitbucket.org:company/project.git//path?ref=branch",
	"git@bitbucket.org/company/project.git//path?ref=branch",
	"ssh://git@bitbucket.org/company/project.git//path?ref=branch",
	"https://itfs.mycompany.com/collection/project/_git/somerepos",
	"https://itfs.mycompany.com/collection/project/_git/somerepos?version=v1.0.0",
	"https://itfs.mycompany.com/collection/project/_git/somerepos/somedir?version=v1.0.0",
	"git::https://itfs.mycompany.com/collection/project/_git/somerepos",
	"https://bitbucket.example.com/scm/project/repository.git",
	"ssh://git-codecommit.us-east-2.amazonaws.com/someorg/somerepo/somepath",
	"git@github.com/someorg/somerepo/somepath",
	"https://github.com/kubernetes-sigs/kustomize//examples/multibases/dev/?ref=v1.0.6",
	"file://a/b/c/someRepo.git/somepath?ref=someBranch",
	"file://a/b/c/someRepo//somepath?ref=someBranch",
	"file://a/b/c/someRepo?ref=someBranch",
	"file:///a/b/c/someRepo?ref=someBranch",
	"ssh://git@github.com/kubernetes-sigs/kustomize//examples/multibases/dev?ref=v1.0.6",
	"file:///a/b/c/someRepo",
	"file:///",
	"https://example.org/path/to/repo//examples/multibases/dev",
	"https://example.org/path/to/repo.git/examples/multibases/dev",
	"ssh://alice@example.com/path/to/repo//examples/multibases/dev",
	"https://authority/org/repo?ref=group/version",
	"https://authority/org/repo/?ref=includes_git/for_some_reason",
	"https://authority/org/repo/?ref=includes.git/for_some_reason",
	"https://authority/org/repo/%-invalid-uri-so-not-parsable-by-net/url.Parse",
	"ssh://myusername@bitbucket.org/ourteamname/ourrepositoryname.git//path?ref=branch",
	"file://git@home/path/to/repository.git//path?ref=branch",
	"http://git@home.com/path/to/repository.git//path?ref=branch",
	"https://git@home.com/path/to/repository.git//path?ref=branch",
	"ssh://git@ssh.github.com:443/YOUR-USERNAME/YOUR-REPOSITORY.git",
	"git@gitlab.com/user:name/YOUR-REPOSITORY.git/path",
	"git@gitlab.com:gitlab-tests/sample-project.git",
	"git@gitlab.com:gitlab-tests/sample-project",
	"https://username@dev.azure.com/org/project/_git/repo//path/to/kustomization/root",
	"https://org.visualstudio.com/project/_git/repo/path/to/kustomization/root",
	"ssh://org-12345@github.com/kubernetes-sigs/kustomize",
	"org-12345@github.com/kubernetes-sigs/kustomize",
	"git@gist.github.com:bc7947cb727d7f9217e7862d961a1ffd.git",
	"https://gist.github.com/bc7947cb727d7f9217e7862d961a1ffd.git",
}

// upstreamNoClones are those of TestNewRepoSpecFromUrlErrors, which kustomize takes for names of
// folders or files. Those that were meant to be fetched are refused as such all the same.
var upstreamNoClones = map[string]ErrorKind{
	"/tmp":                                 ErrOutside,
	"../../tmp":                            ErrOutside,
	"src/github.com/org/repo/path":         ErrMissing,
	"iauhsdiuashduas":                      ErrMissing,
	"htxxxtp://github.com/":                ErrRemoteBase,
	"ssh://git.example.com":                ErrRemoteBase,
	"git::___":                             ErrRemoteBase,
	"https://host?ref=group/version/minor": ErrRemoteBase,
	"https://github.com/o/r.git//p/../../exit": ErrRemoteBase,
	"github.com!org/repo.git//path":            ErrMissing,
	"gh:org/repo":                              ErrMissing,
	"https://github.com/thisisa404.yaml":       ErrRemoteBase,
	"file:////tmp//path/to/whatever":           ErrRemoteBase,
	"git@scp://github.com/org/repo.git//path":  ErrRemoteBase,
	"git@ssh://github.com/org/repo.git//path":  ErrRemoteBase,

	"git://git.example.com/org/repo":          ErrRemoteBase,
	"s3::https://s3.amazonaws.com/bucket/key": ErrRemoteBase,
	"hg::http://example.com/repo":             ErrRemoteBase,
	"oci://ghcr.io/org/manifests:v1":          ErrRemoteBase,
	"ftp://user:secret@example.com/x.yaml":    ErrRemoteBase,
}

// permutedClones are the references of upstream's TestNewRepoSpecFromUrl_Permute.
func permutedClones() []string {
	var all []string
	for _, host := range []string{
		"gitHub.com/", "github.com:", "http://github.com/", "https://github.com/", "hTTps://github.com/",
		"https://git-codecommit.us-east-2.amazonaws.com/", "https://fabrikops2.visualstudio.com/",
		"ssh://git.example.com:7999/", "git::https://gitlab.com/", "git::http://git.example.com/",
		"git::https://git.example.com/", "git@github.com:", "git@github.com/", "git::git@github.com:",
		"org-12345@github.com:", "org-12345@github.com/",
	} {
		for _, repository := range []string{"someOrg/someRepo", "kubernetes/website"} {
			for _, inside := range []string{"/README.md", "/foo/krusty.txt", ""} {
				for _, ref := range []string{"?ref=group/version", "?ref=someBranch", "?ref=v0.1.0", ""} {
					all = append(all, host+repository+inside+ref)
				}
			}
		}
	}
	return all
}

func TestUpstreamClonesAreRefused(t *testing.T) {
	for _, reference := range slices.Concat(upstreamClones, permutedClones()) {
		if _, fetched := fetchHost(reference); fetched {
			continue
		}
		if host, cloned := cloneHost(reference); !cloned || host == "" {
			t.Errorf("%s is not seen as a clone", reference)
		}
	}
}

// Each reference is refused at its line, after nothing but the kustomization was read. That nothing
// else is opened is certain since a refused root is never given to kustomize.
func TestRemoteReferencesAreRefused(t *testing.T) {
	wanted := map[string]ErrorKind{}
	for reference, kind := range upstreamNoClones {
		wanted[reference] = kind
	}
	for _, reference := range upstreamClones {
		wanted[reference] = ErrRemoteBase
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "root"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := openTestFiles(t, dir)
	for reference, kind := range wanted {
		for _, field := range []string{"resources", "bases", "components"} {
			text := fmt.Sprintf("namespace: a\n%s:\n- %q\n", field, reference)
			if err := os.WriteFile(filepath.Join(dir, "root", "kustomization.yaml"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			result := One(context.Background(), files, Target{ID: "root", Kind: Kustomize, Path: "root"}, Detail{})
			switch {
			case result.Err == nil:
				t.Errorf("%s %s is not refused", field, reference)
			case kind != ErrRemoteBase:
				if result.Err.Kind == ErrRemoteBase || result.Err.Kind == ErrPanic {
					t.Errorf("%s %s: %s %v", field, reference, result.Err.Kind, result.Err)
				}
			case result.Err.Kind != kind || result.Err.Line != 3 || result.Err.File != "root/kustomization.yaml":
				t.Errorf("%s %s: %s %v", field, reference, result.Err.Kind, result.Err)
			case !slices.Equal(result.Reads, []string{"root/kustomization.yaml"}):
				t.Errorf("%s %s: read %v", field, reference, result.Reads)
			case strings.Contains(result.Err.Message, "secret"):
				t.Errorf("%s %s: the password is told: %s", field, reference, result.Err.Message)
			}
		}
	}
}
