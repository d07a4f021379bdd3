package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/overlay"
)

// A ChartSource is where the chart of a release is: a folder of this repository, or a chart of a
// repository or registry, of which the version is found when it is fetched. It is plain data.
type ChartSource struct {
	Folder     string // "" if the chart is not in this repository
	Repository string // URL of a repository of charts, or of a registry
	Name       string
	Version    string // exact, a range, or "" for the newest
	Digest     string // of the manifest in a registry, in place of a version
	TagChoice
	// ValuesFiles take the place of the chart's own values, in order: files of the chart, or, of a folder,
	// below the source's root.
	ValuesFiles   []string
	IgnoreMissing bool
	// File and Line are where the release names the chart.
	File string
	Line int
}

// A TagChoice says how a version is chosen among the tags of a registry, or the versions of a repository. It is plain data.
type TagChoice struct {
	Flux  bool // versions are read as Flux reads them
	Image bool // what is there is meant, whatever the chart in it is called
	Tag   string
	// Filter is a regular expression for the tags among which a range chooses.
	Filter string
	// Exact says that _ in a tag of an image does not stand for the + of a version.
	Exact bool
}

// takeFolders moves the folders before the name of a chart in a registry to the URL: together they are its address.
func (c *ChartSource) takeFolders() {
	if folders, name := path.Split(c.Name); folders != "" && strings.HasPrefix(c.Repository, "oci://") {
		c.Repository, c.Name = strings.TrimSuffix(c.Repository, "/")+"/"+strings.Trim(folders, "/"), name
	}
}

// A DeployedChart is a chart with the version that was rendered. It is plain data.
type DeployedChart struct {
	Name, Version string
	Repository    string // "" if it is a folder of this repository
}

// String names a chart for people.
func (d *DeployedChart) String() string {
	if d == nil {
		return "the chart"
	}
	named := "the chart " + strings.TrimSpace(d.Name+" "+d.Version)
	if d.Repository != "" {
		named += " of " + d.Repository
	}
	return named
}

// fetchedCharts is a folder that only renderers see: what was fetched for releases stands in it.
const fetchedCharts = ".podmend-charts"

var unplain = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// Archive is where the archive of a chart is put that was fetched.
func (c *ChartSource) Archive() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Repository, c.Name, c.Version, c.Digest, fmt.Sprintf("%#v", c.TagChoice)}, "\x00")))
	return path.Join(fetchedCharts, hex.EncodeToString(sum[:6]), unplain.ReplaceAllString(c.Name, "-")+".tgz")
}

// locate returns the chart as Helm is to load it: a folder, or an archive that was fetched.
func (c *ChartSource) locate(files *overlay.FS) (string, *Error) {
	if c.Folder != "" {
		if _, err := files.Stat(c.Folder); err != nil {
			return "", &Error{Kind: ErrMissingSource, File: c.File, Line: c.Line, Message: fmt.Sprintf("the chart %s cannot be read: %v. Mend the path.", c.Folder, cause(err))}
		}
		return c.Folder, nil
	}
	archive := c.Archive()
	if _, fetched := archiveAt(files, archive); fetched {
		return archive, nil
	}
	version := cmp.Or(c.Version, c.Tag)
	if version != "" {
		version = " " + version
	}
	message := fmt.Sprintf("the chart %s%s of %s is not in the repository", c.Name, version, shownRepository(c.Repository))
	failed := &Error{Kind: ErrMissingChart, File: c.File, Line: c.Line}
	host := hostToAllow(c.Repository)
	if host == "" {
		failed.Message = message + ", and its URL is none that begins with https://, oci:// or http://. Mend the URL."
		return "", failed
	}
	failed.Message = message + fmt.Sprintf(". To let podmend fetch it, add %s to network.allow in .podmend.yaml (network: {allow: [%s]}).", host, quotedHost(host))
	failed.Missing = []MissingDependency{c.missing()}
	return "", failed
}

// missing is the chart as what has to be fetched.
func (c *ChartSource) missing() MissingDependency {
	return MissingDependency{
		File: c.File, Line: c.Line, Name: c.Name, Repository: c.Repository, Archive: c.Archive(), Range: c.Version, Digest: c.Digest, TagChoice: c.TagChoice,
	}
}

// ToFetch lists what a target lacks in any case, before it is rendered: the chart of a release.
func (t *Target) ToFetch() []MissingDependency {
	if t.Err != nil || t.GitOps == nil || t.GitOps.Chart == nil || t.GitOps.Chart.Folder != "" || hostToAllow(t.GitOps.Chart.Repository) == "" {
		return nil
	}
	return []MissingDependency{t.GitOps.Chart.missing()}
}

// shownChartRepository is a chart's repository as it may be printed, "" for a folder.
func shownChartRepository(source *ChartSource) string {
	if source.Folder != "" {
		return ""
	}
	return shownRepository(source.Repository)
}
