package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The page in a browser, as a reviewer has it. Each check is tried on a page that is broken as
// well, and has to find that.
func TestRealReport(t *testing.T) {
	b := open(t)
	spec := shops(t)
	folder(t, spec)
	generate(t, strings.ReplaceAll(spec, "role/Partner", "role/Other"), "before")
	generate(t, spec, "out")
	html := rendered(t, made(t, "before"))
	edit(t, "shop/policies/role-policy.json", `"s3:PutObject"`, `"s3:PutObjectAcl"`)
	failed := rendered(t, made(t, ""))

	t.Run("alone", func(t *testing.T) { b.t = t; alone(t, b, html) })
	t.Run("accessible", func(t *testing.T) { b.t = t; accessible(t, b, html, failed) })
	t.Run("questions", func(t *testing.T) { b.t = t; questions(t, b, html) })
	t.Run("search", func(t *testing.T) { b.t = t; searching(t, b, html) })
	t.Run("print", func(t *testing.T) { b.t = t; printing(t, b, html) })
	t.Run("no script", func(t *testing.T) { b.t = t; noScript(t, b, html) })
}

var guard = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)

// unguarded returns a page without its policy, by which style and script are those that pzgen wrote:
// so that one that was broken is shown as it is.
func unguarded(html string) string { return guard.ReplaceAllString(html, "") }

// alone: the page asks for nothing, and its console is empty. What a name might bring in is
// refused.
func alone(t *testing.T, b *browser, html string) {
	b.load(html)
	if p := b.leaves(); p != nil {
		t.Error(p)
	}
	if title := eval[string](b, "document.title"); title != "Access review of out" {
		t.Errorf("the title is %q", title)
	}
	const end = "</main>"
	image := `<img src="http://127.0.0.1:9/x.png" alt="x">` + end
	// By the policy of the page the image is not even asked for, and the console tells.
	b.load(without(t, html, end, image))
	if p := b.leaves(); !strings.Contains(strings.Join(p, "\n"), "x.png") {
		t.Errorf("an image is not noticed: %q", p)
	}
	b.load(unguarded(without(t, html, end, image)))
	if p := b.leaves(); !strings.HasPrefix(strings.Join(p, "\n"), "request: http://127.0.0.1:9/x.png") {
		t.Errorf("a request is not noticed: %q", p)
	}
	b.load(without(t, html, end, "<script>window.owned = true</script>"+end))
	if p := b.leaves(); p == nil || eval[bool](b, "window.owned === true") {
		t.Errorf("a script of somebody else runs: %q", p)
	}
}

// accessible: axe finds nothing, in light and dark, folded and unfolded.
func accessible(t *testing.T, b *browser, html, failed string) {
	defer b.scheme("light", "")
	b.load(html)
	// In the dark, what is folded differs from the same in the light by its colours alone.
	rules := map[string][]string{"dark": {"color-contrast"}}
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme, "screen")
		b.do("document.querySelectorAll('details').forEach((d) => { d.open = false; }); scrollTo(0, 0)")
		b.picture(scheme+".png", 1280, 1900, false)
		if v := b.violations(rules[scheme]...); len(v) > 0 {
			t.Errorf("%s, folded: %s", scheme, strings.Join(v, "\n"))
		}
		b.unfold()
		if v := b.violations(); len(v) > 0 {
			t.Errorf("%s, unfolded: %s", scheme, strings.Join(v, "\n"))
		}
		b.do("document.getElementById('who-lake').scrollIntoView()")
		b.picture(scheme+"-unfolded.png", 1280, 1900, false)
		b.do("document.getElementById('workflows').scrollIntoView()")
		b.picture(scheme+"-workflows.png", 1280, 1900, false)
	}
	b.scheme("light", "screen")
	b.do("scrollTo(0, 0)")
	b.picture("phone.png", 390, 2200, true)
	b.load(failed)
	b.unfold()
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme, "screen")
		if v := b.violations(rules["dark"]...); len(v) > 0 {
			t.Errorf("%s, not proved: %s", scheme, strings.Join(v, "\n"))
		}
		b.picture(scheme+"-failed.png", 1280, 900, false)
	}
	b.scheme("light", "screen")
	for rule, broken := range map[string]string{
		"color-contrast": without(t, html, "--soft: #4d5866", "--soft: #c8ced6"),
		"label":          without(t, html, `<label for="q">Search</label>`, ""),
		"html-has-lang":  without(t, html, `<html lang="en">`, "<html>"),
	} {
		// The policy is for the style as it is: without it the page is shown as it was broken.
		b.load(unguarded(without(t, broken, `placeholder="action, bucket, principal, Sid"`, "")))
		b.unfold()
		if v := strings.Join(b.violations(rule), "\n"); !strings.Contains(v, rule+": ") {
			t.Errorf("a page without %s is not found: %q", rule, v)
		}
	}
}

