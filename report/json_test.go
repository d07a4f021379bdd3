package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestJSONRoundTrip(t *testing.T) {
	for name, r := range map[string]*Report{"full": sample(t), "clean": clean(), "empty": empty()} {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := WriteJSON(&first, r); err != nil {
				t.Fatal(err)
			}
			back, err := ReadJSON(bytes.NewReader(first.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(back, r) {
				t.Errorf("read back %+v, wrote %+v", back, r)
			}
			if err := WriteJSON(&second, back); err != nil {
				t.Fatal(err)
			}
			if first.String() != second.String() {
				t.Error("writing what was read gives another text")
			}
		})
	}
}

func TestJSONForm(t *testing.T) {
	r := empty()
	r.Skipped = []Skipped{{Path: "a<b>&c", Reason: "bell\a escape\x1b csi\u009b bidi\u202e tag\U000e0041 ##[group]x"}}
	r.Targets = []Target{{ID: "t"}}
	var out bytes.Buffer
	if err := WriteJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		"{\n  \"schema\": \"podmend/v1\",\n",
		`"a<b>&c"`,
		`"bell\u0007 escape\u001b csi\u009b bidi\u202e tag\udb40\udc41 #\u0023[group]x"`,
		`"values": []`,
		`"error": null`,
		`"files": {}`,
		`"proposals": []`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
	if !strings.HasSuffix(text, "}\n") || strings.HasSuffix(text, "\n\n") {
		t.Error("it does not end with one newline")
	}
	checkInert(t, text, false)
	back, err := ReadJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if back.Skipped[0] != r.Skipped[0] {
		t.Errorf("escaping changed %+v to %+v", r.Skipped[0], back.Skipped[0])
	}
}

func TestHostileReportAsJSON(t *testing.T) {
	r, _ := hostile()
	var out bytes.Buffer
	if err := WriteJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	checkInert(t, out.String(), false)
	if !json.Valid(out.Bytes()) {
		t.Error("it is no JSON")
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "no report in JSON"},
		{"no JSON", "targets: []", "no report in JSON"},
		{"a list", "[]", "no report in JSON"},
		{"two reports", `{"schema":"podmend/v1"}{"schema":"podmend/v1"}`, "no report in JSON"},
		{"no schema", `{"version":"2.1.0"}`, "names no schema"},
		{"another schema", `{"schema":"podmend/v2","findings":{}}`, `"podmend/v2"`},
		{"a hostile schema", `{"schema":"\u001b[2J` + strings.Repeat("x", 100) + `"}`, `x1b[2J`},
		{"a wrong type", `{"schema":"podmend/v1","findings":"none"}`, "does not follow its schema"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadJSON(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got the error %v, want one with %s", err, test.want)
			}
			checkInert(t, err.Error(), false)
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestReadJSONTakesFieldsOfLaterVersions(t *testing.T) {
	r, err := ReadJSON(strings.NewReader(`{"schema":"podmend/v1","later":[1],"targets":null}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Targets == nil || r.Source.Files == nil {
		t.Error("what is missing is nil, not empty")
	}
}

// endless gives white space for ever.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestReadJSONIsLimited(t *testing.T) {
	if _, err := readJSON(endless{}, 1<<20); err == nil || !strings.Contains(err.Error(), "more than 1 MiB") {
		t.Errorf("got the error %v", err)
	}
}

func TestReadJSONReportsReadErrors(t *testing.T) {
	if _, err := ReadJSON(io.MultiReader(strings.NewReader("{"), errReader{})); err == nil ||
		!strings.Contains(err.Error(), io.ErrClosedPipe.Error()) {
		t.Errorf("got the error %v", err)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
