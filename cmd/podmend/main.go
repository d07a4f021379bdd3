// Command podmend finds pods that break the Pod Security Standards in Helm charts, Kustomize
// overlays and manifests, and mends them at their source.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/podmend/podmend/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Process())
	stop()
	os.Exit(code)
}
