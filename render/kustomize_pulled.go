package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/podmend/podmend/internal/overlay"
)

// chartArchive returns where the archive of a chart is put that was fetched because its folder is missing.
func (k *kustomization) chartArchive(chart *types.HelmChart) string {
	return path.Join(path.Dir(k.chartFolder(chart)), chart.Name+"-"+chart.Version+".tgz")
}

// archiveAt says whether there is an archive, and whether it was fetched. One that is committed does not
// count: kustomize looks for a folder only, and would pull the chart.
func archiveAt(files *overlay.FS, archive string) (there, fetched bool) {
	_, err := files.Stat(archive)
	changed, _ := files.Changes()
	return err == nil, changed[archive] != nil
}

// missingCharts refuses a build with charts that kustomize would pull, and offers them if all can be fetched.
func (b *kustomizeBuild) missingCharts() *Error {
	var missing, unfetchable []*Error
	var names []string
	var offered []MissingDependency
	wanted := map[string]bool{}
	for _, k := range b.all {
		for i := range k.parsed.HelmCharts {
			chart := &k.parsed.HelmCharts[i]
			folder := k.chartFolder(chart)
			if wanted[folder] {
				continue
			}
			wanted[folder] = true
			reason, there := b.chartAbsence(k, chart)
			if there {
				continue
			}
			failed := &Error{
				Kind: ErrHelmCharts, File: k.file, Line: scalarLine(k.content, "helmCharts", chart.Name),
				Message: fmt.Sprintf("the Helm chart %q %s", chart.Name, missingChartText(chart, folder, reason)),
			}
			missing, names = append(missing, failed), append(names, chart.Name)
			if reason != "" {
				unfetchable = append(unfetchable, failed)
				continue
			}
			offered = append(offered, MissingDependency{
				Chart: path.Dir(folder), File: k.file, Line: failed.Line, Name: chart.Name, Repository: chart.Repo, Pinned: chart.Version,
			})
		}
	}
	switch {
	case len(missing) == 0:
		return nil
	case len(unfetchable) == 0 && len(offered) <= maxOfferedCharts:
		missing[0].Missing = offered
	}
	shown := slices.Concat(unfetchable, missing)[0]
	names = slices.Delete(names, slices.Index(missing, shown), slices.Index(missing, shown)+1)
	if len(names) > 0 {
		shown.Message += fmt.Sprintf(" Also missing: %s.", strings.Join(names, ", "))
	}
	return shown
}

// maxOfferedCharts is far above what real kustomizations name.
const maxOfferedCharts = 200

// chartAbsence says whether a chart is there, and if it is not, why it is not fetched whatever the
// configuration allows; "" if it may be.
func (b *kustomizeBuild) chartAbsence(k *kustomization, chart *types.HelmChart) (reason string, there bool) {
	info, err := b.files.Stat(k.chartFolder(chart))
	packed, fetched := archiveAt(b.files, k.chartArchive(chart))
	switch {
	case chart.Name == "":
		return "its entry has no name", false
	case err == nil && info.IsDir(), fetched:
		return "", true
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "its folder cannot be read. Name a chartHome inside of the repository", false
	case packed:
		return path.Base(k.chartArchive(chart)) + " is a packed chart, which kustomize does not read. Unpack it beside itself", false
	case chart.Repo == "":
		return "it has no repo", false
	case hostToAllow(chart.Repo) == "":
		return "its repo is no URL that begins with https://, oci:// or http://", false
	case chart.Version == "":
		return "it has no version, and podmend picks none. Pin it: write the exact version into its entry", false
	}
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(chart.Version, "v")); err != nil {
		return fmt.Sprintf("its version %q is not exact, and podmend picks none. Pin it: write one like 1.2.3 into its entry", chart.Version), false
	}
	return "", false
}

// missingChartText says what to do about a missing chart. reason is why it is never fetched, "" if it may be.
func missingChartText(chart *types.HelmChart, folder, reason string) string {
	source, allow := "", ""
	if chart.Repo != "" {
		source = "of " + shownRepository(chart.Repo) + " "
	}
	if host := hostToAllow(chart.Repo); host != "" {
		allow = fmt.Sprintf(", add %s to network.allow in .podmend.yaml (network: {allow: [%s]})", host, quotedHost(host))
	}
	const commit = "commit the chart there (`kustomize build --enable-helm` leaves it there)"
	text := source + "is not in " + folder + ", where kustomize looks before it pulls"
	switch {
	case reason == "":
		return text + ". To let podmend fetch it" + allow + "; or " + commit + "."
	case allow != "":
		return text + ", and " + reason + ". To let podmend fetch it then" + allow + "; or " + commit + "."
	}
	return text + ", and " + reason + ". Instead, " + commit + "."
}

// A chartSource is where a chart of a kustomization stands.
type chartSource struct {
	folder  string // where kustomize looks for it
	archive string // what was fetched because there is no folder, "" if there is one
	// unpacked is what the archive holds, by the names that kustomize would see.
	unpacked map[string][]byte
}

func (b *kustomizeBuild) chartSource(k *kustomization, chart *types.HelmChart) (*chartSource, *Error) {
	source := &chartSource{folder: k.chartFolder(chart)}
	if info, err := b.files.Stat(source.folder); err == nil && info.IsDir() {
		return source, nil
	}
	source.archive, source.unpacked = k.chartArchive(chart), map[string][]byte{}
	packed, failed := helmPackedFiles(b.files, source.archive)
	if failed != nil {
		return nil, failed
	}
	for _, file := range packed {
		source.unpacked[path.Join(source.folder, file.name)] = file.data
	}
	return source, nil
}

// chart is what Helm is to render.
func (s *chartSource) chart() string {
	if s.archive != "" {
		return s.archive
	}
	return s.folder
}

// holding shows a file of the archive where kustomize would see it. That it is read there is not recorded:
// what was read is the archive.
func (s *chartSource) holding(files *overlay.FS, name string) *overlay.FS {
	content := s.unpacked[name]
	if content == nil {
		return files
	}
	return files.Recording(func(string) {}).With(map[string][]byte{name: content})
}

// failed makes an error about a file of the archive one of the archive.
func (s *chartSource) failed(failed *Error) *Error {
	if failed == nil || s.archive == "" {
		return failed
	}
	for _, at := range []string{s.folder, s.archive} {
		if inside, ok := strings.CutPrefix(failed.File, at+"/"); ok {
			return helmPlace{file: s.archive, inside: inside}.fail(failed.Kind, failed.Line, failed.Message)
		}
	}
	return failed
}

// layer describes a values file of an entry.
func (s *chartSource) layer(name, repository string) ValuesLayer {
	layer := ValuesLayer{File: name}
	inside, ok := strings.CutPrefix(name, s.folder+"/")
	if ok {
		layer.Vendor = repository
	}
	if content := s.unpacked[name]; content != nil {
		layer.File, layer.Inside, layer.Content = s.archive, inside, content
	}
	return layer
}
