package render

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// kustomizeCommand returns the path of the kustomize command of the library's own version.
func kustomizeCommand(t *testing.T) string {
	t.Helper()
	return command(t, "PODMEND_TEST_KUSTOMIZE", "sigs.k8s.io/kustomize/kustomize/v5")
}

// buildByCommand runs `kustomize build`, with nothing that it could fetch or run with.
func buildByCommand(t *testing.T, kustomize, dir string) ([]byte, error) {
	t.Helper()
	// helm's own idea of the version depends on how it was built.
	command := exec.Command(kustomize, "build", "--enable-helm", "--helm-command", helmCommand(t), "--helm-kube-version", newestAllowedKube(nil).String(), dir)
	command.Env = []string{"PATH=", "HOME=" + t.TempDir(), "HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1"}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return nil, errors.New(stderr.String())
	}
	return stdout.Bytes(), nil
}

// joined is what kustomize prints for the objects.
func joined(objects []Object) []byte {
	texts := make([][]byte, len(objects))
	for i, object := range objects {
		texts[i] = object.YAML
	}
	return bytes.Join(texts, []byte("---\n"))
}

func openTestFiles(t *testing.T, dir string) *overlay.FS {
	t.Helper()
	files, err := overlay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

// kustomizationDirs lists the roots below dir.
func kustomizationDirs(t *testing.T, files *overlay.FS) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(files.Dir(), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == ".git" {
			return filepath.SkipDir
		}
		dir, err := filepath.Rel(files.Dir(), name)
		if err != nil {
			return err
		}
		if _, ok := kustomizationFile(files, dir); ok && !newKustomizationScan(files).isComponent(dir) {
			dirs = append(dirs, dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(dirs)
	return dirs
}

// A folder of repositories is compared root by root, among them the shipped fixtures.
func TestKustomizeEqualsCommand(t *testing.T) {
	folders := []string{filepath.Join("testdata", "kustomize", "build")}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		folders = append(folders, corpus)
	}
	kustomize := kustomizeCommand(t)
	for _, folder := range folders {
		files := openTestFiles(t, folder)
		dirs := kustomizationDirs(t, files)
		if len(dirs) == 0 {
			t.Fatalf("%s holds no kustomization", folder)
		}
		t.Run(filepath.Base(folder), func(t *testing.T) {
			for _, dir := range dirs {
				t.Run(dir, func(t *testing.T) {
					t.Parallel()
					compareKustomization(t, kustomize, files, dir)
				})
			}
		})
	}
}

func compareKustomization(t *testing.T, kustomize string, files *overlay.FS, dir string) {
	t.Helper()
	ctx := context.Background()
	target := Target{Kind: Kustomize, Path: filepath.ToSlash(dir)}
	want, wantErr := buildByCommand(t, kustomize, filepath.Join(files.Dir(), dir))
	whole, _, _, failure := renderKustomize(ctx, files, target, Detail{})
	if failure != nil {
		if wantErr == nil && failure.Kind != ErrRemoteBase && failure.Kind != ErrHelmCharts {
			t.Errorf("the command builds it, but: %v (%s)", failure, failure.Kind)
		}
		checkKustomizeError(t, files, failure)
		return
	}
	if wantErr != nil {
		t.Fatalf("the command fails: %v", wantErr)
	}
	if got := joined(whole); !bytes.Equal(got, want) {
		t.Errorf("differs from `kustomize build`: got %d bytes, want %d", len(got), len(want))
	}
	checkSources(t, files, whole)
	short, _, _, failure := renderKustomize(ctx, files, target, Detail{PodTemplatesOnly: true})
	if failure != nil {
		t.Fatalf("without the bodies of CRDs: %v", failure)
	}
	compareShort(t, whole, short)
}

// compareShort checks that the fast rendering has the same objects and pod templates.
func compareShort(t *testing.T, whole, short []Object) {
	t.Helper()
	if len(short) != len(whole) {
		t.Fatalf("%d objects without the bodies of CRDs, %d with them", len(short), len(whole))
	}
	for i := range whole {
		want, got := whole[i], short[i]
		if got.Kind != want.Kind || got.Name != want.Name || got.Namespace != want.Namespace || got.YAML != nil && !sameSource(got.Source, want.Source) {
			t.Errorf("object %d is %s %s, want %s %s", i, got.Kind, got.Name, want.Kind, want.Name)
		}
		if want.HasPodTemplate() && !bytes.Equal(got.YAML, want.YAML) {
			t.Errorf("%s %s differs without the bodies of CRDs", want.Kind, want.Name)
		}
	}
}

// checkSources checks that each object that claims a manifest is of that manifest's kind.
func checkSources(t *testing.T, files *overlay.FS, objects []Object) {
	t.Helper()
	for _, object := range objects {
		if _, err := files.Stat(object.Source.File); err != nil {
			t.Errorf("%s %s comes from %q: %v", object.Kind, object.Name, object.Source.File, err)
		}
		if !object.Source.Manifest {
			continue
		}
		content, err := files.ReadFile(object.Source.File)
		if err != nil {
			t.Fatal(err)
		}
		inFile := fileCandidates(object.Source.File, content)
		found := slices.ContainsFunc(inFile, func(c candidate) bool {
			only := !slices.ContainsFunc(inFile, func(other candidate) bool {
				return other.kind == object.Kind && !sameSource(other.source, c.source)
			})
			return sameSource(c.source, object.Source) && c.kind == object.Kind && (only || strings.Contains(object.Name, c.name))
		})
		if !found {
			t.Errorf("%s %s is not what stands in %s, document %d %s", object.Kind, object.Name, object.Source.File, object.Source.Doc, object.Source.Path)
		}
	}
}

// checkKustomizeError checks that an error is for people.
func checkKustomizeError(t *testing.T, files *overlay.FS, failure *Error) {
	t.Helper()
	if strings.Contains(failure.Message, "/up/up") || strings.Contains(failure.Message, files.Dir()) {
		t.Errorf("the message holds a path that is not the repository's: %s", failure.Message)
	}
	if failure.File == "" {
		t.Errorf("no file: %s", failure.Message)
	} else if _, err := files.Stat(failure.File); err != nil {
		t.Errorf("the error is in %q: %v", failure.File, err)
	}
	if !strings.HasSuffix(failure.Message, ".") || failure.Kind == "" {
		t.Errorf("no sentence: %s", failure.Message)
	}
}
