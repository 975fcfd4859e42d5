package policy

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "cost$", "<a.arn>/*", "<<a>", "${aws:username}", "${t, 'd}'}", "${$}{x}", "%{x}${*}", "a<b", "${", "${x", "`$(x)`\n!\"'\\", "é\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if text, err := ParseText(s); err == nil {
			sound(t, text)
			again, err := ParseText(text.String())
			if err != nil || !reflect.DeepEqual(again, text) {
				t.Errorf("%q: %q reads as %#v, %v", s, text.String(), again, err)
			}
		}
		for _, version := range []string{Version2012, Version2008} {
			text, err := ParseIAM(s, version)
			if err != nil {
				continue
			}
			sound(t, text)
			out := text.IAM()
			if version == Version2008 {
				if out = text.plain(); out != s {
					t.Errorf("%q is %q in 2008", s, out)
				}
			}
			again, err := ParseIAM(out, version)
			if err != nil || !reflect.DeepEqual(again, text) {
				t.Errorf("%q (%s): %q reads as %#v, %v", s, version, out, again, err)
			}
		}
		if text := Literal(s); !reflect.DeepEqual(text, NewText(Lit(s))) {
			t.Errorf("%q", s)
		} else {
			sound(t, text)
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		`{"Version":"2012-10-17","Id":"i","Statement":{"Sid":"s","Effect":"Allow","Principal":"*","Action":"a:b","Resource":["*"]}}`,
		`{"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["1"],"Service":"s"},"NotAction":["a:b"],"NotResource":"${x}","Condition":{"StringLike":{"k":["a",1.5e3,true],"l":"m"},"Bool":{}}}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"é${$}${t, 'x'}","Condition":{"Null":{"a":[]}}}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a","Condition":{"Bool":{"a":"1"},"Null":{"a":"1"},"BoolIfExists":{}}}]}`,
		`[[[{"a":"\u00e9\ud83d\ude00"}]]]`, `{"a":01}`, "\xef\xbb\xbf{}", `{"Statement":[`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := DecodeJSON(data)
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		for _, out := range [][]byte{d.JSON(), d.Compact()} {
			again, err := DecodeJSON(out)
			if err != nil {
				t.Fatalf("%s\n%s\n%v", data, out, err)
			}
			if !d.Equal(again) || !reflect.DeepEqual(withoutPlaces(d), withoutPlaces(again)) {
				t.Errorf("%s\n%s", data, out)
			}
		}
		for kind := Identity; kind <= ResourceControl; kind++ {
			d.Check(kind)
		}
		d.Size(false)
	})
}

func withoutPlaces(d Document) Document {
	d = d.MapTexts(func(t Text) Text { return t })
	for i := range d.Statements {
		d.Statements[i].Pos = Pos{}
	}
	return d
}

// chooser takes choices from the bytes of a fuzz input.
type chooser struct {
	data []byte
}

func (c *chooser) n(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return int(b) % n
}

func pick[T any](c *chooser, from ...T) T { return from[c.n(len(from))] }

