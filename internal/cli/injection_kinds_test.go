package cli

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/podmend/podmend/report"
)

// An injectionKind is one way to put a violation of a control into a chart.
type injectionKind struct {
	name    string
	control string
	// edit returns texts of files with «clean¦guilty» where something is put in.
	edit func(charts *chartFiles, folder string) map[string]string
	// behindSwitch says that the values may be a switch for a literal, which then is the right place.
	behindSwitch bool
}

var injectionKinds = []injectionKind{
	{name: "literal", control: "hostNamespaces", edit: func(c *chartFiles, folder string) map[string]string {
		return c.atPods(folder, "hostPID: «false¦true» # put in")
	}},
	{name: "list item", control: "hostPathVolumes", edit: func(c *chartFiles, folder string) map[string]string {
		return c.inTemplates(folder, volumesLine, "podmend-injected", func(line []string, indent string) string {
			item := line[2]
			return line[1] + "«¦" + item + "- name: podmend-injected\n¶" + item + "  hostPath:\n" + item + "    path: /srv/injected\n»" + item + "-"
		})
	}},
	{name: "key of a list item", control: "hostPorts", edit: func(c *chartFiles, folder string) map[string]string {
		return c.inTemplates(folder, portLine, "hostPort", func(line []string, indent string) string {
			return line[0] + "«¦" + indent + "  hostPort: 31999\n»"
		})
	}},
	{name: "helper", control: "hostNamespaces", edit: func(c *chartFiles, folder string) map[string]string {
		name := "injected." + path.Base(folder)
		texts := c.atPods(folder, `{{- include "`+name+`" . | nindent INDENT }}`)
		if len(texts) > 0 {
			texts[folder+"/templates/_injected.tpl"] = "{{/* Put in. */}}\n{{- define \"" + name + "\" -}}\nhostPID: «false¦true»\n{{- end }}\n"
		}
		return texts
	}},
	{name: "value", control: "hostNamespaces", edit: func(c *chartFiles, folder string) map[string]string {
		texts := c.atPods(folder, "hostPID: {{ $.Values.injected.host.pid }}")
		return c.withValues(texts, folder, "injected:\n  host:\n    pid: «false¦true»   # put in\n")
	}},
	{name: "map of values", control: "hostProbesAndHostLifecycle", edit: func(c *chartFiles, folder string) map[string]string {
		texts := c.inTemplates(folder, imageLine, "lifecycle", func(line []string, indent string) string {
			return fmt.Sprintf("%s%slifecycle: {{- toYaml $.Values.injected.lifecycle | nindent %d }}\n", line[0], indent, len(indent)+2)
		})
		return c.withValues(texts, folder, "injected:\n  lifecycle:\n    preStop:\n      httpGet:\n        path: /stop\n«¦        host: example.com\n»        port: 80\n")
	}},
	{name: "values file", control: "hostNamespaces", edit: func(c *chartFiles, folder string) map[string]string {
		texts := c.withValues(c.atPods(folder, "hostPID: {{ $.Values.injected.pid }}"), folder, "injected: {pid: false}\n")
		if len(texts) > 0 {
			texts[folder+"/ci/injected-values.yaml"] = "# of a test\ninjected:\n  pid: «false¦true»\n"
		}
		return texts
	}},
	{name: "subchart", control: "hostNamespaces", edit: func(c *chartFiles, folder string) map[string]string {
		parent, name, isSub := strings.Cut(folder, "/charts/")
		if !isSub || strings.Contains(name, "/") || !slices.Contains(c.folders, parent) {
			return nil
		}
		texts := c.withValues(c.atPods(folder, "hostPID: {{ $.Values.injected }}"), folder, "injected: false\n")
		values := c.files[parent+"/values.yaml"]
		block := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `:[ ]*\n((?: *#.*\n|\n)*)( +)\w`)
		at := block.FindStringSubmatchIndex(values)
		switch {
		case at != nil && len(texts) > 0:
			texts[parent+"/values.yaml"] = values[:at[3]] + values[at[4]:at[5]] + "injected: «false¦true»\n" + values[at[3]:]
		case !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `:`).MatchString(values):
			c.withValues(texts, parent, name+":\n  injected: «false¦true»\n")
		}
		return texts
	}},
	{name: "switch of the chart", control: "hostNamespaces", behindSwitch: true, edit: func(c *chartFiles, folder string) map[string]string {
		return c.inValues(folder, switchLine, "«false¦true»")
	}},
	{name: "privileged of the chart", control: "privileged", behindSwitch: true, edit: func(c *chartFiles, folder string) map[string]string {
		return c.inValues(folder, privilegedLine, "«false¦true»")
	}},
	{name: "volumes of the chart", control: "hostPathVolumes", edit: func(c *chartFiles, folder string) map[string]string {
		return c.inValues(folder, extraVolumesLine, "[«¦{name: injected, hostPath: {path: /srv/injected}}»]")
	}},
	{name: "security of the chart", control: "seccompProfile_baseline", edit: func(c *chartFiles, folder string) map[string]string {
		return c.inValues(folder, securityLine, "{seccompProfile: {type: «RuntimeDefault¦Unconfined»}}")
	}},
}

