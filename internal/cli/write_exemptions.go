package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/atomicfile"
	"github.com/podmend/podmend/report"
)

// An allowance says with what words the open findings become exemptions.
type allowance struct {
	write                  bool
	reason, expires, owner string
}

func (a *allowance) addFlags(set *pflag.FlagSet) {
	set.BoolVar(&a.write, "write-exemptions", false, "write the open findings into the configuration as exemptions, instead of a report")
	set.StringVar(&a.reason, "reason", "", "with --write-exemptions: why they are allowed (required)")
	set.StringVar(&a.expires, "expires", "", "with --write-exemptions: the last `day` on which they are allowed, as YYYY-MM-DD")
	set.StringVar(&a.owner, "owner", "", "with --write-exemptions: who answers for them")
}

func (a *allowance) validate(set *pflag.FlagSet) error {
	if !a.write {
		for _, name := range []string{"reason", "expires", "owner"} {
			if set.Changed(name) {
				return usagef("--%s says with what --write-exemptions exempts findings; give that too", name)
			}
		}
		return nil
	}
	if set.Changed("format") || set.Changed("output") {
		return usagef("--write-exemptions writes the configuration and no report; leave out --format and --output")
	}
	if strings.TrimSpace(a.reason) == "" {
		return usagef("--write-exemptions needs a reason; give --reason \"why these findings are allowed\"")
	}
	probe := check.Exemption{Controls: []string{"*"}, Reason: a.reason, Expires: a.expires}
	if err := probe.Validate(); err != nil {
		return usagef("--expires %v", err)
	}
	return nil
}

// writeExemptions adds the open findings to the configuration. Nothing is written unless they
// are exempt by it.
func (r *run) writeExemptions(ctx context.Context, f *flags, allow *allowance) error {
	if err := r.check(ctx); err != nil {
		return err
	}
	open := openFindings(r.checked)
	if len(open) > 0 {
		name := filepath.Join(r.repo.files.Dir(), r.config.name)
		if f.config != "" {
			name = inDir(r.env.Dir, f.config)
		}
		added := allow.exemptions(open)
		content, err := r.withExemptions(name, added)
		if err != nil {
			return err
		}
		if err := r.exempt(ctx); err != nil {
			return err
		}
		if left := openFindings(r.checked); len(left) > 0 {
			return fmt.Errorf("nothing was written: the exemptions would leave %s open, first %s at %s; this is a defect of podmend, please report it",
				plural(len(left), "finding"), left[0].Control.ID, left[0].Origin.File)
		}
		if err := atomicfile.Write(name, content, 0o644); err != nil {
			return usagef("the exemptions cannot be written to %s: %v", r.config.name, pathCause(err))
		}
		fmt.Fprintf(r.env.Stdout, "wrote %s for %s to %s; look through them, then commit the file\n",
			plural(len(added), "exemption"), plural(len(open), "finding"), report.Inert(r.config.name, 0))
	}
	assembled, err := r.assemble()
	if err != nil {
		return err
	}
	if len(open) == 0 && len(assembled.Targets) > 0 {
		fmt.Fprintln(r.env.Stdout, "there is no open finding, so that nothing was written")
	}
	r.printUnrendered(assembled)
	return verdict(assembled, f, r.repo.within, r.emptied())
}

func openFindings(checked *check.Report) []*check.Finding {
	var open []*check.Finding
	for i := range checked.Findings {
		if checked.Findings[i].Exemption == nil {
			open = append(open, &checked.Findings[i])
		}
	}
	return open
}

// withExemptions is the text of the configuration with more exemptions, which are in force from
// then on.
func (r *run) withExemptions(name string, added []map[string]any) ([]byte, error) {
	info, err := os.Lstat(name)
	var before []byte
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, usagef("the configuration %s cannot be read: %v", r.config.name, pathCause(err))
	case !info.Mode().IsRegular():
		return nil, usagef("the configuration %s is not a regular file, so that podmend does not write it; name another by --config", r.config.name)
	default:
		if before, err = os.ReadFile(name); err != nil {
			return nil, usagef("the configuration %s cannot be read: %v", r.config.name, pathCause(err))
		}
	}
	content, err := addExemptions(before, added)
	if err != nil {
		return nil, usagef("the exemptions cannot be added to %s: %v; write the list exemptions there in block style", r.config.name, err)
	}
	config, err := parseConfig(content)
	if err != nil {
		return nil, fmt.Errorf("the configuration with the exemptions is not in order: %w; this is a defect of podmend, please report it", err)
	}
	config.name = r.config.name
	r.settings.exemptions, err = config.exemptions()
	return content, err
}

// exemptions allow findings by what they are, not by file or line, so that they outlive changes
// of other things: one for each object and container.
func (a *allowance) exemptions(open []*check.Finding) []map[string]any {
	type place struct{ kind, namespace, name, container, target string }
	controls := map[place][]string{}
	for _, finding := range open {
		for _, occurrence := range finding.Occurrences {
			object := occurrence.Pod.Object
			at := place{object.Kind, object.Namespace, object.Name, occurrence.Field.Container, ""}
			if at.name == "" {
				at.target = occurrence.Target
			}
			if !slices.Contains(controls[at], finding.Control.ID) {
				controls[at] = append(controls[at], finding.Control.ID)
			}
		}
	}
	places := make([]place, 0, len(controls))
	for at := range controls {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.kind, b.kind), strings.Compare(a.name, b.name),
			strings.Compare(a.container, b.container), strings.Compare(a.target, b.target))
	})
	var all []map[string]any
	for _, at := range places {
		slices.Sort(controls[at])
		item := map[string]any{"controls": anyList(controls[at]), "reason": a.reason}
		for key, value := range map[string]string{
			"kind": at.kind, "namespace": at.namespace, "name": at.name, "container": at.container, "target": at.target,
		} {
			if value != "" {
				item[key] = check.QuoteGlob(value)
			}
		}
		for key, value := range map[string]string{"expires": a.expires, "owner": a.owner} {
			if value != "" {
				item[key] = value
			}
		}
		all = append(all, item)
	}
	return all
}

func anyList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
