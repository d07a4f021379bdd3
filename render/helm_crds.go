package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// crdObjects returns the objects of the crds folders of a chart and its subcharts, in Helm's
// order. Helm copies these files as they are; a document that is not YAML makes a note.
func (c *helmChart) crdObjects() (objects []Object, notes []string) {
	for _, crd := range c.CRDObjects() {
		place := c.places[crd.File]
		for _, document := range splitCRDFile(crd.File.Data) {
			head, ok := scanCRDHead(document.text)
			if !ok {
				if err := yaml.Unmarshal(document.text, &head); err != nil {
					notes = append(notes, fmt.Sprintf("A document of %s is not YAML and was left out.", helmPlaceWord(place)))
					continue
				}
			}
			if head.Kind == "" || head.APIVersion == "" {
				continue
			}
			found, err := head.objects(string(document.text), Source{File: place.file, Doc: document.index, Manifest: place.inside == ""})
			if err != nil {
				notes = append(notes, fmt.Sprintf("A document of %s is not YAML and was left out.", helmPlaceWord(place)))
			}
			objects = append(objects, found...)
		}
	}
	return objects, notes
}

type crdDocument struct {
	text  []byte
	index int // of the document in the file's YAML stream
}

// splitCRDFile splits a file into its YAML documents, without separators and those without
// content. https://yaml.org/spec/1.2.2/#92-streams
func splitCRDFile(content []byte) (documents []crdDocument) {
	index, start, begun, empty := 0, 0, false, true
	flush := func(end int) {
		if !empty {
			documents = append(documents, crdDocument{text: bytes.TrimSpace(content[start:end]), index: index})
		}
	}
	at := 0
	for line := range bytes.Lines(content) {
		text := bytes.TrimSpace(line)
		switch {
		case isSeparator(line):
			flush(at)
			if begun || !empty {
				index++
			}
			begun, start = true, at+len("---")
			rest := bytes.TrimSpace(line[len("---"):])
			empty = len(rest) == 0 || rest[0] == '#'
		case len(text) > 0 && text[0] != '#' && (begun || text[0] != '%'):
			empty = false
		}
		at += len(line)
	}
	flush(len(content))
	return documents
}

// isSeparator says whether a line starts a YAML document.
func isSeparator(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) && (len(line) == 3 || strings.IndexByte(" \t\r\n", line[3]) >= 0)
}

var (
	crdTopField  = regexp.MustCompile(`(?m)^([A-Za-z]+):[ \t]*(.*?)[ \t\r]*$`)
	crdMetaField = regexp.MustCompile(`^( +)(name|namespace|generateName):[ \t]+([A-Za-z][A-Za-z0-9-]*\.[A-Za-z0-9.-]*)[ \t\r]*$`)
	crdVersion   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]*/[A-Za-z0-9]+$`)
)

// scanCRDHead reads the head of a CustomResourceDefinition in the form that generators write,
// without parsing its long schemas. It says no to whatever else it sees.
func scanCRDHead(text []byte) (head helmHead, ok bool) {
	fields := map[string]string{}
	inMetadata, indent := false, 0
	name := ""
	for line := range bytes.Lines(text) {
		if len(line) > 0 && line[0] == ' ' {
			if !inMetadata {
				continue
			}
			at := crdMetaField.FindSubmatch(bytes.TrimRight(line, "\n"))
			if indent == 0 && len(bytes.TrimSpace(line)) > 0 {
				indent = len(line) - len(bytes.TrimLeft(line, " "))
			}
			if at != nil && len(at[1]) == indent {
				if string(at[2]) != "name" {
					return head, false
				}
				name = string(at[3])
			}
			continue
		}
		if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
			continue
		}
		at := crdTopField.FindSubmatch(bytes.TrimRight(line, "\n"))
		if at == nil {
			return head, false
		}
		key, value := string(at[1]), string(at[2])
		if _, twice := fields[key]; twice {
			return head, false
		}
		fields[key] = value
		inMetadata = key == "metadata" && value == ""
	}
	if fields["kind"] != "CustomResourceDefinition" || !crdVersion.MatchString(fields["apiVersion"]) || name == "" {
		return head, false
	}
	head.APIVersion, head.Kind = fields["apiVersion"], fields["kind"]
	head.Metadata = &helmMetadata{Name: name}
	return head, true
}
