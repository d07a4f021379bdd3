package dependency

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// A Renderer renders by another one, which has no network, and gives charts the locked dependencies
// that they turn out to lack. It implements render.Renderer.
type Renderer struct {
	source *Source
	next   render.Renderer // nil renders in this process

	mutex sync.Mutex
	added map[string]map[string]addition // by target and by file
}

// An addition is an archive that stands in charts/ only for renderers.
type addition struct {
	archive  *archive
	declared render.Declaration
}

// maxRounds bounds how often a target is rendered: a dependency that has come may enable others.
const maxRounds = 8

// NewRenderer makes a renderer.
func NewRenderer(source *Source, next render.Renderer) *Renderer {
	return &Renderer{source: source, next: next, added: map[string]map[string]addition{}}
}

// View returns files with all archives that were given to charts.
func (r *Renderer) View(files *overlay.FS) *overlay.FS {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	all := map[string]addition{}
	for _, added := range r.added {
		maps.Copy(all, added)
	}
	return with(files, all)
}

func with(files *overlay.FS, added map[string]addition) *overlay.FS {
	if len(added) == 0 {
		return files
	}
	changed := map[string][]byte{}
	for name, addition := range added {
		changed[name] = addition.archive.content
	}
	return files.With(changed)
}

// Render renders a target with what it lacks: what is known before, and what turns out.
func (r *Renderer) Render(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	added := r.addedTo(target)
	var failed *render.Error
	isAdded := func(one render.MissingDependency) bool { return added[one.Archive].archive != nil }
	if missing := slices.DeleteFunc(target.ToFetch(), isAdded); len(missing) > 0 {
		var err error
		if failed, err = r.add(ctx, &target, missing, added); err != nil {
			return render.Result{}, err
		}
	}
	for round := 0; ; round++ {
		result, err := r.once(ctx, with(files, added), target, detail)
		if err != nil {
			return result, err
		}
		if result.Err == nil || len(result.Err.Missing) == 0 || round == maxRounds {
			declare(&result, added)
			return result, nil
		}
		if failed == nil {
			if failed, err = r.add(ctx, &target, result.Err.Missing, added); err != nil {
				return result, err
			}
		}
		if failed != nil {
			result.Err = failed
			return result, nil
		}
	}
}

// add fetches what a target lacks, and adds it to what it has.
func (r *Renderer) add(ctx context.Context, target *render.Target, missing []render.MissingDependency, added map[string]addition) (*render.Error, error) {
	found, failed, err := r.fetch(ctx, missing, added)
	if failed != nil || err != nil {
		return failed, err
	}
	maps.Copy(added, found)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.added[target.ID] = maps.Clone(added)
	return nil, nil
}

func (r *Renderer) once(ctx context.Context, files *overlay.FS, target render.Target, detail render.Detail) (render.Result, error) {
	if r.next == nil {
		return render.One(ctx, files, target, detail), nil
	}
	return r.next.Render(ctx, files, target, detail)
}

func (r *Renderer) addedTo(target render.Target) map[string]addition {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	added := map[string]addition{}
	maps.Copy(added, r.added[target.ID])
	return added
}

// fetch gets missing dependencies. All are looked at before the first is asked for: a target that
// cannot be completed causes no request. The error says that podmend was stopped.
func (r *Renderer) fetch(ctx context.Context, missing []render.MissingDependency, added map[string]addition) (map[string]addition, *render.Error, error) {
	plans := make([]plan, len(missing))
	errs := make([]error, len(missing))
	for i := range missing {
		plans[i], errs[i] = r.source.plan(&missing[i])
		if _, again := added[plans[i].file]; errs[i] == nil && again {
			errs[i] = problemf(ErrNotTaken, "it was fetched, and Helm does not take it from charts/. See whether .helmignore lists charts, or charts is a link.")
		}
	}
	if failed := joined(missing, plans, errs); failed != nil {
		return nil, failed, nil
	}
	found := make([]*archive, len(missing))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range plans {
		group.Go(func() error {
			found[i], errs[i] = r.source.get(within, plans[i])
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, fmt.Errorf("fetching dependencies was stopped: %w", err)
	}
	if failed := joined(missing, plans, errs); failed != nil {
		return nil, failed, nil
	}
	result := map[string]addition{}
	for i := range missing {
		result[plans[i].file] = addition{found[i], render.Declaration{File: missing[i].File, Line: missing[i].Line}}
	}
	return result, nil, nil
}

// joined makes one error of those of several dependencies.
func joined(missing []render.MissingDependency, plans []plan, errs []error) *render.Error {
	var first *render.Error
	var others []string
	for i, err := range errs {
		switch {
		case err == nil:
		case first == nil:
			first = failure(&missing[i], plans[i].version, err)
		default:
			others = append(others, missing[i].Name)
		}
	}
	if len(others) > 0 {
		first.Message += fmt.Sprintf(" Not there either: %s.", strings.Join(others, ", "))
	}
	return first
}

// declare lets a result show the lines that ask for archives, which are not in the repository, and
// say where they came from.
func declare(result *render.Result, added map[string]addition) {
	for i := range result.Objects {
		source := &result.Objects[i].Source
		source.Declared = added[source.File].declared
	}
	if failed := result.Err; failed != nil && added[failed.File].archive != nil {
		where := added[failed.File].declared
		failed.Message = fmt.Sprintf("in the fetched %s: %s", path.Base(failed.File), failed.Message)
		failed.File, failed.Line = where.File, where.Line
	}
	for _, name := range slices.Sorted(maps.Keys(added)) {
		result.Notes = append(result.Notes, added[name].archive.notes...)
	}
}
