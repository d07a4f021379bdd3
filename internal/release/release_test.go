package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/golden"
)

// tree is a folder with a changelog and six archives.
func tree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- more\n\n## v1.2.3, 2001-02-03\n\n- one\n- two\n\n## v1.2.2\n\n- old\n")
	for _, platform := range platforms {
		write(t, root, "dist/podmend_"+platform.os+"_"+platform.arch+"."+platform.ending, platform.os+platform.arch)
	}
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEntryOf(t *testing.T) {
	root := tree(t)
	got, err := entryOf(root, "v1.2.3")
	if err != nil || got.notes != "- one\n- two" || got.day.Unix() != 981158400 {
		t.Errorf("%+v: %v", got, err)
	}
	for version, want := range map[string]string{
		"v1.2.2": "write \"## v1.2.2, YYYY-MM-DD\"", // an entry without a day
		"v1.2":   "no version such as v1.2.3",
		"v9.9.9": "has no entry of v9.9.9",
	} {
		if _, err := entryOf(root, version); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// TestSums writes the three files that others install by, and notices each byte of an archive that differs.
func TestSums(t *testing.T) {
	root := tree(t)
	if err := verifySums(root, "v1.2.3"); err == nil || !strings.Contains(err.Error(), "run make sums VERSION=v1.2.3") {
		t.Errorf("no sums at all: %v", err)
	}
	if err := writeSums(root, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "checksums.txt", []byte(read(t, root, "action/checksums.txt")))
	golden.Check(t, "podmend.rb", []byte(read(t, root, "Formula/podmend.rb")))
	if version := read(t, root, "action/version"); version != "v1.2.3\n" {
		t.Errorf("the version is %q", version)
	}
	if err := verifySums(root, "v1.2.3"); err != nil {
		t.Error(err)
	}
	if err := verifySums(root, "v1.2.4"); err == nil {
		t.Error("sums of another version are taken")
	}
	write(t, root, "dist/podmend_linux_arm64.tar.gz", "other")
	if err := verifySums(root, "v1.2.3"); err == nil || !strings.Contains(err.Error(), "is not that of these archives") {
		t.Errorf("another archive is taken: %v", err)
	}
	if err := os.Remove(filepath.Join(root, "dist", "podmend_windows_arm64.zip")); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(root, "v1.2.3"); err == nil || !strings.Contains(err.Error(), "podmend_windows_arm64.zip") {
		t.Errorf("five archives are taken for six: %v", err)
	}
}

// TestSBOM lists this test's own program twice: each module that is in it once, with an identifier of its own.
func TestSBOM(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("RELEASE_DAY", "2001-02-03T00:00:00Z")
	t.Setenv("GORELEASER_CURRENT_TAG", "v1.2.3")
	root := t.TempDir()
	for _, name := range []string{"a/podmend_linux_amd64.spdx.json", "b/podmend_linux_amd64.spdx.json"} {
		write(t, root, name, "")
		if err := writeSBOM(program, filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	text := read(t, root, "a/podmend_linux_amd64.spdx.json")
	if text != read(t, root, "b/podmend_linux_amd64.spdx.json") {
		t.Error("the list differs from one time to the other")
	}
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	names, ids := map[string]string{}, map[string]bool{"SPDXRef-DOCUMENT": true}
	for _, p := range d.Packages {
		names[p.Name] = p.Version
		if ids[p.ID] || !regexp.MustCompile(`^SPDXRef-[a-zA-Z0-9.-]+$`).MatchString(p.ID) {
			t.Errorf("%q is no identifier, or stands for two", p.ID)
		}
		ids[p.ID] = true
	}
	if names["github.com/podmend/podmend"] != "v1.2.3" || "go"+names["stdlib"] != runtime.Version() {
		t.Errorf("its own version or Go's is missing: %v", names)
	}
	for _, r := range d.Relationships {
		if !ids[r.From] || !ids[r.To] {
			t.Errorf("%+v leads to nothing", r)
		}
	}
	if len(d.Relationships) != len(d.Packages) || d.Creation.Created != "2001-02-03T00:00:00Z" {
		t.Errorf("%d packages, %d relationships, %+v", len(d.Packages), len(d.Relationships), d.Creation)
	}
}

func TestRunSaysHow(t *testing.T) {
	for _, args := range [][]string{nil, {"sums"}, {"publish", "v1.2.3"}} {
		if err := run(args, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), "usage: release") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// TestOneGo asks that images are built with the Go that archives are built with.
func TestOneGo(t *testing.T) {
	archives := regexp.MustCompile(`GOTOOLCHAIN=go(\S+)`).FindStringSubmatch(read(t, "../..", ".goreleaser.yaml"))
	image := regexp.MustCompile(`ARG BUILDER=\S+golang:(\S+)`).FindStringSubmatch(read(t, "../..", "Dockerfile"))
	if archives == nil || image == nil || archives[1] != image[1] {
		t.Errorf("archives are built with Go %v, images with %v", archives, image)
	}
}
