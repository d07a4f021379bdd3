package dependency

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podmend/podmend/internal/fetch"
)

// Credentials are what the user's own files say of repositories and registries. The zero value
// knows nothing.
type Credentials struct {
	repositories []helmRepository
	registries   map[string]string // Authorization header by host, or by host and path
	// asksPrograms says that the Docker file leaves passwords to programs, which are not run.
	asksPrograms bool
}

type helmRepository struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// AddHelm reads Helm's repositories file. Of certificates and the switches that weaken a
// connection it takes nothing.
func (c *Credentials) AddHelm(content []byte) error {
	var file struct {
		Repositories []helmRepository `json:"repositories"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return fmt.Errorf("is no Helm repositories file")
	}
	c.repositories = append(c.repositories, file.Repositories...)
	return nil
}

// AddDocker reads a Docker configuration file. Programs that it names for passwords are not run.
func (c *Credentials) AddDocker(content []byte) error {
	var file struct {
		Auths map[string]struct {
			Auth, Username, Password string
		} `json:"auths"`
		CredsStore  string            `json:"credsStore"`
		CredHelpers map[string]string `json:"credHelpers"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return fmt.Errorf("is no Docker configuration file")
	}
	c.asksPrograms = file.CredsStore != "" || len(file.CredHelpers) > 0
	if c.registries == nil {
		c.registries = map[string]string{}
	}
	for name, entry := range file.Auths {
		user, password := entry.Username, entry.Password
		if decoded, err := base64.StdEncoding.DecodeString(entry.Auth); err == nil && entry.Auth != "" {
			user, password, _ = strings.Cut(string(decoded), ":")
		}
		if user != "" && password != "" {
			c.registries[registryKey(name)] = basic(user, strings.TrimRight(password, "\x00"))
		}
	}
	return nil
}

// registryKey brings the names under which Docker keeps passwords to hosts.
func registryKey(name string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(name), "https://"), "http://")
	name = strings.TrimSuffix(name, "/")
	if host, version, ok := strings.Cut(name, "/"); ok && (version == "v1" || version == "v2") {
		name = host
	}
	if name == "index.docker.io" || name == "docker.io" {
		return dockerHub
	}
	return name
}

// repositoryURL is what a name stands for, or "".
func (c *Credentials) repositoryURL(name string) string {
	if c == nil {
		return ""
	}
	for _, repository := range c.repositories {
		if repository.Name == name {
			return repository.URL
		}
	}
	return ""
}

// forRepository returns what belongs to a chart repository: its own entry must have its scheme, host
// and port; of several, that with the longest path above it is taken.
func (c *Credentials) forRepository(repository *url.URL) *fetch.Credential {
	if c == nil {
		return nil
	}
	longest := -1
	var found *fetch.Credential
	for _, entry := range c.repositories {
		owner, err := url.Parse(entry.URL)
		if err != nil || entry.Username == "" || entry.Password == "" || owner.Scheme != repository.Scheme || !strings.EqualFold(owner.Host, repository.Host) {
			continue
		}
		above := strings.TrimSuffix(owner.Path, "/")
		if at := strings.TrimSuffix(repository.Path, "/"); at != above && !strings.HasPrefix(at, above+"/") {
			continue
		}
		if len(above) > longest {
			longest, found = len(above), &fetch.Credential{Owner: owner, Header: basic(entry.Username, entry.Password)}
		}
	}
	return found
}

// forRegistry returns what belongs to a registry's host, at best to the repository path on it.
func (c *Credentials) forRegistry(server *url.URL, path string) *fetch.Credential {
	if c == nil {
		return nil
	}
	host := strings.ToLower(server.Host)
	if host == dockerHubTokens {
		host = dockerHub // one login serves both
	}
	for at := host + "/" + path; ; {
		if header, ok := c.registries[at]; ok {
			return &fetch.Credential{Owner: &url.URL{Scheme: server.Scheme, Host: server.Host}, Header: header}
		}
		slash := strings.LastIndexByte(at, '/')
		if slash < 0 {
			return nil
		}
		at = at[:slash]
	}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}
