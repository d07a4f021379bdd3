package render

import (
	"fmt"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/podmend/podmend/internal/yamledit"
)

// placeName names a field of a manifest file: the object in the file, then the path in it.
func (l *Locator) placeName(file *yamledit.File, source Source, path yamledit.Path) string {
	root := walk(file.Docs[source.Doc].Root, source.Path)
	header, _ := headerOf(root)
	name := fmt.Sprintf("%s/%s/%s", header.Kind, header.Namespace, header.Name)
	if same := l.sameBefore(file, root); same > 0 {
		name += fmt.Sprintf("#%d", same)
	}
	if !path.HasPrefix(source.Path) {
		return name + ":" + l.namedPath(file.Docs[source.Doc].Root, path)
	}
	return name + ":" + l.namedPath(root, path[len(source.Path):])
}

// sameBefore counts the objects of a file, in documents and in Lists, that stand before the one at
// root and are called the same.
func (l *Locator) sameBefore(file *yamledit.File, root *yaml.Node) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	counted := l.earlier[file]
	if counted == nil {
		type called struct{ kind, namespace, name string }
		counted = map[*yaml.Node]int{}
		seen := map[called]int{}
		var count func(node *yaml.Node)
		count = func(node *yaml.Node) {
			header, _ := headerOf(node)
			same := called{header.Kind, header.Namespace, header.Name}
			if _, again := counted[node]; again {
				return // an alias names the item a second time
			}
			counted[node] = seen[same]
			seen[same]++
			items := child(node, "items")
			if items == nil || items.Kind != yaml.SequenceNode || header.Kind != "" && !strings.HasSuffix(header.Kind, "List") {
				return
			}
			for i := range items.Content {
				count(item(items, i))
			}
		}
		for i := range file.Docs {
			if _, ok := headerOf(file.Docs[i].Root); ok {
				count(file.Docs[i].Root)
			}
		}
		l.earlier[file] = counted
	}
	return counted[root]
}

// itemNames names the items of a list by what identifies them, and those alike by their order too.
func (l *Locator) itemNames(list *yaml.Node) []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if names, ok := l.names[list]; ok {
		return names
	}
	names := make([]string, len(list.Content))
	taken := map[string]bool{} // by an item that is called so
	for i, item := range list.Content {
		names[i] = identity(item)
		taken[names[i]] = true
	}
	seen := map[string]int{}
	for i, name := range names {
		earlier := seen[name]
		seen[name]++
		if earlier == 0 {
			continue
		}
		marked := name + strings.Repeat("'", earlier)
		if earlier > 2 {
			marked = fmt.Sprintf("%s'%d", name, earlier)
		}
		for taken[marked] {
			marked += "'"
		}
		taken[marked] = true
		names[i] = marked
	}
	l.names[list] = names
	return names
}

// namedPath writes a path with list items by what identifies them.
func (l *Locator) namedPath(root *yaml.Node, path yamledit.Path) string {
	var b strings.Builder
	at := root
	for _, step := range path {
		if !step.List {
			b.WriteString("." + step.Key)
			at = child(at, step.Key)
			continue
		}
		name := ""
		if at != nil && at.Kind == yaml.SequenceNode && step.Index < len(at.Content) {
			name = l.itemNames(at)[step.Index]
		}
		b.WriteString("[" + name + "]")
		at = item(at, step.Index)
	}
	return b.String()
}
