package rendercache

import (
	"bytes"
	"compress/flate"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/podmend/podmend/render"
)

// An entry is what one file of the store holds, packed.
type entry struct {
	Key    string
	Made   time.Time
	Looks  []look
	Result render.Result
}

// maxPlain bounds what an entry unpacks to.
const maxPlain = 256 << 20

func encode(e *entry) ([]byte, error) {
	var packed bytes.Buffer
	writer, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(writer).Encode(e); err != nil {
		return nil, fmt.Errorf("pack a result: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

var errNoResult = errors.New("it holds no result of a rendering")

// decode reads what encode wrote, or what somebody put in its place.
func decode(content []byte) (read *entry, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			read, err = nil, errNoResult
		}
	}()
	read = &entry{}
	plain := io.LimitReader(flate.NewReader(bytes.NewReader(content)), maxPlain)
	if err := gob.NewDecoder(plain).Decode(read); err != nil {
		return nil, fmt.Errorf("unpack a result: %w", err)
	}
	if !valid(&read.Result) || len(read.Looks) == 0 {
		return nil, errNoResult
	}
	return read, nil
}

// valid says whether a result is one that a renderer may give.
func valid(result *render.Result) bool {
	if !slices.Contains([]render.Status{render.OK, render.Failed, render.Skipped}, result.Status) {
		return false
	}
	if (result.Status == render.Failed) != (result.Err != nil) && result.Status != render.Skipped {
		return false
	}
	inside := func(name string) bool { return name == "" || fs.ValidPath(name) }
	if slices.ContainsFunc(result.Reads, func(name string) bool { return !inside(name) }) {
		return false
	}
	return !slices.ContainsFunc(result.Objects, func(o render.Object) bool {
		return !inside(o.Source.File) || !inside(o.Source.Kustomization) || !inside(o.Source.Declared.File) || !validTrace(o.Trace)
	})
}

// validTrace says whether the indexes of a trace lead somewhere.
func validTrace(trace *render.Trace) bool {
	if trace == nil {
		return true
	}
	if t := trace.Template; t != nil {
		for i, frame := range t.Frames {
			if frame.Parent >= i || frame.Parent < -1 || frame.File >= len(t.Files) {
				return false
			}
		}
		for _, span := range t.Spans {
			if span.Kind != render.SpanUnknown && (span.File < 0 || span.File >= len(t.Files) || span.Frame < 0 || span.Frame >= len(t.Frames)) {
				return false
			}
		}
	}
	if f := trace.Fields; f != nil {
		for _, indexes := range f.Fields {
			if slices.ContainsFunc(indexes, func(i int) bool { return i < 0 || i >= len(f.Places) }) {
				return false
			}
		}
	}
	return true
}
