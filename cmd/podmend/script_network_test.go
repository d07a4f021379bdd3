package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

// helm runs the helm command line, in a home of its own: helm ARG...
func helm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: helm ARG...")
	}
	home, err := os.MkdirTemp("", "helm")
	ts.Check(err)
	ts.Defer(func() { os.RemoveAll(home) })
	command := exec.Command(helmProgram(ts), args...)
	command.Dir = ts.MkAbs(".")
	command.Env = []string{"HOME=" + home, "HELM_NO_PLUGINS=1"}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		ts.Fatalf("helm %v: %v\n%s", args, err, output.String())
	}
}

var builtHelm = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "podmend-helm")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "helm")
	return name, exec.Command("go", "build", "-C", filepath.Join("..", "..", "internal", "tools"), "-o", name, "helm.sh/helm/v3/cmd/helm").Run()
})

func helmProgram(ts *testscript.TestScript) string {
	if name := os.Getenv("PODMEND_TEST_HELM"); name != "" {
		return name
	}
	name, err := builtHelm()
	ts.Check(err)
	return name
}

// serve serves a folder over HTTP on loopback, and puts its URL into a variable. A file that is
// called NAME.redirect holds where NAME redirects to; with a user and password, both are asked for:
// serve DIR VARIABLE [USER PASSWORD]
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 4 {
		ts.Fatalf("usage: serve DIR VARIABLE [USER PASSWORD]")
	}
	dir := ts.MkAbs(args[0])
	files := http.FileServer(http.Dir(dir))
	listen(ts, args[1], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); len(args) == 4 && (user != args[2] || password != args[3]) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if target, err := os.ReadFile(filepath.Join(dir, filepath.Clean("/"+r.URL.Path)+".redirect")); err == nil {
			http.Redirect(w, r, strings.TrimSpace(string(target)), http.StatusFound)
			return
		}
		files.ServeHTTP(w, r)
	}))
}

// registryCommand starts an OCI registry on loopback, and puts its URL into a variable:
// registry VARIABLE
func registryCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: registry VARIABLE")
	}
	listen(ts, args[0], registry.New(registry.Logger(log.New(io.Discard, "", 0))))
}

// tagCommand gives what a registry has as NAME:TAG further names:
// tag URL NAME:TAG NAME:TAG…
func tagCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: tag URL NAME:TAG NAME:TAG…")
	}
	var manifest []byte
	for i, name := range args[1:] {
		name, tag, _ := strings.Cut(name, ":")
		method := http.MethodPut
		if i == 0 {
			method = http.MethodGet
		}
		request, err := http.NewRequest(method, args[0]+"/v2/"+name+"/manifests/"+tag, bytes.NewReader(manifest))
		ts.Check(err)
		request.Header.Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		response, err := http.DefaultClient.Do(request)
		ts.Check(err)
		body, err := io.ReadAll(response.Body)
		ts.Check(err)
		ts.Check(response.Body.Close())
		if response.StatusCode >= http.StatusBadRequest {
			ts.Fatalf("%s %s: %s", method, request.URL, response.Status)
		}
		if i == 0 {
			manifest = body
		}
	}
}

// listen serves for the time of a script. VARIABLE is the URL, VARIABLE_HOST its host and port.
func listen(ts *testscript.TestScript, variable string, handler http.Handler) {
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)
	ts.Setenv(variable, server.URL)
	ts.Setenv(variable+"_HOST", strings.TrimPrefix(server.URL, "http://"))
}