// statement makes a statement for a policy of the kind, mostly one that AWS would take, from a few values
// that often fit and two that come from the fuzzer.
func (c *chooser) statement(kind Kind, pattern, value string) Statement {
	e := kind.Elements()
	s := Statement{Effect: pick(c, Allow, Deny, Allow)}
	actions := []string{"*", "s3:*", "s3:GetObject", "kms:*", "sts:AssumeRole"}
	switch {
	case kind == Trust:
		actions = []string{"*", "sts:*", "sts:AssumeRole"}
	case e.OnlyDeny:
		s.Effect, actions = Deny, []string{"s3:*", "s3:Get*", "kms:*", "sts:AssumeRole"}
	}
	action := pick(c, actions...)
	if c.n(5) == 4 && e.NotAction {
		s.NotAction = One(Literal(action))
	} else {
		s.Action = One(Literal(action))
	}
	resource := pick(c, Literal("*"), Literal(object), Literal("arn:aws:s3:::b/"+pattern), NewText(Lit("arn:aws:s3:::b/"), Var{Name: "aws:username"}))
	switch {
	case e.Resource == Never:
	case c.n(5) == 4:
		s.NotResource = One(resource)
	default:
		s.Resource = One(resource)
	}
	switch {
	case e.Everybody:
		s.Principal = &Principal{Any: true}
	case e.Principal == Must:
		p := &Principal{Types: []PrincipalType{{"AWS", List(Literal(pick(c, userBob, roleApp, sessApp, fedBob, acct, other, "*")))}}}
		switch c.n(6) {
		case 0:
			p = &Principal{Any: true}
		case 1:
			p.Types = append(p.Types, PrincipalType{"Service", One(Literal("s3.amazonaws.com"))})
		}
		if s.Effect == Deny && c.n(3) == 2 && e.NotPrincipal {
			s.NotPrincipal = p
		} else {
			s.Principal = p
		}
	}
	if c.n(2) == 1 {
		op := bases[c.n(len(bases))]
		name := op.name
		if op.class != classNull && c.n(3) == 2 {
			name += "IfExists"
		}
		name = pick(c, "", "ForAllValues:", "ForAnyValue:") + name
		v := Literal(pick(c, value, "true", "1", "2020-01-01", "10.0.0.0/8", "QQ=="))
		s.Condition = []Condition{{Operator: name, Key: pick(c, "k:a", "aws:PrincipalArn", "aws:username"), Values: List(v)}}
	}
	return s
}

func (c *chooser) documents(kind Kind, pattern, value string) []Document {
	e := kind.Elements()
	docs := make([]Document, c.n(3))
	for i := range docs {
		if docs[i].Version = e.Version; e.Version == "" {
			docs[i].Version = pick(c, Version2012, Version2008)
		}
		for range 1 + c.n(3) {
			docs[i].Statements = append(docs[i].Statements, c.statement(kind, pattern, value))
		}
	}
	if e.OnlyDeny && c.n(4) > 0 {
		docs = append(docs, Document{Version: Version2012, Statements: []Statement{everything(kind, Allow)}})
	}
	return docs
}

// everything is a statement about all that there is.
func everything(kind Kind, effect string) Statement {
	s := Statement{Effect: effect, Action: One(Literal("*"))}
	if kind.Elements().Resource == Must {
		s.Resource = One(Literal("*"))
	}
	if kind.Elements().Principal == Must {
		s.Principal = &Principal{Any: true}
	}
	return s
}

func FuzzEvaluate(f *testing.F) {
	f.Add([]byte("seed"), "*", "x")
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29}, "a*b?c", "1")
	f.Add([]byte{9, 1, 0, 1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2, 1}, "o", "arn:aws:iam::1:user/x")
	f.Fuzz(func(t *testing.T, data []byte, pattern, value string) { evaluateHolds(t, data, pattern, value) })
}

// TestEvaluateHolds tries what FuzzEvaluate does on data that is always the same.
func TestEvaluateHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"*", "x", "a*b?c", "o", "", "arn:aws:iam::1:user/x", "${aws:username}", "10.0.0.0/8", "true"}
	const rounds = 5000
	decided := 0
	for range rounds {
		data := make([]byte, r.IntN(60))
		for i := range data {
			data[i] = byte(r.UintN(256))
		}
		if evaluateHolds(t, data, words[r.IntN(len(words))], words[r.IntN(len(words))]) {
			decided++
		}
	}
	if decided < rounds/4 {
		t.Errorf("of %d sets of policies only %d have a meaning", rounds, decided)
	}
}

