package render

import "testing"

func TestLaterClock(t *testing.T) {
	for template, want := range map[string]string{
		"a: {{ now | date \"2006\" }} # now":                                              "a: {{ " + laterClock + " | date \"2006\" }} # now",
		"{{ if true }}{{ date \"now\" (now) }}{{ else }}{{ $x := now }}{{ $x }}{{ end }}": "{{ if true }}{{ date \"now\" (" + laterClock + ") }}{{ else }}{{ $x := " + laterClock + " }}{{ $x }}{{ end }}",
		"\xef\xbb\xbf{{ define \"a\" }}{{ now }}{{ end }}":                                "\xef\xbb\xbf{{ define \"a\" }}{{ " + laterClock + " }}{{ end }}",
		"{{ .Values.now }} {{/* now */}}":                                                 "",
		"{{ now":                                                                          "",
	} {
		later, ok := LaterClock([]byte(template))
		if ok != (want != "") || ok && string(later) != want {
			t.Errorf("%s: %s, want %s", template, later, want)
		}
	}
}
