package render

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/internal/yamledit"
)

// values are the values that a chart is rendered with, over its own.
func (t *Target) values(files *overlay.FS) (map[string]any, *Error) {
	if t.merged != nil {
		return t.merged, nil
	}
	return helmValues(files, t.Values)
}

// helmValues merges values files in order, later ones over earlier ones, as helm template -f
// does.
func helmValues(files *overlay.FS, names []string) (map[string]any, *Error) {
	merged := map[string]any{}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &Error{
				Kind: ErrMissingValues, File: name,
				Message: "the values file does not exist. Add it, or mend the target's values in .podmend.yaml.",
			}
		}
		if err != nil {
			return nil, helmReadError(name, err)
		}
		if err := yamledit.Bounded(content); errors.Is(err, yamledit.ErrExpands) {
			return nil, helmValuesSyntax(helmPlace{file: name}, 0, err.Error())
		}
		values, err := readValues(sha256.Sum256([]byte(name)), content)
		if err != nil {
			line, problem := helmYAMLError(err)
			return nil, helmValuesSyntax(helmPlace{file: name}, line, problem)
		}
		merged = mergeHelmValues(merged, values)
	}
	return merged, nil
}

func helmValuesSyntax(place helmPlace, line int, problem string) *Error {
	return place.fail(ErrValuesSyntax, line, fmt.Sprintf("%s. Mend the values file: it must be a YAML mapping.", problem))
}

// mergeHelmValues merges mappings key by key; of anything else the upper value wins, also null,
// which later takes the chart's default away.
func mergeHelmValues(lower, upper map[string]any) map[string]any {
	merged := make(map[string]any, len(lower)+len(upper))
	for key, value := range lower {
		merged[key] = value
	}
	for key, value := range upper {
		if above, ok := value.(map[string]any); ok {
			if below, ok := merged[key].(map[string]any); ok {
				value = mergeHelmValues(below, above)
			}
		}
		merged[key] = value
	}
	return merged
}

var helmTypeMismatch = regexp.MustCompile(`^type mismatch on (\S+):`)

// valuesError says why Helm could not bring values and subcharts together.
func (c *helmChart) valuesError(err error) *Error {
	place := c.place(c.Chart, "values.yaml")
	if at := helmTypeMismatch.FindStringSubmatch(err.Error()); at != nil {
		return place.fail(ErrValuesType, 0,
			fmt.Sprintf("the value of %q must be a mapping, since a subchart has that name. Mend it in the values, or rename it.", at[1]))
	}
	return place.fail(ErrValuesType, 0, fmt.Sprintf("%v. Mend the values.", err))
}
