//go:build !linux

package memory

func takeLargePages() {}
