package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podmend/podmend/internal/dependency"
	"github.com/podmend/podmend/internal/fetch"
)

// ConfigNetwork says from where the dependencies of charts may be fetched; the zero value: from
// nowhere.
type ConfigNetwork struct {
	Allow        []string          `yaml:"allow"`
	AllowPrivate []string          `yaml:"allowPrivate"`
	Credentials  ConfigCredentials `yaml:"credentials"`
	Timeout      string            `yaml:"timeout"`
	MaxSize      string            `yaml:"maxSize"`
}

// ConfigCredentials names files of the user that hold passwords. No file is read unnamed.
type ConfigCredentials struct {
	HelmRepositories string `yaml:"helmRepositories"`
	Docker           string `yaml:"docker"`
}

const maxCredentialFile = 1 << 20

// The bounds of what a person may set.
const (
	longestTimeout = time.Hour
	largestSize    = 1 << 30
)

// fetchOptions reads the limits and the hosts.
func (c *ConfigNetwork) fetchOptions(env *Env) (fetch.Options, error) {
	options := fetch.Options{Timeout: 30 * time.Second, MaxSize: 50 << 20}
	for _, list := range []struct {
		key   string
		words []string
		rules *[]fetch.Rule
	}{{"allow", c.Allow, &options.Allow}, {"allowPrivate", c.AllowPrivate, &options.AllowPrivate}} {
		for i, word := range list.words {
			rule, err := fetch.ParseRule(word)
			if err != nil {
				return options, fmt.Errorf("network.%s[%d]: %v", list.key, i, err)
			}
			*list.rules = append(*list.rules, rule)
		}
	}
	if c.Timeout != "" {
		timeout, err := time.ParseDuration(c.Timeout)
		if err != nil || timeout <= 0 || timeout > longestTimeout {
			return options, fmt.Errorf("network.timeout %q is no time limit; write it like 30s or 2m, at most %v", c.Timeout, longestTimeout)
		}
		options.Timeout = timeout
	}
	if c.MaxSize != "" {
		size, err := resource.ParseQuantity(c.MaxSize)
		if err != nil || size.Value() <= 0 || size.Value() > largestSize {
			return options, fmt.Errorf("network.maxSize %q is no size; write it like 50Mi, at most 1Gi", c.MaxSize)
		}
		options.MaxSize = size.Value()
	}
	options.ProxyIgnored = slices.ContainsFunc([]string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"},
		func(name string) bool { return env.Getenv(name) != "" })
	return options, nil
}

// read reads the files that the configuration names.
func (c *ConfigCredentials) read(env *Env) (*dependency.Credentials, error) {
	credentials := &dependency.Credentials{}
	for _, file := range []struct {
		key, name string
		add       func([]byte) error
	}{{"helmRepositories", c.HelmRepositories, credentials.AddHelm}, {"docker", c.Docker, credentials.AddDocker}} {
		if file.name == "" {
			continue
		}
		key := "network.credentials." + file.key
		content, err := readCredentialFile(env, file.name)
		if err == nil {
			err = file.add(content)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s %w", key, file.name, err)
		}
	}
	return credentials, nil
}

// readCredentialFile reads a file of the user. A name relative to the repository would make a file
// of a pull request the place to look for passwords.
func readCredentialFile(env *Env, name string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home := env.Getenv("HOME")
		if home == "" {
			return nil, errors.New("is below a home folder, and HOME is not set")
		}
		name = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(name) {
		return nil, errors.New("must be an absolute path, or begin with ~/")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", pathCause(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	content, err := io.ReadAll(io.LimitReader(file, maxCredentialFile))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", pathCause(err))
	}
	return content, nil
}
