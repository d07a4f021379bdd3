package report

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestSamples keeps the reports that the tests of other packages read: what is in testdata/samples is
// what the tests of this package are about.
func TestSamples(t *testing.T) {
	hostileReport, hostileFiles := hostile()
	markupReport, markupFiles := markup()
	manyReport, manyFiles := many()
	for _, sample := range []struct {
		name   string
		report *Report
		files  map[string]string
	}{
		{"full", sample(t), sampleFiles},
		{"empty", empty(), nil},
		{"clean", clean(), nil},
		{"errors", onlyErrors(), nil},
		{"details", details(), nil},
		{"all-exempt", allExempt(), nil},
		{"many", manyReport, manyFiles},
		{"hostile", hostileReport, hostileFiles},
		{"markup", markupReport, markupFiles},
	} {
		var text bytes.Buffer
		if err := WriteJSON(&text, sample.report); err != nil {
			t.Fatal(err)
		}
		golden(t, "samples/"+sample.name+".json", text.Bytes())
		files := map[string][]byte{} // some are no text
		for name, content := range sample.files {
			files[name] = []byte(content)
		}
		listed, err := json.MarshalIndent(files, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "samples/"+sample.name+".files.json", append(listed, '\n'))
	}
}
