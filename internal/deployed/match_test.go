package deployed

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

func document(actions ...string) *Document {
	var values []policy.Text
	for _, a := range actions {
		values = append(values, policy.Literal(a))
	}
	return &Document{Document: policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Sid: "One", Effect: policy.Allow, Action: policy.List(values...), Resource: policy.List(policy.Literal("*")),
	}}}}
}

// filled returns a value of a type with something in every field, so that a change of any can be seen.
func filled(t reflect.Type, n *int) reflect.Value {
	*n++
	switch t {
	case textType:
		return reflect.ValueOf(policy.Literal(fmt.Sprintf("text-%d", *n)))
	case reflect.TypeFor[*Document]():
		d := document(fmt.Sprintf("s3:Action%d", *n))
		d.Document.ID = "id"
		return reflect.ValueOf(d)
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("match") != "-" {
				v.Field(i).Set(filled(t.Field(i).Type, n))
			}
		}
	case reflect.Slice:
		v = reflect.Append(v, filled(t.Elem(), n), filled(t.Elem(), n))
	case reflect.String:
		v.SetString(fmt.Sprintf("string-%d", *n))
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic(t.String())
	}
	return v
}

// sample returns a State with something in every field.
func sample() State {
	n := 0
	return filled(reflect.TypeFor[State](), &n).Interface().(State)
}

// change calls try for each way in which one thing in v, which is part of a State, can be changed; v is as before
// after each.
func change(path string, v reflect.Value, try func(string)) {
	put := func(what string, to reflect.Value) {
		old := reflect.ValueOf(v.Interface())
		v.Set(to)
		try(path + what)
		v.Set(old)
	}
	switch v.Type() {
	case textType:
		put(" other", reflect.ValueOf(policy.Literal("other")))
		put(" empty", reflect.ValueOf(policy.Text{}))
		return
	case reflect.TypeFor[*Document]():
		put(" none", reflect.Zero(v.Type()))
		d := *v.Interface().(*Document)
		alter := func(what string, f func(*Document)) {
			e := d
			e.Document.Statements = append([]policy.Statement(nil), d.Document.Statements...)
			f(&e)
			put(what, reflect.ValueOf(&e))
		}
		alter(" merge", func(e *Document) { e.Merge = !e.Merge })
		alter(" version", func(e *Document) { e.Document.Version = policy.Version2008 })
		alter(" id", func(e *Document) { e.Document.ID = "" })
		alter(" sid", func(e *Document) { e.Document.Statements[0].Sid = "Two" })
		alter(" effect", func(e *Document) { e.Document.Statements[0].Effect = policy.Deny })
		alter(" statement twice", func(e *Document) {
			e.Document.Statements = append(e.Document.Statements, e.Document.Statements[0])
		})
		alter(" no statement", func(e *Document) { e.Document.Statements = nil })
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("match") != "-" {
				change(path+"."+f.Name, v.Field(i), try)
			}
		}
	case reflect.Slice:
		put(" none", reflect.Zero(v.Type()))
		put(" one less", v.Slice(0, v.Len()-1))
		put(" twice", reflect.Append(reflect.AppendSlice(reflect.Zero(v.Type()), v), v.Index(0)))
		n := 1000
		put(" one more", reflect.Append(reflect.AppendSlice(reflect.Zero(v.Type()), v), filled(v.Type().Elem(), &n)))
		for i := range v.Len() {
			change(fmt.Sprintf("%s[%d]", path, i), v.Index(i), try)
		}
	case reflect.String:
		put(" other", reflect.ValueOf("other").Convert(v.Type()))
	case reflect.Int:
		put(" other", reflect.ValueOf(-1).Convert(v.Type()))
	case reflect.Bool:
		put(" other", reflect.ValueOf(!v.Bool()))
	default:
		panic(v.Type().String())
	}
}

// Each field of State is compared: whatever is changed in one of two states that are alike, Match notices it, from
// either side. A field that is added to State is tried by itself.
func TestMatchSeesEveryField(t *testing.T) {
	want := sample()
	if ds := Match(want, sample()); len(ds) > 0 {
		t.Fatalf("two states that are alike differ: %v", ds)
	}
	tried := 0
	have := sample()
	change("State", reflect.ValueOf(&have).Elem(), func(what string) {
		tried++
		if len(Match(want, have)) == 0 {
			t.Errorf("%s: Match does not see it", what)
		}
		if len(Match(have, want)) == 0 {
			t.Errorf("%s: Match does not see it from the other side", what)
		}
	})
	if tried < 300 {
		t.Errorf("only %d changes were tried", tried)
	}
}

