package render

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/podmend/podmend/internal/late"
)

// How Helm and text/template word their errors. Names of templates may hold spaces.
var (
	helmParseError = late.Regexp(`(?s)^parse error at \((.+?):(\d+)(?::\d+)?\): (.*)$`)
	helmFailError  = late.Regexp(`(?s)^execution error at \((.+?):(\d+)(?::\d+)?\): (.*)$`)
	helmExecuting  = late.Regexp(`template: ([^\n"<>]+?):(\d+)(?::\d+)?: executing "(?:[^"\\]|\\.)*" at <`)
	// The text that tpl was given can be long, and can be secret.
	helmTplText     = late.Regexp(`(cannot parse template|error during tpl function execution for) "(?:[^"\\]|\\.)*"`)
	helmNoTemplate  = late.Regexp(`(?:error calling \w+: )*(?:template: )?(?:no template ("(?:[^"\\]|\\.)*") associated with template "gotpl"|template ("(?:[^"\\]|\\.)*") not defined)`)
	helmTextAt      = late.Regexp(`template: gotpl:\d+(?::\d+)?: `)
	helmErrorMarks  = late.Regexp(`HELM_ERR_(?:START|END)`)
	helmManyBlanks  = late.Regexp(`\s+`)
	helmTooNested   = []string{"rendering template has a nested reference name", "exceeded maximum template depth"}
	helmEngineBroke = "rendering template failed: "
)

// helmMaxWords is how many characters of a chart's own words are told.
const helmMaxWords = 600

// helmTemplateError says what stopped the engine, at the innermost place of a file that is known.
func helmTemplateError(err error, places map[string]helmPlace) *Error {
	text := err.Error()
	if at := helmParseError().FindStringSubmatch(text); at != nil {
		return helmAt(places, at[1], at[2], ErrTemplateSyntax,
			fmt.Sprintf("the template cannot be parsed: %s. Mend the template.", helmSentence(at[3])))
	}
	if at := helmFailError().FindStringSubmatch(text); at != nil {
		return helmAt(places, at[1], at[2], ErrChartFail,
			fmt.Sprintf("the chart stops with: %s. %s", helmSentence(at[3]), helmGiveValues))
	}
	if problem, ok := strings.CutPrefix(text, helmEngineBroke); ok {
		return &Error{Kind: ErrPanic, Message: fmt.Sprintf("Helm's template engine broke: %s. Mend the template that causes it; helm template --debug breaks too.", helmSentence(problem))}
	}
	kind := ErrTemplate
	for _, words := range helmTooNested {
		if strings.Contains(text, words) {
			kind = ErrRecursion
		}
	}
	steps := helmExecuting().FindAllStringSubmatchIndex(text, -1)
	if steps == nil {
		return &Error{Kind: kind, Message: fmt.Sprintf("rendering stopped: %s. Mend the template.", helmSentence(text))}
	}
	last := steps[len(steps)-1]
	expression, problem, _ := strings.Cut(text[last[1]:], ">: ")
	if !strings.HasPrefix(expression, "{{") {
		expression = "{{ " + expression + " }}"
	}
	problem = helmSentence(helmTextAt().ReplaceAllString(problem, ""))
	name, line := "", ""
	for _, step := range steps {
		if _, known := places[text[step[2]:step[3]]]; known {
			name, line = text[step[2]:step[3]], text[step[4]:step[5]]
		}
	}
	hint := helmSetValue
	if missing := helmNoTemplate().FindStringSubmatch(problem); missing != nil {
		problem = fmt.Sprintf("no template defines %s", cmp.Or(missing[1], missing[2]))
		hint = "Define it; if a library chart does, add the library with helm dependency build."
	}
	message := fmt.Sprintf("%s fails: %s", expression, problem)
	if text[last[2]:last[3]] != name {
		message += ", in text that tpl was given"
	}
	if outer := text[steps[0][2]:steps[0][3]]; outer != name {
		message += fmt.Sprintf(" (reached from %s:%s)", outer, text[steps[0][4]:steps[0][5]])
	}
	if kind == ErrRecursion {
		message, hint = fmt.Sprintf("the template includes itself without end, at %s", expression), "Mend the template."
	}
	return helmAt(places, name, line, kind, message+". "+hint)
}

func helmAt(places map[string]helmPlace, name, line string, kind ErrorKind, message string) *Error {
	number, _ := strconv.Atoi(line)
	place, known := places[name]
	if !known {
		return &Error{Kind: kind, Message: fmt.Sprintf("at %s:%s: %s", name, line, message)}
	}
	return place.fail(kind, number, message)
}

// helmSentence brings what Helm says onto one line that a full stop can follow.
func helmSentence(text string) string {
	text = helmTplText().ReplaceAllString(text, "$1 the text given to tpl")
	text = helmErrorMarks().ReplaceAllString(text, "")
	text = strings.TrimSpace(helmManyBlanks().ReplaceAllString(text, " "))
	if runes := []rune(text); len(runes) > helmMaxWords {
		text = string(runes[:helmMaxWords]) + "…"
	}
	return cmp.Or(strings.TrimRight(text, ".!: "), "no reason given")
}

// helmRenderedError says which document of a template's output is not YAML.
func helmRenderedError(err error, place helmPlace, document helmDocument) *Error {
	line, problem := helmYAMLError(err)
	where := ""
	if line > 0 {
		where = fmt.Sprintf(" in line %d of the rendered output", document.line+line-1)
	}
	return place.fail(ErrRenderedYAML, 0,
		fmt.Sprintf("the template's output is not what Helm accepts%s: %s. Look at the output with helm template --debug, and mend the template or the values.", where, problem))
}

// helmPlaceWord names a template in a note.
func helmPlaceWord(place helmPlace) string {
	if place.inside == "" {
		return place.file
	}
	return place.file + " (" + place.inside + ")"
}
