package render

import (
	"bytes"
	"slices"

	"github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/podmend/podmend/internal/gitdir"
)

// trackedFiles lists git's index, sorted; nothing where there is no repository or its index cannot
// be read, so that only the rules decide.
func trackedFiles(gitDir string) (names []string) {
	if gitDir == "" {
		return nil
	}
	content, ok := gitdir.ReadFile(gitDir, "index")
	if !ok {
		return nil
	}
	// The decoder panics on some indexes that git would not have written.
	defer func() {
		if recover() != nil {
			names = nil
		}
	}()
	var decoded index.Index
	if err := index.NewDecoder(bytes.NewReader(content)).Decode(&decoded); err != nil {
		return nil
	}
	names = make([]string, 0, len(decoded.Entries))
	for _, entry := range decoded.Entries {
		names = append(names, entry.Name)
	}
	slices.Sort(names)
	return names
}
