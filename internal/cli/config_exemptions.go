package cli

import (
	"fmt"

	"github.com/podmend/podmend/check"
)

// ConfigExemption allows the findings of some controls in what matches all of its globs.
type ConfigExemption struct {
	Control   string   `yaml:"control"`
	Controls  []string `yaml:"controls"`
	Kind      string   `yaml:"kind"`
	Name      string   `yaml:"name"`
	Namespace string   `yaml:"namespace"`
	Target    string   `yaml:"target"`
	Container string   `yaml:"container"`
	Image     string   `yaml:"image"`
	Reason    string   `yaml:"reason"`
	Expires   string   `yaml:"expires"`
	Owner     string   `yaml:"owner"`
}

// exemptions returns what the file exempts, with the lines of its items.
func (c *configFile) exemptions() ([]check.Exemption, error) {
	var all []check.Exemption
	for i, item := range c.Exemptions {
		exemption := item.exemption()
		exemption.File, exemption.Line = c.name, c.lines[itemName("exemptions", i)]
		if err := exemption.Validate(); err != nil {
			return nil, fmt.Errorf("line %d: %s is not in order: %w", exemption.Line, itemName("exemptions", i), err)
		}
		all = append(all, exemption)
	}
	return all, nil
}

func (e *ConfigExemption) exemption() check.Exemption {
	controls := e.Controls
	if e.Control != "" {
		controls = append([]string{e.Control}, controls...)
	}
	return check.Exemption{
		Controls: controls, Kind: e.Kind, Name: e.Name, Namespace: e.Namespace, Target: e.Target,
		Container: e.Container, Image: e.Image, Reason: e.Reason, Expires: e.Expires, Owner: e.Owner,
	}
}
