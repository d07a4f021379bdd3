package render

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// kustomizeFailures are the errors of kustomize's that are known by their words, with what to do
// about them. The first that matches counts.
var kustomizeFailures = []struct {
	words  func() *regexp.Regexp
	kind   ErrorKind
	advice string
	place  func(f *kustomizeFailure, found *Error)
}{
	{
		late.Regexp(`^unable to find one of `), ErrMissingKustomization,
		"Add a kustomization.yaml to the folder, or list its files instead of it.", nil,
	},
	{
		late.Regexp(`^Found multiple kustomization files`), ErrTwoKustomizations,
		"Keep one of them.", placeSecondFile,
	},
	{
		late.Regexp(`kustomization.yaml is empty`), ErrEmptyKustomization,
		"List resources in it, or delete it.", placeKustomization,
	},
	{
		late.Regexp(`Kustomization\.patches of type types\.Patch`), ErrLegacyField,
		"Old versions of kustomize took a list of file names: write `- path: FILE` for each.", placeField,
	},
	{
		late.Regexp(`json: unknown field "(?:inventory|commands|packages|resourceTemplate|bases64|env|commonMetadata)"`), ErrLegacyField,
		"kustomize reads this field no longer: `kustomize edit fix` may help.", placeField,
	},
	{
		late.Regexp(`^error unmarshaling JSON: while decoding JSON: json: unknown field`), ErrUnknownField,
		"Check the spelling, or take the field out.", placeConfigurationField,
	},
	{
		late.Regexp(`json: unknown field`), ErrUnknownField,
		"Check the spelling, or take the field out.", placeField,
	},
	{
		late.Regexp(`json: cannot unmarshal`), ErrInvalidField,
		"Give the field the type that kustomize expects.", placeField,
	},
	{
		late.Regexp(`^Failed to read kustomization file`), ErrInvalidField,
		"Write the apiVersion and kind that kustomize expects.", placeKustomization,
	},
	{
		late.Regexp(`^invalid Kustomization: .*yaml: `), ErrSyntax,
		"Mend the syntax of the kustomization.", placeKustomizationSyntax,
	},
	{
		late.Regexp(`MalformedYAMLError|encounters a format error|invalid document separator`), ErrSyntax,
		"Mend the syntax of the file.", placeSyntax,
	},
	{
		late.Regexp(`^security; file `), ErrLoadRestriction,
		"kustomize reads files only from the folder of the kustomization and below: move the file there, or make its folder a kustomization.", placeValue,
	},
	{
		late.Regexp(`: security; file |security; file '`), ErrLoadRestriction,
		"kustomize reads files only from the folder of the kustomization and below: move the file there.", placeValue,
	},
	{
		late.Regexp(`cycle detected`), ErrCycle,
		"Let no kustomization include a folder that leads back to it.", nil,
	},
	{
		late.Regexp(`expected kind != 'Component'`), ErrComponentKind,
		"List it under components instead of resources.", placeIncluded,
	},
	{
		late.Regexp(`expected kind 'Component'`), ErrComponentKind,
		"List it under resources instead of components, or give it the kind Component.", placeIncluded,
	},
	{
		late.Regexp(`path ".*" is ambiguous`), ErrInvalidField,
		"Indent the entries of the list alike.", nil,
	},
	{
		late.Regexp(`no such file or directory|file does not exist`), ErrMissing,
		"Add the file, or take the reference to it away.", placeMissing,
	},
	{
		late.Regexp(`already registered id|; can not use behavior|multiple matches for Id|found multiple objects`), ErrIDConflict,
		"Keep one of the objects, or give them different names or namespaces.", placePrinted,
	},
	{
		late.Regexp(`does not exist; cannot merge or replace`), ErrGenerator,
		"Let the generator create the object, or correct its name and namespace.", nil,
	},
	{
		late.Regexp(`no resource matches strategic merge patch|unable to find patch target|failed to find unique target for patch|no matches for Id`), ErrPatchTarget,
		"Correct the kind, name and namespace in the patch, or add the resource. A folder that is only a part of an overlay does not build alone.", placePatch,
	},
	{
		emptyPatch, ErrPatch, "Write the patch, or take the reference to it away.", placeEmptyPatch,
	},
	{
		failedTest, ErrPatch, "Correct the test, or what it tests.", placeFailedTest,
	},
	{
		failedOperation, ErrPatch, "Correct the path in the patch, or take the operation out.", placeOperation,
	},
	{
		late.Regexp(`^Unexpected kind: `), ErrPatch,
		"An operation is one of add, copy, move, remove, replace and test.", placeOperation,
	},
	{
		late.Regexp(`must specify one of patch and path|patch and path can't be set|illegally qualifies as both|must specify a target for|must specify the target name`), ErrPatch,
		"Correct the entry: it has either a patch or the path of one, and operations need a target.", placePatchEntry,
	},
	{
		brokenExpression, ErrInvalidField, "Correct the regular expression.", placeExpression,
	},
	{
		late.Regexp(`does not apply|unable to parse SM or JSON patch|empty json patch|patch appears to be empty|empty to be empty|seems to be empty|error in operation|testing value|testing path`), ErrPatch,
		"Correct the patch: its paths must exist in the object that it changes.", placePatchFile,
	},
	{
		late.Regexp(`var '.*' cannot be mapped|field specified in var|matches for var|var .* already encountered`), ErrVars,
		"Correct the object and the field that the var names.", nil,
	},
	{
		late.Regexp(`replacement|nothing selected by|multiple matches for selector|delimiter option|options\.index`), ErrReplacement,
		"Correct the source and the targets of the replacement.", placeReplacements,
	},
	{
		late.Regexp(`env source files|literal source|file sources|cannot add key|illegal|a configmap must have a name|missing key name|missing file path|contains '='|not a valid`), ErrGenerator,
		"Correct the generator.", placeGenerator,
	},
	{
		late.Regexp(`missing metadata\.name|missing Resource metadata|missing kind|[Mm]issing|invalid resource|empty item at|is not a valid|expected array|trouble expanding|wrong Node Kind|yaml: `), ErrInvalidResource,
		"Let the file hold Kubernetes objects only, each with apiVersion, kind and metadata.name.", placeFile,
	},
	{
		late.Regexp(`must specify --enable-helm`), ErrHelmCharts,
		"Helm charts inside kustomizations are not supported yet: check the chart itself.", nil,
	},
}

