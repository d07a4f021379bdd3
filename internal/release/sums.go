package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// platforms are those that archives are made for.
var platforms = []struct{ os, arch, ending string }{
	{"darwin", "amd64", "tar.gz"},
	{"darwin", "arm64", "tar.gz"},
	{"linux", "amd64", "tar.gz"},
	{"linux", "arm64", "tar.gz"},
	{"windows", "amd64", "zip"},
	{"windows", "arm64", "zip"},
}

//go:embed podmend.rb.tmpl
var formulaText string

var formula = template.Must(template.New("podmend.rb").Parse(formulaText))

// written are the files that sums makes, none of which is in an archive.
func written(version, dist string) (map[string][]byte, error) {
	var sums bytes.Buffer
	known := map[string]string{}
	for _, platform := range platforms {
		name := fmt.Sprintf("podmend_%s_%s.%s", platform.os, platform.arch, platform.ending)
		archive, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			return nil, fmt.Errorf("%w; make archives VERSION=%s makes it", err, version)
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(archive))
		fmt.Fprintf(&sums, "%s  %s\n", sum, name)
		known[platform.os+"_"+platform.arch] = sum
	}
	var ruby bytes.Buffer
	err := formula.Execute(&ruby, struct {
		Version, Number string
		Sums            map[string]string
	}{version, strings.TrimPrefix(version, "v"), known})
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"action/checksums.txt": sums.Bytes(),
		"action/version":       []byte(version + "\n"),
		"Formula/podmend.rb":   ruby.Bytes(),
	}, nil
}

// writeSums puts the sums of the archives in dist to where the action and Homebrew look for them.
func writeSums(root, version string) error {
	if _, err := entryOf(root, version); err != nil {
		return err
	}
	files, err := written(version, filepath.Join(root, "dist"))
	if err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// verifySums is asked before anything is published: who installs podmend believes the sums in the tree.
func verifySums(root, version string) error {
	files, err := written(version, filepath.Join(root, "dist"))
	if err != nil {
		return err
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("%w; run make sums VERSION=%s and commit what it writes before the tag", err, version)
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s is not that of these archives; it holds\n%s\nand they give\n%s\nrun make sums VERSION=%s and commit what it writes before the tag",
				name, got, want, version)
		}
	}
	return nil
}
