package check

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/pod-security-admission/api"

	"github.com/podmend/podmend/render"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// TestCases reads testdata/controls/ID.txtar: pairs of NAME.yaml, a pod template, and NAME.want, what
// the control says of it. The first line of a pod template may be a comment of
// settings: "# version=v1.34 hostPath=drop".
func TestCases(t *testing.T) {
	o := newOracle(t)
	for _, control := range Controls() {
		t.Run(control.ID, func(t *testing.T) {
			archive, err := txtar.ParseFile(casesFile(control))
			if err != nil {
				t.Fatal(err)
			}
			located, allowed := 0, 0
			var rewritten []txtar.File
			for i, file := range archive.Files {
				name, isPod := strings.CutSuffix(file.Name, ".yaml")
				if !isPod {
					continue
				}
				t.Run(name, func(t *testing.T) {
					got := runCase(t, o, control, file.Data)
					if got == "allowed\n" {
						allowed++
					} else {
						located++
					}
					rewritten = append(rewritten, file, txtar.File{Name: name + ".want", Data: []byte(got)})
					if *update {
						return
					}
					if i+1 == len(archive.Files) || archive.Files[i+1].Name != name+".want" {
						t.Fatalf("no %s.want follows; run go test ./check -run TestCases -update", name)
					}
					if want := string(archive.Files[i+1].Data); got != want {
						t.Errorf("got:\n%swant:\n%s", got, want)
					}
				})
			}
			if located == 0 || allowed == 0 {
				t.Errorf("%d pods are denied and %d allowed; both must be shown", located, allowed)
			}
			if *update {
				archive.Files = rewritten
				if err := os.WriteFile(casesFile(control), txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func runCase(t *testing.T, o oracle, control *Control, text []byte) string {
	t.Helper()
	pod := readPod(t, text)
	version, options := caseSettings(t, string(text))
	for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
		o.hold(t, pod, api.LevelVersion{Level: level, Version: version})
	}
	return told(control, pod, version, options)
}

func caseSettings(t *testing.T, text string) (api.Version, MendOptions) {
	t.Helper()
	version, options := NewestVersion(), MendOptions{}
	first, _, _ := strings.Cut(text, "\n")
	settings, ok := strings.CutPrefix(first, "# ")
	if !ok {
		return version, options
	}
	for _, setting := range strings.Fields(settings) {
		key, value, _ := strings.Cut(setting, "=")
		switch key {
		case "version":
			parsed, err := api.ParseVersion(value)
			if err != nil {
				t.Fatal(err)
			}
			version = parsed
		case "hostPath":
			options.HostPath = HostPathRemedy(value)
		default:
			t.Fatalf("unknown setting %q", setting)
		}
	}
	return version, options
}

// told writes down the fields and remedies of one pod template.
func told(control *Control, pod *render.PodTemplate, version api.Version, options MendOptions) string {
	fields := control.Locate(pod, version)
	if len(fields) == 0 {
		return "allowed\n"
	}
	var b strings.Builder
	for _, field := range fieldTexts(fields) {
		b.WriteString(field + "\n")
	}
	for _, remedy := range control.Mend(pod, fields, options) {
		b.WriteString("remedy\n")
		for _, field := range remedy.Fields {
			b.WriteString("  for " + field.Path.String() + "\n")
		}
		for _, change := range changeTexts(remedy.Changes) {
			b.WriteString("  " + change + "\n")
		}
		for _, note := range remedy.Notes {
			b.WriteString("  note: " + note + "\n")
		}
	}
	return b.String()
}
