// Command release does what making a release needs beside goreleaser: it reads versions from
// CHANGELOG.md, builds archives whose bytes anybody can make again, and writes their sums to where
// the action and Homebrew read them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

const usage = `usage: release COMMAND
  archives VERSION GORELEASER  build the archives of a version in dist
  sums VERSION                 write the sums of dist's archives into the tree
  verify VERSION               ask that dist's archives have the sums in the tree
  notes VERSION                print what CHANGELOG.md says of a version
  sbom PROGRAM DOCUMENT        list what a program is made of, as SPDX`

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch {
	case name == "archives" && len(args) == 2:
		return archives(args[0], args[1], out)
	case name == "sums" && len(args) == 1:
		return writeSums(".", args[0])
	case name == "verify" && len(args) == 1:
		return verifySums(".", args[0])
	case name == "notes" && len(args) == 1:
		entry, err := entryOf(".", args[0])
		if err == nil {
			_, err = fmt.Fprintln(out, entry.notes)
		}
		return err
	case name == "sbom" && len(args) == 2:
		return writeSBOM(args[0], args[1])
	}
	return errors.New(usage)
}

// archives runs goreleaser with nothing in its environment that another day or commit would have
// otherwise: the tag is given, and times are the version's day.
func archives(version, goreleaser string, out io.Writer) error {
	entry, err := entryOf(".", version)
	if err != nil {
		return err
	}
	command := exec.Command(goreleaser, "release", "--snapshot", "--clean")
	command.Env = append(os.Environ(),
		"GORELEASER_CURRENT_TAG="+version,
		"GORELEASER_PREVIOUS_TAG="+version,
		"SOURCE_DATE_EPOCH="+strconv.FormatInt(entry.day.Unix(), 10),
		"RELEASE_DAY="+entry.day.Format("2006-01-02T15:04:05Z"),
	)
	command.Stdout, command.Stderr = out, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command.Args, " "), err)
	}
	return nil
}
