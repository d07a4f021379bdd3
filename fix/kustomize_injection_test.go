package fix

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podmend/podmend/check"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
	"github.com/podmend/podmend/render"
)

// An injection puts a violation into a kustomization root, at one class of origin.
type injection struct {
	class string
	// changed holds the files with the violation; file and line say where it stands.
	changed map[string][]byte
	file    string
	line    int
	pod     string // what the name of a Pod holds that comes with it, "" where an object of the root gets it
}

// TestKustomizeInjections puts a violation into each root of the corpora, at each class of origin,
// and asks for its exact line and a proven edit.
func TestKustomizeInjections(t *testing.T) {
	for _, dir := range injectionCorpora(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			files, err := overlay.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer files.Close()
			injectAll(t, files)
		})
	}
}

func injectionCorpora(t *testing.T) []string {
	demo, err := filepath.Abs(filepath.Join("..", "testdata", "demo"))
	if err != nil {
		t.Fatal(err)
	}
	if corpus := os.Getenv("PODMEND_CORPUS"); corpus != "" {
		return []string{demo, corpus}
	}
	return []string{demo}
}

func injectAll(t *testing.T, files *overlay.FS) {
	ctx := context.Background()
	discovery, err := render.Discover(files, render.DiscoverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	targets := slices.DeleteFunc(discovery.Targets, func(target render.Target) bool { return target.Kind != render.Kustomize })
	results, err := render.All(ctx, files, targets, render.Options{Detail: render.Detail{PodTemplatesOnly: true}})
	if err != nil {
		t.Fatal(err)
	}
	type share struct{ placed, wrong, mended, all int }
	shares := map[string]*share{}
	for i := range results {
		object := injectable(&results[i])
		if object == nil {
			continue
		}
		for _, in := range injections(files, &results[i], object) {
			if shares[in.class] == nil {
				shares[in.class] = &share{}
			}
			s := shares[in.class]
			s.all++
			placed, mended, told := inject(t, files, results, i, object, in)
			if placed {
				s.placed++
			}
			if strings.HasPrefix(told, "wrong") {
				s.wrong++
			}
			if mended {
				s.mended++
			}
			if !placed || !mended {
				t.Logf("%s of %s: %s", in.class, results[i].Target.ID, told)
			}
		}
	}
	var sum share
	for _, class := range sortedKeys(shares) {
		s := shares[class]
		t.Logf("%-24s %4d injected, %4d placed, %4d wrong, %4d mended", class, s.all, s.placed, s.wrong, s.mended)
		sum = share{sum.placed + s.placed, sum.wrong + s.wrong, sum.mended + s.mended, sum.all + s.all}
	}
	if sum.all == 0 {
		t.Fatal("nothing could be injected")
	}
	if sum.wrong > 0 || sum.placed*100 < sum.all*99 || sum.mended*100 < sum.all*95 {
		t.Errorf("of %d injected violations %d are placed, %d wrongly, and %d are mended", sum.all, sum.placed, sum.wrong, sum.mended)
	}
}

// injectable returns an object of a root to inject a violation into.
func injectable(result *render.Result) *render.Object {
	if result.Status != render.OK {
		return nil
	}
	for i := range result.Objects {
		object := &result.Objects[i]
		pods, err := object.PodTemplates()
		inList := func(step yamledit.Step) bool { return step.List }
		if err == nil && len(pods) == 1 && !slices.ContainsFunc(pods[0].SpecAt, inList) && object.Source.Manifest && len(object.Source.Path) == 0 && !pods[0].Spec.HostPID {
			return object
		}
	}
	return nil
}

// injections are the violations that an object of a root gets.
func injections(files *overlay.FS, result *render.Result, object *render.Object) []injection {
	pods, err := object.PodTemplates()
	if err != nil {
		return nil
	}
	at := pods[0].SpecAt
	content, err := files.ReadFile(object.Source.File)
	if err != nil {
		return nil
	}
	source := yamledit.Parse(content)
	name, _ := source.Find(object.Source.Doc, yamledit.NewPath("metadata", "name"))
	if name.Node == nil {
		return nil
	}
	var all []injection
	edits, err := source.Edits(object.Source.Doc, []yamledit.Change{{Path: at.Join("hostPID"), Value: true}})
	if changed, applyErr := yamledit.Apply(content, edits); err == nil && applyErr == nil {
		if found, ok := yamledit.Parse(changed).Find(object.Source.Doc, at.Join("hostPID")); ok {
			all = append(all, injection{class: "resource", changed: map[string][]byte{object.Source.File: changed}, file: object.Source.File, line: found.Key.Line})
		}
	}
	id := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", object.APIVersion, object.Kind, name.Node.Value)
	if namespace, ok := source.Find(object.Source.Doc, yamledit.NewPath("metadata", "namespace")); ok {
		id += "  namespace: " + namespace.Node.Value + "\n"
	}
	var merge strings.Builder
	merge.WriteString(id)
	indent := ""
	for _, step := range at {
		merge.WriteString(indent + step.Key + ":\n")
		indent += "  "
	}
	merge.WriteString(indent + "hostPID: true\n")
	pointer := ""
	for _, step := range at {
		pointer += "/" + step.Key
	}
	operations := "- op: add\n  path: " + pointer + "/hostPID\n  value: true\n"
	target := map[string]any{"kind": object.Kind, "name": name.Node.Value}
	dir := path.Dir(object.Source.Kustomization)
	file := path.Join(dir, "injected.yaml")
	add := func(class, field string, entry any, more map[string][]byte, where, marker string) {
		changed, ok := withEntry(files, object.Source.Kustomization, field, entry)
		if !ok {
			return
		}
		all = append(all, injection{class: class, changed: map[string][]byte{object.Source.Kustomization: changed}, file: where})
		in := &all[len(all)-1]
		for name, text := range more {
			in.changed[name] = []byte(text)
		}
		lines := strings.Split(string(in.changed[where]), "\n")
		for n, line := range lines {
			if strings.Contains(line, marker) {
				in.line = n + 1
			}
		}
	}
	root := object.Source.Kustomization
	add("merge patch file", "patches", map[string]any{"path": "injected.yaml"}, map[string][]byte{file: []byte(merge.String())}, file, "hostPID: true")
	add("merge patch inline", "patches", map[string]any{"patch": merge.String(), "target": target}, nil, root, "hostPID: true")
	add("old merge patch", "patchesStrategicMerge", merge.String(), nil, root, "hostPID: true")
	add("operations file", "patches", map[string]any{"path": "injected.yaml", "target": target}, map[string][]byte{file: []byte(operations)}, file, "value: true")
	add("operations inline", "patches", map[string]any{"patch": `[{"op": "add", "path": "` + pointer + `/hostPID", "value": true}]`, "target": target}, nil, root, "hostPID")
	component := path.Join(dir, "injected-component")
	add("component", "components", "injected-component", map[string][]byte{
		path.Join(component, "kustomization.yaml"): []byte("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: patch.yaml\n"),
		path.Join(component, "patch.yaml"):         []byte(merge.String()),
	}, path.Join(component, "patch.yaml"), "hostPID: true")
	return append(all, chartInjections(files, root)...)
}

// withEntry adds an entry to a list of a kustomization. The writer of YAML quotes what has more
// than one line, and people do not: the entry's lines are written as a block.
func withEntry(files *overlay.FS, name, field string, entry any) ([]byte, bool) {
	content, err := files.ReadFile(name)
	if err != nil {
		return nil, false
	}
	file := yamledit.Parse(content)
	doc := file.FirstDoc()
	count := 0
	if list, ok := file.Find(doc, yamledit.NewPath(field)); ok {
		count = len(list.Node.Content)
	}
	at := yamledit.NewPath(field, count)
	block := ""
	switch value := entry.(type) {
	case string:
		if strings.Contains(value, "\n") {
			block, entry = value, "INJECTED"
		}
	case map[string]any:
		if patch, _ := value["patch"].(string); strings.Contains(patch, "\n") {
			block = patch
			value["patch"] = "INJECTED"
		}
	}
	edits, err := file.Edits(doc, []yamledit.Change{{Path: at, Value: entry}})
	if err != nil {
		return nil, false
	}
	changed, err := yamledit.Apply(content, edits)
	if err != nil {
		return nil, false
	}
	if block == "" {
		return changed, true
	}
	before, after, _ := strings.Cut(string(changed), "INJECTED")
	line := before[strings.LastIndex(before, "\n")+1:]
	if strings.ContainsAny(line, "{[") {
		return nil, false
	}
	indent := strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))+6)
	text := "|-\n" + indent + strings.ReplaceAll(strings.TrimRight(block, "\n"), "\n", "\n"+indent)
	return []byte(before + text + after), true
}

