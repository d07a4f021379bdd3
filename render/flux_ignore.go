package render

import (
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/podmend/podmend/internal/overlay"
)

// sourceRules say what the sources of Flux leave out of what they give, the strongest rule last.
// https://fluxcd.io/flux/components/source/gitrepositories/#excluding-files
type sourceRules []gitignore.Pattern

// leftOutOfSources is what each source leaves out, of what may look like a manifest.
var leftOutOfSources = []string{
	".git/", ".github/", ".circleci/", ".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".drone.yml", "cloudbuild.yaml",
	"codeship-services.yml", "codeship-steps.yml", "**/.goreleaser.yml", "**/.sops.yaml", "**/.flux.yaml",
}

const sourceIgnoreFile = ".sourceignore"

func (r sourceRules) with(lines []string, dir string) sourceRules {
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	added := slices.Clone(r)
	for _, line := range lines {
		if line = strings.TrimRight(line, "\r"); !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			added = append(added, gitignore.ParsePattern(line, domain))
		}
	}
	return added
}

// enter adds the rules that stand in a folder.
func (r sourceRules) enter(files *overlay.FS, dir string) sourceRules {
	content, err := files.ReadFile(path.Join(dir, sourceIgnoreFile))
	if err != nil {
		return r
	}
	return r.with(strings.Split(string(content), "\n"), dir)
}

func (r sourceRules) leavesOut(name string) bool {
	parts := strings.Split(name, "/")
	for _, rule := range slices.Backward(r) {
		switch rule.Match(parts, false) {
		case gitignore.Exclude:
			return true
		case gitignore.Include:
			return false
		}
	}
	return false
}

// foldersAbove are the folders that hold a folder, the root first.
func foldersAbove(dir string) (above []string) {
	for dir != "." {
		dir = path.Dir(dir)
		above = slices.Insert(above, 0, dir)
	}
	return above
}

// manifestsBelow lists what a generated kustomization holds: the folders that have a kustomization, and the
// manifests outside of these. ignore are the rules of the source itself.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file
func manifestsBelow(files *overlay.FS, dir, ignore string) []string {
	rules := sourceRules(nil).with(leftOutOfSources, ".")
	for _, above := range foldersAbove(dir) {
		rules = rules.enter(files, above)
	}
	own := sourceRules(nil).with(strings.Split(ignore, "\n"), ".")
	var found []string
	var walk func(at string, rules sourceRules, depth int)
	walk = func(at string, rules sourceRules, depth int) {
		entries, err := files.ReadDir(at)
		if err != nil || depth > maxFolderDepth {
			return
		}
		rules = rules.enter(files, at)
		leftOut := func(name string) bool { return slices.Concat(rules, own).leavesOut(name) }
		for _, entry := range entries {
			name := path.Join(at, entry.Name())
			inside := strings.TrimPrefix(name, dir+"/")
			if !entry.IsDir() {
				if slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) && name != ConfigFile && !leftOut(name) {
					found = append(found, "./"+inside)
				}
				continue
			}
			if file, isRoot := kustomizationFile(files, name); isRoot && !leftOut(path.Join(name, file)) {
				found = append(found, "./"+inside)
			} else if entry.Name() != ".git" {
				walk(name, rules, depth+1)
			}
		}
	}
	walk(dir, rules, 0)
	return found
}
