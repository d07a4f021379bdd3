package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podmend/podmend/internal/scripts"
)

// fill adds a text many times to a file, for what is too large to be written out; Go escapes are
// understood, and %d is the number of the repetition: fill FILE COUNT TEXT
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE COUNT TEXT")
	}
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := unescaped(ts, args[2])
	var content bytes.Buffer
	for i := range count {
		if bytes.Contains(text, []byte("%d")) {
			content.Write(bytes.ReplaceAll(text, []byte("%d"), strconv.AppendInt(nil, int64(i), 10)))
		} else {
			content.Write(text)
		}
	}
	appendTo(ts, args[0], content.Bytes())
}

// unescaped understands Go escapes in a text that may hold quotes.
func unescaped(ts *testscript.TestScript, text string) []byte {
	return scripts.Unescape(ts, strings.ReplaceAll(text, `"`, `\"`))
}

func appendTo(ts *testscript.TestScript, name string, content []byte) {
	name = ts.MkAbs(name)
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	ts.Check(err)
	_, err = file.Write(content)
	ts.Check(err)
	ts.Check(file.Close())
}

// oddname copies a file to a name that a script cannot hold; Go escapes are understood:
// oddname FILE NAME
func oddname(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: oddname FILE NAME")
	}
	content, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	name := filepath.Join(ts.MkAbs("."), string(scripts.Unescape(ts, args[1])))
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, content, 0o644))
}

// zeros is a piece of a bomb: as many zeros, packed once.
const zeros = 64 << 20

// archive makes a packaged chart. An entry is NAME=CONTENT, NAME->LINK or NAME*SIZE for a file
// of as many MiB of zeros: archive FILE ENTRY...
func archive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: archive FILE ENTRY...")
	}
	var packed bytes.Buffer
	// A gzip file may be made of several, so that the zeros are packed once, not for each bomb.
	member := func(content []byte) []byte {
		var b bytes.Buffer
		writer, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		ts.Check(err)
		_, err = writer.Write(content)
		ts.Check(err)
		ts.Check(writer.Close())
		return b.Bytes()
	}
	var piece []byte
	for _, entry := range args[1:] {
		header := tar.Header{Mode: 0o644, Typeflag: tar.TypeReg}
		content, repeat := "", 0
		if name, link, ok := strings.Cut(entry, "->"); ok {
			header.Name, header.Linkname, header.Typeflag = name, link, tar.TypeSymlink
		} else if name, text, ok := strings.Cut(entry, "="); ok {
			header.Name, content = name, string(unescaped(ts, text))
			header.Size = int64(len(content))
		} else if name, size, ok := strings.Cut(entry, "*"); ok {
			mib, err := strconv.Atoi(size)
			ts.Check(err)
			header.Name, header.Size, repeat = name, int64(mib)<<20, max(mib<<20/zeros, 1)
			piece = member(make([]byte, min(mib<<20, zeros)))
		} else {
			ts.Fatalf("%s is no entry", entry)
		}
		var head bytes.Buffer
		writer := tar.NewWriter(&head)
		ts.Check(writer.WriteHeader(&header))
		head.WriteString(content)
		head.Write(make([]byte, (512-len(content)%512)%512))
		packed.Write(member(head.Bytes()))
		for range repeat {
			packed.Write(piece)
		}
	}
	packed.Write(member(make([]byte, 1024)))
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, packed.Bytes(), 0o644))
}

// forest makes many small files, a hundred in a folder, every tenth of them a manifest: forest
// COUNT. PODMEND_TEST_FOREST names another count.
func forest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: forest COUNT")
	}
	text := args[0]
	if larger := os.Getenv("PODMEND_TEST_FOREST"); larger != "" {
		text = larger
	}
	count, err := strconv.Atoi(text)
	ts.Check(err)
	for i := range count {
		dir := filepath.Join(ts.MkAbs("."), fmt.Sprintf("forest/%d/%d", i/10000, i/100))
		if i%100 == 0 {
			ts.Check(os.MkdirAll(dir, 0o755))
		}
		name, content := fmt.Sprintf("%d.txt", i), "text"
		if i%10 == 0 {
			name, content = fmt.Sprintf("%d.yaml", i), "a: 1\n"
		}
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
}
