package policy

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// sound fails unless t keeps the rules of Text: literals without "$", not empty, and none beside another.
func sound(t testing.TB, text Text) {
	t.Helper()
	var last Part
	for _, p := range text.Parts() {
		if l, ok := p.(Lit); ok {
			if l == "" || strings.Contains(string(l), "$") {
				t.Errorf("literal %q in %q", l, text)
			}
			if _, ok := last.(Lit); ok {
				t.Errorf("two literals beside each other in %q", text)
			}
		}
		last = p
	}
}

func TestNewText(t *testing.T) {
	for _, c := range []struct {
		parts []Part
		want  []Part
	}{
		{nil, nil},
		{[]Part{Lit("")}, nil},
		{[]Part{Lit("a"), Lit("b"), Lit(""), Lit("c")}, []Part{Lit("abc")}},
		{[]Part{Lit("a$b")}, []Part{Lit("a"), Var{Name: "$"}, Lit("b")}},
		{[]Part{Lit("$"), Lit("{x}")}, []Part{Var{Name: "$"}, Lit("{x}")}}, // no escape forms across a seam
		{[]Part{Lit("$$")}, []Part{Var{Name: "$"}, Var{Name: "$"}}},
		{[]Part{Lit("%"), Lit("{x}")}, []Part{Lit("%{x}")}},
		{[]Part{Lit("a"), Ref{"b", "arn"}, Lit("c"), Var{Name: "aws:username"}}, []Part{Lit("a"), Ref{"b", "arn"}, Lit("c"), Var{Name: "aws:username"}}},
	} {
		got := NewText(c.parts...)
		sound(t, got)
		if !reflect.DeepEqual(got.Parts(), c.want) {
			t.Errorf("%v: %#v, want %#v", c.parts, got.Parts(), c.want)
		}
	}
}

func TestParseText(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []Part
	}{
		{"", nil},
		{"plain * ? {x} %{y}", []Part{Lit("plain * ? {x} %{y}")}},
		{"<data.arn>/*", []Part{Ref{"data", "arn"}, Lit("/*")}},
		{"arn:<aws.partition>:s3:::<bucket.data.name>", []Part{Lit("arn:"), Ref{"aws", "partition"}, Lit(":s3:::"), Ref{"bucket.data", "name"}}},
		{"a<<b>", []Part{Lit("a<b>")}},
		{"<<<a.b>", []Part{Lit("<"), Ref{"a", "b"}}},
		{"${aws:username}", []Part{Var{Name: "aws:username"}}},
		{"${ aws:username }", []Part{Var{Name: "aws:username"}}},
		{"${aws:PrincipalTag/team, 'a}b'}c", []Part{Var{"aws:PrincipalTag/team", "a}b", true}, Lit("c")}},
		{"${x, ''}", []Part{Var{"x", "", true}}},
		{"${aws:PrincipalTag/Cost Center é}", []Part{Var{Name: "aws:PrincipalTag/Cost Center é"}}},
		{"${$}${*}${?}", []Part{Var{Name: "$"}, Var{Name: "*"}, Var{Name: "?"}}},
		{"x${$}{y}", []Part{Lit("x"), Var{Name: "$"}, Lit("{y}")}},
	} {
		got, err := ParseText(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		sound(t, got)
		if !reflect.DeepEqual(got.Parts(), c.want) {
			t.Errorf("%q: %#v, want %#v", c.in, got.Parts(), c.want)
		}
		again, err := ParseText(got.String())
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("%q: %q reads as %#v, %v", c.in, got.String(), again, err)
		}
	}
	for _, bad := range []string{"$", "cost$", "$x", "${", "${}", "${ }", "${a", "${a'}", "${a, b}", "${a, 'b}", "${a, 'b'c'}", "${a\tb}", "${a\"}", "${a\xff}",
		"${$$}", "${a*}", "<", "<a>", "<.a>", "<a.>", "<a b.c>", "<a.b", "<a.b$>", "a<"} {
		if got, err := ParseText(bad); err == nil {
			t.Errorf("%q: %#v", bad, got)
		}
	}
}

