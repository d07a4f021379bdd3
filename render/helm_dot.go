package render

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// plainBlock matches a with or if of one value, or of what the dot holds.
	plainBlock = regexp.MustCompile(`^\{\{-?\s*(?:with|if)\s*(\$?\.Values)?((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*-?\}\}$`)
	// belowDot finds what an action names of the dot.
	belowDot = regexp.MustCompile(`(?:^|[\s(])((?:\.[A-Za-z_][A-Za-z0-9_]*)+)`)
)

// dotWithin returns the keys from .Values of the dot within blocks. ok is false where the dot is something else.
func dotWithin(blocks []templateBlock) (keys []string, ok bool) {
	for i, block := range blocks {
		switch {
		case block.word == "if":
		case block.word == "with" && !block.other:
			keys, ok = valueOfBlock(block.action, keys, ok)
		default:
			return dotWithin(blocks[i+1:])
		}
	}
	return keys, ok
}

// valueOfBlock returns the keys from .Values of the value that a with or if is about; dot are those of the dot around it, if known.
func valueOfBlock(action string, dot []string, known bool) (keys []string, ok bool) {
	match := plainBlock.FindStringSubmatch(action)
	switch {
	case match == nil, match[1] == "" && !known:
		return nil, false
	case match[1] != "":
		return chainOf(match[2]), true
	}
	return slices.Concat(dot, chainOf(match[2])), true
}

// chainOf splits a chain of keys such as .a.b.
func chainOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '.' })
}

// printedValue returns the keys from .Values of what an action prints as it is. ok is false where it does more.
func (t *Template) printedValue(start, end int) (keys []string, ok bool) {
	action := t.Source[start:end]
	if match := plainValue().FindStringSubmatch(action); match != nil {
		return chainOf(match[1]), true
	}
	match := plainDot().FindStringSubmatch(action)
	if match == nil {
		return nil, false
	}
	dot, ok := dotWithin(t.around(start))
	return slices.Concat(dot, chainOf(match[1])), ok
}

// mentionedBelow lists the paths of values that the blocks around an offset, and the action there, name by the dot.
func mentionedBelow(blocks []templateBlock, action string) (found []string) {
	for i := range len(blocks) + 1 {
		dot, ok := dotWithin(blocks[:i])
		if !ok {
			continue
		}
		text := action
		if i < len(blocks) {
			text = blocks[i].action
		}
		for _, match := range belowDot.FindAllStringSubmatch(text, -1) {
			found = append(found, strings.Join(slices.Concat(dot, chainOf(match[1])), "."))
		}
	}
	return found
}
