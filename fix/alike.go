package fix

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podmend/podmend/internal/late"
	"github.com/podmend/podmend/internal/yamledit"
)

// likeness says which differences of two pod templates mean nothing: a value that a template prints
// only if it is set can leave nothing where an edit of the text leaves an empty mapping.
type likeness struct {
	emptied map[string]bool // keys of what deletions may have left empty
	// defaults are values that are set to what Kubernetes takes for none.
	defaults map[string]any
	renamed  map[string]string
}

func likenessOf(changes []yamledit.Change, renamed map[string]string) likeness {
	l := likeness{emptied: map[string]bool{}, defaults: map[string]any{}, renamed: renamed}
	for _, change := range changes {
		switch {
		case change.Op == yamledit.Delete:
			for path := change.Path; len(path) > 0; path = path[:len(path)-1] {
				l.emptied[path.Keys()] = true
			}
			if change.Path[len(change.Path)-1].Key == "hostPort" {
				l.defaults[change.Path.Keys()] = int64(0) // no port
			}
		case change.Op == yamledit.Set && (change.Value == false || change.Value == string(corev1.DNSClusterFirst)):
			l.defaults[change.Path.Keys()] = change.Value
		}
	}
	return l
}

// alike says whether two values at a path mean the same to Kubernetes; nil is none.
func (l likeness) alike(a, b any, at yamledit.Path) bool {
	keys := at.Keys()
	if l.isNone(a, keys) && l.isNone(b, keys) {
		return true
	}
	if former, ok := a.(string); ok && l.renamed[former] != "" && b == l.renamed[former] {
		return true
	}
	return isDigestAnnotation(at) && isDigest(a) && isDigest(b)
}

// isNone says whether a value means nothing: what deletions have left empty, or set to what Kubernetes takes for none, or
// holds nothing else.
func (l likeness) isNone(value any, keys string) bool {
	switch value := value.(type) {
	case nil:
		return true
	case map[string]any:
		if len(value) == 0 {
			return l.emptied[keys]
		}
		for key, below := range value {
			if !l.isNone(below, keys+"."+key) {
				return false
			}
		}
		return true
	case []any:
		return len(value) == 0 && l.emptied[keys]
	}
	none, ok := l.defaults[keys]
	return ok && value == none
}

// isDigestAnnotation says whether a path leads to an annotation like checksum/config, by which charts
// restart pods when something else changes.
// https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments
func isDigestAnnotation(at yamledit.Path) bool {
	return len(at) > 1 && at[len(at)-2].Key == "annotations" && strings.HasPrefix(at[len(at)-1].Key, "checksum/")
}

var digest = late.Regexp(`^[0-9a-f]{32,128}$`)

func isDigest(value any) bool {
	text, ok := value.(string)
	return ok && digest().MatchString(text)
}
