package readme

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	gtext "github.com/yuin/goldmark/text"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// A template escapes nothing, so no value of the view may be a plain string.
func TestViewHoldsEscapedTextAlone(t *testing.T) {
	escaped := []reflect.Type{reflect.TypeFor[inline](), reflect.TypeFor[span](), reflect.TypeFor[block]()}
	fields := 0
	var walk func(typ reflect.Type, path string)
	walk = func(typ reflect.Type, path string) {
		switch typ.Kind() {
		case reflect.Bool:
		case reflect.Slice, reflect.Pointer:
			walk(typ.Elem(), path)
		case reflect.Struct:
			for f := range typ.Fields() {
				walk(f.Type, path+"."+f.Name)
			}
		default:
			fields++
			if !slices.Contains(escaped, typ) {
				t.Errorf("%s is a %s: make it by text, code or fence", path, typ)
			}
		}
	}
	walk(reflect.TypeFor[view](), "view")
	if fields < 40 {
		t.Errorf("only %d fields were looked at", fields)
	}
}

// page is a README as GitHub reads it.
type page struct {
	headings, links, code []string
	rows                  int
	ragged                []string // rows of another length than their table's head
	html                  []string
	images                int
}

func parse(source []byte) page {
	var p page
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	root := md.Parser().Parse(gtext.NewReader(source))
	lines := func(n ast.Node) string {
		var b strings.Builder
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			b.Write(s.Value(source))
		}
		return b.String()
	}
	err := ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.headings = append(p.headings, fmt.Sprintf("%d %s", n.Level, lines(n)))
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.AutoLink:
			p.links = append(p.links, string(n.URL(source)))
		case *ast.Image:
			p.images++
		case *ast.RawHTML:
			p.html = append(p.html, "inline")
		case *ast.HTMLBlock:
			p.html = append(p.html, lines(n))
		case *ast.FencedCodeBlock:
			p.code = append(p.code, string(n.Language(source))+"\n"+lines(n))
		case *ast.CodeBlock:
			p.code = append(p.code, "indented\n"+lines(n))
		case *east.Table:
			want := n.FirstChild().ChildCount()
			for r := n.FirstChild().NextSibling(); r != nil; r = r.NextSibling() {
				p.rows++
				filled := 0
				for c := r.FirstChild(); c != nil; c = c.NextSibling() {
					filled++
				}
				if filled != want {
					p.ragged = append(p.ragged, fmt.Sprintf("%d cells, not %d", filled, want))
				}
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err)
	}
	return p
}

var hostile = []string{
	"a | b | c |", "`code` ``two`` ```three", "one\ntwo\n\n# heading\n\n| a | b |\n|---|---|\n", "\r\n---\r\n", "<script>alert(1)</script>", "<!-- x", "-->",
	"[click](https://evil.example)", "![img](https://evil.example/x.png)", "https://evil.example", "www.evil.example", "mail me@evil.example", "<https://evil.example>",
	"# heading", "- item", "1. item", "1) item", "+ item", "> quote", "=== ", "    indented", "\tindented", "* * *", "~~~\nfence", "```\nfence\n```", "~~gone~~", "**bold** _it_",
	"&lt;b&gt; &amp;", `\`, `\\|`, `|\`, "$x$ ${y} $(z) `z`", "{{.Name}} {{end}}", "[x]: https://evil.example", "[^1]: note", "\u202eevil", "\u2028line", "\x01\x1b[31m", "mailto:me@evil.example",
	"- [ ] task", "--", "'; rm -rf / #", "http://evil.example", "file:///etc/passwd", "-x", " lead and trail ", "`", "|", "", "ünï→",
}

// poison puts a value wherever a spec, a policy that exists or a user's template can put one.
func poison(m *model.Setup, v string) {
	m.Description, m.SpecFile = v, v
	m.Role.Description = v
	m.Uploads = []spec.Upload{{File: v, To: spec.Location{Bucket: "data", Prefix: v}}}
	m.Tags = []spec.Tag{{Key: v, Value: v}}
	for i := range m.Workflows {
		if f := m.Workflows[i].From; f != nil {
			m.Workflows[i].From = &spec.Location{Bucket: f.Bucket, Prefix: v}
		}
	}
	for i := range m.Reasons {
		r := &m.Reasons[i]
		r.Why, r.Breaks, r.Edition = v, v, v
		if i%2 == 0 {
			r.Source = v
		}
	}
	for i := range m.Buckets {
		m.Buckets[i].BaseFile = v
	}
	m.Operators[0].Users = []string{v}
	m.Buckets[2].Policy.Document.Statements = append(slices.Clone(m.Buckets[2].Policy.Document.Statements), policy.Statement{Sid: v, Effect: policy.Allow})
}

