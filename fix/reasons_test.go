package fix

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// TestReasons asks that each reason that the package declares is explained once.
func TestReasons(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reasons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	explained := map[Reason]int{}
	for _, r := range Reasons {
		explained[r.Reason]++
		if r.Means == "" || r.Next == "" {
			t.Errorf("%s says nothing", r.Reason)
		}
	}
	declared := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		declared++
		if explained[Reason(value)] != 1 {
			t.Errorf("%s is explained %d times", value, explained[Reason(value)])
		}
		return true
	})
	if declared == 0 || declared != len(Reasons) {
		t.Errorf("%d reasons are declared and %d explained", declared, len(Reasons))
	}
}