// answers are the five questions, with what answers each in the page: a part that is shown once
// the question was clicked.
var answers = []struct{ question, section, answer string }{
	{"Who is outside of the account?", "outside", "444455556666:role/Partner"},
	{"What can the role write?", "role-writes", "acme-shop-data/out/*"},
	{"Who may pass the role?", "pass-role", "role Engineer"},
	{"What changed since the last review?", "changes", "role/Other may no longer"},
	{"What is not proved?", "not-proved", "Whether AWS behaves as documented"},
}

// questions: each is answered within two clicks, by what is then shown and not folded.
func questions(t *testing.T, b *browser, html string) {
	b.load(html)
	for _, a := range answers {
		if !answered(b, a.question, a.section, a.answer) {
			t.Errorf("%s is not answered by %q", a.question, a.answer)
		}
	}
	b.load(without(t, html, `href="#pass-role"`, `href="#scope"`))
	if a := answers[2]; answered(b, a.question, a.section, a.answer) {
		t.Error("a link that leads elsewhere is not found")
	}
	b.load(without(t, html, "<h2 id=\"not-proved\">What is not proved</h2>", "<h2 id=\"not-proved\">What is not proved</h2><details>"))
	if a := answers[4]; answered(b, a.question, a.section, a.answer) {
		t.Error("an answer that is folded is not found")
	}
}

