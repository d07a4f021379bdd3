// Package rendercache keeps what targets render to, under all that the rendering depended on, so that
// what has not changed is not rendered again.
package rendercache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A Renderer renders by another one what its store does not hold. It implements render.Renderer.
type Renderer struct {
	store   *Store
	next    render.Renderer // nil renders in this process
	program string          // names the program that renders, to the last byte

	mutex    sync.Mutex
	answers  map[overlay.Look]string // of the repository as it is on disk
	rendered map[string]bool         // target ids
	varying  map[string]bool         // those that are rendered each time
}

// New makes a renderer. What program names decides with everything else what a target renders to.
func New(store *Store, next render.Renderer, program string) *Renderer {
	return &Renderer{
		store: store, next: next, program: program,
		answers: map[overlay.Look]string{}, rendered: map[string]bool{}, varying: map[string]bool{},
	}
}

// Rendered says whether anything of a target had to be rendered.
func (r *Renderer) Rendered(target string) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.rendered[target]
}

// Varying counts the targets that were not kept because they ask for the time or for chance.
func (r *Renderer) Varying() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.varying)
}

// Render renders a target, or takes from the store what it rendered to when every file that it looked
// for was as it is now.
func (r *Renderer) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	// Whole texts may hold Secrets, and are not kept.
	if !detail.PodTemplatesOnly || detail.Inputs || target.Err != nil {
		return r.render(ctx, files, target, detail)
	}
	key, err := r.key(files, target, detail)
	if err != nil {
		return render.Result{}, err
	}
	if result, ok := r.store.get(key, func(looks []look) bool { return r.same(files, looks) }); ok {
		result.Target = target
		return result, nil
	}
	detail.Looks = true
	result, err := r.render(ctx, files, target, detail)
	if err != nil || ctx.Err() != nil || !lasting(&result) {
		return result, err
	}
	if varies(files, &result) {
		r.mutex.Lock()
		r.varying[target.ID] = true
		r.mutex.Unlock()
		return result, nil
	}
	kept, ok := withoutSecrets(result)
	if !ok {
		return result, nil
	}
	looks := make([]look, len(result.Looks))
	for i, one := range result.Looks {
		looks[i] = look{one, r.answer(files, one)}
	}
	r.store.put(key, looks, kept)
	return result, nil
}

func (r *Renderer) render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	r.mutex.Lock()
	r.rendered[target.ID] = true
	r.mutex.Unlock()
	if r.next == nil {
		return render.One(ctx, files, target, detail), nil
	}
	return r.next.Render(ctx, files, target, detail)
}

// key names what does not depend on files.
func (r *Renderer) key(files *overlay.FS, target render.Target, detail render.Detail) (string, error) {
	target.IncludedBy = nil // no part of how it renders
	text, err := json.Marshal(struct {
		Program, Root string
		Target        render.Target
		Detail        render.Detail
	}{r.program, files.Dir(), target, detail})
	if err != nil {
		return "", fmt.Errorf("name %s in the cache: %w", target.ID, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// temporary are the errors that another run need not have.
var temporary = []render.ErrorKind{
	render.ErrTimeout, render.ErrMemory, render.ErrOutputLimit, render.ErrCrash, render.ErrPanic, render.ErrUnreadable,
}

// lasting says whether a result depends on nothing but what was looked at.
func lasting(result *render.Result) bool {
	return len(result.Looks) > 0 && (result.Err == nil || !slices.Contains(temporary, result.Err.Kind))
}

// same says whether all looks see what they saw.
func (r *Renderer) same(files *overlay.FS, looks []look) bool {
	for _, one := range looks {
		if r.answer(files, one.Look) != one.Answer {
			return false
		}
	}
	return true
}

// answer answers a look. Each file of the disk is read for that once in a run.
func (r *Renderer) answer(files *overlay.FS, one overlay.Look) string {
	changed, gone := files.Changes()
	if len(files.Links()) > 0 || len(changed)+len(gone) > 0 && touches(files, one, changed, gone) {
		return files.Answer(one)
	}
	r.mutex.Lock()
	known, ok := r.answers[one]
	r.mutex.Unlock()
	if ok {
		return known
	}
	answer := files.Answer(one)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.answers[one] = answer
	return answer
}

// touches says whether what is changed in memory may have a part in an answer. Links lead anywhere, so
// that only what resolves to another file, which is not around a changed one, is left alone.
func touches(files *overlay.FS, one overlay.Look, changed map[string][]byte, gone []string) bool {
	resolved, err := files.Resolve(one.Name)
	if err != nil {
		return true
	}
	around := func(name string) bool {
		return name == resolved || resolved == "." || strings.HasPrefix(name, resolved+"/") || strings.HasPrefix(resolved, name+"/")
	}
	for name := range changed {
		if around(name) {
			return true
		}
	}
	return slices.ContainsFunc(gone, around)
}

// MaxAge is how old a result may be. What a chart asks for in ways that cannot be told from its source
// goes stale no longer than that.
const MaxAge = 7 * 24 * time.Hour
