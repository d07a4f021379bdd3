package late

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestRegexp(t *testing.T) {
	form := Regexp(`^a+$`)
	if first := form(); !first.MatchString("aaa") || first.MatchString("b") || form() != first {
		t.Error("the expression is not what was asked for, or made twice")
	}
}

// Each expression of the program is right, also those that no other test uses.
func TestEveryRegexp(t *testing.T) {
	made := 0
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || !isRegexp(call.Fun) {
				return true
			}
			made++
			if text, ok := literal(call.Args[0]); !ok {
				t.Errorf("%s: late.Regexp takes literals and constants of its file, so that it can be tried here", name)
			} else if _, err := regexp.Compile(text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if made == 0 {
		t.Error("no expression was found")
	}
}

func isRegexp(called ast.Expr) bool {
	selector, ok := called.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Regexp" {
		return false
	}
	of, ok := selector.X.(*ast.Ident)
	return ok && of.Name == "late"
}

// literal is the text of literals and constants that are added.
func literal(expr ast.Expr) (string, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(expr.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, leftOK := literal(expr.X)
		right, rightOK := literal(expr.Y)
		return left + right, leftOK && rightOK && expr.Op == token.ADD
	case *ast.Ident: // a constant of the file
		if expr.Obj == nil || expr.Obj.Kind != ast.Con {
			return "", false
		}
		if constant, ok := expr.Obj.Decl.(*ast.ValueSpec); ok {
			return literal(constant.Values[0])
		}
	}
	return "", false
}
