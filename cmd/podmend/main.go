// Command podmend finds pods that break the Pod Security Standards in Helm charts, Kustomize
// overlays and manifests, and mends them at their source.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/podmend/podmend/internal/cli"
)

func main() {
	// Rendering makes garbage quickly and lives shortly: collecting it late saves a third of the
	// time, and the limit makes it early again before memory gets scarce.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(768 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the program at once
		time.Sleep(grace)
		os.Exit(cli.ExitStopped)
	}()
	code := cli.Run(ctx, os.Args[1:], cli.Process())
	os.Exit(code)
}

// grace is how long a run that was stopped may take to put its files in order.
const grace = 2 * time.Second
