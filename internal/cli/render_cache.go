package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/podmend/podmend/internal/rendercache"
)

// keepRenderings lets the run take what is unchanged from the folder that --cache-dir names. Nobody
// who has named none gets files written.
func (r *run) keepRenderings(f *flags) error {
	if !f.keeps || f.cacheDir == "" {
		return nil
	}
	dir, err := cacheFolder(r.env, f.cacheDir, r.repo.files.Dir())
	if err != nil {
		return err
	}
	program, err := programDigest(r.env.Program)
	if err != nil {
		return err
	}
	now := r.env.Now
	if now == nil {
		now = time.Now
	}
	r.store = rendercache.NewStore(dir, rendercache.MaxSize, now)
	r.cache = rendercache.New(r.store, r.renderer, program)
	r.renderer = r.cache
	return nil
}

// programDigest names the program that renders: a release by its version, any other by its bytes.
func programDigest(program string) (string, error) {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") && !strings.ContainsAny(info.Main.Version, "-+") {
		return info.Main.Version + " " + info.Main.Sum + " " + info.GoVersion + " " + runtime.GOOS + "/" + runtime.GOARCH, nil
	}
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return "", fmt.Errorf("tell this podmend from others in the cache: %w", err)
		}
	}
	file, err := os.Open(program)
	if err != nil {
		return "", fmt.Errorf("tell this podmend from others in the cache: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("tell this podmend from others in the cache: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// cached counts the targets of which nothing had to be rendered.
func (r *run) cached() int {
	count := 0
	for i := range r.results {
		if target := r.results[i].Target; r.cache != nil && !r.cache.Rendered(target.ID) && target.Err == nil {
			count++
		}
	}
	return count
}

// tellCache says on standard error what the cache was good for, and closes it.
func (r *run) tellCache() {
	if r.cache == nil {
		return
	}
	err := r.store.Close()
	note := ""
	if varying := r.cache.Varying(); varying > 0 {
		note = fmt.Sprintf("; %s each time, because charts ask for the time or for chance", plural(varying, "target")+" rendered")
	}
	fmt.Fprintf(r.env.Stderr, "podmend: %d of %s from the cache%s\n", r.cached(), plural(len(r.results), "target"), note)
	if damaged := r.store.Damaged(); damaged > 0 {
		fmt.Fprintf(r.env.Stderr, "podmend: %s of the cache damaged and thrown away; see who else writes to %s\n", plural(damaged, "file"), r.store.Dir())
	}
	if err != nil {
		fmt.Fprintf(r.env.Stderr, "podmend: the cache could not be written: %v; the next run renders again\n", err)
	}
}
