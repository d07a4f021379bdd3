package check

import (
	"errors"
	"fmt"
	"strings"
)

// IgnoreAnnotation exempts an object, or a pod template, from controls. Each line of its value is
// a declaration as behind podmend:ignore.
const IgnoreAnnotation = "podmend.io/ignore"

// ParseIgnore reads a declaration: CONTROL[,CONTROL] [until=YYYY-MM-DD] [owner=NAME] -- REASON.
func ParseIgnore(text string) (Exemption, error) {
	head, reason, _ := strings.Cut(text, "--")
	exemption := Exemption{Reason: strings.TrimSpace(reason)}
	var names []string
	for _, word := range strings.Fields(head) {
		key, value, isOption := strings.Cut(word, "=")
		switch {
		case !isOption:
			names = append(names, word)
		case key == "until":
			exemption.Expires = value
		case key == "owner":
			exemption.Owner = value
		default:
			return exemption, fmt.Errorf("%q is not known; there are until=YYYY-MM-DD and owner=NAME", key)
		}
	}
	for name := range strings.SplitSeq(strings.Join(names, ","), ",") {
		if name != "" {
			exemption.Controls = append(exemption.Controls, name)
		}
	}
	if exemption.Reason == "" {
		return exemption, errors.New("it has no reason; write it behind two dashes: podmend:ignore privileged -- why it is allowed")
	}
	return exemption, exemption.Validate()
}
