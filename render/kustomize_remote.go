package render

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// kustomize has no switch that keeps it from the network. It calls what a reference leads to
// remote by two rules, which stand here as in its loader: a file is fetched if its name is an
// HTTP URL, and a folder is cloned if its name reads like a git repository, even if a folder of
// that name exists.
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/internal/loader/fileloader.go
// https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.2/api/internal/git/repospec.go

// fetchHost returns the host that kustomize would fetch a file from.
func fetchHost(reference string) (host string, remote bool) {
	u, err := url.Parse(reference)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", false
	}
	if u.Host == "" {
		return reference, true
	}
	return u.Hostname(), true
}

var gitUser = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*@`)

// cloneHost returns the host that kustomize would clone a folder from.
func cloneHost(reference string) (host string, remote bool) {
	if path.IsAbs(reference) {
		return "", false
	}
	rest, _, _ := strings.Cut(reference, "?")
	rest, _ = cutPrefixFold(rest, "git::")
	scheme := ""
	for _, known := range []string{"ssh://", "https://", "http://", "file://"} {
		if after, ok := cutPrefixFold(rest, known); ok {
			scheme, rest = known, after
			break
		}
	}
	user := gitUser.FindString(rest)
	if scheme == "file://" {
		return "file://", isRepositoryPath(rest, 0)
	}
	rest = rest[len(user):]
	_, slash := cutPrefixFold(rest, "github.com/")
	_, colon := cutPrefixFold(rest, "github.com:")
	github := slash || colon
	scp := scheme == "" && (user != "" || github)
	if scheme == "" && !scp {
		return "", false
	}
	end := strings.Index(rest, "/")
	if scp {
		if at := strings.Index(rest, ":"); end == -1 || (at > 0 && at < end) {
			end = at
		}
	}
	host, repository := rest, ""
	if end >= 0 {
		host, repository = rest[:end+1], rest[end+1:]
	}
	if host == "" {
		return "", false
	}
	return strings.TrimRight(host, "/:"), isRepositoryPath(repository, 2)
}

// isRepositoryPath says whether what follows the host names a repository: by one of the marks
// that end its name, else by so many segments.
func isRepositoryPath(rest string, segments int) bool {
	repository, inside := rest, ""
	switch {
	case strings.Contains(rest, "_git/"):
		above, below, _ := strings.Cut(rest, "_git/")
		name, after, _ := strings.Cut(below, "/")
		repository, inside = above+"_git/"+name, after
	case strings.Contains(rest, "//"):
		repository, inside, _ = strings.Cut(rest, "//")
	case strings.Contains(rest, ".git"):
		before, after, _ := strings.Cut(rest, ".git")
		repository, inside = before+".git", after
	case segments > 0:
		parts := strings.Split(rest, "/")
		if len(parts) < segments {
			return false
		}
		repository, inside = strings.Join(parts[:segments], "/"), strings.Join(parts[segments:], "/")
	}
	if repository == "" {
		return false
	}
	clean := path.Clean(strings.TrimPrefix(inside, "/"))
	return clean != ".." && !strings.HasPrefix(clean, "../")
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

var (
	// Kustomize once left these to go-getter, and takes them for the names of folders now.
	// https://github.com/hashicorp/go-getter#forced-protocol
	forcedGetter = regexp.MustCompile(`^[a-zA-Z0-9]+::`)
	anyScheme    = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9-]*@)?[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*@)?([^/?#]*)`)
)

// strangeHost returns the host of a reference that kustomize takes for a name, that names nothing,
// and that was plainly meant to be fetched.
func strangeHost(reference string) (host string, remote bool) {
	rest := forcedGetter.ReplaceAllString(reference, "")
	at := anyScheme.FindStringSubmatch(rest)
	switch {
	case at != nil && at[3] != "":
		return at[3], true
	case at != nil, len(rest) < len(reference):
		return "another place", true
	}
	return "", false
}

// shownReference is a reference as it may be printed: a password before the host is left out.
func shownReference(reference string) string {
	return urlPassword.ReplaceAllString(reference, "://$1@")
}

var urlPassword = regexp.MustCompile(`://([^/?#:@]*):[^/?#@]*@`)
