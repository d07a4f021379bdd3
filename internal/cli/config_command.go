package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/podmend/podmend/internal/atomicfile"
	"github.com/podmend/podmend/report"
)

func configCommand(env *Env) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "config [PATH]",
		Short: "Print the settings that are in force, and where each comes from",
		Long: `Print each setting that check and fix would work with at PATH, and where it comes from: a
flag, the environment, a line of the configuration, or podmend's default. Flags win over
the environment, the environment over the configuration, and that over the defaults.

The variable of the environment for --policy-version is PODMEND_POLICY_VERSION, and so on
for every setting; lists are separated by commas or line breaks.`,
		Example: "  podmend config\n  podmend config --level restricted --format json",
		Args:    onePath,
		RunE: func(_ *cobra.Command, args []string) (err error) {
			run, err := newRun(env, &f, pathOf(args))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, run.close()) }()
			var text bytes.Buffer
			inForce := f.inForce(run.config)
			if f.format == "json" {
				err = writeSettingsJSON(&text, inForce)
			} else {
				err = writeSettings(&text, inForce)
			}
			if err != nil {
				return err
			}
			return env.deliver(f.output, text.Bytes())
		},
	}
	cmd.Flags().SortFlags = false
	f.addTargetFlags(cmd.Flags())
	f.addCheckFlags(cmd.Flags())
	return cmd
}

// A settingInForce is one setting for a person or a program to read.
type settingInForce struct {
	Key     string   `json:"key"`
	Value   any      `json:"value"`
	Sources []source `json:"sources"`

	shown string
}

// inForce lists every setting, then each chart and exemption of the file.
func (f *flags) inForce(config *configFile) []settingInForce {
	var all []settingInForce
	for _, s := range f.table(&config.Config) {
		item := settingInForce{Key: s.key(), Sources: f.sources[s.flag]}
		switch {
		case s.text != nil:
			item.Value, item.shown = *s.text, *s.text
		case s.list != nil:
			item.Value, item.shown = append([]string{}, *s.list...), strings.Join(*s.list, ", ")
		case s.number != nil:
			item.Value, item.shown = *s.number, fmt.Sprint(*s.number)
			if *s.number == 0 {
				item.shown = ""
			}
		case s.truth != nil:
			item.Value, item.shown = *s.truth, fmt.Sprint(*s.truth)
		}
		if item.shown == "" {
			item.shown = "(" + s.meaning + ")"
		}
		all = append(all, item)
	}
	add := func(key string, index int, value any, shown string) {
		name := itemName(key, index)
		all = append(all, settingInForce{
			Key: name, Value: value, shown: shown,
			Sources: []source{{From: "file", Name: config.name, Line: config.lines[name]}},
		})
	}
	for i, chart := range config.Charts {
		add("charts", i, chart.inForce(), chart.String())
	}
	for i, exemption := range config.Exemptions {
		add("exemptions", i, exemption.inForce(), exemption.String())
	}
	if shown := config.Network.String(); shown != "" {
		all = append(all, settingInForce{
			Key: "network", Value: config.Network.inForce(), shown: shown,
			Sources: []source{{From: "file", Name: config.name, Line: config.lines["network"]}},
		})
	}
	if gitOps := config.GitOps; len(gitOps.Repositories)+len(gitOps.Generators) > 0 {
		value, shown := map[string]any{}, []string{}
		if len(gitOps.Repositories) > 0 {
			value["repositories"] = gitOps.Repositories
			shown = append(shown, "repositories "+strings.Join(gitOps.Repositories, ", "))
		}
		for _, generator := range gitOps.Generators {
			shown = append(shown, fmt.Sprintf("%d sets of parameters of %s", len(generator.Parameters), generator.Generator))
			value["generators"] = gitOps.Generators
		}
		all = append(all, settingInForce{
			Key: "gitops", Value: value, shown: strings.Join(shown, "; "),
			Sources: []source{{From: "file", Name: config.name, Line: config.lines["gitops"]}},
		})
	}
	return all
}

func writeSettings(w io.Writer, all []settingInForce) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, item := range all {
		var from []string
		for _, s := range item.Sources {
			from = append(from, s.String())
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", item.Key, report.Inert(item.shown, 300), report.Inert(strings.Join(from, " and "), 300))
	}
	return table.Flush()
}

func writeSettingsJSON(w io.Writer, all []settingInForce) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(map[string]any{"settings": all}); err != nil {
		return err
	}
	_, err := w.Write(report.InertJSON(text.Bytes()))
	return err
}

// deliver writes a text to standard output or to files.
func (e Env) deliver(outputs []string, text []byte) error {
	if len(outputs) == 0 {
		_, err := e.Stdout.Write(text)
		return err
	}
	for _, name := range outputs {
		if err := e.writeFile(name, text); err != nil {
			return err
		}
	}
	return nil
}

func (e Env) writeFile(name string, text []byte) error {
	if err := atomicfile.Write(inDir(e.Dir, name), text, 0o644); err != nil {
		return usagef("the report cannot be written to %s: %v", name, pathCause(err))
	}
	return nil
}
