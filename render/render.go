package render

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/podmend/podmend/internal/overlay"
)

// Options say how targets are rendered. The zero value works.
type Options struct {
	Jobs int // how many targets render at once; 0 is the number of cores
	Detail
	// Renderer renders each target; nil renders in this process.
	Renderer Renderer
	// Progress is called after each target, one call at a time.
	Progress func(done, total int)
}

// A Renderer renders one target, elsewhere or under limits. Its error says that podmend failed or
// was stopped; what is wrong with the target is in the result.
type Renderer interface {
	Render(ctx context.Context, files *overlay.FS, target Target, detail Detail) (Result, error)
}

// Detail says how much is needed of what is rendered.
type Detail struct {
	// PodTemplatesOnly drops the text of objects that hold no pod template, and lets a renderer
	// leave out what no pod template depends on.
	PodTemplatesOnly bool
	// Traced gives objects their Trace; with PodTemplatesOnly, those that hold pod templates.
	Traced bool
	// Compared says that the caller has the objects already, and uses no Trace of one whose text
	// differs: a kustomization is then built once, from what is marked.
	Compared bool
	// SameCertificates puts one certificate in the place of all that a chart makes, each time the same.
	SameCertificates bool
	// Inputs keeps, with PodTemplatesOnly, the text of what targets of GitOps are made of too: objects of
	// Flux and Argo CD, ConfigMaps and Secrets.
	Inputs bool
	// Looks lists in the result what rendering has looked at.
	Looks bool
}

