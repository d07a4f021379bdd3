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
			"status":  status,
			"mend":    mend,
			"replace": replace,

			"helm":     helm,
			"serve":    serve,
			"registry": registryCommand,
			"github":   githubCommand,
		},
	})
}

// status runs podmend and asks for an exit code: status CODE ARG...
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE ARG...")
	}
	err := ts.Exec("podmend", args[1:]...)
	code := "0"
	if err != nil {
		code = exitStatus(err)
	}
	if code != args[0] {
		ts.Fatalf("podmend %v ended with %s, expected %s", args[1:], code, args[0])
	}
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
	code := "0"
	if err := ts.Exec("podmend", append(strings.Fields(command), args...)...); err != nil {
		code = exitStatus(err)
	}
	if code != "0" && code != "1" {
		ts.Fatalf("podmend %s ended with %s, neither with findings nor without", command, code)
	}
	return code
}

// replace substitutes a text in a file, for bytes that a script cannot hold; Go escapes such
// as \r and \t are understood: replace FILE OLD NEW
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	name := ts.MkAbs(args[0])
	content, err := os.ReadFile(name)
	ts.Check(err)
	changed := bytes.ReplaceAll(content, unescape(ts, args[1]), unescape(ts, args[2]))
	if bytes.Equal(content, changed) {
		ts.Fatalf("%s does not hold %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(name, changed, 0o644))
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
