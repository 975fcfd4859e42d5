package report

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/pzgen/pzgen/internal/testtool"
)

// axeFolder is the variable of the environment that names the folder of the npm package axe-core.
const axeFolder = "PZGEN_AXE"

// browser is a headless Chromium with one tab, and what happened in it since the last page.
type browser struct {
	t    *testing.T
	ctx  context.Context
	axe  string // its script
	url  string // of the page that is served
	mu   sync.Mutex
	html string
	// requests are the addresses that were asked for, console what was an error, or was logged.
	requests, console []string
}

// open starts the browser. The test is skipped, or fails, where it or axe is missing.
func open(t *testing.T) *browser {
	t.Helper()
	program := testtool.Need(t, "chromium", "--version")
	folders := []string{"", "../../node_modules/axe-core/axe.min.js"}
	if f := os.Getenv(axeFolder); f != "" {
		folders[0] = filepath.Join(f, "axe.min.js")
	}
	axe, err := os.ReadFile(testtool.NeedFile(t, "axe-core", folders...))
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, axe: string(axe)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page" {
			b.note(&b.requests, "served "+r.URL.Path)
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		b.mu.Lock()
		defer b.mu.Unlock()
		w.Write([]byte(b.html))
	}))
	t.Cleanup(server.Close)
	b.url = server.URL + "/page"
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	err = chromedp.Listen(b.ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			b.note(&b.requests, e.Request.URL)
		case *runtime.EventExceptionThrown:
			b.note(&b.console, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			b.note(&b.console, fmt.Sprint(e.Type))
		case *log.EventEntryAdded:
			b.note(&b.console, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	send(b, network.Enable, network.EnableParams{})
	send(b, log.Enable, cdp.Empty{})
	send(b, runtime.Enable, cdp.Empty{})
	return b
}

func (b *browser) note(list *[]string, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*list = append(*list, text)
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// send sends a command of the protocol.
func send[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// click clicks on what a search finds: a selector, or a path of XPath.
func (b *browser) click(what string) {
	b.t.Helper()
	b.run(chromedp.Click(what))
}

// do runs a script in the page.
func (b *browser) do(script string) {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void](script))
}

// eval evaluates an expression, or waits for a promise.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// load shows a page, and forgets what happened before.
func (b *browser) load(html string) {
	b.t.Helper()
	b.mu.Lock()
	b.html, b.requests, b.console = html, nil, nil
	b.mu.Unlock()
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url))
}

// scheme shows the page in light or dark, and for a medium: screen, print.
func (b *browser) scheme(name, medium string) {
	b.t.Helper()
	send(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium,
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// leaves returns which requests there were beside that for the page, and what the console has.
func (b *browser) leaves() (problems []string) {
	b.run(chromedp.Sleep(50 * time.Millisecond)) // what a page asks for follows it at once
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		if r != b.url && r != "about:blank" {
			problems = append(problems, "request: "+r)
		}
	}
	for _, c := range b.console {
		problems = append(problems, "console: "+c)
	}
	return problems
}

// violations returns what axe has against the page as it is shown, by all of its rules or by
// some.
func (b *browser) violations(rules ...string) []string {
	b.t.Helper()
	only := ""
	if len(rules) > 0 {
		only = ", runOnly: ['" + strings.Join(rules, "', '") + "']"
	}
	if !eval[bool](b, "typeof window.axe === 'object'") {
		b.do(b.axe)
	}
	found := eval[string](b, `axe.run(document, {resultTypes: ['violations']`+only+`}).then((r) => JSON.stringify(
		r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(' | '))))`)
	var list []string
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		b.t.Fatal(err)
	}
	return list
}

// folded returns the texts of cells and items that are not shown, in the medium that is set.
func (b *browser) folded() []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll('main td, main th, main li, main p, main pre')].filter((e) =>
		!e.closest('.find') && !(e.checkVisibility({contentVisibilityAuto: true}) && e.getBoundingClientRect().height > 0)
	).map((e) => e.textContent.trim().slice(0, 60))`)
}

// unfold opens everything that is folded.
func (b *browser) unfold() {
	b.t.Helper()
	b.do("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
}

// picture writes a screenshot where the environment names a folder for it.
func (b *browser) picture(name string, width, height int64, mobile bool) {
	b.t.Helper()
	dir := os.Getenv("PZGEN_SCREENSHOTS")
	if dir == "" {
		return
	}
	var how []chromedp.EmulateViewportOption
	if mobile {
		how = append(how, chromedp.EmulateMobile)
	}
	b.run(chromedp.EmulateViewport(width, height, how...), chromedp.Sleep(100*time.Millisecond))
	data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	b.run(chromedp.ResetViewport())
	b.write(name, data)
}

func (b *browser) write(name string, data []byte) {
	if dir := os.Getenv("PZGEN_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// pdf prints the page as a browser does by itself, on the paper that the page asks for.
func (b *browser) pdf() []byte {
	b.t.Helper()
	data, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// without returns a page that lacks a text, which it has.
func without(t *testing.T, html, old, new string) string {
	t.Helper()
	if !strings.Contains(html, old) {
		t.Fatalf("the page has no %q", old)
	}
	return strings.ReplaceAll(html, old, new)
}
