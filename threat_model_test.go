package podmend_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	named    = regexp.MustCompile("`((?:Test|Fuzz)\\w+|(?:hostile|script)/[\\w-]+)`")
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// A promise without a test is none: what the threat model names is there, and it names every
// hostile script and every fuzz target.
func TestThreatModelNamesItsTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, match := range named.FindAllStringSubmatch(string(page), -1) {
		told[match[1]] = true
	}
	exists := map[string]bool{}
	for _, kind := range []string{"hostile", "script"} {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			exists[kind+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar")] = true
		}
	}
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "*/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range declared.FindAllStringSubmatch(string(source), -1) {
				exists[match[1]] = true
			}
		}
	}
	for name := range told {
		if !exists[name] {
			t.Errorf("docs/threat-model.md names %s, which does not exist", name)
		}
	}
	for name := range exists {
		if (strings.HasPrefix(name, "hostile/") || strings.HasPrefix(name, "Fuzz")) && !told[name] {
			t.Errorf("docs/threat-model.md does not say against what %s is", name)
		}
	}
}
