package render

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/podmend/podmend/internal/late"
)

// A kustomizeFailure is what can be read out of an error of kustomize's.
type kustomizeFailure struct {
	build *kustomizeBuild
	where *kustomization // the kustomization that was being built
	// value is the reference that was being followed, as it stands in where.
	value string
	// included is the folder that could not be taken in by where.
	included string
	reason   string
}

// failure turns an error of kustomize's into one that names the place and what to do.
func (b *kustomizeBuild) failure(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	whole := plainPaths(unquoted(err.Error()))
	f := &kustomizeFailure{build: b, where: b.root, reason: whole}
	f.read()
	if types.IsErrOnlyBuiltinPluginsAllowed(err) {
		return f.at(&Error{Kind: ErrPlugin, Message: sentence(f.reason) + " podmend runs no plugins: commit what it prints and list that under resources."})
	}
	for _, known := range kustomizeFailures {
		if known.words().MatchString(f.reason) {
			found := &Error{Kind: known.kind, Message: sentence(f.reason) + " " + known.advice}
			if known.place != nil {
				known.place(f, found)
			}
			return f.at(found)
		}
	}
	return &Error{
		Kind: ErrKustomizeBuild, File: b.root.file,
		Message: sentence(whole) + " `kustomize build` fails in the same way: mend the kustomization.",
	}
}

// at fills in the place that the words of kustomize's lead to, where nothing better is known.
func (f *kustomizeFailure) at(found *Error) *Error {
	if found.File != "" {
		return found
	}
	if f.included != "" {
		for _, k := range f.build.all {
			for i := range k.refs {
				if ref := &k.refs[i]; ref.isDir && ref.target == f.included {
					found.File, found.Line = k.file, ref.line(k)
					return found
				}
			}
		}
	}
	found.File = f.where.file
	if f.value != "" {
		found.Line = scalarLine(f.where.content, "", f.value)
	}
	return found
}

var (
	quotedError   = late.Regexp(`(?:accumulateDirectory|loader\.New): ("(?:[^"\\]|\\.)*")`)
	buildingPath  = late.Regexp(`^(recursed accumulation of path|recursed merging from path|couldn't make target for path) '([^']*)': `)
	twoAttempts   = late.Regexp(`(?s)^accumulation err='((?:accumulating|merging) resources from '[^']*': .*?)': ((?:must build at directory|cycle detected|security;|new root|path "|couldn't make target|recursed|expected kind).*)$`)
	followedValue = late.Regexp(`(?s)^(?:accumulating|merging) resources from '([^']*)': (.*)$`)
)

// unquoted takes off the quotes that kustomize puts around the errors of components.
func unquoted(text string) string {
	for {
		at := quotedError().FindStringSubmatchIndex(text)
		if at == nil {
			return text
		}
		inner, err := strconv.Unquote(text[at[2]:at[3]])
		if err != nil {
			return text
		}
		text = text[:at[0]] + inner + text[at[1]:]
	}
}

// read follows the words of an error inwards, to the kustomization and the reason.
func (f *kustomizeFailure) read() {
	for range 100 {
		before := f.reason
		f.reason = strings.TrimPrefix(f.reason, "accumulating resources: ")
		f.reason = strings.TrimPrefix(f.reason, "accumulating components: ")
		if attempts := twoAttempts().FindStringSubmatch(f.reason); attempts != nil {
			f.choose(attempts[1], attempts[2])
		}
		if building := buildingPath().FindStringSubmatch(f.reason); building != nil {
			f.reason = f.reason[len(building[0]):]
			f.enter(building[1], building[2])
		}
		if followed := followedValue().FindStringSubmatch(f.reason); followed != nil {
			f.value, f.reason = followed[1], followed[2]
		}
		if f.reason == before {
			return
		}
	}
}

// choose picks between the error of reading a resource as file and that of building it as folder.
func (f *kustomizeFailure) choose(asFile, asFolder string) {
	if followed := followedValue().FindStringSubmatch(asFile); followed != nil {
		f.value = followed[1]
	}
	if strings.HasPrefix(asFolder, "must build at directory") {
		f.reason = asFile
		return
	}
	f.reason = asFolder
}

func (f *kustomizeFailure) enter(words, dir string) {
	f.value, f.included = "", ""
	if words == "recursed merging from path" {
		f.included = dir
		return
	}
	for _, k := range f.build.all {
		if k.dir == dir {
			f.where = k
			return
		}
	}
	f.included = dir
}

// file is the name of the file that was being read.
func (f *kustomizeFailure) file() string {
	if f.value == "" {
		return ""
	}
	name, err := f.build.files.Resolve(path.Join(f.where.dir, f.value))
	if err != nil {
		return ""
	}
	return name
}

// sentence makes upstream's words one: a capital is left alone, as they often start with a name.
func sentence(words string) string {
	words = strings.TrimSpace(words)
	if strings.HasSuffix(words, ".") || strings.HasSuffix(words, "!") {
		return words
	}
	return words + "."
}
