package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// notManifest is the reason to skip a file that holds no manifest.
const notManifest = "no apiVersion and kind at its top"

// A plainFile is what was read of a file of plain manifests.
type plainFile struct {
	objects []Object // also beside an error of another document
	reason  string   // why the file holds no manifests
	notes   []string
	failure *Error
}

// renderPlain reads a file of plain manifests: the objects of all its documents and Lists.
func renderPlain(files *overlay.FS, target Target) plainFile {
	content, err := files.ReadFile(target.Path)
	if err != nil {
		return plainFile{failure: readError(target.Path, err)}
	}
	if problem := notText(content); problem != "" {
		return plainFile{failure: &Error{
			Kind: ErrNotText, File: target.Path,
			Message: problem + ". Save it as UTF-8, or leave it out with --exclude.",
		}}
	}
	if !bytes.Contains(content, []byte("apiVersion")) || !bytes.Contains(content, []byte("kind")) {
		return plainFile{reason: notManifest}
	}
	if bytes.Count(content, []byte("\n---")) > maxDocuments {
		return plainFile{failure: &Error{Kind: ErrOutputLimit, File: target.Path, Message: fmt.Sprintf("the file holds more than %d documents. Split it, or leave it out with --exclude.", maxDocuments)}}
	}
	return readDocuments(yamledit.Parse(content), target.Path)
}

// readDocuments reads the objects of each document that can be read, and tells of the others.
func readDocuments(parsed *yamledit.File, name string) plainFile {
	var read plainFile
	fail := func(failure *Error) {
		if read.failure == nil {
			read.failure = failure
		} else {
			read.failure.Others++
		}
	}
	for i := range parsed.Docs {
		doc := &parsed.Docs[i]
		if mark := foreignMark(parsed, doc); mark >= 0 {
			read.notes = append(read.notes, foreignNote(parsed, i, mark))
			continue
		}
		if doc.Err != nil {
			fail(syntaxError(name, doc.Err))
			continue
		}
		found, err := documentObjects(parsed, i, Source{File: name, Doc: i, Manifest: true})
		if err != nil {
			fail(&Error{Kind: ErrSyntax, File: name, Message: err.Error() + ". Mend the document."})
		}
		read.objects = append(read.objects, found...)
	}
	switch {
	case len(read.objects) > 0:
		return read
	case read.failure != nil && looksLikeManifest(parsed.Src):
		return read
	case len(read.notes) > 0:
		return plainFile{reason: foreignTemplate}
	default:
		return plainFile{reason: notManifest}
	}
}

// documentObjects returns the object of a document, or the items of a List.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#collections
func documentObjects(parsed *yamledit.File, doc int, source Source) ([]Object, error) {
	root := parsed.Docs[doc].Root
	header, ok := headerOf(root)
	if !ok {
		return nil, nil
	}
	items := child(root, "items")
	if !strings.HasSuffix(header.Kind, "List") || items == nil || items.Kind != yaml.SequenceNode {
		header.YAML = parsed.Src[parsed.Docs[doc].Start:parsed.Docs[doc].End]
		header.Source = source
		return []Object{header}, nil
	}
	tree, err := parsed.Tree(doc)
	if err != nil {
		return nil, err
	}
	return listObjects(header, tree, source)
}

// listObjects returns the items of a List; tree is what Kubernetes reads of it. As in the API,
// items may leave out what the list's kind tells.
func listObjects(list Object, tree any, source Source) ([]Object, error) {
	fields, _ := tree.(map[string]any)
	items, _ := fields["items"].([]any)
	var objects []Object
	for i, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		itemSource := source
		itemSource.Path = source.Path.Join("items", i)
		object := objectOf(item)
		if object.Kind == "" {
			object.Kind = strings.TrimSuffix(list.Kind, "List")
		}
		if object.APIVersion == "" {
			object.APIVersion = list.APIVersion
		}
		if object.Kind == "" {
			continue
		}
		if strings.HasSuffix(object.Kind, "List") {
			nested, err := listObjects(object, item, itemSource)
			if err != nil {
				return nil, err
			}
			objects = append(objects, nested...)
			continue
		}
		object.YAML, object.Source = text, itemSource
		objects = append(objects, object)
	}
	return objects, nil
}

