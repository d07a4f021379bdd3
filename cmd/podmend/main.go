// Command podmend finds pods that break the Pod Security Standards in Helm charts, Kustomize
// overlays and manifests, and mends them at their source.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/podmend/podmend/internal/cli"
	_ "github.com/podmend/podmend/internal/memory"
)

func main() {
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