var (
	podLine          = regexp.MustCompile(`(?m)^( +)containers:[ ]*\n`)
	volumesLine      = regexp.MustCompile(`(?m)^( +volumes:[ ]*\n)( *)-`)
	portLine         = regexp.MustCompile(`(?m)^( +)- containerPort: .*\n`)
	imageLine        = regexp.MustCompile(`(?m)^( +)image: .*\n`)
	switchLine       = regexp.MustCompile(`(?m)^( *(?:hostNetwork|hostPID|hostIPC): )(false)\b`)
	privilegedLine   = regexp.MustCompile(`(?m)^( *privileged: )(false)\b`)
	extraVolumesLine = regexp.MustCompile(`(?m)^( *\w*[vV]olumes: )(\[\])`)
	securityLine     = regexp.MustCompile(`(?m)^( *\w*[sS]ecurityContext: )(\{\})`)
)

// atPods adds a line to the pods in a chart's templates, before their containers.
func (c *chartFiles) atPods(folder, text string) map[string]string {
	return c.inTemplates(folder, podLine, "hostPID", func(line []string, indent string) string {
		return indent + strings.ReplaceAll(text, "INDENT", fmt.Sprint(len(indent))) + "\n" + line[0]
	})
}

// inTemplates replaces what matches in a chart's templates, but in files that hold already what would
// stand there twice then.
func (c *chartFiles) inTemplates(folder string, pattern *regexp.Regexp, unless string, replace func(match []string, indent string) string) map[string]string {
	texts := map[string]string{}
	for name, text := range c.files {
		if !strings.HasPrefix(name, folder+"/templates/") || path.Ext(name) != ".yaml" || strings.Contains(text, unless) {
			continue
		}
		changed := pattern.ReplaceAllStringFunc(text, func(found string) string {
			match := pattern.FindStringSubmatch(found)
			return replace(match, match[1])
		})
		if changed != text {
			texts[name] = changed
		}
	}
	return texts
}

// withValues adds values to a chart, if its templates were changed.
func (c *chartFiles) withValues(texts map[string]string, folder, values string) map[string]string {
	if len(texts) > 0 {
		texts[folder+"/values.yaml"] = strings.TrimRight(c.files[folder+"/values.yaml"], "\n") + "\n\n" + values
	}
	return texts
}

// inValues puts something in the place of values of a chart.
func (c *chartFiles) inValues(folder string, pattern *regexp.Regexp, text string) map[string]string {
	name := folder + "/values.yaml"
	changed := pattern.ReplaceAllString(c.files[name], "${1}"+text)
	if changed == c.files[name] {
		return nil
	}
	return map[string]string{name: changed}
}

// switches says whether the line at an origin is a literal that a switch of the values may print.
func (k *injectionKind) switches(files map[string]string, origin report.Origin) bool {
	return k.behindSwitch && origin.Via != "values" && strings.Contains(origin.File, "/templates/") && files[origin.File] == ""
}
