package browser

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/podmend/podmend/internal/samples"
	"github.com/podmend/podmend/report"
	"github.com/podmend/podmend/report/html"
)

// chromium is the browser's program. Without one the tests fail: a page that nobody looked at is
// not tested.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("PODMEND_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Fatal("there is no Chromium; make chromium installs it, or set PODMEND_TEST_CHROMIUM to its program")
	return ""
}

// A page is one report in a browser window.
type page struct {
	t    *testing.T
	ctx  context.Context
	url  string
	name string

	mu       sync.Mutex
	problems []string // errors, and requests that leave the page
}

const timeout = 2 * time.Minute

// open shows a report. When the test ends, the page must have had no error and have asked for nothing.
func open(t *testing.T, name string, r *report.Report, source func(string) ([]byte, error), before ...chromedp.Action[chromedp.Void]) *page {
	t.Helper()
	var text bytes.Buffer
	if err := html.Write(&text, r, html.Options{Source: source, Version: "v1.0.0", Took: 1234 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return openFile(t, name, file, before...)
}

// openFile shows a report that is written already.
func openFile(t *testing.T, name, file string, before ...chromedp.Action[chromedp.Void]) *page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx, url: "file://" + file, name: name}
	watch(p, network.RequestWillBeSent, func(event network.EventRequestWillBeSent) string {
		if url := event.Request.URL; url != p.url && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, p.url+"#") {
			return "it asks for " + url
		}
		return ""
	})
	watch(p, runtime.ExceptionThrown, func(event runtime.EventExceptionThrown) string { return event.ExceptionDetails.Text })
	watch(p, runtime.ConsoleAPICalled, func(event runtime.EventConsoleAPICalled) string {
		return fmt.Sprintf("it writes to the console: %s", event.Type)
	})
	watch(p, cdplog.EntryAdded, func(event cdplog.EventEntryAdded) string { return event.Entry.Text })
	p.run(
		call(cdplog.Enable, cdp.Empty{}),
		call(network.Enable, network.EnableParams{}),
		call(runtime.Enable, cdp.Empty{}),
	)
	p.run(before...)
	p.run(chromedp.Navigate(p.url))
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			t.Errorf("%s: %s", name, problem)
		}
	})
	return p
}

// watch collects what is wrong about events of one kind.
func watch[E any](p *page, kind cdp.Event[E], problem func(E) string) {
	events := chromedp.Events(p.ctx, kind)
	go func() {
		for event, err := range events {
			if err != nil {
				return // the browser is gone
			}
			if text := problem(event); text != "" {
				p.mu.Lock()
				p.problems = append(p.problems, text)
				p.mu.Unlock()
			}
		}
	}()
}

// call is a command of the browser's protocol.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

func (p *page) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// get runs an action for what it returns.
func get[T any](p *page, action chromedp.Action[T]) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	return value
}

// ask evaluates an expression in the page.
func ask[T any](p *page, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression))
}

// await waits until an expression is true. The page's policy forbids the usual way, which makes a
// function of a text.
func (p *page) await(expression string) {
	p.t.Helper()
	for range 200 {
		if ask[bool](p, expression) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s: it does not become true: %s", p.name, expression)
}

// shoot leaves a picture of the page in the folder that PODMEND_SCREENSHOTS names, for people.
func (p *page) shoot(name string, whole bool) {
	folder := os.Getenv("PODMEND_SCREENSHOTS")
	if folder == "" {
		return
	}
	action := chromedp.CaptureScreenshot()
	if whole {
		// What is out of sight is not drawn otherwise.
		ask[any](p, `document.querySelectorAll(".file").forEach(file => file.style.contentVisibility = "visible")`)
		action = chromedp.FullScreenshot(100)
	}
	picture := get(p, action)
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func phone() chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile)
}

func desktop() chromedp.Action[chromedp.Void] { return chromedp.EmulateViewport(1280, 900) }

func prefers(name string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

func full(t *testing.T) (*report.Report, func(string) ([]byte, error)) {
	t.Helper()
	return samples.Read(t, "../..", "full")
}
