package render

import (
	"context"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// TestTracesOfCorpus traces every chart of a folder that the environment names: what counts as text
// of a template must stand there byte for byte.
func TestTracesOfCorpus(t *testing.T) {
	folder := helmCorpusFolder()
	if folder == "" {
		t.Log("set PODMEND_CORPUS to a folder of charts to trace these too")
		return
	}
	files, err := overlay.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var pods, traced, bytes, literal, action int
	for _, target := range helmCorpusTargets(t, files) {
		result := One(context.Background(), files, target, Detail{PodTemplatesOnly: true, Traced: true})
		if result.Err != nil {
			continue
		}
		for i := range result.Objects {
			object := &result.Objects[i]
			if !object.HasPodTemplate() {
				continue
			}
			pods++
			if object.Trace == nil {
				t.Logf("%s: no trace of %s %s from %s", target.ID, object.Kind, object.Name, object.Source.File)
				continue
			}
			traced++
			trace := object.Trace.Template
			for s, span := range trace.Spans {
				end := len(object.YAML)
				if s+1 < len(trace.Spans) {
					end = trace.Spans[s+1].At
				}
				bytes += end - span.At
				switch span.Kind {
				case SpanAction:
					action += end - span.At
				case SpanLiteral:
					literal += end - span.At
					file := trace.Files[span.File]
					if file.Inside != "" {
						continue
					}
					source, err := files.ReadFile(file.File)
					if err != nil {
						t.Fatal(err)
					}
					start := span.Start + ReadTemplate(source).Skipped
					if got := string(source[start : start+end-span.At]); got != string(object.YAML[span.At:end]) {
						t.Errorf("%s: %s: byte %d: %q is not %q", target.ID, file.File, start, got, object.YAML[span.At:end])
					}
				}
			}
		}
	}
	t.Logf("%d of %d objects with pods traced; of %d bytes %d are text, %d are printed by actions", traced, pods, bytes, literal, action)
	if traced == 0 || traced < pods*98/100 {
		t.Errorf("too few traces: %d of %d", traced, pods)
	}
}
