package sarif

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/podmend/podmend/report"
)

// What code scanning takes: more results are refused with the whole file, as is a larger one.
// https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads
const (
	maxResults = 25_000
	maxBytes   = 10 << 20 // compressed
)

// Write writes a finished report, the worst findings first. What does not fit is left out and
// counted in a notification of the run.
func Write(w io.Writer, r *report.Report, o Options) error {
	v := report.NewView(r, o.Source)
	run, err := newRun(v, o)
	if err != nil {
		return err
	}
	kept := keeper{results: cmp.Or(o.maxResults, maxResults), bytes: cmp.Or(o.maxBytes, maxBytes) * 9 / 10}
	for _, f := range v.Worst() {
		if f.Status == report.StatusExempt && o.CodeScanning {
			continue
		}
		if err := kept.add(newResult(v, f)); err != nil {
			return err
		}
	}
	for i := range r.Mended {
		if o.CodeScanning {
			break
		}
		if err := kept.add(absent(&r.Mended[i])); err != nil {
			return err
		}
	}
	if kept.left > 0 {
		run.Invocations[0].AddToolExecutionNotification(plainNote(sarif.LevelWarning, fmt.Sprintf(
			"%d more results do not fit into this file, and these are the worst; podmend check --format json holds all.", kept.left)))
	}
	plain, err := pruned(run)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(plain, &fields); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	fields["results"] = append(append([]byte{'['}, kept.list...), ']')
	file := map[string]any{"$schema": schema, "version": "2.1.0", "runs": []any{fields}}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(file); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	_, err = w.Write(report.InertJSON(text.Bytes()))
	return err
}

// A keeper takes results until they are too many or too large.
type keeper struct {
	list           []byte // joined by commas
	results, bytes int    // what is left of the limits
	left           int    // results that did not fit
	packed         bytes.Buffer
	zip            *gzip.Writer
}

// flushed is how many results are compressed at a time, to see how large they are.
const flushed = 200

func (k *keeper) add(result *sarif.Result) error {
	if k.left > 0 || k.results == 0 || k.packed.Len() > k.bytes {
		k.left++
		return nil
	}
	text, err := pruned(result)
	if err != nil {
		return err
	}
	if len(k.list) > 0 {
		k.list = append(k.list, ',')
	}
	k.list = append(k.list, text...)
	k.results--
	if k.zip == nil {
		k.zip = gzip.NewWriter(&k.packed)
	}
	k.zip.Write(text)
	if k.results%flushed == 0 || len(text) > k.bytes/flushed {
		return k.zip.Flush()
	}
	return nil
}

// pruned is the JSON of a part without what says nothing: the library writes out every default.
func pruned(part any) ([]byte, error) {
	text, err := json.Marshal(part)
	if err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("sarif: %w", err)
	}
	prune(value)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(value)
	return bytes.TrimSpace(out.Bytes()), err
}

func prune(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			prune(item)
		}
	case map[string]any:
		for key, field := range value {
			list, isList := field.([]any)
			if isList && len(list) == 0 || field == nil || field == json.Number("-1") {
				delete(value, key)
				continue
			}
			prune(field)
		}
	}
}
