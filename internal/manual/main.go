// Command manual writes podmend's man pages and shell completions into a folder, for archives and
// packages.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra/doc"

	"github.com/podmend/podmend/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manual FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		fmt.Fprintf(os.Stderr, "manual: %v\n", err)
		os.Exit(1)
	}
}

// write writes the same for the same time, which is given as https://reproducible-builds.org does.
func write(dir, epoch string) error {
	seconds := int64(0)
	if epoch != "" {
		var err error
		if seconds, err = strconv.ParseInt(epoch, 10, 64); err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is %q, which is no number of seconds", epoch)
		}
	}
	root := cli.Commands()
	root.DisableAutoGenTag = true
	man, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	for _, folder := range []string{man, completions} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	date := time.Unix(seconds, 0).UTC()
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "podmend", Manual: "podmend", Date: &date}, man); err != nil {
		return fmt.Errorf("write the man pages: %w", err)
	}
	for name, generate := range map[string]func(string) error{
		"podmend.bash": func(file string) error { return root.GenBashCompletionFileV2(file, true) },
		"_podmend":     root.GenZshCompletionFile,
		"podmend.fish": func(file string) error { return root.GenFishCompletionFile(file, true) },
		"podmend.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := generate(filepath.Join(completions, name)); err != nil {
			return fmt.Errorf("write the completions %s: %w", name, err)
		}
	}
	return nil
}
