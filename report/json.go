package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxJSON is the size in bytes above which ReadJSON refuses a report.
const MaxJSON = 256 << 20

// WriteJSON writes the report, indented and with a final newline. Nil lists of r become
// empty ones. Characters that could act on a terminal or a log are written as JSON escapes.
func WriteJSON(w io.Writer, r *Report) error {
	r.fillEmpty()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := w.Write(InertJSON(b.Bytes()))
	return err
}

// InertJSON escapes in JSON what Inert would escape, without a change of what the JSON means:
// outside of strings there is only ASCII.
func InertJSON(text []byte) []byte {
	commands := logCommands(text)
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case len(commands) > 0 && commands[0] == i:
			commands = commands[1:]
			out = fmt.Appendf(out, `\u%04x`, r)
		case r == '\n' || isInert(r):
			out = append(out, text[i:i+size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	return out
}

// ReadJSON reads what WriteJSON wrote. It takes fields that it does not know for those of
// a later podmend of the same schema and drops them. It does not look for contradictions:
// Problems does.
func ReadJSON(in io.Reader) (*Report, error) {
	return readJSON(in, MaxJSON)
}

// ReadStrictJSON reads as ReadJSON does, and refuses fields that it does not know.
func ReadStrictJSON(in io.Reader) (*Report, error) {
	text, err := readText(in, MaxJSON)
	if err != nil {
		return nil, err
	}
	if _, err := parseJSON(text); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	r := new(Report)
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("the report has fields that this podmend does not know (%w): use the podmend that wrote it", inertError(err))
	}
	r.fillEmpty()
	return r, nil
}

func readJSON(in io.Reader, limit int64) (*Report, error) {
	text, err := readText(in, limit)
	if err != nil {
		return nil, err
	}
	return parseJSON(text)
}

func readText(in io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("the report cannot be read: %w", err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("the report has more than %d MiB: make smaller ones with --shard", limit>>20)
	}
	return text, nil
}

func parseJSON(text []byte) (*Report, error) {
	var version struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, fmt.Errorf("this is no report in JSON (%w): make one with podmend check --format json",
			inertError(err))
	}
	switch {
	case version.Schema == nil:
		return nil, errors.New("this JSON names no schema, so it is no report of podmend: " +
			"make one with podmend check --format json")
	case *version.Schema != Schema:
		return nil, fmt.Errorf("the report has the schema %q and this podmend reads %q: "+
			"use the podmend that wrote it", Inert(*version.Schema, 40), Schema)
	}
	r := new(Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("the report does not follow its schema (%w): make it again", inertError(err))
	}
	r.fillEmpty()
	return r, nil
}

// inertError keeps quoted parts of a hostile report from acting on a terminal.
func inertError(err error) error {
	return errors.New(Inert(err.Error(), 200))
}
