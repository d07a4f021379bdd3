package rendercache

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

var (
	action = late.Regexp(`(?s)\{\{.*?\}\}`)
	// varying are the functions of templates that ask for the time or for chance. Some take now where
	// they are given no time. Fields and variables of the same name are none.
	varying = late.Regexp(`(?:^|[^.$\w])(?:now|ago|date|dateInZone|date_in_zone|htmlDate|htmlDateInZone|durationRound|` +
		`rand(?:AlphaNum|Alpha|Ascii|Numeric|Int|Bytes)|shuffle|uuidv4|bcrypt|htpasswd|encryptAES|` +
		`gen(?:PrivateKey|CA|CAWithKey|SelfSignedCert|SelfSignedCertWithKey|SignedCert|SignedCertWithKey))\b`)
)

const maxUnpacked = 64 << 20

// varies says whether a target may render differently next time though no file changes. What calls for
// the time must be rendered then, and what calls for chance has no one result to keep.
func varies(files *overlay.FS, result *render.Result) bool {
	isChart := func(name string) bool { return path.Base(name) == "Chart.yaml" || path.Ext(name) == ".tgz" }
	if result.Target.Kind != render.Helm && !slices.ContainsFunc(result.Reads, isChart) {
		return false
	}
	return slices.ContainsFunc(result.Reads, func(name string) bool {
		content, err := files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return false // rendering made it, such as the kustomization of a folder without one
		}
		return err != nil || calls(content)
	})
}

// calls says whether a file, or one in an archive, may call such a function.
func calls(content []byte) bool {
	if packed, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
		unpacked, err := io.ReadAll(io.LimitReader(packed, maxUnpacked+1))
		if err != nil || len(unpacked) > maxUnpacked {
			return true
		}
		content = unpacked
	}
	for _, text := range action().FindAll(content, -1) {
		if varying().Match(text[2:]) {
			return true
		}
	}
	return false
}
