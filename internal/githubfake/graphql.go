package githubfake

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// A node is an object of GraphQL. Its fields hold plain values, nodes, lists of them, or functions of
// a field's arguments that give one of these.
type node struct {
	kind   string
	fields fields
}

// A resolver is a field whose value hangs on arguments.
type resolver func(arguments map[string]any) any

// An execution answers one operation.
type execution struct {
	c      *call
	schema *ast.Schema
	vars   map[string]any
	errors []any
}

// A problem is a value in place of a field that could not be had.
type problem struct{ kind, message string }

type sentOperation struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

func isMutation(body []byte) bool {
	var sent sentOperation
	if json.Unmarshal(body, &sent) != nil {
		return false
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: sent.Query})
	if err != nil {
		return false
	}
	for _, operation := range doc.Operations {
		if operation.Operation == ast.Mutation {
			return true
		}
	}
	return false
}

// answerGraphQL: but for a missing token all answers are 200, with errors beside what could be had.
func (s *Server) answerGraphQL(c *call) answer {
	if c.token == nil {
		return refuse(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}
	for _, repo := range s.repos {
		repo.follow()
	}
	var sent sentOperation
	if err := json.Unmarshal(c.body, &sent); err != nil || c.request.Method != http.MethodPost {
		s.complain(c.request.Method, "/graphql", "GraphQL is asked by POST of a query in JSON: %v", err)
		return refuse(http.StatusBadRequest, "Problems parsing JSON")
	}
	schema := s.contract.schema
	doc, errs := gqlparser.LoadQueryWithRules(schema, sent.Query, rules.NewDefaultRules())
	if len(errs) > 0 {
		s.complain("POST", "/graphql", "the query breaks GitHub's schema: %v", errs)
		return ok(fields{"errors": []any{fields{"message": errs.Error()}}})
	}
	operation := doc.Operations.ForName(sent.OperationName)
	if operation == nil {
		s.complain("POST", "/graphql", "no operation %q in the query", sent.OperationName)
		return ok(fields{"errors": []any{fields{"message": "No operation named " + sent.OperationName}}})
	}
	vars, err := validator.VariableValues(schema, operation, sent.Variables)
	if err != nil {
		s.complain("POST", "/graphql", "the variables break GitHub's schema: %v", err)
		return ok(fields{"errors": []any{fields{"message": err.Error()}}})
	}
	e := &execution{c: c, schema: schema, vars: vars}
	root := c.queries()
	if operation.Operation == ast.Mutation {
		root = c.mutations()
	}
	body := fields{"data": e.object(root, operation.SelectionSet, nil)}
	if len(e.errors) > 0 {
		body["errors"] = e.errors
	}
	return ok(body)
}

// object answers a selection. A null where the schema has none makes the object null in turn.
func (e *execution) object(n *node, set ast.SelectionSet, path []any) any {
	definition := e.schema.Types[n.kind]
	out := fields{}
	for _, field := range e.flatten(n, set) {
		at := append(append([]any{}, path...), field.Alias)
		if field.Name == "__typename" {
			out[field.Alias] = n.kind
			continue
		}
		value, known := n.fields[field.Name]
		if !known {
			e.complain("the fake has no %s.%s; give it one", n.kind, field.Name)
		}
		if resolve, ok := value.(resolver); ok {
			value = resolve(field.ArgumentMap(e.vars))
		}
		described := definition.Fields.ForName(field.Name)
		result := e.value(value, described.Type, field, at)
		if result == nil && described.Type.NonNull {
			return nil
		}
		out[field.Alias] = result
	}
	return out
}

// flatten takes in fragments that apply to the node, and heeds @include and @skip.
func (e *execution) flatten(n *node, set ast.SelectionSet) []*ast.Field {
	var found []*ast.Field
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if e.wanted(selection.Directives) {
				found = append(found, selection)
			}
		case *ast.InlineFragment:
			if e.wanted(selection.Directives) && e.is(n.kind, selection.TypeCondition) {
				found = append(found, e.flatten(n, selection.SelectionSet)...)
			}
		case *ast.FragmentSpread:
			if e.wanted(selection.Directives) && e.is(n.kind, selection.Definition.TypeCondition) {
				found = append(found, e.flatten(n, selection.Definition.SelectionSet)...)
			}
		}
	}
	return merged(found)
}

// merged joins selections of one field that stand in several fragments.
func merged(all []*ast.Field) []*ast.Field {
	var joined []*ast.Field
	at := map[string]int{}
	for _, field := range all {
		if i, ok := at[field.Alias]; ok {
			both := *joined[i]
			both.SelectionSet = append(append(ast.SelectionSet{}, both.SelectionSet...), field.SelectionSet...)
			joined[i] = &both
			continue
		}
		at[field.Alias] = len(joined)
		joined = append(joined, field)
	}
	return joined
}

func (e *execution) wanted(directives ast.DirectiveList) bool {
	for _, d := range directives {
		on, _ := d.ArgumentMap(e.vars)["if"].(bool)
		if d.Name == "include" && !on || d.Name == "skip" && on {
			return false
		}
	}
	return true
}

func (e *execution) is(kind, condition string) bool {
	if condition == "" || condition == kind {
		return true
	}
	for _, possible := range e.schema.GetPossibleTypes(e.schema.Types[condition]) {
		if possible.Name == kind {
			return true
		}
	}
	return false
}

// value answers one field, and checks it against the type that the schema gives it.
func (e *execution) value(value any, of *ast.Type, field *ast.Field, path []any) any {
	switch value := value.(type) {
	case problem:
		e.errors = append(e.errors, fields{"type": value.kind, "message": value.message, "path": path})
		return nil
	case nil:
		if of.NonNull && len(e.errors) == 0 {
			e.complain("the fake answers null at %v, GitHub never does", path)
		}
		return nil
	case *node:
		if of.Elem != nil || !e.is(value.kind, of.NamedType) {
			e.complain("the fake answers %s at %v, the schema says %s", value.kind, path, of)
		}
		return e.object(value, field.SelectionSet, path)
	case []*node:
		list := []any{}
		if of.Elem == nil {
			e.complain("the fake answers a list at %v, the schema says %s", path, of)
			return nil
		}
		for i, item := range value {
			var inner any
			if item != nil {
				inner = item
			}
			list = append(list, e.value(inner, of.Elem, field, append(append([]any{}, path...), i)))
		}
		return list
	}
	if !e.scalar(value, of) {
		e.complain("the fake answers %#v at %v, the schema says %s", value, path, of)
	}
	return value
}

func (e *execution) scalar(value any, of *ast.Type) bool {
	definition := e.schema.Types[of.NamedType]
	if definition == nil {
		return false
	}
	switch text, isText := value.(string); {
	case definition.Kind == ast.Enum:
		return isText && definition.EnumValues.ForName(text) != nil
	case definition.Kind != ast.Scalar:
		return false
	case of.NamedType == "Boolean":
		_, ok := value.(bool)
		return ok
	case of.NamedType == "Int":
		_, ok := value.(int)
		return ok
	default:
		return isText && (text != "" || strings.HasPrefix(of.NamedType, "String"))
	}
}

func (e *execution) complain(format string, args ...any) {
	e.c.s.complain("POST", "/graphql", format, args...)
}
