package yamledit

import (
	"bytes"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// FuzzMayHold seeks a text in which the reader sees an alias that is not looked for.
func FuzzMayHold(f *testing.F) {
	for _, text := range []string{
		"a: &x 1\nb: *x\n", "[&a b,*a]", "{a: &a b, ?*a : c}", "{\"a\":&a b,\"c\":*a}", "- &a\n- *a", "&a b: *a", "? &a b\n: *a\n",
		"\xef\xbb\xbf&a b: c\n---\n- &a b\n- *a\n", "a: !!str &x b\nc:\t*x\n", "{'a':&a b,'c':*a}", "a: &-_9 b\rc: *-_9\r",
		"a: &a b\u2028c: *a\u0085", "\xff\xfea\x00:\x00 \x00&\x00b\x00 \x00c\x00\n\x00d\x00:\x00 \x00*\x00b\x00",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var document yaml.Node
			if readsNo(decoder, &document) {
				return
			}
			if holdsAlias(&document) && !(mayHold(text, '*') && mayHold(text, '&')) {
				t.Fatalf("%q holds an alias", text)
			}
		}
	})
}

// readsNo says whether there is no document more. The reader panics on some texts.
func readsNo(decoder *yaml.Decoder, document *yaml.Node) (ended bool) {
	defer func() { ended = recover() != nil || ended }()
	return decoder.Decode(document) != nil
}

func holdsAlias(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode {
		return true
	}
	for _, below := range node.Content {
		if holdsAlias(below) {
			return true
		}
	}
	return false
}

func TestMayHold(t *testing.T) {
	for text, want := range map[string]bool{
		"a: *b": true, "*b": true, "[*b]": true, "a: \"*b": true,
		"": false, "a: b*c": false, "a: **": false, "glob: /*.yaml": false, "* item": false, "a: (*b)": false, "end *": false,
	} {
		if got := mayHold([]byte(text), '*'); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
