package dependency

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/podmend/podmend/internal/fetch"
)

const maxToken = 1 << 20

// get asks a registry, and once more with what it asks for if it wants to know who asks.
// https://distribution.github.io/distribution/spec/auth/token/
func (r *registries) get(ctx context.Context, at remoteChart, request fetch.Request) (*fetch.Response, error) {
	key := at.server.Host + "/" + at.path
	r.mutex.Lock()
	request.Credential = r.tokens[key]
	r.mutex.Unlock()
	request.Purpose = fetch.Registry
	response, err := r.client.Get(ctx, request)
	var refused *fetch.Error
	if !errors.As(err, &refused) || refused.Kind != fetch.Unauthorized || refused.Challenge == "" {
		return response, r.explain(at, err)
	}
	credential, err := r.answer(ctx, at, refused)
	if err != nil {
		return nil, r.explain(at, err)
	}
	request.Credential = credential
	response, err = r.client.Get(ctx, request)
	if err == nil {
		r.mutex.Lock()
		r.tokens[key] = credential
		r.mutex.Unlock()
	}
	return response, r.explain(at, err)
}

// answer gets what a challenge asks for. A password goes to the host that the user's file names
// for it, whatever host the challenge names.
func (r *registries) answer(ctx context.Context, at remoteChart, refused *fetch.Error) (*fetch.Credential, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(refused.Challenge), " ")
	if strings.EqualFold(scheme, "basic") {
		if known := r.credentials.forRegistry(at.server, at.path); known != nil {
			return known, nil
		}
		return nil, refused
	}
	parameters := challengeParameters(rest)
	realm, err := at.server.Parse(parameters["realm"])
	if !strings.EqualFold(scheme, "bearer") || err != nil || parameters["realm"] == "" || realm.User != nil {
		return nil, refused
	}
	query := realm.Query()
	if service := parameters["service"]; service != "" {
		query.Set("service", service)
	}
	// To read this one chart, whatever the registry proposes.
	query.Set("scope", "repository:"+at.path+":pull")
	realm.RawQuery = query.Encode()
	response, err := r.client.Get(ctx, fetch.Request{
		URL: realm.String(), Purpose: fetch.Token, Credential: r.credentials.forRegistry(realm, at.path), MaxSize: maxToken,
	})
	if err != nil {
		return nil, err
	}
	var token struct {
		Token  string `json:"token"`
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(response.Body, &token); err != nil {
		return nil, problemf(ErrInvalid, "%s gives no token that can be read. Tell the owner of the registry.", fetch.Shown(realm))
	}
	if token.Token == "" {
		token.Token = token.Access
	}
	if token.Token == "" || strings.ContainsAny(token.Token, "\r\n") {
		return nil, refused
	}
	return &fetch.Credential{Owner: &url.URL{Scheme: at.server.Scheme, Host: at.server.Host}, Header: "Bearer " + token.Token}, nil
}

var challengeParameter = regexp.MustCompile(`([a-zA-Z]+)="([^"]*)"`)

func challengeParameters(text string) map[string]string {
	found := map[string]string{}
	for _, pair := range challengeParameter.FindAllStringSubmatch(text, 32) {
		found[strings.ToLower(pair[1])] = pair[2]
	}
	return found
}

// explain tells a person where the password for a registry is looked for.
func (r *registries) explain(at remoteChart, err error) error {
	var refused *fetch.Error
	if !errors.As(err, &refused) || refused.Kind != fetch.Unauthorized {
		return err
	}
	return explained(refused, "network.credentials.docker", "Docker configuration", r.credentials != nil && r.credentials.asksPrograms)
}

// explained adds to an error about credentials where they are to be named.
func explained(refused *fetch.Error, key, file string, asksPrograms bool) error {
	whole := *refused
	whole.Message += " Name a " + file + " file that has them for " + refused.Host + " as " + key + " in .podmend.yaml, or check the chart's name: many servers do not tell the two apart."
	if asksPrograms {
		whole.Message += " The file that is named leaves passwords to a program, and podmend runs none."
	}
	return &whole
}