func placeKustomization(f *kustomizeFailure, found *Error) { found.File = f.where.file }

func placeSecondFile(f *kustomizeFailure, found *Error) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		file := path.Join(f.where.dir, name)
		if _, err := f.build.files.Stat(file); err == nil {
			found.File = file
		}
	}
}

var fieldWords = late.Regexp(`unknown field "([^"]+)"|field Kustomization\.([A-Za-z0-9]+)`)

// placeField finds the key of a field, at any depth, as upstream does not say at which.
func placeField(f *kustomizeFailure, found *Error) {
	found.File = f.where.file
	if words := fieldWords().FindStringSubmatch(f.reason); words != nil {
		found.Line = keyLine(f.where.content, words[1]+words[2])
	}
}

var lineWords = late.Regexp(`yaml: line (\d+)`)

func placeKustomizationSyntax(f *kustomizeFailure, found *Error) {
	found.File = f.where.file
	if words := lineWords().FindStringSubmatch(f.reason); words != nil {
		found.Line, _ = strconv.Atoi(words[1])
	}
	placeSyntaxIn(f, f.where.file, found)
}

// placeSyntax finds the broken document by parsing the file again: kustomize counts lines from
// the start of the document.
func placeSyntax(f *kustomizeFailure, found *Error) {
	if file := f.file(); file != "" {
		found.File = file
		placeSyntaxIn(f, file, found)
		return
	}
	for _, ref := range f.where.refs {
		if ref.target != "" && !ref.isDir && strings.Contains(f.reason, ref.value) {
			found.File = ref.target
			placeSyntaxIn(f, ref.target, found)
			return
		}
	}
}

func placeSyntaxIn(f *kustomizeFailure, file string, found *Error) {
	content, err := f.build.files.ReadFile(file)
	if err != nil {
		return
	}
	for _, doc := range yamledit.Parse(content).Docs {
		if doc.Err != nil {
			found.Line = doc.Err.Line
			found.Message = "not valid YAML: " + doc.Err.Problem + ". Mend the syntax of the file."
			return
		}
	}
}

// placeValue finds the reference whose file the error names.
func placeValue(f *kustomizeFailure, found *Error) {
	for _, k := range append([]*kustomization{f.where}, f.build.all...) {
		for i := range k.refs {
			ref := &k.refs[i]
			if strings.Contains(f.reason, "'"+path.Join(k.dir, ref.value)+"'") {
				found.File, found.Line = ref.file, ref.line(k)
				return
			}
		}
	}
}

func placeIncluded(f *kustomizeFailure, found *Error) {
	for _, k := range f.build.all {
		for i := range k.refs {
			ref := &k.refs[i]
			if ref.isDir && ref.target != "" && strings.Contains(f.reason, "path '"+ref.target+"'") {
				found.File, found.Line = k.file, ref.line(k)
				return
			}
		}
	}
}

// placeMissing finds the first reference that leads nowhere.
func placeMissing(f *kustomizeFailure, found *Error) {
	for _, k := range append([]*kustomization{f.where}, f.build.all...) {
		for i := range k.refs {
			ref := &k.refs[i]
			if ref.target != "" || ref.remote || (f.value != "" && ref.value != f.value) {
				continue
			}
			found.File, found.Line = ref.file, ref.line(k)
			found.Message = ref.field + " " + strconv.Quote(ref.value) + " does not exist. Add the file, or take the reference to it away."
			return
		}
	}
}

func placeReplacements(f *kustomizeFailure, found *Error) {
	found.File, found.Line = f.where.file, scalarLine(f.where.content, "replacements", "")
}

func placeGenerator(f *kustomizeFailure, found *Error) {
	found.File, found.Line = f.where.file, scalarLine(f.where.content, "configMapGenerator", "")
	if found.Line == 0 {
		found.Line = scalarLine(f.where.content, "secretGenerator", "")
	}
}

func placeFile(f *kustomizeFailure, found *Error) { found.File = f.file() }