// answered clicks on a question, and reports whether the part that it leads to is in view and
// shows the answer.
func answered(b *browser, question, section, answer string) bool {
	b.click(`//nav//a[contains(., "` + question + `")]`)
	return eval[bool](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
		const head = document.getElementById(`+"`"+section+"`"+`);
		const at = head.getBoundingClientRect();
		let text = '';
		for (let e = head.nextElementSibling; e && !(e.tagName <= head.tagName && /^H[2-6]$/.test(e.tagName)); e = e.nextElementSibling) text += e.innerText;
		done(at.top >= 0 && at.top < 300 && text.includes(`+"`"+answer+"`"+`));
	})))`)
}

// searching: rows that do not have every word are hidden, what is folded is opened, and Escape
// takes it back.
func searching(t *testing.T, b *browser, html string) {
	const shown = `[...document.querySelectorAll('main tbody tr, main li.item')].filter((e) => e.checkVisibility()).map((e) => e.textContent)`
	b.load(html)
	before := eval[[]string](b, shown)
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), "putobject shop"))
	found := eval[[]string](b, shown)
	if len(found) == 0 || eval[string](b, "document.getElementById('said').textContent") == "" {
		t.Error("nothing is found")
	}
	for _, row := range found {
		if !strings.Contains(strings.ToLower(row), "putobject") {
			t.Errorf("found %q", row)
		}
	}
	if n := eval[int](b, "document.querySelectorAll('details[open]:not(.off)').length"); n == 0 {
		t.Error("what is found stays folded")
	}
	b.picture("search.png", 1280, 1100, false)
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), kb.Escape))
	if after := eval[[]string](b, shown); len(after) != len(before) {
		t.Errorf("%d rows after the search, and %d before", len(after), len(before))
	}
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), "no such thing"))
	if rows := eval[[]string](b, shown); len(rows) != 0 {
		t.Errorf("%d rows for what is not there", len(rows))
	}
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), kb.Escape), chromedp.Click(chromedp.CSS("#fold")))
	if f := b.folded(); len(f) > 0 {
		t.Errorf("still folded: %q", f)
	}
	// A search that hides nothing is found.
	b.load(unguarded(without(t, html, "i.classList.toggle('off', !fits);", "")))
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), "putobject"))
	if n := eval[int](b, "document.querySelectorAll('main tbody tr.off').length"); n != 0 {
		t.Error("the script is not the one that was broken")
	}
	if rows := eval[[]string](b, shown); !slices.ContainsFunc(rows, func(row string) bool {
		return !strings.Contains(strings.ToLower(row), "putobject")
	}) {
		t.Error("a search that hides nothing is not found")
	}
}

var mediaBox = regexp.MustCompile(`/MediaBox \[0 0 (59[45]\.?\d*) (84[12]\.?\d*)\]`)

// printing: pages are A4, and what is folded on the screen is on paper, whether there was a
// search or not.
func printing(t *testing.T, b *browser, html string) {
	defer b.scheme("light", "")
	b.load(html)
	if len(b.folded()) == 0 {
		t.Error("nothing is folded on the screen")
	}
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), "no such thing"))
	b.scheme("light", "print")
	if f := b.folded(); len(f) > 0 {
		t.Errorf("not printed: %q", f)
	}
	b.picture("print.png", 720, 2600, false)
	b.scheme("light", "")
	data := b.pdf()
	b.write("print.pdf", data)
	pages := bytes.Count(data, []byte("/MediaBox"))
	if a4 := len(mediaBox.FindAll(data, -1)); pages < 5 || a4 != pages {
		t.Errorf("%d pages, of which %d are A4", pages, a4)
	}
	// On paper it is the same whether it was unfolded before or not.
	b.load(html)
	b.unfold()
	if n := bytes.Count(b.pdf(), []byte("/MediaBox")); n != pages {
		t.Errorf("%d pages when it is unfolded, and %d when it is not", n, pages)
	}
	b.load(unguarded(without(t, html, "details::details-content {", "details::nothing {")))
	b.scheme("light", "print")
	if len(b.folded()) == 0 {
		t.Error("what is folded on paper is not found")
	}
	b.scheme("light", "")
	if n := bytes.Count(b.pdf(), []byte("/MediaBox")); n >= pages {
		t.Errorf("%d pages without what is folded, and %d with it", n, pages)
	}
	b.load(unguarded(without(t, html, "size: A4", "size: letter")))
	if data := b.pdf(); mediaBox.Match(data) {
		t.Error("another paper is not found")
	}
}

// noScript: without script everything is there, the search alone is not, and what is folded
// opens by itself.
func noScript(t *testing.T, b *browser, html string) {
	count := "document.querySelectorAll('main td, main li, main p').length"
	b.load(html)
	want := eval[int](b, count)
	send(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	defer send(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	b.load(html)
	if got := eval[int](b, count); got != want || want < 100 {
		t.Errorf("%d parts without script, %d with it", got, want)
	}
	if eval[bool](b, "document.getElementById('find').checkVisibility()") {
		t.Error("there is a search that does nothing")
	}
	folded := len(b.folded())
	b.run(chromedp.Click(chromedp.CSS("#who-lake")))
	if after := len(b.folded()); after >= folded {
		t.Errorf("%d parts are folded after a click, and %d before", after, folded)
	}
	b.click(`//nav//a[contains(., "What is not proved?")]`)
	if p := b.leaves(); p != nil {
		t.Error(p)
	}
	b.load(without(t, html, `role="search" hidden>`, `role="search">`))
	if !eval[bool](b, "document.getElementById('find').checkVisibility()") {
		t.Error("a search that is there without script is not found")
	}
}