// objectOf reads the identity of an object from its tree.
func objectOf(tree any) Object {
	fields, _ := tree.(map[string]any)
	metadata, _ := fields["metadata"].(map[string]any)
	text := func(in map[string]any, key string) string {
		value, _ := in[key].(string)
		return value
	}
	return Object{
		APIVersion: text(fields, "apiVersion"), Kind: text(fields, "kind"),
		Name:      cmp.Or(text(metadata, "name"), text(metadata, "generateName")),
		Namespace: text(metadata, "namespace"),
	}
}

// headerOf returns the identity of the object at node.
func headerOf(node *yaml.Node) (Object, bool) {
	apiVersion, kind := child(node, "apiVersion"), child(node, "kind")
	if apiVersion == nil || kind == nil || apiVersion.Kind != yaml.ScalarNode || kind.Kind != yaml.ScalarNode ||
		apiVersion.Value == "" || kind.Value == "" {
		return Object{}, false
	}
	object := Object{APIVersion: apiVersion.Value, Kind: kind.Value}
	if metadata := child(node, "metadata"); metadata != nil {
		if name := child(metadata, "name"); name != nil {
			object.Name = name.Value
		} else if prefix := child(metadata, "generateName"); prefix != nil {
			object.Name = prefix.Value
		}
		if namespace := child(metadata, "namespace"); namespace != nil {
			object.Namespace = namespace.Value
		}
	}
	return object, true
}

var (
	manifestKeys = regexp.MustCompile(`(?m)^(---\s+)?["']?(apiVersion|kind)["']?\s*:`)
	flowKeys     = regexp.MustCompile(`(?:^|([\s{,]))["']?(apiVersion|kind)["']?\s*:`)
)

// looksLikeManifest says whether text that cannot be parsed was meant as a manifest.
func looksLikeManifest(content []byte) bool {
	keys := manifestKeys
	if start := bytes.TrimLeft(content, " \t\r\n-"); len(start) > 0 && start[0] == '{' {
		keys = flowKeys
	}
	found := map[string]bool{}
	for _, match := range keys.FindAllSubmatch(content, -1) {
		found[string(match[2])] = true
	}
	return found["apiVersion"] && found["kind"]
}

func notText(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}) || bytes.HasPrefix(content, []byte{0xFE, 0xFF}):
		return "the file is UTF-16"
	case bytes.IndexByte(content, 0) >= 0:
		return "the file is binary"
	}
	return ""
}

func syntaxError(file string, err *yamledit.SyntaxError) *Error {
	if err.Problem == yamledit.ErrExpands.Error() {
		return &Error{
			Kind: ErrSyntax, File: file, Line: err.Line,
			Message: fmt.Sprintf("not read: %s. Write out what the aliases stand for, or leave the file out with --exclude.", err.Problem),
		}
	}
	return &Error{
		Kind: ErrSyntax, File: file, Line: err.Line,
		Message: fmt.Sprintf("not valid YAML: %s. Mend the syntax; nothing after this point of the document was read.", err.Problem),
	}
}

// readError explains why a file that is needed cannot be read.
func readError(file string, err error) *Error {
	failure := &Error{Kind: ErrUnreadable, File: file}
	reason := cause(err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		failure.Kind = ErrMissing
		failure.Message = "the file does not exist. Add it, or take the reference to it away."
	case errors.Is(err, overlay.ErrTooLarge):
		failure.Kind = ErrTooLarge
		failure.Message = fmt.Sprintf("the file %v. Split it, or leave it out with --exclude.", reason)
	case errors.Is(err, overlay.ErrOutside), errors.Is(err, overlay.ErrGit):
		failure.Kind = ErrOutside
		failure.Message = fmt.Sprintf("the path %v. Only files of the repository are read; copy the file into it.", reason)
	default:
		failure.Message = fmt.Sprintf("the file cannot be read: %v. Check its type and its permissions.", reason)
	}
	return failure
}
