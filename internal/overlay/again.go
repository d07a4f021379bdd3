package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A kept value is what Once made, and what it read for that.
type kept struct {
	once  sync.Once
	value any
	reads []string
	looks []Look
}

// maxKept bounds how many values are kept.
const maxKept = 64

// Once makes a value of the files in this view, or returns the one that was made of a view with the same
// changes, those below the folder apart away. What it reads is recorded each time. key names the value.
func (f *FS) Once(key, apart string, build func(files *FS) any) any {
	f.made.mutex.Lock()
	name := key + "\x00" + f.changesDigest(apart)
	entry := f.made.values[name]
	if entry == nil {
		if len(f.made.values) >= maxKept {
			f.made.values = map[string]*kept{}
		}
		entry = &kept{}
		f.made.values[name] = entry
	}
	f.made.mutex.Unlock()
	entry.once.Do(func() {
		var mutex sync.Mutex
		reads, looks := map[string]bool{}, map[Look]bool{}
		view := f.Recording(func(name string) {
			mutex.Lock()
			defer mutex.Unlock()
			reads[name] = true
		}).Watching(func(look Look) {
			mutex.Lock()
			defer mutex.Unlock()
			looks[look] = true
		})
		entry.value = build(view)
		entry.reads, entry.looks = slices.Collect(maps.Keys(reads)), slices.Collect(maps.Keys(looks))
	})
	for _, name := range entry.reads {
		if f.record != nil {
			f.record(name)
		}
	}
	for _, look := range entry.looks {
		if f.watch != nil {
			f.watch(look)
		}
	}
	return entry.value
}

// maxKeptBytes bounds how many bytes the values of Kept hold.
const maxKeptBytes = 64 << 20

// Kept returns the value that build made under a key before, or makes it. It depends on the key alone, not
// on what this view shows. size is how many bytes the value holds.
func (f *FS) Kept(key string, build func() (value any, size int)) any {
	f.made.mutex.Lock()
	value := f.made.sized[key]
	if value == nil {
		value = &sized{}
		f.made.sized[key] = value
	}
	f.made.mutex.Unlock()
	value.once.Do(func() {
		size := 0
		value.value, size = build()
		f.made.mutex.Lock()
		defer f.made.mutex.Unlock()
		if f.made.size += size; f.made.size > maxKeptBytes {
			f.made.sized, f.made.size = map[string]*sized{key: value}, size
		}
	})
	return value.value
}

// A sized value is what Kept keeps.
type sized struct {
	once  sync.Once
	value any
}

// made are the values that Once and Kept made.
type made struct {
	mutex  sync.Mutex
	values map[string]*kept
	sized  map[string]*sized
	size   int // of those in sized
}

// changesDigest names what With has put into this view.
func (f *FS) changesDigest(apart string) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.changed)) {
		if strings.HasPrefix(name, apart+"/") {
			continue
		}
		content := f.changed[name]
		sum.Write([]byte(name + "\x00"))
		if content == nil {
			sum.Write([]byte("gone\x00"))
			continue
		}
		of := sha256.Sum256(content)
		sum.Write(of[:])
	}
	for _, name := range slices.Sorted(maps.Keys(f.links)) {
		if !strings.HasPrefix(name, apart+"/") {
			sum.Write([]byte(name + "\x00 leads to " + f.links[name] + "\x00"))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