// evaluateHolds makes a request and policies from data and checks what holds for every decision: it does not panic, a Deny overrides, an Allow more takes
// nothing away, and order does not matter. It reports whether the policies have a meaning.
func evaluateHolds(t *testing.T, data []byte, pattern, value string) bool {
	c := &chooser{data}
	r := Request{
		Principal:       pick(c, userBob, roleApp, sessApp, fedBob, rootAcct, userEve, "*", "s3.amazonaws.com", value),
		Action:          pick(c, "s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "sts:GetCallerIdentity", "kms:ListKeys"),
		Resource:        pick(c, object, "*", "arn:aws:s3:::b/"+value, "arn:aws:kms:us-east-1:111122223333:key/k", "arn:aws:iam::111122223333:role/R"),
		ResourceAccount: pick(c, "", acct, other),
		Context:         map[string][]string{"k:a": []string{value, pattern}[:c.n(3)]},
	}
	var p Policies
	resource := Resource
	switch {
	case isTrust(r.Action, r.Resource):
		resource = Trust
	case strings.HasPrefix(r.Action, "kms:"):
		resource = KeyPolicy
	}
	p.Identity = c.documents(Identity, pattern, value)
	if docs := c.documents(resource, pattern, value); len(docs) > 0 {
		p.Resource = &docs[0]
	}
	p.PermissionsBoundaries = c.documents(Boundary, pattern, value)
	if c.n(2) == 1 {
		p.Session = c.documents(Session, pattern, value)
	}
	if c.n(2) == 1 {
		p.ServiceControl = [][]Document{c.documents(ServiceControl, pattern, value), c.documents(ServiceControl, pattern, value)}
	}
	if c.n(2) == 1 {
		p.ResourceControl = [][]Document{c.documents(ResourceControl, pattern, value)}
	}
	got, err := Evaluate(r, p)
	if err != nil {
		return false
	}
	again := func(what string, p Policies) string {
		d, err := Evaluate(r, p)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return d.Outcome
	}
	one := func(s Statement) []Document { return []Document{{Version: Version2012, Statements: []Statement{s}}} }

	// An Allow more never takes anything away.
	all, everybody := everything(Identity, Allow), everything(resource, Allow)
	q := p
	q.Identity = append(slices.Clone(p.Identity), one(all)...)
	if out := again("more", q); got.Outcome == Allowed && out != Allowed || (got.Outcome == ExplicitlyDenied) != (out == ExplicitlyDenied) {
		t.Errorf("%s, with an Allow more %s", got.Outcome, out)
	}
	q = p
	q.Resource = &Document{Version: Version2012, Statements: []Statement{everybody}}
	if p.Resource != nil {
		q.Resource.Version, q.Resource.Statements = p.Resource.Version, append(slices.Clone(p.Resource.Statements), everybody)
	}
	if out := again("more in the resource's policy", q); got.Outcome == Allowed && out != Allowed {
		t.Errorf("%s, with an Allow more in the resource's policy %s", got.Outcome, out)
	}

	// A Deny overrides, unless AWS asks no policy.
	all.Effect, everybody.Effect = Deny, Deny
	q.Resource = &Document{Version: Version2012, Statements: []Statement{everybody}}
	access := accessOf(r.Action, r.Resource, must(parseSubject(r.Principal, nil)))
	if out := again("deny", q); out != ExplicitlyDenied && access != unconditional && access != never {
		t.Errorf("%s, with a Deny in the resource's policy %s", got.Outcome, out)
	}
	q = p
	q.Identity = append(one(all), p.Identity...)
	if out := again("deny", q); must(parseSubject(r.Principal, nil)).hasIdentity() && out != ExplicitlyDenied && access != unconditional && access != never {
		t.Errorf("%s, with a Deny in the identity's policy %s", got.Outcome, out)
	}

	// The order of statements and documents does not matter.
	q = p
	q.Identity = reversed(p.Identity)
	q.PermissionsBoundaries = reversed(p.PermissionsBoundaries)
	if p.Session != nil {
		q.Session = append([]Document{}, reversed(p.Session)...)
	}
	if p.Resource != nil {
		q.Resource = &reversed([]Document{*p.Resource})[0]
	}
	if out := again("reversed", q); out != got.Outcome {
		t.Errorf("%s, in reverse order %s", got.Outcome, out)
	}
	if (got.Outcome == ExplicitlyDenied) != slices.ContainsFunc(got.Because, func(c Cause) bool { return c.Effect == Deny }) {
		t.Errorf("%+v", got)
	}
	return true
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func reversed(docs []Document) []Document {
	out := slices.Clone(docs)
	slices.Reverse(out)
	for i := range out {
		out[i].Statements = slices.Clone(out[i].Statements)
		slices.Reverse(out[i].Statements)
	}
	return out
}
