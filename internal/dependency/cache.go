package dependency

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/podmend/podmend/internal/atomicfile"
)

// A Cache keeps archives in a folder, each under the SHA-256 of its content. Which digest is meant
// is never read from it, so that whoever can write there can make podmend fetch again, and no more.
type Cache struct {
	dir string
	max int64
}

// NewCache makes a cache in dir, which is made when something is kept. Archives have at most max
// bytes.
func NewCache(dir string, max int64) *Cache {
	return &Cache{dir: filepath.Join(dir, "charts"), max: max}
}

func (c *Cache) file(digest string) string {
	return filepath.Join(c.dir, "sha256-"+digest+".tgz")
}

// get returns the archive with a digest. damaged says that something else was in its place.
func (c *Cache) get(digest string) (archive []byte, damaged bool) {
	root, err := os.OpenRoot(c.dir) // whose links lead nowhere outside
	if err != nil {
		return nil, false
	}
	defer root.Close()
	name := filepath.Base(c.file(digest))
	info, err := root.Lstat(name)
	if err != nil {
		return nil, !errors.Is(err, fs.ErrNotExist)
	}
	if !info.Mode().IsRegular() || info.Size() > c.max {
		return nil, true
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, true
	}
	defer file.Close()
	archive, err = io.ReadAll(io.LimitReader(file, c.max))
	if err != nil || digestSum(archive) != digest {
		return nil, true
	}
	return archive, false
}

// put keeps an archive. Others may keep the same at the same time: each file is whole at any time.
func (c *Cache) put(digest string, archive []byte) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	name := c.file(digest)
	// What is not a file would be kept in its place by the write.
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		if err := os.RemoveAll(name); err != nil {
			return fmt.Errorf("clean the cache: %w", err)
		}
	}
	if err := atomicfile.Write(name, archive, 0o600); err != nil {
		return fmt.Errorf("keep an archive in the cache: %w", err)
	}
	return nil
}

func digestSum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
