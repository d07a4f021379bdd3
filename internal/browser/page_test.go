package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/podmend/podmend/internal/samples"
)

const visible = `[...document.querySelectorAll(".finding")].filter(f => f.checkVisibility()).length`

// choose picks an option as a reader would, and lets the page know.
func choose(name, value string) string {
	return fmt.Sprintf(`(() => { const s = document.querySelector("select[name=%s]"); s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true})); return s.value })()`, name, value)
}

func TestFilter(t *testing.T) {
	r, source := full(t)
	p := open(t, "full", r, source, desktop())
	p.shoot("desktop", true)
	if n := ask[int](p, visible); n != 9 {
		t.Errorf("%d findings are shown at first, want 9", n)
	}
	for _, test := range []struct {
		name, value string
		want        int
	}{
		{"severity", "low", 1}, {"control", "privileged", 3}, {"outcome", "proven", 3}, {"outcome", "exempt", 2}, {"scope", "old", 1},
	} {
		if got := ask[string](p, choose(test.name, test.value)); got != test.value {
			t.Errorf("the filter %s has no %s", test.name, test.value)
		}
		if n := ask[int](p, visible); n != test.want {
			t.Errorf("%s %s shows %d findings, want %d", test.name, test.value, n, test.want)
		}
		if told := ask[string](p, `document.getElementById("shown").textContent`); told != fmt.Sprintf("%d of 9 findings are shown.", test.want) {
			t.Errorf("%s %s says %q", test.name, test.value, told)
		}
		p.run(chromedp.Click(chromedp.CSS(`button[type=reset]`)))
		p.await(visible + " === 9")
	}
	options := ask[[]string](p, `[...document.querySelectorAll("select[name=targets] option")].map(o => o.textContent)`)
	if want := "all charts/agent charts/web#ci/root-values.yaml overlays/dev overlays/prod"; strings.Join(options, " ") != want {
		t.Errorf("the targets are %q, want %q", options, want)
	}
	ask[string](p, choose("targets", ask[string](p, `[...document.querySelectorAll("select[name=targets] option")].find(o => o.textContent === "overlays/prod").value`)))
	if n := ask[int](p, visible); n != 1 {
		t.Errorf("the target overlays/prod shows %d findings, want 1", n)
	}
	p.run(chromedp.SendKeys(chromedp.CSS(`input[type=search]`), "nothing like this"))
	p.await(visible + " === 0")
	if !ask[bool](p, `document.getElementById("nothing").checkVisibility()`) {
		t.Error("nothing says that nothing matches")
	}
	p.shoot("nothing", false)
}

func TestSearch(t *testing.T) {
	r, source := full(t)
	p := open(t, "full", r, source, desktop())
	p.run(chromedp.SendKeys(chromedp.CSS(`input[type=search]`), "HOSTPID web"))
	p.await(visible + " === 1")
	p.run(chromedp.SendKeys(chromedp.CSS(`input[type=search]`), kb.Escape))
	p.await(visible + " === 9")
}

// TestKeyboard walks through the page without a mouse.
func TestKeyboard(t *testing.T) {
	r, source := full(t)
	p := open(t, "full", r, source, desktop())
	const focus = `(() => { const e = document.activeElement; return e.className || e.name || e.id || e.tagName })()`
	press := func(key string) string {
		p.t.Helper()
		p.run(chromedp.KeyEvent(key))
		return ask[string](p, focus)
	}
	if got := press(kb.Tab); got != "skip" {
		t.Fatalf("the first stop is %s, want the link that skips", got)
	}
	if x := ask[float64](p, `document.activeElement.getBoundingClientRect().left`); x < 0 {
		t.Error("the link that skips is not seen when it has the focus")
	}
	if got := press(kb.Enter); got != "findings" {
		t.Errorf("the link leads to %s", got)
	}
	var stops []string
	for range 8 {
		stops = append(stops, press(kb.Tab))
	}
	if got, want := strings.Join(stops, " "), "search targets control severity outcome scope BUTTON unfold"; got != want {
		t.Errorf("the stops are %s, want %s", got, want)
	}
	if outline := ask[string](p, `getComputedStyle(document.activeElement).outlineStyle`); outline != "solid" {
		t.Errorf("the focus is not seen: its outline is %s", outline)
	}
	if got := press("/"); got != "search" {
		t.Errorf("/ leads to %s", got)
	}
	ask[any](p, `document.querySelector(".finding summary").focus()`)
	before := ask[bool](p, `document.querySelector(".finding details").open`)
	press(kb.Enter)
	if ask[bool](p, `document.querySelector(".finding details").open`) == before {
		t.Error("Enter does not fold a finding")
	}
	// Each control has a name for those who hear the page.
	if unnamed := ask[[]string](p, `[...document.querySelectorAll("input, select, button, [tabindex='0']")].filter(e => !(e.labels?.length || e.textContent.trim() || e.ariaLabel)).map(e => e.outerHTML)`); len(unnamed) > 0 {
		t.Errorf("these have no name: %s", unnamed)
	}
}

