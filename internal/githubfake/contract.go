package githubfake

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed testdata/rest.json.gz
var packedREST []byte

//go:embed testdata/schema.graphql.gz
var packedSchema []byte

// A contract is what GitHub publishes about its requests and answers.
type contract struct {
	rest   *openapi3.T
	schema *ast.Schema
}

// loadContract reads both descriptions once for all servers of a process.
var loadContract = sync.OnceValues(func() (*contract, error) {
	text, err := gunzip(packedREST)
	if err != nil {
		return nil, fmt.Errorf("rest.json.gz: %w", err)
	}
	rest, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("rest.json.gz: %w", err)
	}
	correct(rest)
	if text, err = gunzip(packedSchema); err != nil {
		return nil, fmt.Errorf("schema.graphql.gz: %w", err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		return nil, fmt.Errorf("schema.graphql.gz: %w", err)
	}
	return &contract{rest: rest, schema: schema}, nil
})

// correct lets the description say what GitHub does, where it is known to do something else.
func correct(rest *openapi3.T) {
	for _, name := range []string{"pull-request-review-comment", "review-comment"} {
		for _, property := range []string{"line", "original_line", "position"} {
			// GitHub answers null here for what is outdated or on a whole file, whatever its description says.
			nullable := *rest.Components.Schemas[name].Value.Properties[property].Value
			nullable.Nullable = true
			rest.Components.Schemas[name].Value.Properties[property].Value = &nullable
		}
	}
	// Its own prose says that labels may also come as a bare list, which go-github sends.
	labels := rest.Paths.Value(inRepo + "/issues/{issue_number}/labels").Post.RequestBody.Value.Content.Get("application/json").Schema.Value
	names := openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()).WithMinItems(1)
	labels.OneOf = append(labels.OneOf, openapi3.NewSchemaRef("", names))
	// And that a reply, which go-github sends so, needs nothing but its body.
	comment := rest.Paths.Value(inRepo + "/pulls/{pull_number}/comments").Post.RequestBody.Value.Content.Get("application/json").Schema.Value
	comment.AnyOf = openapi3.SchemaRefs{
		openapi3.NewSchemaRef("", &openapi3.Schema{Required: comment.Required}),
		openapi3.NewSchemaRef("", &openapi3.Schema{Required: []string{"body", "in_reply_to"}}),
	}
	comment.Required = nil
}

// An exchange is one request that was checked, whose answer is to be checked too.
type exchange struct {
	s     *Server
	c     *call
	input *openapi3filter.RequestValidationInput
}

// open checks a request. Whatever is wrong with it fails the test.
func (k *contract) open(s *Server, c *call, found *route) *exchange {
	item := k.rest.Paths.Value(found.path)
	params := map[string]string{}
	for name, value := range c.params {
		params[name] = url.PathEscape(value) // a slash inside is none of the path's
		if value == "" {
			params[name] = "." // the root of the repository's contents
		}
	}
	request := c.request.Clone(context.Background())
	request.Body = io.NopCloser(bytes.NewReader(c.body))
	operation := item.GetOperation(found.method)
	e := &exchange{s: s, c: c, input: &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, QueryParams: request.URL.Query(),
		Route:   &routers.Route{Spec: k.rest, Path: found.path, PathItem: item, Method: found.method, Operation: operation},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}}
	if operation.RequestBody == nil && len(c.body) > 0 {
		e.complain("has a body, GitHub expects none: %.200s", c.body)
	}
	if err := openapi3filter.ValidateRequest(context.Background(), e.input); err != nil {
		e.complain("the request breaks GitHub's description: %s", short(err))
	}
	for name := range request.URL.Query() {
		if operation.Parameters.GetByInAndName("query", name) == nil {
			e.complain("GitHub knows no query parameter %q", name)
		}
	}
	if operation.RequestBody != nil {
		if media := operation.RequestBody.Value.Content.Get("application/json"); media != nil && len(c.body) > 0 {
			var sent any
			if json.Unmarshal(c.body, &sent) == nil {
				for _, path := range undescribed(media.Schema, sent, "") {
					e.complain("GitHub's description has no field %s", path)
				}
			}
		}
	}
	return e
}

func (e *exchange) complain(format string, args ...any) {
	e.s.complain(e.c.request.Method, e.c.request.URL.Path, format, args...)
}

// answer fills in what the description demands and nobody reads, and checks the result.
func (e *exchange) answer(a *answer) {
	if a.kind != "" {
		return // a diff, which the description does not know
	}
	var text []byte
	if a.body != nil {
		if schema := e.schemaOf(a.status); schema != nil {
			a.body = e.fill(schema, a.body)
		}
		var err error
		if text, err = json.Marshal(a.body); err != nil {
			e.complain("the fake's answer is no JSON: %v", err)
			return
		}
	}
	if e.input.Route.Operation.Responses.Status(a.status) == nil && a.status >= 400 {
		return // any request may be refused; refuse gives all of them the shape of a basic-error
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for name, values := range a.header {
		header[name] = values
	}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: e.input, Status: a.status, Header: header,
		Body: io.NopCloser(bytes.NewReader(text)), Options: e.input.Options,
	})
	if err != nil {
		e.complain("the fake's answer %d breaks GitHub's description: %s", a.status, short(err))
	}
}

func (e *exchange) schemaOf(status int) *openapi3.SchemaRef {
	response := e.input.Route.Operation.Responses.Status(status)
	if response == nil || response.Value == nil {
		return nil
	}
	if media := response.Value.Content.Get("application/json"); media != nil {
		return media.Schema
	}
	return nil
}

// short leaves the schema out that kin-openapi appends to its messages.
func short(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	if _, value, ok := strings.Cut(err.Error(), "\nValue:"); ok {
		text += "; it is" + strings.Join(strings.Fields(value), " ")
	}
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return text
}