func TestHostileValues(t *testing.T) {
	plain := parse([]byte(readme(t, build(t, hostileSpec()))))
	if len(plain.ragged) > 0 || len(plain.html) != 1 || plain.images > 0 {
		t.Fatalf("a plain setup: %+v", plain)
	}
	for _, v := range hostile {
		staysText(t, plain, v)
	}
}

// staysText checks that a value, wherever it may be, changes nothing of a page but text.
func staysText(t *testing.T, plain page, v string) {
	t.Helper()
	m := build(t, hostileSpec())
	poison(m, v)
	text := readme(t, m)
	got := parse([]byte(text))
	if !slices.Equal(got.headings, plain.headings) {
		t.Errorf("%q: headings %q, not %q", v, got.headings, plain.headings)
	}
	if got.rows != plain.rows+1 { // one statement more
		t.Errorf("%q: %d rows of tables, not %d", v, got.rows, plain.rows+1)
	}
	if len(got.ragged) > 0 || got.images > 0 {
		t.Errorf("%q: rows %q, %d images", v, got.ragged, got.images)
	}
	if len(got.html) != 1 || strings.Count(got.html[0], "-->") != 1 {
		t.Errorf("%q: html %q", v, got.html)
	}
	if len(got.code) != len(plain.code) {
		t.Errorf("%q: %d blocks of code, not %d", v, len(got.code), len(plain.code))
	}
	for _, l := range got.links {
		if !strings.HasPrefix(l, "https://docs.aws.amazon.com/") && l != "#every-statement-and-why" && l != "#what-exists-already" {
			t.Errorf("%q: link %q", v, l)
		}
	}
}

// FuzzHostileValues is TestHostileValues for any value.
func FuzzHostileValues(f *testing.F) {
	for _, v := range hostile {
		f.Add(v)
	}
	plain := parse([]byte(readme(f, build(f, hostileSpec()))))
	f.Fuzz(func(t *testing.T, v string) {
		if strings.ContainsRune(v, 0) || !utf8.ValidString(v) || len(v) > 1000 {
			return // no spec has such a value
		}
		staysText(t, plain, v)
	})
}

// hostileSpec has something that exists with its policy known, and something without.
func hostileSpec() *spec.Setup {
	s := full()
	s.Buckets[2].Policy, s.Buckets[2].PolicyFile = present(), "policies/results.json"
	s.ConfusedDeputy, s.ListByPrefix = spec.DeputyEverywhere, true
	return s
}

// What a person reads is what the spec says.
func TestTextReadsAsWritten(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	for _, v := range hostile {
		for name, written := range map[string]string{"text": string(text(v)), "code": string(code(v)), "cell": "| a |\n| --- |\n| " + string(text(v)) + " |"} {
			var b bytes.Buffer
			if err := md.Convert([]byte(written), &b); err != nil {
				t.Fatal(err)
			}
			want := strings.Join(strings.Fields(plain(v)), " ")
			if got := words(b.String()); got != want && got != "a "+want && !(want == "" && got == "a") {
				t.Errorf("%s of %q reads %q (written %q, %s)", name, v, got, written, b.String())
			}
		}
	}
}

// words takes the tags out of HTML.
func words(html string) string {
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
		case r == '>' && in:
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	s := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(b.String())
	return strings.Join(strings.Fields(s), " ")
}

// No text ends the block that it is in.
func TestFence(t *testing.T) {
	for _, v := range hostile {
		got := parse([]byte(fence("sh", v+"\nend")))
		if len(got.code) != 1 || len(got.headings)+len(got.links)+len(got.html)+got.rows != 0 || !strings.HasSuffix(got.code[0], "end\n") {
			t.Errorf("%q: %+v", v, got)
		}
	}
}

