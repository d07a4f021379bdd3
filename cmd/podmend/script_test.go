package main

import (
	"bytes"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podmend/podmend/internal/githubfake/scripted"
	"github.com/podmend/podmend/internal/scripts"
)

var update = flag.Bool("update", false, "rewrite the expected texts in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"podmend": main})
}

// TestScripts runs every file of testdata/script with the real main. A script is one
// behaviour; see CONTRIBUTING.md for how to add one.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// Files that a script makes look alike for root and for anybody else.
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":  scripts.Status,
			"mend":    mend,
			"replace": scripts.Replace,

			"helm":     helm,
			"serve":    serve,
			"registry": registryCommand,
			"tag":      tagCommand,
			"github":   scripted.Command,
			"page":     page,
		},
	})
}

// mend asks four things of podmend fix: check finds something; looking (check, fix --diff)
// changes nothing; --write changes files; a second --write changes nothing. The script then
// compares the files: mend [ARG...]
func mend(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! mend")
	}
	before := snapshot(ts)
	onlyFix := func(arg string) bool { return strings.HasPrefix(arg, "--host-path=") }
	if ended(ts, "check", slices.DeleteFunc(slices.Clone(args), onlyFix)) == "0" {
		ts.Fatalf("podmend check finds nothing to mend")
	}
	if ended(ts, "fix --diff", args) == "0" {
		ts.Fatalf("podmend fix --diff ends as if there were no findings")
	}
	same(ts, "looking", before, snapshot(ts))
	if ended(ts, "fix --write", args) == "0" {
		ts.Fatalf("podmend fix --write ends as if it had changed nothing")
	}
	mended := snapshot(ts)
	if maps.EqualFunc(before, mended, bytes.Equal) {
		ts.Fatalf("podmend fix --write changed no file")
	}
	ended(ts, "fix --write", args)
	same(ts, "a second podmend fix --write", mended, snapshot(ts))
}

// ended runs podmend and returns how it ended: with findings or without, or else the script fails.
func ended(ts *testscript.TestScript, command string, args []string) string {
	code := scripts.Run(ts, append(strings.Fields(command), args...)...)
	if code != "0" && code != "1" {
		ts.Fatalf("podmend %s ended with %s, neither with findings nor without", command, code)
	}
	return code
}

func snapshot(ts *testscript.TestScript) map[string][]byte {
	files := map[string][]byte{}
	root := ts.MkAbs(".")
	ts.Check(filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files[name], err = os.ReadFile(name)
		return err
	}))
	return files
}

func same(ts *testscript.TestScript, what string, before, after map[string][]byte) {
	names := slices.Sorted(maps.Keys(before))
	if !slices.Equal(names, slices.Sorted(maps.Keys(after))) {
		ts.Fatalf("%s made or removed files", what)
	}
	for _, name := range names {
		if !bytes.Equal(before[name], after[name]) {
			ts.Fatalf("%s changed %s", what, name)
		}
	}
}
