// Command podmend finds pods that break the Pod Security Standards in Helm charts, Kustomize
// overlays and manifests, and mends them at their source.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/podmend/podmend/internal/cli"
)

func main() {
	// Rendering makes garbage quickly and lives shortly: collecting it late saves a third of the
	// time, and the limit makes it early again before memory gets scarce.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(768 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Process())
	stop()
	os.Exit(code)
}