// What Match does not compare is listed here with its reason, so that a tag is never added without one.
func TestNotCompared(t *testing.T) {
	reasons := map[string]string{
		"At":                   "a place in a file means nothing",
		"Statements":           "places of statements",
		"Document.Unread":      "what is in it is Unknown, which is a difference by itself",
		"Document.Name":        "the model's name of a wanted document; the subject identifies it",
		"State.Unknown":        "each is a difference by itself",
		"Value.At":             "a place",
		"State.Destroyed":      "what a plan does, beside what is there then",
		"State.Where":          "an artifact may be deployed anywhere",
		"State.NoOrganization": "as of what was not seen",
		"State.ControlsUnseen": "as of what was not seen",
		"Unseen":               "what was not seen is told as Unknown by whoever compares",
	}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ == textType || typ == documentType {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("match") == "-" && reasons[f.Name] == "" && reasons[typ.Name()+"."+f.Name] == "" {
				t.Errorf("%s.%s is not compared, and nobody says why", typ.Name(), f.Name)
			}
			if f.Tag.Get("match") != "-" {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[State]())
	if len(seen) < 15 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

// Of a text that differs, the first line that does is told, with its place.
func TestPages(t *testing.T) {
	page := func(text string) State {
		return State{Pages: []Page{{Name: "README.md", Text: text, At: Place{"x/README.md", 1, 1}}}}
	}
	for _, c := range []struct{ want, have, wantLine, haveLine, at string }{
		{"a\nb\nc\n", "a\nx\nc\n", "b\n", "x\n", "x/README.md:2"},
		{"a\nb\n", "a\nb", "b\n", "b", "x/README.md:2"},
		{"a\nb\n", "a\nb\nc\n", "", "c\n", "x/README.md:3"},
		{"a\nb\n", "", "a\n", "", "x/README.md:1:1"},
		{"a\n", "a\r\n", "a\n", "a\r\n", "x/README.md:1:1"},
		{"a", "b", "a", "b", "x/README.md:1:1"},
	} {
		ds := Match(page(c.want), page(c.have))
		if len(ds) != 1 || ds[0].Want != c.wantLine || ds[0].Have != c.haveLine || ds[0].At.String() != c.at {
			t.Errorf("%q, %q: %+v", c.want, c.have, ds)
		}
	}
}

func TestUnknownIsADifference(t *testing.T) {
	have := State{Unknown: []Unknown{{Kind: "function", What: "Fn::If", At: Place{"template.yaml", 3, 5}}}}
	ds := Match(State{}, have)
	if len(ds) != 1 || ds[0].Kind != Unread || ds[0].At.Line != 3 || !strings.Contains(ds[0].String(), `function "Fn::If"`) {
		t.Errorf("%+v", ds)
	}
}

// What is not part of anything is told by its field alone.
func TestScopeIsADifference(t *testing.T) {
	ds := Match(State{Scope: Scope{Account: Lit("1")}}, State{})
	if len(ds) != 1 || ds[0].String() != `Scope.Account is "", and the setup says "1"` {
		t.Errorf("%v", ds)
	}
}

// A created key is found by its alias, and what refers to it by its address is what the setup refers to by its name.
func TestKeysByAlias(t *testing.T) {
	state := func(id string) State {
		ref := policy.Ref{ID: id, Attr: "arn"}
		arn := Text{V: policy.NewText(ref)}
		d := document("kms:Decrypt")
		d.Document.Statements[0].Resource = policy.List(policy.NewText(ref))
		return State{
			Keys:    []Key{{ARN: arn, Created: true, Aliases: []Text{Lit("alias/shop")}, Policy: document("kms:*")}},
			Buckets: []Bucket{{Name: Lit("data"), Created: true, Key: arn}},
			Roles:   []Role{{Name: Lit("role"), Inline: []Inline{{Name: Lit("p"), Policy: d}}}},
		}
	}
	want := state("key.shop")
	if ds := Match(want, state("aws_kms_key.any")); len(ds) > 0 {
		t.Errorf("%v", ds)
	}
	other := state("aws_kms_key.any")
	other.Keys[0].Aliases = []Text{Lit("alias/other")}
	if len(Match(want, other)) == 0 {
		t.Error("a key with another alias is taken for the wanted one")
	}
	// Text that looks like the reference is not the reference.
	literal := state("aws_kms_key.any")
	literal.Buckets[0].Key = Lit("<key.shop.arn>")
	if len(Match(want, literal)) == 0 {
		t.Error("a name in the notation of references is taken for one")
	}
	literal = state("aws_kms_key.any")
	literal.Roles[0].Inline[0].Policy.Document.Statements[0].Resource = policy.List(policy.Literal("<key.shop.arn>"))
	if len(Match(want, literal)) == 0 {
		t.Error("in a document, a name in the notation of references is taken for one")
	}
}

func TestTokens(t *testing.T) {
	var tokens Tokens
	a, b := policy.Ref{ID: "aws_kms_key.a", Attr: "arn"}, policy.Ref{ID: "aws_kms_key.b", Attr: "arn"}
	s := "x" + tokens.Token(a) + "/" + tokens.Token(b) + tokens.Token(a)
	want := policy.NewText(policy.Lit("x"), a, policy.Lit("/"), b, a)
	if got := tokens.Text(s); got.String() != want.String() {
		t.Errorf("%s instead of %s", got, want)
	}
	for _, broken := range []string{string(tokenOpen) + "7" + string(tokenClose), string(tokenOpen) + "-1" + string(tokenClose), string(tokenOpen)} {
		if got := tokens.Text(broken); len(got.Refs()) > 0 || !HasToken(broken) {
			t.Errorf("%q is read as %s", broken, got)
		}
	}
}

// A policy that two ask for, of one role by two names, is attached once; what only looks alike stays.
func TestFillAttachments(t *testing.T) {
	role := policy.Ref{ID: "role", Attr: "name"}
	arn := Lit("arn:aws:iam::aws:policy/ReadOnlyAccess")
	s := State{Attachments: []Attachment{
		{Policy: arn, Kind: RoleP, To: Text{V: policy.NewText(role)}},
		{Policy: arn, Kind: RoleP, To: Lit("x")},
		{Policy: arn, Kind: User, To: Lit("x")},
	}}
	for name, want := range map[string]int{"x": 2, "y": 3} {
		if got := s.Fill(policy.Env{role: name}).Attachments; len(got) != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if len(s.Attachments) != 3 || len(s.Attachments[0].To.V.Refs()) != 1 {
		t.Errorf("the state itself is changed: %v", s.Attachments)
	}
}
