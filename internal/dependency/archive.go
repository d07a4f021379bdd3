package dependency

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

// Where Chart.yaml stands in an archive is looked for in so many bytes, of which it may have so many.
const (
	maxSearched  = 100 << 20
	maxChartYAML = 1 << 20
)

// identity reads the name and version of a packaged chart. Nothing else is unpacked here; that is
// done where charts are rendered.
func identity(archive []byte) (name, version string, err error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return "", "", err
	}
	files := tar.NewReader(io.LimitReader(unpacked, maxSearched))
	for {
		header, err := files.Next()
		if err != nil {
			return "", "", errors.New("it holds no Chart.yaml")
		}
		// Helm takes the folder at the top for the chart's, whatever its name.
		if dir, base := path.Split(path.Clean(header.Name)); base != "Chart.yaml" || path.Dir(path.Clean(dir)) != "." || dir == "" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(files, maxChartYAML))
		if err != nil {
			return "", "", err
		}
		var metadata struct{ Name, Version string }
		if err := yaml.Unmarshal(content, &metadata); err != nil {
			return "", "", errors.New("its Chart.yaml cannot be read")
		}
		return metadata.Name, metadata.Version, nil
	}
}

// isVersion says whether a text is a version: a chart may also be asked for by a tag, or by a digest.
func isVersion(text string) bool {
	_, err := semver.NewVersion(text)
	return err == nil
}

// sameVersion compares as Helm does: v1.0.0 and 1.0.0 are the same.
func sameVersion(a, b string) bool {
	first, err := semver.NewVersion(a)
	if err != nil {
		return a == b
	}
	second, err := semver.NewVersion(b)
	return err == nil && first.Equal(second) && first.Metadata() == second.Metadata()
}
