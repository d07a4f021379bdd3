package yamledit

import (
	"bytes"
	"fmt"
)

// What the process without limits parses costs it a few hundred bytes an item.
const (
	// MaxItems is how many items a file may have to be looked into for places.
	MaxItems = 1_000_000
	// maxCached is how many items of all files a cache holds.
	maxCached = 2_000_000
)

// ErrItems says that a file has too many items.
var ErrItems = fmt.Errorf("it has more than %d lines and items", MaxItems)

// Items estimates, without parsing, how many nodes a text has at most, give or take half.
func Items(text []byte) (n int) {
	for _, c := range []string{"\n", ",", "[", "{", "- ", "? "} {
		n += bytes.Count(text, []byte(c))
	}
	return n
}

// A Cache parses each of some files once, as far as it has room. The zero value works.
type Cache struct {
	files map[string]*File
	items int
}

// Parse returns a file that is parsed already, or parses what read returns.
func (c *Cache) Parse(name string, read func(name string) ([]byte, error)) (*File, error) {
	if file := c.files[name]; file != nil {
		return file, nil
	}
	content, err := read(name)
	if err != nil {
		return nil, err
	}
	items := Items(content)
	if items > MaxItems {
		return nil, fmt.Errorf("%s cannot be looked into: %w", name, ErrItems)
	}
	if c.items+items > maxCached || c.files == nil {
		c.files, c.items = map[string]*File{}, 0
	}
	c.items += items
	c.files[name] = Parse(content)
	return c.files[name], nil
}
