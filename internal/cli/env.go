// Package cli is podmend's command line: flags and configuration become options, the pipeline
// runs, and its outcome becomes an exit code.
package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/podmend/podmend/internal/worker"
	"github.com/podmend/podmend/report"
)

// An Env is what podmend sees of its process.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Dir            string // working directory
	// Program is this program's file, of which children are made that render; "" renders in this
	// process, without limits.
	Program string
	// StdoutTerminal and StderrTerminal say whether a person reads the stream in a terminal.
	StdoutTerminal, StderrTerminal bool
	Width                          int              // columns of the terminal, 0 if there is none
	Now                            func() time.Time // nil is the system's clock
	// Sleep waits, for what GitHub limits; nil is the system's way.
	Sleep func(context.Context, time.Duration) error

	// action collects what the steps behind podmend action are told; nil elsewhere.
	action *action
}

// Process is the environment of the running process. What it holds is hidden from other processes.
func Process() Env {
	worker.HideEnvironment()
	env := Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	if dir, err := os.Getwd(); err == nil {
		env.Dir = dir
		// Whether a file is one of the repository is told by its path without links.
		if resolved, err := filepath.EvalSymlinks(dir); err == nil {
			env.Dir = resolved
		}
	}
	if program, err := os.Executable(); err == nil {
		env.Program = program
	}
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		env.Width = width
	}
	return env
}

// color says whether output to a terminal is coloured. https://no-color.org
func (e Env) color() bool {
	return e.StdoutTerminal && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}

// today is the date in UTC, so that an exemption ends everywhere at once.
func (e Env) today() string {
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	return now().UTC().Format(time.DateOnly)
}

// obeys says whether the CI system that reads the output would take a line of it for a command.
func (e Env) obeys(text []byte) bool {
	return e.Getenv("CI") != "" && report.HasCommands(text)
}