// Only the targets that the spec asks for are mentioned.
func TestTargets(t *testing.T) {
	marks := map[string][]string{
		"json":           {"policies/", "JSON"},
		"cloudformation": {"CloudFormation", "cloudformation"},
		"terraform":      {"Terraform", "terraform"},
		"shell":          {"apply.sh", "### Shell"},
	}
	for bits := 1; bits < 16; bits++ {
		s := full()
		s.Targets = nil
		for i, target := range allTargets {
			if bits&(1<<i) != 0 {
				s.Targets = append(s.Targets, target)
			}
		}
		got := readme(t, build(t, s))
		for target, words := range marks {
			for _, w := range words {
				if strings.Contains(got, w) != slices.Contains(s.Targets, target) {
					t.Errorf("targets %v: %q is mentioned: %v", s.Targets, w, strings.Contains(got, w))
				}
			}
		}
		if strings.Contains(got, "\n\n\n") || !strings.HasSuffix(got, "|\n") || strings.Contains(got, "<no value>") || strings.Contains(got, " \n") {
			t.Errorf("targets %v: blank lines, trailing spaces or an end that is not the table's", s.Targets)
		}
	}
}

// Every statement of every document has its row.
func TestStatements(t *testing.T) {
	for _, s := range []*spec.Setup{full(), hostileSpec()} {
		m := build(t, s)
		got := readme(t, m)
		for _, d := range m.Docs() {
			for i, st := range d.Document.Statements {
				want := "| " + string(code(d.Name)) + " | " + string(sid(st, i)) + " | "
				if strings.Count(got, want) != 1 {
					t.Errorf("%q is there %d times", want, strings.Count(got, want))
				}
			}
		}
	}
	documented := full()
	documented.Profile, documented.ConfusedDeputy = spec.Documented, spec.DeputyNone
	got := readme(t, build(t, documented))
	for _, want := range []string{
		"| `role-trust` | `Statement[0]` | Personalize takes on", "| `operator-admins` | `Statement[1]` | jobs are started", "2023-01", "The trust policy has no condition",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("profile documented: no %q", want)
		}
	}
}

// What AWS does not document is said exactly when the setup depends on it.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		change func(*spec.Setup)
		want   string
	}{
		{func(s *spec.Setup) { s.ConfusedDeputy = spec.DeputyEverywhere }, "`confusedDeputy: trust`"},
		{func(s *spec.Setup) { s.ListByPrefix = true }, "`listByPrefix: false`"},
		{func(s *spec.Setup) {
			s.Operators = append(s.Operators, spec.Operator{Name: "web", Access: []string{spec.Runtime}})
		}, "campaigns alone"},
		{func(s *spec.Setup) {
			s.Operators = append(s.Operators, spec.Operator{Name: "crm",
				Access: []string{spec.Downloader}, Principals: []string{"appflow.amazonaws.com"}})
		}, "services that the spec names"},
		{func(s *spec.Setup) { s.Workflows[0].From.Prefix = "datasets/items.csv" }, "datasets/items.csv`). Keep no other object"},
	} {
		s := full()
		s.Operators = s.Operators[:1]
		if got := readme(t, build(t, s)); strings.Contains(got, c.want) {
			t.Errorf("%q without cause", c.want)
		}
		c.change(s)
		if got := readme(t, build(t, s)); !strings.Contains(got, c.want) {
			t.Errorf("no %q", c.want)
		}
	}
}

func TestDeterministic(t *testing.T) {
	want := readme(t, build(t, full()))
	for range 20 {
		if got := readme(t, build(t, full())); got != want {
			t.Fatal("two runs differ")
		}
	}
}

func TestNUL(t *testing.T) {
	m := build(t, full())
	m.Role.Description = "a\x00b"
	if _, err := Print(m); err == nil || !strings.Contains(err.Error(), "retail/README.md") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkPrint(b *testing.B) {
	m := build(b, full())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Print(m); err != nil {
			b.Fatal(err)
		}
	}
}

// A setup that had other names has moved blocks for the module of each, from one to the next.
func TestModuleIsMoved(t *testing.T) {
	s := full()
	s.Was = []string{"old-shop", "shop2"}
	got := readme(t, build(t, s))
	now := strings.ReplaceAll(s.Name, "-", "_")
	for _, want := range []string{
		"moved {\n  from = module.personalize_old_shop\n  to   = module.personalize_shop2\n}",
		"moved {\n  from = module.personalize_shop2\n  to   = module.personalize_" + now + "\n}",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the README does not have %q", want)
		}
	}
}
