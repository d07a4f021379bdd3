package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// The parts of SPDX 2.3 that say what a program is made of. https://spdx.github.io/spdx-spec/v2.3/
type (
	document struct {
		Version       string         `json:"spdxVersion"`
		License       string         `json:"dataLicense"`
		ID            string         `json:"SPDXID"`
		Name          string         `json:"name"`
		Namespace     string         `json:"documentNamespace"`
		Creation      creation       `json:"creationInfo"`
		Packages      []component    `json:"packages"`
		Relationships []relationship `json:"relationships"`
	}
	creation struct {
		Created  string   `json:"created"`
		Creators []string `json:"creators"`
	}
	component struct {
		ID        string     `json:"SPDXID"`
		Name      string     `json:"name"`
		Version   string     `json:"versionInfo,omitempty"`
		Location  string     `json:"downloadLocation"`
		Analyzed  bool       `json:"filesAnalyzed"`
		Declared  string     `json:"licenseDeclared"`
		Concluded string     `json:"licenseConcluded"`
		Copyright string     `json:"copyrightText"`
		Sums      []checksum `json:"checksums,omitempty"`
		Refs      []ref      `json:"externalRefs,omitempty"`
	}
	checksum struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	}
	ref struct {
		Category string `json:"referenceCategory"`
		Type     string `json:"referenceType"`
		Locator  string `json:"referenceLocator"`
	}
	relationship struct {
		From string `json:"spdxElementId"`
		Type string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	}
)

const unknown = "NOASSERTION"

// writeSBOM lists the modules that the Go tool recorded in a program. The version and its day come from the
// environment that archives are made in.
func writeSBOM(program, file string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	bytes, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.RFC3339, os.Getenv("RELEASE_DAY"))
	if err != nil {
		return fmt.Errorf("RELEASE_DAY: %w", err)
	}
	version := os.Getenv("GORELEASER_CURRENT_TAG")
	sum := fmt.Sprintf("%x", sha256.Sum256(bytes))
	name := strings.TrimSuffix(filepath.Base(file), ".spdx.json")
	self := moduleOf(info.Main.Path, version)
	self.Declared = "Apache-2.0"
	self.Sums = []checksum{{"SHA256", sum}}
	d := document{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: name,
		Namespace: "https://" + info.Main.Path + "/spdx/" + version + "/" + name + "-" + sum,
		Creation:  creation{day.UTC().Format(time.RFC3339), []string{"Tool: " + info.Main.Path + "/internal/release"}},
		Packages:  []component{self},
	}
	d.Relationships = append(d.Relationships, relationship{d.ID, "DESCRIBES", self.ID})
	modules := append([]*debug.Module{{Path: "stdlib", Version: strings.TrimPrefix(info.GoVersion, "go")}}, info.Deps...)
	for _, module := range modules {
		if module.Replace != nil {
			module = module.Replace
		}
		part := moduleOf(module.Path, module.Version)
		d.Packages = append(d.Packages, part)
		d.Relationships = append(d.Relationships, relationship{self.ID, "DEPENDS_ON", part.ID})
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

func moduleOf(path, version string) component {
	return component{
		ID:   "SPDXRef-" + identifier(path+"-"+version),
		Name: path, Version: version, Location: unknown, Declared: unknown, Concluded: unknown, Copyright: unknown,
		Refs: []ref{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + strings.ToLower(path) + "@" + version}},
	}
}

// identifier leaves the characters that an SPDX identifier may have.
func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, text)
}
