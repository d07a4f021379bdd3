package worker

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/podmend/podmend/internal/overlay"
	"github.com/podmend/podmend/render"
)

// Serve is a child's life: it renders what the parent asks for until the parent is gone.
func Serve(stdin io.Reader, stdout io.Writer) error {
	// A terminal sends Ctrl-C to children too; the parent decides when they end.
	signal.Ignore(os.Interrupt)
	refuseNetwork()
	confine()
	// kustomize prints warnings there; they name no target, and the parent tells them itself.
	log.SetOutput(io.Discard)
	requests := make(chan request)
	go receive(gob.NewDecoder(stdin), requests)
	answers := gob.NewEncoder(stdout)
	var roots rootCache
	for asked := range requests {
		if asked.Ready {
			if err := render.ReadyKustomize(); err != nil {
				return fmt.Errorf("get ready for kustomizations: %w", err)
			}
			continue
		}
		debug.SetMemoryLimit(asked.Limits.Memory * 3 / 4)
		limitMemory(asked.Limits.Memory)
		result := roots.render(asked)
		if err := answers.Encode(result); err != nil {
			return fmt.Errorf("answer the parent: %w", err)
		}
	}
	return nil
}

// receive reads requests all the time, so that a child whose parent dies ends in the midst of its
// work.
func receive(decoder *gob.Decoder, requests chan<- request) {
	for {
		var asked request
		if err := decoder.Decode(&asked); err != nil {
			os.Exit(0)
		}
		requests <- asked
	}
}

// rootCache keeps the repository open between requests.
type rootCache struct {
	files *overlay.FS
}

func (c *rootCache) render(asked request) render.Result {
	if c.files == nil || c.files.Dir() != asked.Root {
		files, err := overlay.Open(asked.Root)
		if err != nil {
			return failed(asked.Target, render.ErrUnreadable, fmt.Sprintf("the repository cannot be opened: %v. Check its permissions.", err))
		}
		c.files = files.Keeping()
	}
	view := c.files
	if len(asked.Changed)+len(asked.Gone)+len(asked.Links) > 0 {
		changed := asked.Changed
		if changed == nil {
			changed = map[string][]byte{}
		}
		for _, name := range asked.Gone {
			changed[name] = nil
		}
		view = c.files.WithTree(changed, asked.Links)
	}
	result := render.One(context.Background(), view, asked.Target, asked.Detail)
	return capped(result, asked.Limits)
}

// capped refuses a result that is larger than the parent wants to hold.
func capped(result render.Result, limits Limits) render.Result {
	var size int64
	pods := 0
	for i := range result.Objects {
		size += int64(len(result.Objects[i].YAML))
		if result.Objects[i].HasPodTemplate() {
			pods++
		}
	}
	if len(result.Objects) <= limits.Objects && size <= limits.Output && pods <= limits.PodTemplates {
		return result
	}
	refused := failed(result.Target, render.ErrOutputLimit, fmt.Sprintf(
		"the target renders %d objects of %d MiB, %d with pods; at most %d objects of %d MiB, %d with pods, are taken. Split it, or render less of it.",
		len(result.Objects), size>>20, pods, limits.Objects, limits.Output>>20, limits.PodTemplates))
	refused.Reads, refused.Duration = result.Reads, result.Duration
	return refused
}

func failed(target render.Target, kind render.ErrorKind, message string) render.Result {
	return render.Result{
		Target: target, Status: render.Failed,
		Err: &render.Error{Kind: kind, File: target.Path, Message: message},
	}
}

var errNoNetwork = errors.New("a renderer has no network")

// refuseNetwork takes the network from every library in this process: a second wall behind the
// refusal of references that lead outside.
func refuseNetwork() {
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, errNoNetwork }
	http.DefaultTransport = &http.Transport{DialContext: refuse, DialTLSContext: refuse}
	http.DefaultClient = &http.Client{Transport: http.DefaultTransport}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: refuse}
}
