package yamledit
import ("testing";"fmt")
func TestZZ(t *testing.T){
 for _, s := range []string{
  "a: 1\nb: \"x\nc: 2\nd: 3\n", "a: \"x\nb: 2\n", "a: 1\nfoo\nb: 2\n", "foo\nb: 2\n", "a: 1\n b: 2\n", "x:\n  a: 1\n b: 2\n","a: 1\nb: 2\n  c: 3\n",
  "a: b: c\n", "x: 1\na: b: c\n", "x: 1\n\tb: 2\n", "a:\n\tb: 2\n", "a:\n  - x\n -y\nb: 1\n", "a:\n  - x\n - y\nb: 1\n","x: 1\na: {b: 1\nc: 2\n", "a: [1, 2\nb: 3\n", "a: [1\n", "a: }\n", "x: 1\na: @b\n", "x: 1\na: `b\n","x: 1\na: %b\n",
  "x: 1\na: *b\n", "# *b\nx: 1\na: *b\n", "x: 1\ny: !u!x b\n", "a: |\n  x\n y\nb: 1\n", "a: |\n\tx\n", "- a\nb: 1\n", "a: 1\n- b\n", "a:\n- b\n c: 1\n", "x: 1\n{{- if .Values.x }}\ny: 1\n{{- end }}\n", "{{ .Values.x }}\n", "a: {{ .Values.x }}\n", "x: 1\na: {{ .Values.x }}\nb: 2\n", "x: 1\na: 'it's'\n", "x: 1\na: \"\\d\"\n", "x: 1\na: \"b\" c\n", "x: 1\n---\ny: [\n---\nz: *q\n", "x: 1\r\ny: 2\r\na: b: c\r\n", "\ufeffx: 1\na: b: c\n", "\ufeffa: b: c\n", "x: \x00\n", "a: 1\nx: \xff\n", "%YAML 3.0\n---\na: 1\n", "x: 1\na: &\n", "x: 1\n? a\n? b: c: d\n", "{\"a\": 1,\n \"b\": 2,\n}\n", "{\"a\": 1\n \"b\": 2\n}\n", "a: 1\r\tb: c: d\n", "a: &x 1\nb: *x\nc: *y\n", "a: 'x\n---\nb: 2\n", "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "x: 1\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "image: foo:1\n  tag: 2\n", "a:\n  b: 1\n  c: 2\n d: 3\n","a:\n  - b: 1\n    c: 2\n   d: 3\n",
 } {
  f := Parse([]byte(s))
  fmt.Printf("%q\n", s)
  for _, d := range f.Docs { if d.Err != nil { fmt.Printf("     %d:%d %s\n", d.Err.Line, d.Err.Column, d.Err.Problem) } else {fmt.Println("     ok")}}
 }
}
