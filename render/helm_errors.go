package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/overlay"
)

// The kinds of errors that rendering a Helm chart may give, beside those of any renderer.
const (
	ErrMissingValues     ErrorKind = "missing-values-file"
	ErrValuesSyntax      ErrorKind = "values-syntax"
	ErrValuesType        ErrorKind = "values-type"
	ErrValuesSchema      ErrorKind = "values-schema"
	ErrRemoteSchema      ErrorKind = "remote-schema"
	ErrChartMetadata     ErrorKind = "chart-metadata"
	ErrChartArchive      ErrorKind = "chart-archive"
	ErrLibraryChart      ErrorKind = "library-chart"
	ErrMissingDependency ErrorKind = "missing-dependency"
	ErrKubeVersion       ErrorKind = "kube-version"
	ErrTemplateSyntax    ErrorKind = "template-syntax"
	ErrTemplate          ErrorKind = "template-error"
	ErrChartFail         ErrorKind = "chart-fail"
	ErrRecursion         ErrorKind = "recursion"
	ErrRenderedYAML      ErrorKind = "rendered-yaml"
)

// helmReadError turns an error of the overlay file system into one for people.
func helmReadError(name string, err error) *Error {
	failed := &Error{Kind: ErrUnreadable, File: name}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		failed.Kind = ErrMissing
		failed.Message = "does not exist, or is a symbolic link to nothing. Add it, or take the link away."
	case errors.Is(err, overlay.ErrOutside), errors.Is(err, overlay.ErrGit):
		failed.Kind = ErrOutside
		failed.Message = fmt.Sprintf("%v. Only files of the repository are rendered: copy what the chart needs into it, or list the link in .helmignore.", err)
	case errors.Is(err, overlay.ErrTooLarge):
		return helmTooLarge(name)
	default:
		failed.Message = fmt.Sprintf("cannot be read: %v. Mend the file, or list it in .helmignore.", err)
	}
	return failed
}

func helmTooLarge(name string) *Error {
	return &Error{
		Kind: ErrTooLarge, File: name,
		Message: fmt.Sprintf("is larger than %d MiB, and Helm refuses charts with such files. List it in .helmignore, or move it out of the chart.",
			helmMaxFileSize>>20),
	}
}

var (
	helmYAMLWords = late.Regexp(`(?s)(?:^|\s)yaml: (?:line (\d+): )?(.*)$`)
	helmJSONWords = late.Regexp(`json: cannot unmarshal (\w+) into Go (?:struct field \w+\.(\S+) of|value of) type (\S+)`)
	// The YAML library counts lines from 0 in what its parser finds, and from 1 in what its
	// scanner finds.
	helmParserWords = late.Regexp(`^did not find expected (<|node content|key|'-'|',')`)
	helmSyntaxWords = late.Regexp(`^(did not find|could not find|found|mapping values|block) `)
)

// helmYAMLError cuts what the YAML library says to its problem and the line that it stands in.
// The line is 0 if the problem has no line.
func helmYAMLError(err error) (line int, problem string) {
	text := err.Error()
	if at := helmJSONWords().FindStringSubmatch(text); at != nil {
		where := "the file"
		if at[2] != "" {
			where = strconv.Quote(at[2])
		}
		return 0, fmt.Sprintf("%s holds %s where %s is expected", where, helmTypeWord(at[1]), helmTypeWord(at[3]))
	}
	at := helmYAMLWords().FindStringSubmatch(text)
	if at == nil {
		return 0, text
	}
	problem = strings.TrimSpace(at[2])
	if list, ok := strings.CutPrefix(problem, "unmarshal errors:\n"); ok {
		problem = strings.TrimSpace(list)
		problem, _, _ = strings.Cut(problem, "\n")
		return 0, problem
	}
	line, _ = strconv.Atoi(at[1])
	if (line == 0 && helmSyntaxWords().MatchString(problem)) || helmParserWords().MatchString(problem) {
		line++
	}
	return line, problem
}

// helmTypeWord says a type of Go or JSON in words of YAML.
func helmTypeWord(name string) string {
	switch {
	case name == "array", strings.HasPrefix(name, "[]"):
		return "a list"
	case name == "object", strings.HasPrefix(name, "map["), strings.Contains(name, "."):
		return "a mapping"
	case name == "bool":
		return "true or false"
	case strings.HasPrefix(name, "int"), strings.HasPrefix(name, "float"):
		return "a number"
	default:
		return "a " + name
	}
}

// helmPlace is where a file of a chart stands in the repository.
type helmPlace struct {
	file   string // the file, or the archive that holds it
	inside string // the name inside the archive
}

func (p helmPlace) beside(name string) helmPlace {
	if p.inside != "" {
		return helmPlace{file: p.file, inside: path.Join(path.Dir(p.inside), name)}
	}
	return helmPlace{file: path.Join(path.Dir(p.file), name)}
}

// fail makes an error that stands in line of this file. A line inside an archive is said in
// words, since nothing in the repository has it.
func (p helmPlace) fail(kind ErrorKind, line int, message string) *Error {
	if p.inside == "" {
		return &Error{Kind: kind, File: p.file, Line: line, Message: message}
	}
	where := p.inside
	if line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	return &Error{Kind: kind, File: p.file, Message: fmt.Sprintf("in the archive's %s: %s", where, message)}
}
