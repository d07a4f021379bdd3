package cli

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/render"
	"github.com/podmend/podmend/report"
)

func renderCommand(env *Env) *cobra.Command {
	var f flags
	var inCI, showSecrets, origins bool
	cmd := &cobra.Command{
		Use:   "render [PATH]",
		Short: "Print what every target renders to",
		Long: `Print the objects of every target at or below PATH as YAML documents, each below a comment
that names its target and its source. Errors go to standard error. What looks like a credential
is masked, and where the environment variable CI is set nothing is printed unless asked for.

With --origins each line stands behind the file and line that set what it shows, and behind
what it came through: a manifest, a patch, a template's text, a value.`,
		Example: "  podmend render charts/app\n  podmend render overlays/production | kubectl diff -f -\n  podmend render --origins overlays/production",
		Args:    onePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if env.Getenv("CI") != "" && !inCI {
				return usagef("render prints everything that charts and overlays hold, and a CI log is read by many; if you mean it, add --allow-in-ci")
			}
			run, err := newRun(env, &f, pathOf(args))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, run.close()) }()
			if err := run.discover(cmd.Context()); err != nil {
				return err
			}
			if err := run.render(cmd.Context(), render.Detail{Traced: origins}); err != nil {
				return err
			}
			return run.printObjects(showSecrets, origins)
		},
	}
	cmd.Flags().SortFlags = false
	f.addTargetFlags(cmd.Flags())
	cmd.Flags().BoolVar(&origins, "origins", false, "print the source of each line before it")
	cmd.Flags().BoolVar(&inCI, "allow-in-ci", false, "print also where the environment variable CI is set")
	cmd.Flags().BoolVar(&showSecrets, "show-secrets", false, "print what looks like a credential, which is masked otherwise")
	return cmd
}

func (r *run) printObjects(showSecrets, origins bool) error {
	var out bytes.Buffer
	locator := render.NewLocator(r.repo.files)
	var secrets []string
	if !showSecrets {
		secrets = secretTexts(r.discovery.Secrets(r.results))
	}
	code, shown := exitClean, 0
	for i := range r.results {
		result := &r.results[i]
		if result.Target.Kind != render.Plain || result.Status != render.Skipped {
			shown++
		}
		if result.Status == render.Failed {
			code = exitRender
			fmt.Fprintf(r.env.Stderr, "%s: %s\n", report.Inert(result.Target.ID, 0), report.InertProse(result.Err.Error(), 0))
		}
		for j := range result.Objects {
			object := &result.Objects[j]
			fmt.Fprintf(&out, "---\n# target: %s\n# source: %s\n", report.Inert(result.Target.ID, 0), report.Inert(sourceOf(object), 0))
			body := documentBody(object.YAML)
			if !showSecrets {
				body = maskCredentials(object.Kind, body, secrets)
			}
			if origins {
				printOrigins(&out, locator, object, body)
				continue
			}
			out.Write(body)
			out.WriteByte('\n')
		}
	}
	if shown == 0 {
		return usagef("there is no Helm chart, kustomization or manifest in %s; check the path", r.repo.within)
	}
	if r.env.obeys(out.Bytes()) {
		return usagef("a line of what is rendered would be a command of the CI system, so that nothing is printed; run podmend render elsewhere")
	}
	if _, err := r.env.Stdout.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write the objects: %w", err)
	}
	if code != exitClean {
		return &outcome{code}
	}
	return nil
}

// sourceOf is the file of an object, or the line that asks for the archive which holds it.
func sourceOf(object *render.Object) string {
	if declared := object.Source.Declared; declared.File != "" {
		return fmt.Sprintf("%s:%d", declared.File, declared.Line)
	}
	return object.Source.File
}

// documentBody is a document from behind its separator line on; directives and comments stand
// before that.
func documentBody(text []byte) []byte {
	rest := text
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if separated, ok := bytes.CutPrefix(line, []byte("---")); ok && (len(separated) == 0 || bytes.ContainsAny(separated[:1], " \t\r")) {
			text = append(bytes.Clone(bytes.TrimSpace(separated)), '\n')
			text = append(text, after...)
			break
		}
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' && trimmed[0] != '%' {
			break
		}
		rest = after
	}
	if end := documentEnd.FindIndex(text); end != nil {
		text = text[:end[0]]
	}
	return bytes.Trim(text, "\r\n")
}

var documentEnd = regexp.MustCompile(`(?m)^\.\.\.\s*$`)
