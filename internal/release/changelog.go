package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// An entry is what CHANGELOG.md says of one version.
type entry struct {
	day   time.Time
	notes string
}

// snapshot is a version that nobody releases; its day is the first that a zip archive knows.
const snapshot = "v0.0.0-snapshot"

var (
	versionForm = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)
	heading     = regexp.MustCompile(`(?m)^## (\S+)(?:, (\d{4}-\d{2}-\d{2}))?$`)
)

// entryOf finds a version's entry. Its day, and not that of a commit, is the time of everything in the archives, so that
// they are the same before and after the commit that adds their sums.
func entryOf(root, version string) (entry, error) {
	if !versionForm.MatchString(version) {
		return entry{}, fmt.Errorf("%q is no version such as v1.2.3", version)
	}
	if version == snapshot {
		return entry{day: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
	}
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return entry{}, err
	}
	headings := heading.FindAllStringSubmatchIndex(string(text), -1)
	for i, at := range headings {
		if string(text[at[2]:at[3]]) != version {
			continue
		}
		if at[4] < 0 {
			break
		}
		day, err := time.Parse(time.DateOnly, string(text[at[4]:at[5]]))
		if err != nil {
			return entry{}, fmt.Errorf("CHANGELOG.md: the day of %s: %w", version, err)
		}
		end := len(text)
		if i+1 < len(headings) {
			end = headings[i+1][0]
		}
		return entry{day: day, notes: strings.TrimSpace(string(text[at[1]:end]))}, nil
	}
	return entry{}, fmt.Errorf("CHANGELOG.md has no entry of %s: write \"## %s, YYYY-MM-DD\" above what is new in it", version, version)
}
