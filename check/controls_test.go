package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// TestEveryCheckHasAControl fails when upstream adds a check that podmend does not know.
func TestEveryCheckHasAControl(t *testing.T) {
	for _, check := range policy.DefaultChecks() {
		control, ok := ControlByID(string(check.ID))
		if !ok {
			t.Errorf("check %s has no control", check.ID)
			continue
		}
		if control.Level != check.Level {
			t.Errorf("%s: level %s, upstream %s", control.ID, control.Level, check.Level)
		}
		// What is allowed changes where upstream's code does.
		var upstream, ours []api.Version
		for _, versioned := range check.Versions {
			upstream = append(upstream, versioned.MinimumVersion)
		}
		for _, allowed := range control.Doc.Allowed {
			ours = append(ours, allowed.Since)
		}
		if !slices.Equal(upstream, ours) {
			t.Errorf("%s: the doc tells versions %v, upstream %v", control.ID, ours, upstream)
		}
	}
	if len(Controls()) != len(policy.DefaultChecks()) {
		t.Errorf("%d controls, %d checks", len(Controls()), len(policy.DefaultChecks()))
	}
}

func TestControlsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	lastLevel := api.LevelBaseline
	for _, control := range Controls() {
		if seen[control.ID] {
			t.Errorf("%s stands twice", control.ID)
		}
		seen[control.ID] = true
		if api.CompareLevels(control.Level, lastLevel) < 0 {
			t.Errorf("%s: baseline controls come first", control.ID)
		}
		lastLevel = control.Level
		if control.Severity == "" || control.Title == "" || control.Locate == nil || control.Mend == nil {
			t.Errorf("%s lacks a severity, title, locator or remedy", control.ID)
		}
		if control.Title != "" && strings.HasSuffix(control.Title, ".") {
			t.Errorf("%s: the title is no sentence", control.ID)
		}
		doc := control.Doc
		if doc.Means == "" || doc.Danger == "" || len(doc.Fields) == 0 || len(doc.Allowed) == 0 || doc.Mended == "" || !strings.HasPrefix(doc.Page, "https://") {
			t.Errorf("%s: an empty field in the doc", control.ID)
		}
		for _, text := range []string{doc.Means, doc.Danger, doc.Mended} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q does not end as a sentence", control.ID, text)
			}
		}
	}
	if _, ok := ControlByID("nothing"); ok {
		t.Error("a control of no id")
	}
}

// TestEveryControlHasDocAndCases requires of each control a file of its own, a comment that
// names its fields, values and pages, and cases in testdata.
func TestEveryControlHasDocAndCases(t *testing.T) {
	docs := controlComments(t)
	for _, control := range Controls() {
		doc, ok := docs[control.ID]
		if !ok {
			t.Errorf("%s: no file declares it as a Control of its own", control.ID)
			continue
		}
		for _, part := range []string{"Fields", "Allowed", "v1.", control.Doc.Page, "https://github.com/kubernetes/pod-security-admission/blob/master/policy/check_"} {
			if part == "Allowed" && control.ID == "restrictedVolumes" {
				continue // it tells the sources that are allowed among its fields
			}
			if !strings.Contains(doc, part) {
				t.Errorf("%s: the comment lacks %q", control.ID, part)
			}
		}
		if _, err := os.Stat(casesFile(control)); err != nil {
			t.Errorf("%s has no cases: %v", control.ID, err)
		}
	}
}

func casesFile(control *Control) string {
	return filepath.Join("testdata", "controls", control.ID+".txtar")
}

// controlComments returns by id the comment of each variable that is a Control. A file
// declares at most one.
func controlComments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		declared := 0
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				if id := controlID(spec); id != "" {
					docs[id] = general.Doc.Text()
					declared++
				}
			}
		}
		if declared > 1 {
			t.Errorf("%s declares %d controls", name, declared)
		}
	}
	return docs
}

// controlID is the ID that a declaration "var x = Control{ID: id}" gives.
func controlID(spec ast.Spec) string {
	value, ok := spec.(*ast.ValueSpec)
	if !ok || len(value.Values) != 1 {
		return ""
	}
	literal, ok := value.Values[0].(*ast.CompositeLit)
	if !ok {
		return ""
	}
	if name, ok := literal.Type.(*ast.Ident); !ok || name.Name != "Control" {
		return ""
	}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "ID" {
			return strings.Trim(pair.Value.(*ast.BasicLit).Value, `"`)
		}
	}
	return ""
}
