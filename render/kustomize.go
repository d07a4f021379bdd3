package render

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/podmend/podmend/internal/overlay"
)

// renderKustomize builds the kustomization in target.Path as `kustomize build` does, without
// network, programs and writing. With PodTemplatesOnly, objects without pod templates have no
// YAML, and the bodies of CustomResourceDefinitions are not read where that changes nothing.
func renderKustomize(ctx context.Context, files *overlay.FS, target Target, detail Detail) (objects []Object, notes []string, layers []ValuesLayer, failed *Error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, nil, &Error{Kind: ErrKustomizeBuild, File: target.Path, Message: fmt.Sprintf("rendering was stopped: %v.", err)}
	}
	scan := newKustomizationScan(files)
	build := &kustomizeBuild{files: files, scan: scan, all: scan.closure(target.Path), anywhere: target.LoadAnywhere}
	if len(build.all) == 0 {
		return nil, nil, nil, missingKustomization(files, target.Path)
	}
	build.root = build.all[0]
	if len(build.all) > maxClosure {
		return nil, nil, nil, &Error{Kind: ErrTooLarge, File: build.root.file, Message: fmt.Sprintf("the kustomization is made of more than %d others. Include less.", maxClosure)}
	}
	if refused := build.refusal(); refused != nil {
		return nil, nil, nil, refused
	}
	if refused := build.untargeted(); refused != nil {
		return nil, nil, nil, refused
	}
	if !setsSchema(build.all) {
		holdSchema()() // before values of charts are merged, which looks into it
	}
	build.served, build.printed = build.localReferences(), map[string][]byte{}
	if failed := build.expandCharts(ctx, detail.Traced); failed != nil {
		return nil, build.notes, nil, failed
	}
	if detail.PodTemplatesOnly {
		build.cut = build.resourceFiles()
		build.named = sync.OnceValue(build.namedFields)
	}
	for _, k := range build.all {
		for i := range k.charts {
			layers = append(layers, k.charts[i].layers...)
		}
	}
	objects, failed = build.objects(detail)
	return objects, build.notes, layers, failed
}

// A kustomizeBuild is the work on one root.
type kustomizeBuild struct {
	files *overlay.FS
	scan  *kustomizationScan
	root  *kustomization
	all   []*kustomization // the root and all that it includes
	cut   map[string]bool  // files that may be served without the bodies of CRDs
	named func() *namedFields
	// served holds what is read in another form than it stands in the file, printed what charts print
	// and no file holds.
	served, printed map[string][]byte
	notes           []string
	anywhere        bool // whether kustomizations may read files outside of their folder
}

func (b *kustomizeBuild) objects(detail Detail) ([]Object, *Error) {
	compared := detail.Traced && detail.PodTemplatesOnly && detail.Compared
	if compared {
		if objects := b.markedObjects(b.served, detail); objects != nil {
			return objects, nil
		}
	}
	built, failure := b.run(b.served)
	if failure != nil {
		return nil, failure
	}
	resources := built.Resources()
	objects := make([]Object, len(resources))
	for i, resource := range resources {
		object := &objects[i]
		object.APIVersion, object.Kind = resource.GetApiVersion(), resource.GetKind()
		object.Namespace, object.Name = resource.GetNamespace(), resource.GetName()
		if !detail.withoutInputs().keeps(object) {
			object.Digest = treeDigest(resource.YNode())
		}
		if !detail.keeps(object) {
			continue
		}
		text, err := resource.AsYAML()
		if err != nil {
			return nil, b.failure(err)
		}
		object.YAML = text
	}
	b.addSources(objects, b.served)
	if detail.Traced && !compared {
		b.trace(built, objects, b.served)
	}
	return objects, nil
}

// run builds the root. Where the build fails for want of the body of a CustomResourceDefinition, it
// builds again with all of them.
func (b *kustomizeBuild) run(served map[string][]byte) (resmap.ResMap, *Error) {
	view := &kustomizeFiles{files: b.files, served: served, printed: b.printed, cut: b.cut, named: b.named}
	built, err := b.runOnce(view)
	if err == nil {
		return built, nil
	}
	failure := view.refused
	if failure == nil {
		failure = b.failure(err)
	}
	if view.didCut && !slices.Contains(bodilessErrors, failure.Kind) {
		b.cut = nil
		return b.run(served)
	}
	return nil, failure
}

// bodilessErrors do not depend on what stands in the body of a CustomResourceDefinition.
var bodilessErrors = []ErrorKind{
	ErrMissing, ErrMissingKustomization, ErrLoadRestriction, ErrOutside, ErrCycle, ErrComponentKind, ErrUnknownField, ErrLegacyField,
}

// setsSchema says whether one of the kustomizations of a build sets the OpenAPI schema.
func setsSchema(all []*kustomization) bool {
	return slices.ContainsFunc(all, func(k *kustomization) bool { return len(k.parsed.OpenAPI) > 0 })
}

// schemaLock keeps builds that set the OpenAPI schema, which kustomize holds in variables of the
// process, from all other builds, where they do not have a process of their own.
var schemaLock sync.RWMutex

func (b *kustomizeBuild) runOnce(view *kustomizeFiles) (built resmap.ResMap, err error) {
	if setsSchema(b.all) {
		schemaLock.Lock()
		defer schemaLock.Unlock()
		resetSchema() // such a build has no other schema than its own
		defer resetSchema()
	} else {
		defer holdSchema()()
	}
	defer func() {
		if broken := recover(); broken != nil {
			err = panicError(Target{Path: b.root.file}, broken, debug.Stack())
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // as the command
	if b.anywhere {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	return krusty.MakeKustomizer(options).Run(view, virtualPath(b.root.dir))
}

// ReadyKustomize builds a small kustomization, so that what kustomize makes once for a process is there.
func ReadyKustomize() error {
	files := filesys.MakeFsInMemory()
	for name, content := range map[string]string{
		"kustomization.yaml": "resources: [object.yaml]\nnamePrefix: a-\npatches: [{path: patch.yaml}]\n",
		"object.yaml":        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
		"patch.yaml":         "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n",
	} {
		if err := files.WriteFile(name, []byte(content)); err != nil {
			return err
		}
	}
	readSchema()
	_, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, ".")
	return err
}

// resourceFiles are the files that are read as resources and as nothing else.
func (b *kustomizeBuild) resourceFiles() map[string]bool {
	found := map[string]bool{}
	for _, k := range b.all {
		for _, ref := range k.refs {
			if ref.target != "" && !ref.isDir {
				only, seen := found[ref.target]
				found[ref.target] = ref.use == useResource && (only || !seen)
			}
		}
	}
	return found
}
