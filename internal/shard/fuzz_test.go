package shard

import (
	"bytes"
	"testing"

	"github.com/podmend/podmend/report"
)

// FuzzMerge asks that no report makes merge panic, and that what it takes adds up.
func FuzzMerge(f *testing.F) {
	inputs := pair()
	var first, second bytes.Buffer
	for i, to := range []*bytes.Buffer{&first, &second} {
		if err := report.WriteJSON(to, inputs[i].Report); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(first.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		hostile, err := report.ReadStrictJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		honest, err := report.ReadStrictJSON(bytes.NewReader(second.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		merged, err := Merge([]Input{{"hostile.json", hostile}, {"honest.json", honest}})
		if err != nil {
			return
		}
		if problems := merged.Problems(); len(problems) > 0 || merged.Shard != nil {
			t.Fatalf("%q", problems)
		}
	})
}