// TestPhone asks every sample that nothing of it is wider than a phone.
func TestPhone(t *testing.T) {
	for _, name := range samples.Names {
		r, source := samples.Read(t, "../..", name)
		p := open(t, name, r, source, phone())
		ask[any](p, `document.querySelectorAll("details").forEach(d => d.open = true)`)
		if width := ask[int](p, `document.documentElement.scrollWidth`); width > 360 {
			t.Errorf("%s is %d wide: %s", name, width, ask[[]string](p,
				`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 361 && !e.closest(".lines, .scroll")).slice(0, 5).map(e => e.outerHTML.slice(0, 200))`))
		}
		if small := ask[[]string](p, `[...document.querySelectorAll("input, select, button, .finding summary")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 100))`); len(small) > 0 {
			t.Errorf("%s: too small for a finger: %s", name, small)
		}
		if name == "full" || name == "markup" {
			p.shoot("phone-"+name, true)
		}
	}
}

// contrasts lists texts that stand out from what is behind them by less than WCAG's AA asks for.
// https://www.w3.org/TR/WCAG22/#contrast-minimum
const contrasts = `(() => {
  const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
  const rgba = color => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1); const d = context.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255] };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = e => { const layers = []; for (; e; e = e.parentElement) layers.unshift(rgba(getComputedStyle(e).backgroundColor)); return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]) };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const low = [];
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !e.checkVisibility() || seen.has(e)) continue;
    seen.add(e);
    const back = behind(e), text = over(rgba(getComputedStyle(e).color), back);
    const [a, b] = [light(text), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(ratio.toFixed(2) + " " + e.tagName + "." + e.className + " " + node.textContent.trim().slice(0, 40));
  }
  return [low, seen.size];
})()`

func TestContrast(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		r, source := full(t)
		p := open(t, scheme, r, source, desktop(), prefers(scheme))
		ask[any](p, `document.querySelectorAll("details").forEach(d => d.open = true)`)
		result := ask[[]any](p, contrasts)
		if low := result[0].([]any); len(low) > 0 {
			t.Errorf("%s: too little contrast: %s", scheme, low)
		}
		if seen := result[1].(float64); seen < 100 {
			t.Errorf("%s: only %v texts were looked at", scheme, seen)
		}
		dark := ask[bool](p, `getComputedStyle(document.body).backgroundColor.match(/\d+/)[0] < 100`)
		if dark != (scheme == "dark") {
			t.Errorf("%s: dark is %v", scheme, dark)
		}
		p.shoot("scheme-"+scheme, true)
	}
}

// TestWithoutScript reads the page as a browser that runs none tells it to its reader.
func TestWithoutScript(t *testing.T) {
	r, source := full(t)
	p := open(t, "no script", r, source, desktop(), call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	p.shoot("no-script", true)
	wanted := []string{"9 findings", "charts/agent/templates/daemonset.yaml", "hostNetwork: ", "emptyDir: {}", "overlays/prod patches this field back", "DaemonSet kube-system/release-name-agent", "The resource ../gone does not exist"}
	told := toldBy(p)
	// The browser goes on making the tree after the page has loaded.
	for deadline := time.Now().Add(10 * time.Second); len(missing(told, wanted)) > 0 && time.Now().Before(deadline); told = toldBy(p) {
		time.Sleep(50 * time.Millisecond)
	}
	for _, want := range missing(told, wanted) {
		t.Errorf("without script, nothing says %q", want)
	}
	if strings.Contains(told, "Show all") {
		t.Error("without script, there are filters that do nothing")
	}
}

// toldBy is what the browser tells a reader of the page, a name a line.
func toldBy(p *page) string {
	var told strings.Builder
	tree := get(p, func(ctx context.Context, target *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	for _, node := range tree.Nodes {
		if node.Name != nil && !node.Ignored {
			told.WriteString(strings.Trim(string(node.Name.Value), `"`) + "\n")
		}
	}
	return told.String()
}

func missing(told string, wanted []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(want string) bool { return strings.Contains(told, want) })
}

// TestHostile shows reports whose every text tries to act.
func TestHostile(t *testing.T) {
	for _, name := range []string{"hostile", "markup"} {
		r, source := samples.Read(t, "../..", name)
		p := open(t, name, r, source, desktop())
		p.run(chromedp.Click(chromedp.CSS("#unfold")))
		if n := ask[int](p, `document.querySelectorAll("img, iframe, object, embed, video, script[src], [onerror], [onclick], [style]").length`); n > 0 {
			t.Errorf("%s: %d elements came from its texts", name, n)
		}
		p.shoot(name, true)
	}
}

// TestMany filters thousands of findings.
func TestMany(t *testing.T) {
	r, source := samples.Sized(5000)
	p := open(t, "5000", r, source, desktop())
	p.shoot("many", false)
	ask[string](p, choose("severity", "low"))
	if n := ask[int](p, visible); n != 1666 {
		t.Errorf("%d findings are shown, want 1666", n)
	}
	ask[any](p, `(() => { const search = document.querySelector("input[type=search]"); search.value = "pod-4502"; search.dispatchEvent(new Event("input")) })()`)
	p.await(visible + " === 1")
	t.Logf("a filter over 5000 findings takes %.0f ms", ask[float64](p,
		`(() => { const form = document.getElementById("filters"); const start = performance.now(); form.dispatchEvent(new Event("change")); document.body.offsetHeight; return performance.now() - start })()`))
}