// inject says whether an injected violation is found at its line, and mended by a proven edit.
func inject(t *testing.T, files *overlay.FS, before []render.Result, index int, object *render.Object, in injection) (placed, mended bool, told string) {
	t.Helper()
	ctx := context.Background()
	view := files.With(in.changed)
	var targets []render.Target
	for i := range before {
		if i == index || slices.ContainsFunc(before[i].Reads, func(name string) bool { return in.changed[name] != nil }) {
			targets = append(targets, before[i].Target)
		}
	}
	options := render.Options{Detail: render.Detail{PodTemplatesOnly: true, Traced: true}}
	results, err := render.All(ctx, view, targets, options)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(results, func(r render.Result) bool { return r.Target.ID == before[index].Target.ID })
	if results[at].Status != render.OK {
		return false, false, "not rendered: " + results[at].Err.Error()
	}
	locator := render.NewLocator(view)
	report, err := check.Run(results, locator, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if in.pod != "" {
		report = traceValues(t, results, locator, report, options)
	}
	injected := slices.IndexFunc(report.Findings, func(f check.Finding) bool {
		return slices.ContainsFunc(f.Occurrences, func(o check.Occurrence) bool {
			return o.Target == results[at].Target.ID && in.isIn(o.Pod.Object, object) && strings.HasSuffix(o.Path().String(), "hostPID")
		})
	})
	if injected < 0 {
		return false, false, "not found"
	}
	finding := report.Findings[injected]
	if finding.Origin.Exact && (finding.Origin.File != in.file || finding.Origin.Line != in.line) {
		return false, false, fmt.Sprintf("wrong: %s:%d, it is at %s:%d", finding.Origin.File, finding.Origin.Line, in.file, in.line)
	}
	one := &check.Report{Findings: []check.Finding{finding}}
	proposals, refusals := Propose(view, results, one, locator, check.MendOptions{IncludeHostWorkloads: true}, Budget{})
	prover := &Prover{Files: view, Targets: targets, Results: results, Report: report}
	if err := prover.Prove(ctx, proposals); err != nil {
		t.Fatal(err)
	}
	switch refusal := refusals[finding.ID]; {
	case refusal != nil:
		return finding.Origin.Exact, false, refusal.Message
	case len(proposals) == 0:
		return finding.Origin.Exact, false, "no proposal"
	case proposals[0].Refusal != nil:
		return finding.Origin.Exact, false, proposals[0].Refusal.Message
	}
	return finding.Origin.Exact, true, "not placed"
}
