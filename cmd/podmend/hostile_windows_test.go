package main

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// What follows is made of things that Windows lacks; the scripts that use it ask for [unix].

func fifo(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("there are no named pipes here") }

func strike(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("there are no signals here") }

func largest(*os.ProcessState) int64 { return 0 }
