package report

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
)

// Ten setups are a page of less than 300 kB, and the same folder gives the same bytes.
func TestTenSetups(t *testing.T) {
	spec, err := os.ReadFile("../../spec/examples/ten-setups.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder(t, string(spec))
	p := made(t, "")
	page := rendered(t, p)
	if len(page) >= 300_000 || len(p.Setups) != 10 || !p.Verdict.Proved {
		t.Errorf("%d bytes, %d setups, proved: %t", len(page), len(p.Setups), p.Verdict.Proved)
	}
	if rendered(t, made(t, "")) != page {
		t.Error("a second page differs")
	}
	// Nor are they more when each of them changed since.
	generate(t, strings.ReplaceAll(string(spec), "data/datasets/", "data/other/"), "before")
	generate(t, string(spec), "out")
	p = made(t, "before")
	if n := len(rendered(t, p)); n >= 300_000 || len(p.Changes.List) < 20 {
		t.Errorf("%d bytes with %d changes", n, len(p.Changes.List))
	}
	// Compared with the same folder, nothing changes.
	if p = made(t, "out"); p.Changes == nil || len(p.Changes.List) != 0 || p.ChangeShort() != "nothing since out" {
		t.Errorf("%+v", p.Changes)
	}
}

// Texts of a spec are data: none of them is markup, and characters that turn text around are
// replaced.
func TestHostile(t *testing.T) {
	folder(t, strings.Replace(shops(t), "Recommendations of the shop", "\"turned \\u202e \\u200b \\u2028 around\"", 1))
	// The names of files in the output folder come from whoever may write there.
	name := "out/shop/terraform/`]--><img src=x onerror=alert(1)>.tf"
	if err := os.WriteFile(name, []byte("# x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, "shop/policies/role-policy.json", `"Sid": "Personalize`, `"Sid": "<script>alert(2)</script>`)
	p := made(t, "")
	if p.Verdict.Proved {
		t.Error("it is proved")
	}
	page := rendered(t, p)
	tags := map[string]bool{}
	for _, m := range regexp.MustCompile(`<([a-zA-Z!/][a-zA-Z0-9]*)`).FindAllStringSubmatch(
		strings.Replace(page, pageScript, "", 1), -1) {
		tags[strings.TrimPrefix(m[1], "/")] = true
	}
	for _, tag := range []string{"img", "svg", "iframe", "object", "embed", "form", "base"} {
		if tags[tag] {
			t.Errorf("the page has a tag %s", tag)
		}
	}
	for text, n := range map[string]int{"<script": 1, "</title>": 1, "</pre>": 1, "<b>once": 0, "\u202e": 0, "\u200b": 0, "\u2028": 0,
		"alert(1)&gt;": 2, "&lt;script&gt;document.title": 1, "&lt;b&gt;once": 1} {
		if got := strings.Count(page, text); got < n || got > n && (n == 0 || strings.HasPrefix(text, "<")) {
			t.Errorf("%q is %d times in the page", text, got)
		}
	}
	if page != rendered(t, made(t, "")) {
		t.Error("a second page differs")
	}
}

// The page says "proved" when verify has just found nothing, and only then.
func TestNotProved(t *testing.T) {
	folder(t, shops(t))
	if p := made(t, ""); !p.Verdict.Proved || !strings.Contains(rendered(t, p), `<h2 id="verdict">Proved</h2>`) {
		t.Error(p.Verdict.Found)
	}
	for name, e := range map[string][3]string{
		"less":    {"shop/cloudformation/template.yaml", "s3:GetObject", "s3:GetObjectAcl"},
		"more":    {"shop/policies/bucket-data.json", `"s3:GetObject"`, `["s3:GetObject","s3:DeleteObject"]`},
		"no file": {"shop/terraform/s3.tf", "resource", "resourc"},
	} {
		t.Run(name, func(t *testing.T) {
			folder(t, shops(t))
			edit(t, e[0], e[1], e[2])
			p := made(t, "")
			page := rendered(t, p)
			if p.Verdict.Proved || len(p.Verdict.Found) == 0 || strings.Contains(page, ">Proved<") ||
				!strings.Contains(page, ">Not proved: ") {
				t.Errorf("%+v", p.Verdict)
			}
		})
	}
}

// Where a file cannot be read, the page does not say that it grants nothing.
func TestUnread(t *testing.T) {
	folder(t, shops(t))
	whole := rendered(t, made(t, ""))
	edit(t, "shop/terraform/s3.tf", "{", "")
	p := made(t, "")
	page := rendered(t, p)
	if p.Unread == "" || p.Verdict.Proved || strings.Contains(page, "Nothing is granted") ||
		strings.Contains(page, "No principal of another account") || strings.Count(page, "could not be read") < 9 {
		t.Errorf("%q, %v", p.Unread, p.Verdict.Found)
	}
	for name, text := range map[string]string{"whole": whole, "unread": page} {
		if dead := deadLinks(text); dead != nil {
			t.Errorf("%s: links to what is not there: %q", name, dead)
		}
	}
	if deadLinks(strings.Replace(page, `id="pass-role"`, "", 1)) == nil {
		t.Error("a link to nothing is not found")
	}
}

// deadLinks returns the links of a page that lead to no part of it.
func deadLinks(page string) (dead []string) {
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if id, ok := strings.CutPrefix(m[1], "#"); !ok || !strings.Contains(page, `id="`+id+`"`) {
			dead = append(dead, m[1])
		}
	}
	return dead
}

// Calls are decided by what was read: where a file lost a grant, its target refuses the call.
func TestDecidedByFiles(t *testing.T) {
	folder(t, shops(t))
	if p := made(t, ""); p.setup("shop").Failing() != 0 || len(p.setup("shop").Workflows) < 3 {
		t.Errorf("%+v", p.setup("shop").Workflows)
	}
	edit(t, "shop/policies/role-policy.json", `"s3:PutObject"`, `"s3:PutObjectAcl"`)
	p := made(t, "")
	var found *decision
	for _, w := range p.setup("shop").Workflows {
		for _, c := range w.Calls {
			if slices.Contains(c.Actions, "s3:PutObject") && c.Caller == "role" {
				for _, d := range c.Decided {
					if d.Result == refused {
						found = &d
					}
				}
			}
		}
	}
	if found == nil || !slices.Equal(found.Targets, []string{"json"}) || p.setup("shop").Failing() == 0 {
		t.Errorf("%+v", found)
	}
	// And what the file grants instead is among what is granted, by that target alone.
	ok := false
	for _, h := range p.setup("shop").Holders {
		for _, g := range h.Grants {
			ok = ok || slices.Contains(g.May, "s3:PutObjectAcl") && slices.Equal(g.In, []string{"json"})
		}
	}
	if !ok {
		t.Error("what one target grants beside the others is not told")
	}
}

// What answers the five questions, and what is an exception.
func TestAnswers(t *testing.T) {
	folder(t, shops(t))
	generate(t, strings.Replace(shops(t), "role/Partner", "role/Other", 1), "before")
	generate(t, shops(t), "out")
	p := made(t, "before")
	if len(p.Outside.Public) != 0 || len(p.Outside.Accounts) != 3 || len(p.Outside.Services) != 2 {
		t.Errorf("%+v", p.Outside)
	}
	for _, s := range p.Outside.Services {
		if s.For() != "to act as the role: "+forOwn+"; buckets and keys: "+forAny {
			t.Errorf("%s in %s: %s", s.Name, s.Setup, s.For())
		}
	}
	if len(p.Passes) != 1 || p.Passes[0].Who != "role Engineer" || len(p.Acts) != 2 {
		t.Errorf("%+v %+v", p.Passes, p.Acts)
	}
	for _, g := range p.Writes {
		if g.Kind == "read" || !strings.HasPrefix(g.Who, "the service role ") {
			t.Errorf("%+v", g)
		}
	}
	if len(p.Writes) != 4 || len(p.Changes.List) != 6 || p.Changes.Relation != "different" {
		t.Errorf("%d %+v", len(p.Writes), p.Changes)
	}
	if len(p.Keys) != 1 || p.Keys[0].Locked != "" || len(p.Keys[0].Admins) != 1 || len(p.Keys[0].Users) != 3 {
		t.Errorf("%+v", p.Keys)
	}
	kinds := map[string]int{}
	for _, e := range p.Exceptions {
		kinds[e.Kind]++
		if e.Kind == "approved change" && !e.Over || e.Kind == "ignored check" && e.Over {
			t.Errorf("%+v", e)
		}
	}
	for kind, n := range map[string]int{"approved change": 1, "ignored check": 1, "accepted statement": 1, "own files": 1, "left open": 2} {
		if kinds[kind] != n {
			t.Errorf("%d of %s, want %d: %+v", kinds[kind], kind, n, p.Exceptions)
		}
	}
	if len(p.Changes.Wrong) == 0 { // an approval of a change that is not there
		t.Error("nothing is wrong with approvals")
	}
}

// On whose behalf a service is let in is said by conditions that name somebody, and those whom an
// identity provider knows are no service.
func TestOnBehalf(t *testing.T) {
	statement := func(who, operator, key, value string) string {
		sid := "S" + strings.NewReplacer(":", "", ".", "", "-", "").Replace(who)
		return `        - {sid: ` + sid + `, effect: Allow, principal: {Service: ` + who + `.amazonaws.com}, action: "s3:PutObject", ` +
			`resource: "<data.arn>/x/*", accepted: x, condition: {"` + operator + `": {"` + key + `": "` + value + `"}}}` + "\n"
	}
	const account, arn = "aws:SourceAccount", "aws:SourceArn"
	want := map[string]string{}
	text := ""
	for who, c := range map[string][4]string{
		"sns":        {"StringEquals", account, "111122223333", forOwn},
		"sqs":        {"StringEquals", account, "444455556666", forSome},
		"lambda":     {"StringLike", account, "*", forAny},
		"glue":       {"StringNotEquals", account, "444455556666", forAny},
		"ses":        {"StringEqualsIfExists", account, "111122223333", forAny},
		"events":     {"ForAllValues:StringEquals", account, "111122223333", forAny},
		"config":     {"Null", account, "true", forAny},
		"firehose":   {"ArnLike", arn, "arn:aws:firehose:*:111122223333:*", forSome},
		"cloudtrail": {"ArnLike", arn, "arn:aws:cloudtrail:*:*:trail/x", forAny},
		"s3":         {"ArnLike", arn, "arn:aws:s3:::acme-inventory", forSome},
		"macie":      {"ArnLike", arn, "arn:aws:s3:::*", forAny},
	} {
		want[who+".amazonaws.com"] = c[3]
		text += statement(who, c[0], c[1], c[2])
	}
	folder(t, "version: 1\nsetups:\n  shop:\n    account: \"111122223333\"\n    region: eu-west-1\n    buckets: {data: {name: acme-shop-data}}\n"+
		"    workflows: [{type: import, from: data/items/}]\n    statements:\n      trust:\n"+
		"        - {sid: Pool, effect: Allow, principal: {Federated: cognito-identity.amazonaws.com}, action: \"sts:AssumeRoleWithWebIdentity\", accepted: x}\n"+
		"      buckets:\n        data:\n"+text)
	p := made(t, "")
	if len(p.Outside.Services) != len(want)+1 || len(p.Outside.Accounts) != 1 || p.Outside.Accounts[0].Who != "cognito-identity.amazonaws.com" ||
		p.Outside.Accounts[0].Kind != "from outside" {
		t.Errorf("%+v", p.Outside)
	}
	for _, s := range p.Outside.Services {
		if w := want[s.Name]; w != "" && s.For() != w {
			t.Errorf("%s is let in for %s, want %s", s.Name, s.For(), w)
		}
	}
}

// What a setup without a place grants its own role is known to be its own, whichever account it
// is read for; and what the owner of another account is asked to grant is told.
func TestElsewhere(t *testing.T) {
	specs := map[string]string{"stack-set.yaml": "", "owner.yaml": ""}
	for name := range specs {
		data, err := os.ReadFile("../../spec/examples/" + name)
		if err != nil {
			t.Fatal(err)
		}
		specs[name] = string(data)
	}
	for name, spec := range specs {
		folder(t, spec)
		p := made(t, "")
		if len(p.Writes) == 0 {
			t.Errorf("%s: the role writes nothing", name)
		}
		for _, g := range p.Outside.Accounts {
			if strings.HasPrefix(g.Who, "the service role") {
				t.Errorf("%s: %+v", name, g)
			}
		}
		if name == "stack-set.yaml" {
			continue
		}
		handed := 0
		for _, h := range p.setup("lake-reader").Holders {
			for _, g := range h.Grants {
				if strings.HasPrefix(g.Place, "owner-222233334444/policies/") {
					handed++
				} else if g.In != nil {
					t.Errorf("all targets have %+v", g)
				}
			}
		}
		if handed < 4 || len(p.Outside.Used) != 2 {
			t.Errorf("%d grants for the owner, %+v", handed, p.Outside.Used)
		}
	}
}

// Files of JSON are attached to nothing: a setup that has them alone says the same as one that has all.
func TestDocumentsAlone(t *testing.T) {
	folder(t, shops(t))
	all := made(t, "")
	folder(t, strings.Replace(shops(t), "defaults:\n", "defaults:\n  targets: [json]\n", 1))
	p := made(t, "")
	if !p.Verdict.Proved || !slices.Equal(p.Verdict.Targets, []string{"json"}) {
		t.Fatalf("%+v", p.Verdict)
	}
	if len(p.Writes) != len(all.Writes) || len(p.Passes) != 1 || len(p.Acts) != len(all.Acts) ||
		len(p.Outside.Accounts) != len(all.Outside.Accounts) || len(p.Outside.Services) != 2 {
		t.Errorf("writes %+v, passes %+v, acts %+v", p.Writes, p.Passes, p.Acts)
	}
	if len(p.Keys) != 1 || p.Keys[0].Locked != "" || !slices.Equal(p.Keys[0].Admins, all.Keys[0].Admins) {
		t.Errorf("%+v", p.Keys)
	}
	for i, s := range p.Outside.Services {
		if s.For() != all.Outside.Services[i].For() {
			t.Errorf("%s: %s", s.Name, s.For())
		}
	}
}

// Specs may be in the output folder itself: then the page is about the setups alone.
func TestAmong(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("out", 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir("out")
	generate(t, shops(t), ".")
	run, specs := load(t)
	p, err := Make(t.Context(), Source{Run: run, Specs: []string{"pzgen.yaml"}, Setups: specs.Setups(), Out: "."})
	if err != nil {
		t.Fatal(err)
	}
	page, err := ReadPage([]byte(rendered(t, p)))
	if err != nil || !p.Verdict.Proved || page.list.folders == nil {
		t.Fatal(err, p.Verdict.Found)
	}
	must(t, os.WriteFile("notes.txt", []byte("mine"), 0o644))
	if d, err := page.Differences("."); err != nil || d != nil {
		t.Errorf("%q, %v", d, err)
	}
	must(t, os.WriteFile("shop/notes.txt", []byte("mine"), 0o644))
	if d, err := page.Differences("."); err != nil || len(d) != 1 {
		t.Errorf("%q, %v", d, err)
	}
	if g := p.setup("shop").Holders[0].Grants[0]; strings.HasPrefix(g.Place, "shop/") {
		t.Errorf("%+v", g)
	}
}

// Whoever is not known to be of the account is outside of it.
func TestInside(t *testing.T) {
	m := &model.Setup{Account: "111122223333", Partition: "aws"}
	for who, want := range map[string]bool{
		"111122223333": true, "arn:aws:iam::111122223333:role/R": true, `group "G"`: true,
		"444455556666": false, "arn:aws:iam::444455556666:root": false, "*": false, "": false,
		"arn:aws:iam:::role/R": false, "AROAEXAMPLE": false, "accounts.google.com": false,
		"arn:aws:sts::444455556666:assumed-role/R/s": false, "all but 111122223333": false,
	} {
		if got := inside(m, who); got != want {
			t.Errorf("%q: %t", who, got)
		}
	}
}

// meddling is a context that does something when it is first asked whether it has ended, which is
// after the reading has begun.
type meddling struct {
	context.Context
	once sync.Once
	do   func()
}

func (m *meddling) Err() error {
	m.once.Do(m.do)
	return m.Context.Err()
}

// A folder that changes while it is read is not what a page could be about.
func TestMoving(t *testing.T) {
	folder(t, shops(t))
	before, err := readManifest("out", nil)
	if err != nil {
		t.Fatal(err)
	}
	run, specs := load(t)
	s := Source{Run: run, Specs: []string{"pzgen.yaml"}, Setups: specs.Setups(), Out: "out"}
	ctx := &meddling{Context: t.Context(), do: func() { edit(t, "shop/README.md", "shop", "SHOP") }}
	if p, err := Make(ctx, s); !errors.Is(err, ErrMoving) || p != nil {
		t.Errorf("a file is changed meanwhile: %v", err)
	}
	if after, err := readManifest("out", nil); err != nil || after.sum() == before.sum() {
		t.Error("a change is not noticed", err)
	}
	if err := os.RemoveAll("out"); err != nil {
		t.Fatal(err)
	}
	if _, err := tryMake(t, ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
}

// Whatever a text of the documentation holds, it is no markup but code and bold.
func TestProse(t *testing.T) {
	got := string(prose("a `<b>` and **x** ([y](z.md#a)) <i> & \"q\""))
	if want := "a <code>&lt;b&gt;</code> and <b>x</b> (y) &lt;i&gt; &amp; &#34;q&#34;"; got != want {
		t.Errorf("got %s", got)
	}
}