// All renders the targets, in parallel, and returns their results in the order of targets. A
// target that cannot be rendered is a result with an error, never the end of the run.
// The error is ctx's.
func All(ctx context.Context, files *overlay.FS, targets []Target, options Options) ([]Result, error) {
	jobs := options.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	results := make([]Result, len(targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	var progress sync.Mutex
	done := 0
	for i, target := range targets {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			if options.Renderer == nil {
				results[i] = One(ctx, files, target, options.Detail)
			} else if results[i], err = options.Renderer.Render(ctx, files, target, options.Detail); err != nil {
				return err
			}
			if options.Progress != nil {
				progress.Lock()
				defer progress.Unlock()
				done++
				options.Progress(done, len(targets))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("rendering was stopped: %w", err)
	}
	SkipIncluded(results)
	return results, nil
}

// One renders one target in this process.
func One(ctx context.Context, files *overlay.FS, target Target, detail Detail) (result Result) {
	start := time.Now()
	result.Target = target
	var mutex sync.Mutex
	looks := map[overlay.Look]bool{}
	if detail.Looks {
		files = files.Watching(func(look overlay.Look) {
			mutex.Lock()
			defer mutex.Unlock()
			looks[look] = true
		})
	}
	reads := map[string]bool{}
	recorded := files.Recording(func(name string) {
		mutex.Lock()
		defer mutex.Unlock()
		reads[name] = true
	})
	defer func() {
		if broken := recover(); broken != nil {
			result.Err = panicError(target, broken, debug.Stack())
		}
		dropHuge(&result)
		mutex.Lock()
		result.Reads = slices.Sorted(maps.Keys(reads))
		result.Looks = slices.SortedFunc(maps.Keys(looks), func(a, b overlay.Look) int {
			return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
		})
		mutex.Unlock()
		result.Status = statusOf(&result)
		if detail.PodTemplatesOnly {
			dropTexts(result.Objects, detail)
		}
		result.Duration = time.Since(start)
	}()
	renderTarget(ctx, recorded, target, detail, &result)
	return result
}

// renderTarget renders a target into its result, by the files that it is given.
func renderTarget(ctx context.Context, files *overlay.FS, target Target, detail Detail, result *Result) {
	if target.Err != nil {
		result.Err = target.Err
		return
	}
	switch target.Kind {
	case Helm:
		tracing := tracingOf(detail)
		if tracing != nil && detail.Compared && detail.PodTemplatesOnly && !detail.Inputs {
			tracing.podsIn = target.PodsIn
		}
		result.Objects, result.Notes, result.Err = renderHelm(ctx, files, target, detail, tracing)
		result.takeTracing(tracing)
	case Kustomize:
		var notes []string
		result.Objects, notes, result.Layers, result.Err = renderKustomize(ctx, files, target, detail)
		result.Notes = append(kustomizeNotes(files, target.Path), notes...)
		result.nameKustomization(files, target.Path)
	case Plain:
		read := renderPlain(files, target)
		result.Objects, result.Notes, result.SkipReason, result.Err = read.objects, read.notes, read.reason, read.failure
	case Flux:
		renderFlux(ctx, files, target, detail, result)
	case ArgoCD:
		renderArgo(ctx, files, target, detail, result)
	default:
		result.Err = &Error{Kind: ErrPanic, Message: fmt.Sprintf("podmend cannot render a target of kind %q", target.Kind)}
	}
}

// tracingOf asks a chart for traces where a rendering is asked for them; nil where it is not.
func tracingOf(detail Detail) *helmTracing {
	if !detail.Traced {
		return nil
	}
	return &helmTracing{all: !detail.PodTemplatesOnly, inputs: detail.Inputs}
}

func (r *Result) takeTracing(tracing *helmTracing) {
	if tracing != nil {
		r.Layers, r.ReadTemplates, r.Steady = tracing.layers, tracing.readTemplates, tracing.steady
	}
}

// nameKustomization tells objects which kustomization file of the repository renders them.
func (r *Result) nameKustomization(files *overlay.FS, dir string) {
	name, ok := kustomizationFile(files, dir)
	for i := range r.Objects {
		if ok {
			r.Objects[i].Source.Kustomization = path.Join(dir, name)
		}
	}
}

func statusOf(result *Result) Status {
	switch {
	case result.SkipReason != "":
		return Skipped
	case result.Err != nil:
		return Failed
	default:
		return OK
	}
}

// SkipIncluded takes back the errors of bases that do not build alone: where an overlay of this
// run includes such a base, the overlay completes it, or reports what is wrong.
func SkipIncluded(results []Result) {
	answered := map[string]bool{} // kustomization folders whose outcome stands
	for _, result := range results {
		if result.Status == OK || len(result.Target.IncludedBy) == 0 {
			answered[result.Target.Path] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range results {
			result := &results[i]
			if result.Status != Failed || answered[result.Target.Path] {
				continue
			}
			if at := slices.IndexFunc(result.Target.IncludedBy, func(dir string) bool { return answered[dir] }); at >= 0 {
				result.Status = Skipped
				result.SkipReason = fmt.Sprintf("does not build alone (%s); it is rendered as part of %s",
					result.Err.Kind, strings.Join(result.Target.IncludedBy, ", "))
				answered[result.Target.Path] = true
				changed = true
			}
		}
	}
}

// dropTexts keeps only digests of the objects whose text nobody needs.
func dropTexts(objects []Object, detail Detail) {
	for i := range objects {
		object := &objects[i]
		if object.HasPodTemplate() || object.YAML == nil {
			continue
		}
		if object.Digest == "" {
			sum := sha256.Sum256(object.YAML)
			object.Digest = string(sum[:])
		}
		if !detail.keeps(object) {
			object.YAML = nil
		}
	}
}

// keeps says whether the text of an object is kept: that of Namespaces too, whose labels say how pods are
// judged.
func (d Detail) keeps(object *Object) bool {
	return !d.PodTemplatesOnly || object.HasPodTemplate() || object.IsNamespace() || d.Inputs && object.isGitOpsInput()
}

// withoutInputs is the detail without what Inputs keeps beside.
func (d Detail) withoutInputs() Detail {
	d.Inputs = false
	return d
}

// SameText says whether two objects have the same text, also where only the digest of one is kept.
func (o *Object) SameText(other *Object) bool {
	digest := func(o *Object) string {
		if o.YAML == nil {
			return o.Digest
		}
		sum := sha256.Sum256(o.YAML)
		return string(sum[:])
	}
	return digest(o) == digest(other)
}

func panicError(target Target, broken any, stack []byte) *Error {
	frame := ""
	for line := range strings.Lines(string(stack)) {
		if strings.HasPrefix(line, "\t") && !strings.Contains(line, "/runtime/") && !strings.Contains(line, "render/render.go") {
			frame = strings.TrimSpace(line)
			break
		}
	}
	return &Error{
		Kind: ErrPanic, File: target.Path,
		Message: fmt.Sprintf("the renderer broke: %v (%s). This is a defect: please report it with the file.",
			broken, cmp.Or(frame, "no frame")),
	}
}
