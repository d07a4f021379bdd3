//go:build linux && !amd64 && !arm64

package worker

// filterCalls is made for the machines that CI systems have.
func filterCalls() error { return nil }
