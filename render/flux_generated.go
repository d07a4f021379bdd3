package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/resid"
)

// generatedFrom is the values file behind a layer of a ConfigMap or Secret that a kustomization generates of it, or
// the layer with the patch that sets its text.
func (r *releaseRender) generatedFrom(layer ValuesLayer, key, text string) ValuesLayer {
	if layer.Of.Source.Manifest {
		return r.patchedFrom(layer, text)
	}
	_, all := r.builtBy(layer.Of)
	for _, k := range all {
		for _, file := range k.generatorFiles(layer.Of, key) {
			if content, err := r.files.ReadFile(file); err == nil && string(content) == text {
				return ValuesLayer{File: file, Above: true, Copied: true}
			}
		}
	}
	return layer
}

// generatedValue is the layer with the literal, or the line of a file of variables, of which a kustomization generates its
// value.
func (r *releaseRender) generatedValue(layer ValuesLayer, key string) ValuesLayer {
	if layer.Of.Source.Manifest || layer.At == nil {
		return layer
	}
	scan, all := r.builtBy(layer.Of)
	copies := newCopies(&kustomizeBuild{files: r.files, scan: scan})
	locator := NewLocator(r.files)
	for _, k := range all {
		for _, generator := range k.parsed.ConfigMapGenerator {
			place, _, ok := copies.literal(k, resid.ResId{Gvk: resid.Gvk{Kind: layer.Of.Kind}, Name: generator.Name}, []string{"data", key})
			if !ok || !generates(layer.Of, generator.Name) {
				continue
			}
			fields := &FieldTrace{Copies: map[string]Copy{layer.At.String(): {From: place}}, Chains: map[string][]Link{place.File: nil}}
			traced := *layer.Of
			traced.Trace = &Trace{Fields: fields}
			if _, is := locator.copied(&traced, fields, layer.At); is {
				layer.Of = &traced
				return layer
			}
		}
	}
	return layer
}

// builtBy lists the kustomizations that build an input, those that include others before them: what they generate is
// merged into what these do, or replaces it.
func (r *releaseRender) builtBy(object *Object) (*kustomizationScan, []*kustomization) {
	scan := newKustomizationScan(r.files)
	for i := range r.inputs {
		for j := range r.inputs[i].objects {
			if &r.inputs[i].objects[j] == object {
				return scan, scan.closure(r.inputs[i].folder())
			}
		}
	}
	return scan, nil
}

// folder is the kustomization folder that an input builds.
func (i *gitOpsInput) folder() string {
	if i.target.GitOps != nil {
		return i.target.GitOps.Folder
	}
	return i.target.Path
}

// generates says whether an object may be what a generator makes: prefixes, suffixes and a hash change its name.
func generates(object *Object, name string) bool {
	return name != "" && strings.Contains(object.Name, name)
}

// generatorFiles are the files of which a kustomization may generate what an object has under a key.
func (k *kustomization) generatorFiles(object *Object, key string) (files []string) {
	type generator struct {
		name    string
		sources []string
	}
	var generators []generator
	field := "configMapGenerator"
	if object.Kind == "Secret" {
		field = "secretGenerator"
		for _, args := range k.parsed.SecretGenerator {
			generators = append(generators, generator{args.Name, args.FileSources})
		}
	} else {
		for _, args := range k.parsed.ConfigMapGenerator {
			generators = append(generators, generator{args.Name, args.FileSources})
		}
	}
	for _, generator := range generators {
		if !generates(object, generator.name) {
			continue
		}
		for _, source := range generator.sources {
			name, file, keyed := strings.Cut(source, "=")
			if !keyed {
				name, file = source[strings.LastIndex(source, "/")+1:], source
			}
			at := slices.IndexFunc(k.refs, func(ref reference) bool { return ref.field == field && ref.value == file && ref.target != "" })
			if name == key && at >= 0 {
				files = append(files, k.refs[at].target)
			}
		}
	}
	return files
}
