package render

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// A Closure lists what a kustomization reads, as far as it exists. Names are resolved and sorted.
type Closure struct {
	Roots      []string // folders included as resources or bases
	Components []string // folders included as components
	Files      []string // files, those of the kustomizations among them
	Remote     []Reference
}

// A Reference is a string in a kustomization that leads to something else.
type Reference struct {
	File  string // the file in which it stands
	Line  int
	Value string
}

// listed lists what the kustomization in dir reads. It makes the best of broken kustomizations.
func (s *kustomizationScan) listed(dir string) Closure {
	var closure Closure
	for _, k := range s.closure(dir) {
		closure.Files = append(closure.Files, k.file)
		for _, ref := range k.refs {
			switch {
			case ref.remote:
				closure.Remote = append(closure.Remote, Reference{File: ref.file, Line: ref.line(k), Value: ref.value})
			case ref.target == "":
			case !ref.isDir:
				closure.Files = append(closure.Files, ref.target)
			case ref.use == useComponent:
				closure.Components = append(closure.Components, ref.target)
			case ref.use == useResource || ref.use == usePlugin:
				closure.Roots = append(closure.Roots, ref.target)
			}
		}
	}
	for _, list := range []*[]string{&closure.Roots, &closure.Components, &closure.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return closure
}

// kustomizationFile returns the name of the kustomization file in a folder. Flux has objects of
// kind Kustomization that often stand in a file of the same name; they are plain manifests.
func kustomizationFile(files *overlay.FS, dir string) (name string, ok bool) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		file := path.Join(dir, name)
		content, err := files.ReadFile(file)
		if err == nil && !isFluxObject(content) {
			return name, true
		}
		if err == nil {
			continue
		}
		if info, err := files.Stat(file); err == nil && info.Mode().IsRegular() {
			return name, true // and whoever reads it says why that fails
		}
	}
	return "", false
}

func isFluxObject(content []byte) bool {
	if !bytes.Contains(content, []byte("kustomize.toolkit.fluxcd.io")) {
		return false
	}
	var header types.TypeMeta
	if len(content) > maxKustomizationSize || yamledit.Bounded(content) != nil {
		return false
	}
	for _, doc := range documentTexts(content) {
		if err := yaml.Unmarshal(doc, &header); err == nil && header.APIVersion != "" {
			return strings.HasPrefix(header.APIVersion, "kustomize.toolkit.fluxcd.io/")
		}
	}
	return false
}

// isComponent says whether the kustomization in a folder is a component, which only overlays
// can build.
func (s *kustomizationScan) isComponent(dir string) bool {
	k := s.load(dir)
	return k != nil && k.parsed.Kind == types.ComponentKind
}

// A kustomizationScan reads kustomizations without building them.
type kustomizationScan struct {
	files   *overlay.FS
	loaded  map[string]*kustomization
	ahead   map[string]*kustomization       // read, without what they refer to
	plugins map[string][]*resource.Resource // configurations of plugins, by file
	depth   int                             // of kustomizations that configure plugins of each other
}

func newKustomizationScan(files *overlay.FS) *kustomizationScan {
	return &kustomizationScan{files: files, loaded: map[string]*kustomization{}, ahead: map[string]*kustomization{}, plugins: map[string][]*resource.Resource{}}
}

// A kustomization is one kustomization file and what it refers to.
type kustomization struct {
	dir     string // resolved
	file    string
	content []byte
	parsed  types.Kustomization
	// unread is why upstream would not read the file; parsed then holds what could be read.
	unread error
	refs   []reference
	charts []printedChart
	// blocked holds what kustomize would run.
	blocked []*Error
}

// load reads the kustomization of a folder; nil says that there is none.
func (s *kustomizationScan) load(dir string) *kustomization {
	if k, ok := s.loaded[dir]; ok {
		return k // a name that was resolved before
	}
	resolved, err := s.files.Resolve(dir)
	if err != nil {
		return nil
	}
	if k, ok := s.loaded[resolved]; ok {
		return k
	}
	s.loaded[resolved] = nil
	k, isAhead := s.ahead[resolved]
	if !isAhead {
		k = readKustomization(s.files, resolved)
	}
	if k == nil {
		return nil
	}
	if s.depth > maxPluginDepth {
		k = &kustomization{dir: k.dir, file: k.file, content: k.content, blocked: []*Error{{
			Kind: ErrTooLarge, File: k.file, Message: "too many kustomizations configure generators or transformers of each other. Let them list files.",
		}}}
	}
	if len(k.blocked) == 0 {
		s.depth++
		defer func() { s.depth-- }()
		s.addReferences(k) // meanwhile there is none, for those that lead back
	}
	s.loaded[resolved] = k
	return k
}

// readAhead reads the kustomizations of folders side by side.
func (s *kustomizationScan) readAhead(dirs []string) {
	var mutex sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(dirs, 16) {
		group.Go(func() error {
			for _, dir := range part {
				k := readKustomization(s.files, dir)
				mutex.Lock()
				s.ahead[dir] = k
				mutex.Unlock()
			}
			return nil
		})
	}
	_ = group.Wait() // what cannot be read is nil
}

// readKustomization reads the file of a folder, without what it refers to; nil says that there is none.
// One that would take too much of the process that scans it, which has no limits, is blocked.
func readKustomization(files *overlay.FS, dir string) *kustomization {
	name, ok := kustomizationFile(files, dir)
	if !ok {
		return nil
	}
	k := &kustomization{dir: dir, file: path.Join(dir, name)}
	var err error
	if k.content, err = files.ReadFile(k.file); err != nil {
		return nil
	}
	if refused := unscannableFile(k.file, k.content); refused != nil {
		k.blocked = append(k.blocked, refused)
		return k
	}
	if k.unread = k.parsed.Unmarshal(k.content); k.unread != nil {
		k.parsed = lenientKustomization(k.content)
	}
	k.parsed.FixKustomization()
	return k
}

func unscannableFile(file string, content []byte) *Error {
	if len(content) > maxKustomizationSize {
		return &Error{Kind: ErrTooLarge, File: file, Message: fmt.Sprintf("the file has more than %d MiB. Split it.", maxKustomizationSize>>20)}
	}
	if err := yamledit.Bounded(content); errors.Is(err, yamledit.ErrExpands) {
		return &Error{Kind: ErrSyntax, File: file, Message: fmt.Sprintf("%v. Write out what is meant.", err)}
	}
	return nil
}

// closure returns the kustomization of a folder and all that it includes, each once, in the
// order in which kustomize comes by them. Of more than maxClosure it returns one more.
func (s *kustomizationScan) closure(dir string) []*kustomization {
	var all []*kustomization
	seen := map[*kustomization]bool{nil: true}
	var visit func(dir string)
	visit = func(dir string) {
		k := s.load(dir)
		if seen[k] || len(all) > maxClosure {
			return
		}
		seen[k] = true
		all = append(all, k)
		for _, ref := range k.refs {
			if ref.isDir && ref.target != "" {
				visit(ref.target)
			}
		}
	}
	visit(dir)
	return all
}
