package render

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// folder finds the folder of this repository that an object applies, by its source and its path there.
// sources are the files that say so.
func (g *gitOpsSearch) folder(parent *Target, object *Object, ref *fluxReference, at string) (folder string, sources []string, failed *Error) {
	wanted := ObjectName{Group: "source.toolkit.fluxcd.io", Kind: ref.Kind, Namespace: cmp.Or(ref.Namespace, object.Namespace), Name: ref.Name}
	source := g.lookup(parent, wanted)
	inside := belowRoot(at)
	if inside == "" {
		inside = "."
	}
	files := g.discovery.files
	fail := func(kind ErrorKind, format string, args ...any) (string, []string, *Error) {
		return inside, sources, fieldError(files, object, kind, fmt.Sprintf(format, args...), "spec", "sourceRef")
	}
	if source != nil {
		sources = []string{source.Source.File}
	}
	if ref.Kind == "ExternalArtifact" {
		generated, generator := g.artifactFolder(parent, wanted.Namespace, ref.Name, inside)
		if generator == nil {
			return fail(ErrMissingSource, "the ExternalArtifact %s is made by no ArtifactGenerator of this repository. Mend the name, or leave the object out with --exclude.", ref.Name)
		}
		sources = []string{generator.Source.File}
		if generated == "" {
			return fail(ErrMissingSource, "the ArtifactGenerator %s copies nothing to %s of the artifact %s. Mend the path.", generator.Name, inside, ref.Name)
		}
		inside = generated
	} else if source == nil {
		// Bootstrap makes the one of this name in the cluster.
		if ref.Kind != "GitRepository" || ref.Name != "flux-system" {
			return fail(ErrMissingSource, "the %s %s is not in this repository. Add it, or mend the reference.", ref.Kind, wanted.Name)
		}
	} else if !g.isHere(source, inside) {
		read := fluxSource{}
		if failed := readGitOps(files, source, &read); failed != nil {
			return inside, sources, failed
		}
		return fail(ErrOtherSource, "%s", otherRepository("the "+ref.Kind+" "+wanted.Name, read.address()))
	}
	if info, err := files.Stat(inside); err != nil || !info.IsDir() {
		problem := "Mend the path."
		if branch := g.branchOf(source); branch != "" {
			problem = fmt.Sprintf("The %s %s takes it from the branch %s: check that branch out to render it, else mend the path, or leave the object out with --exclude.", ref.Kind, wanted.Name, branch)
		}
		return inside, sources, fieldError(files, object, ErrMissingSource, fmt.Sprintf("the folder %s does not exist. %s", inside, problem), "spec", "path")
	}
	return inside, sources, nil
}

// branchOf is the branch that a source takes files from, "" where it names none.
func (g *gitOpsSearch) branchOf(source *Object) string {
	var read fluxSource
	if source == nil || readGitOps(g.discovery.files, source, &read) != nil || read.Spec.Reference == nil {
		return ""
	}
	return read.Spec.Reference.Branch
}

// ignored are the rules by which a source leaves out files.
func (g *gitOpsSearch) ignored(parent *Target, object *Object, ref *fluxReference) string {
	source := g.lookup(parent, ObjectName{Group: "source.toolkit.fluxcd.io", Kind: ref.Kind, Namespace: cmp.Or(ref.Namespace, object.Namespace), Name: ref.Name})
	var read fluxSource
	if source == nil || readGitOps(g.discovery.files, source, &read) != nil {
		return ""
	}
	return read.Spec.Ignore
}

// isHere says whether a source is this repository. Without a remote to compare with, one that has the
// folder is taken for it.
func (g *gitOpsSearch) isHere(source *Object, inside string) bool {
	var read fluxSource
	if readGitOps(g.discovery.files, source, &read) != nil {
		return false
	}
	switch {
	case slices.ContainsFunc(g.options.Configured, func(u string) bool { return sameRepository(u, read.address()) }):
		return true
	case source.Kind != "GitRepository":
		return false
	}
	return source.Name == "flux-system" || g.leadsHere(read.address(), inside)
}

// leadsHere says whether a URL of git is that of this repository, as isHere does of a source.
func (g *gitOpsSearch) leadsHere(address, inside string) bool {
	same := func(u string) bool { return sameRepository(u, address) }
	if slices.ContainsFunc(g.options.Configured, same) || slices.ContainsFunc(g.options.Here, same) {
		return true
	}
	_, err := g.discovery.files.Stat(inside)
	return err == nil && len(g.options.Here) == 0 && inside != "."
}

// otherRepository says that a source is elsewhere.
func otherRepository(what, address string) string {
	shown := shownRepository(address)
	return fmt.Sprintf("%s leads to %s, which is not this repository, and podmend takes no other. If it is, add to %s: gitops: {repositories: [%q]}", what, shown, ConfigFile, shown)
}

// sameRepository compares what URLs of git name: host and path, whatever the protocol and the user.
func sameRepository(a, b string) bool {
	a, b = repositoryName(a), repositoryName(b)
	return a != "" && a == b
}

func repositoryName(address string) string {
	// git@host:path
	if user, rest, ok := strings.Cut(address, "@"); ok && !strings.Contains(user, "/") && !strings.Contains(address, "://") {
		address = "ssh://" + strings.Replace(rest, ":", "/", 1)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Hostname() + "/" + strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"))
}

// artifactFolder finds what an ArtifactGenerator copies to a folder of an artifact.
// https://fluxcd.io/flux/components/source/artifactgenerators/
func (g *gitOpsSearch) artifactFolder(parent *Target, namespace, name, inside string) (folder string, generator *Object) {
	for _, result := range g.nearest(parent) {
		for i := range result.Objects {
			object := &result.Objects[i]
			var read fluxSource
			if object.Kind != "ArtifactGenerator" || object.Namespace != namespace || readGitOps(g.discovery.files, object, &read) != nil {
				continue
			}
			for _, artifact := range read.Spec.Artifacts {
				if artifact.Name != name {
					continue
				}
				for _, copied := range artifact.Copy {
					to := strings.Trim(strings.TrimPrefix(copied.To, "@artifact"), "/")
					_, from, _ := strings.Cut(strings.TrimPrefix(copied.From, "@"), "/")
					from = strings.TrimSuffix(strings.TrimSuffix(from, "**"), "/")
					below, ok := strings.CutPrefix(inside+"/", strings.TrimPrefix(to+"/", "/"))
					if ok && !strings.ContainsAny(from, "*?[") {
						return path.Join(from, below), object
					}
				}
				return "", object
			}
		}
	}
	return "", nil
}
