package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"helm.sh/helm/v3/pkg/release"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

const helmNotes = "NOTES.txt"

// A helmHead is what is read of a rendered document. Its fields are those that Helm reads, with
// their types, so that it refuses what Helm refuses, and some whose types refuse nothing.
type helmHead struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind,omitempty"`
	Metadata   *helmMetadata   `json:"metadata,omitempty"`
	Items      json.RawMessage `json:"items"`
}

type helmMetadata struct {
	Name         string            `json:"name"`
	GenerateName any               `json:"generateName"`
	Namespace    any               `json:"namespace"`
	Annotations  map[string]string `json:"annotations"`
}

// helmObjects splits what templates printed into objects, by template and document. Like Helm it
// refuses the whole chart for one document that is not YAML.
func helmObjects(rendered map[string]string, places map[string]helmPlace) (objects []Object, notes []string, failed *Error) {
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		if strings.HasSuffix(name, helmNotes) || strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		place := places[name]
		for _, document := range splitHelmDocuments(rendered[name]) {
			head, err := readHelmHead(document.text)
			if errors.Is(err, yamledit.ErrExpands) {
				return nil, notes, place.fail(ErrOutputLimit, 0, fmt.Sprintf("in what the template prints, %v. Take the aliases away.", err))
			}
			if err != nil {
				return nil, notes, helmRenderedError(err, place, document)
			}
			switch {
			case head.Kind == "" || head.APIVersion == "":
				if head.Kind != "" || head.APIVersion != "" || head.Metadata != nil {
					notes = append(notes, fmt.Sprintf("%s printed a document without apiVersion or kind, which was left out.", helmPlaceWord(place)))
				}
				continue
			case head.isUnknownHook():
				notes = append(notes, fmt.Sprintf("%s printed %s %q for a hook that Helm does not know and leaves out.", helmPlaceWord(place), head.Kind, head.Metadata.Name))
				continue
			}
			found, err := head.objects(document.text, Source{File: place.file, printed: helmDocumentOf{name, document.start}})
			if err != nil {
				return nil, notes, helmRenderedError(err, place, document)
			}
			objects = append(objects, found...)
		}
	}
	return objects, notes, nil
}

// readHeads holds heads, which nobody changes.
var readHeads = contentCache[*helmHead]{most: 4 << 20}

// readHelmHead reads a document, all of it, or knows the head of an equal one.
func readHelmHead(text string) (*helmHead, error) {
	key := contentDigest(sha256.Sum256([]byte(text)))
	if head, ok := readHeads.get(key); ok {
		return head, nil
	}
	if err := yamledit.Bounded([]byte(text)); errors.Is(err, yamledit.ErrExpands) {
		return nil, err
	}
	head := &helmHead{}
	if err := yaml.Unmarshal([]byte(text), head); err != nil {
		return nil, err
	}
	readHeads.put(key, head, headSize+head.size())
	return head, nil
}

// headSize is about what a head takes that holds nothing.
const headSize = 256

// size counts the texts of a head.
func (h *helmHead) size() int {
	size := len(h.APIVersion) + len(h.Kind) + len(h.Items)
	if h.Metadata != nil {
		for key, value := range h.Metadata.Annotations {
			size += len(key) + len(value)
		}
	}
	return size
}

// objects returns the object of a document, or the items of a List.
func (h *helmHead) objects(text string, source Source) ([]Object, error) {
	object := Object{APIVersion: h.APIVersion, Kind: h.Kind, YAML: []byte(text), Source: source}
	if h.Metadata != nil {
		object.Name = h.Metadata.Name
		if prefix, ok := h.Metadata.GenerateName.(string); ok && object.Name == "" {
			object.Name = prefix
		}
		object.Namespace, _ = h.Metadata.Namespace.(string)
	}
	if !strings.HasSuffix(h.Kind, "List") || !bytes.HasPrefix(h.Items, []byte("[")) {
		return []Object{object}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(h.Items))
	decoder.UseNumber()
	var items []any
	if err := decoder.Decode(&items); err != nil {
		return nil, err
	}
	objects, err := listObjects(object, map[string]any{"items": items}, source)
	keepItemTexts(text, objects)
	return objects, err
}

var helmHooks = map[release.HookEvent]bool{
	release.HookPreInstall: true, release.HookPostInstall: true,
	release.HookPreDelete: true, release.HookPostDelete: true,
	release.HookPreUpgrade: true, release.HookPostUpgrade: true,
	release.HookPreRollback: true, release.HookPostRollback: true,
	release.HookTest: true, "test-success": true,
}

// isUnknownHook says whether Helm drops the document for its hook annotation, such as
// crd-install of Helm 2.
func (h *helmHead) isUnknownHook() bool {
	if h.Metadata == nil {
		return false
	}
	hooks, ok := h.Metadata.Annotations[release.HookAnnotation]
	if !ok {
		return false
	}
	for hook := range strings.SplitSeq(hooks, ",") {
		if !helmHooks[release.HookEvent(strings.ToLower(strings.TrimSpace(hook)))] {
			return true
		}
	}
	return false
}

// A helmDocument is one document of what a template printed.
type helmDocument struct {
	text  string
	line  int // 1-based, in what the template printed
	start int // offset in what the template printed
}

// splitHelmDocuments splits as releaseutil.SplitManifests does: at each --- that starts a line,
// with the white space around it, even if text follows on the line. White space may hold
// further lines; a --- right after such a separator is therefore none.
func splitHelmDocuments(printed string) []helmDocument {
	const space = "\t\n\f\r "
	rest := strings.TrimSpace(printed)
	var documents []helmDocument
	line := 1 + strings.Count(printed[:strings.Index(printed, rest)], "\n")
	offset := strings.Index(printed, rest)
	take := func(length int) {
		line += strings.Count(rest[:length], "\n")
		rest = rest[length:]
		offset += length
	}
	if strings.HasPrefix(rest, "---") {
		take(len("---"))
		take(len(rest) - len(strings.TrimLeft(rest, space)))
	}
	for rest != "" {
		end := strings.Index(rest, "\n---")
		text := rest
		if end >= 0 {
			text = rest[:end]
		}
		blank := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
		documents = append(documents, helmDocument{text: strings.TrimSpace(text), line: line + strings.Count(text[:blank], "\n"), start: offset + blank})
		if end < 0 {
			break
		}
		take(end + len("\n---"))
		take(len(rest) - len(strings.TrimLeft(rest, space)))
	}
	return documents
}
