package githubfake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// page answers with one page of a list and the links to the others. A page has 30 items unless the
// request says otherwise, and never more than 100.
func page[V any](c *call, values []V, show func(V) fields) answer {
	part, header := cutPage(c, values)
	return answer{status: http.StatusOK, body: each(part, show), header: header}
}

func cutPage[V any](c *call, values []V) ([]V, http.Header) {
	query := c.request.URL.Query()
	size := positive(query.Get("per_page"), 30)
	size = min(size, 100)
	number := positive(query.Get("page"), 1)
	last := max((len(values)+size-1)/size, 1)
	var links []string
	link := func(to int, rel string) {
		query.Set("page", strconv.Itoa(to))
		path := strings.TrimPrefix(c.request.URL.EscapedPath(), "/api/v3")
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.api, path, query.Encode(), rel))
	}
	if number > 1 {
		link(number-1, "prev")
		link(1, "first")
	}
	if number < last {
		link(number+1, "next")
		link(last, "last")
	}
	header := http.Header{}
	if len(links) > 0 {
		header.Set("Link", strings.Join(links, ", "))
	}
	from := min((number-1)*size, len(values))
	return values[from:min(from+size, len(values))], header
}

func positive(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}
