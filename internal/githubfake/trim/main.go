// The command trim makes the descriptions that the fake of GitHub checks against from those that
// GitHub publishes: of the REST API the operations that the fake answers and what they refer to, of
// the GraphQL schema all but its prose.
//
//	npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-*.tgz
//	go run ./internal/githubfake/trim -rest package/generated/api.github.com.json
//	npm pack @octokit/graphql-schema@15.26.1 && tar xzf octokit-graphql-schema-*.tgz
//	go run ./internal/githubfake/trim -graphql package/schema.graphql
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/podmend/podmend/internal/githubfake"
)

func main() {
	rest := flag.String("rest", "", "GitHub's OpenAPI `file`, api.github.com.json")
	schema := flag.String("graphql", "", "GitHub's schema `file`, schema.graphql")
	folder := flag.String("to", "internal/githubfake/testdata", "`folder` for what is made")
	flag.Parse()
	if *rest == "" && *schema == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := trim(*rest, *schema, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "trim:", err)
		os.Exit(1)
	}
}

func trim(rest, schema, folder string) error {
	if rest != "" {
		text, err := os.ReadFile(rest)
		if err != nil {
			return err
		}
		trimmed, err := trimREST(text, githubfake.Operations())
		if err != nil {
			return fmt.Errorf("%s: %w", rest, err)
		}
		if err := write(filepath.Join(folder, "rest.json.gz"), trimmed); err != nil {
			return err
		}
	}
	if schema != "" {
		text, err := os.ReadFile(schema)
		if err != nil {
			return err
		}
		trimmed, err := trimSchema(text)
		if err != nil {
			return fmt.Errorf("%s: %w", schema, err)
		}
		return write(filepath.Join(folder, "schema.graphql.gz"), trimmed)
	}
	return nil
}

// write compresses without a time, so that the same input gives the same file.
func write(name string, text []byte) error {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, packed.Bytes(), 0o644)
}