func TestParseIAM(t *testing.T) {
	for _, c := range []struct {
		in, version string
		want        []Part
	}{
		{"a<b.c>", Version2012, []Part{Lit("a<b.c>")}}, // no references
		{"cost$", Version2012, []Part{Lit("cost"), Var{Name: "$"}}},
		{"$x${y}", Version2012, []Part{Var{Name: "$"}, Lit("x"), Var{Name: "y"}}},
		{"${y}", Version2008, []Part{Var{Name: "$"}, Lit("{y}")}},
		{"${", "", []Part{Var{Name: "$"}, Lit("{")}},
	} {
		got, err := ParseIAM(c.in, c.version)
		sound(t, got)
		if err != nil || !reflect.DeepEqual(got.Parts(), c.want) {
			t.Errorf("%q of %q: %#v, %v", c.in, c.version, got.Parts(), err)
		}
	}
	if _, err := ParseIAM("${y", Version2012); err == nil {
		t.Error("no error")
	}
}

// The work for a long string grows with its length alone, which shows in the memory that is taken: a
// string that is put together piece by piece takes the square of it.
func TestParseLong(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const n = 1 << 17
	for _, s := range []string{"<", "$", "a", "${a}", "<<"} {
		if text, err := ParseIAM(strings.Repeat(s, n), Version2012); err != nil {
			t.Error(err)
		} else if _, err := ParseText(strings.ReplaceAll(strings.ReplaceAll(text.IAM(), "<", "<<"), "$$", "")); err != nil {
			t.Error(err)
		}
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 5*500*n {
		t.Errorf("%d bytes for each of %d pieces", taken/(5*n), n)
	}
}

func TestTextViews(t *testing.T) {
	text, err := ParseText("a<<<bucket.data.arn>/${aws:username}/${$}${t, 'd'}")
	if err != nil {
		t.Fatal(err)
	}
	if got := text.IAM(); got != "a<<data.arn>/${aws:username}/${$}${t, 'd'}" {
		t.Errorf("IAM: %s", got)
	}
	if got := text.plain(); got != "a<<data.arn>/${aws:username}/$${t, 'd'}" {
		t.Errorf("plain: %s", got)
	}
	if got := text.Refs(); !reflect.DeepEqual(got, []Ref{{"bucket.data", "arn"}}) {
		t.Errorf("Refs: %v", got)
	}
	if _, ok := text.OnlyRef(); ok {
		t.Error("OnlyRef")
	}
	if r, ok := NewText(Ref{"a", "b"}).OnlyRef(); !ok || r != (Ref{"a", "b"}) {
		t.Error("OnlyRef of a reference")
	}
	if _, ok := text.OnlyLit(); ok {
		t.Error("OnlyLit")
	}
	if s, ok := (Text{}).OnlyLit(); !ok || s != "" {
		t.Error("OnlyLit of the empty Text")
	}
	if s, ok := Literal("x").OnlyLit(); !ok || s != "x" {
		t.Error("OnlyLit of a literal")
	}
	if _, ok := Literal("x$").OnlyLit(); ok {
		t.Error("OnlyLit of a dollar sign")
	}
}

func TestBind(t *testing.T) {
	text := NewText(Lit("a"), Ref{"x", "n"}, Lit("b"), Ref{"y", "n"})
	before := text.String()
	got := text.Fill(Env{{"x", "n"}: "<$>{"})
	sound(t, got)
	if want := "a<<${$}>{b<y.n>"; got.String() != want {
		t.Errorf("%s, want %s", got, want)
	}
	// A value is text, whatever it looks like.
	if got := got.Fill(Env{{"y", "n"}: "<x.n>${aws:username}"}); got.String() != "a<<${$}>{b<<x.n>${$}{aws:username}" || len(got.Refs()) != 0 {
		t.Errorf("%s", got)
	}
	got = text.Bind(func(r Ref) (Text, bool) { return NewText(Lit("1"), Var{Name: "v"}, Lit("2")), r.ID == "y" })
	sound(t, got)
	if got.String() != "a<x.n>b1${v}2" {
		t.Errorf("%s", got)
	}
	if got := text.Fill(Env{{"x", "n"}: "", {"y", "n"}: ""}); got.String() != "ab" {
		t.Errorf("%s", got)
	} else {
		sound(t, got)
	}
	if text.String() != before {
		t.Error("the Text was changed")
	}
}
