package review

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/podmend/podmend/internal/late"
)

// A marker is the first line of what podmend writes. It is hidden, and says what the text is about.
// Only in a text that the token's own account wrote is it believed.
type marker struct {
	ids   []string // of findings; none in a review
	hash  string   // of the text without the marker
	sha   string   // the commit for which it was written
	state state
}

// A state says what became of a comment or review.
type state string

const (
	current    state = ""
	mended     state = "mended"
	moved      state = "moved"
	exempted   state = "exempt"
	superseded state = "superseded"
)

// reviewID stands for the ids of findings in the marker of a review.
const reviewID = "review"

var (
	markerForm = late.Regexp(`^<!-- podmend:v1 id=([A-Za-z0-9_,.-]+) hash=([0-9a-f]{16}) sha=([0-9a-f]{40}|[0-9a-f]{64})(?: state=([a-z]+))? -->\s*$`)
	idForm     = late.Regexp(`^[A-Za-z0-9_.-]{1,200}$`)
)

func (m marker) String() string {
	ids := reviewID
	if len(m.ids) > 0 {
		ids = strings.Join(m.ids, ",")
	}
	text := fmt.Sprintf("<!-- podmend:v1 id=%s hash=%s sha=%s", ids, m.hash, m.sha)
	if m.state != current {
		text += " state=" + string(m.state)
	}
	return text + " -->"
}

// marked puts a marker in front of a text.
func marked(m marker, text string) string {
	m.hash = hashOf(text)
	return m.String() + "\n" + text
}

// parseMarker reads the marker of a text. What follows it is rest.
func parseMarker(body string) (m marker, rest string, ok bool) {
	first, rest, _ := strings.Cut(body, "\n")
	found := markerForm().FindStringSubmatch(first)
	if found == nil {
		return marker{}, "", false
	}
	m = marker{hash: found[2], sha: found[3], state: state(found[4])}
	if found[1] != reviewID {
		m.ids = strings.Split(found[1], ",")
	}
	return m, rest, true
}

func (m *marker) isReview() bool { return len(m.ids) == 0 }

func hashOf(text string) string { return sum([]byte(text))[:16] }

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}
