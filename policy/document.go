package policy

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// The two versions of the policy language (IAM User Guide, "IAM JSON policy elements: Version").
const (
	Version2012 = "2012-10-17"
	Version2008 = "2008-10-17"
)

// The two effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Document is a policy document. The zero Document has no statements and no version.
type Document struct {
	Version    string // "" where the document has none, which AWS reads as 2008-10-17
	ID         string // the element Id, allowed in resource-based policies only
	Statements []Statement
	Single     bool // Statement is an object, not an array of objects
}

// Statement is one statement of a document. An element that is absent is the zero value of its
// field.
type Statement struct {
	Sid          string
	EmptySid     bool // it is written, as "": AWS takes that as none, and gives it back
	Effect       string
	Principal    *Principal
	NotPrincipal *Principal
	Action       Texts
	NotAction    Texts
	Resource     Texts
	NotResource  Texts
	Condition    []Condition
	Pos          Pos // where it was read; not part of its meaning
}

// Texts is an element that is written as one string or as a list of strings.
type Texts struct {
	Values []Text // nil: the element is absent
	Scalar bool   // written as a string alone
}

// Principal is "*", or lists of principals by type, in the order they are written.
type Principal struct {
	Any   bool // the string "*"
	Types []PrincipalType
}

// PrincipalType is one member of a Principal: AWS, Service, Federated or CanonicalUser.
type PrincipalType struct {
	Type   string
	Values Texts
}

// Condition is one condition key under one operator; a statement's conditions are in the order in
// which they are written.
type Condition struct {
	Operator string // as written, with ForAllValues: and IfExists
	Key      string
	Values   Texts
}

// Words returns the condition as messages say it, with its values as they are to be shown: one of them
// is enough, or with an operator that negates, none may be.
func (c Condition) Words(values []string) string {
	return c.Key + " " + c.Operator + " " + strings.Join(values, " or ")
}

// List makes an element that is written as a list.
func List(values ...Text) Texts { return Texts{Values: values} }

// One makes an element that is written as one string.
func One(value Text) Texts { return Texts{Values: []Text{value}, Scalar: true} }

// Written returns the values as they are written in a policy, in their order.
func (t Texts) Written() []string {
	var out []string
	for _, v := range t.Values {
		out = append(out, v.IAM())
	}
	return out
}

// MapTexts returns a copy of d in which f has replaced each Text of every statement.
func (d Document) MapTexts(f func(Text) Text) Document {
	out := d
	out.Statements = make([]Statement, len(d.Statements))
	for i, s := range d.Statements {
		out.Statements[i] = s.MapTexts(f)
	}
	return out
}

// MapTexts returns a copy of s in which f has replaced each Text.
func (s Statement) MapTexts(f func(Text) Text) Statement {
	list := func(t Texts) Texts {
		if t.Values == nil {
			return t
		}
		out := Texts{Values: make([]Text, len(t.Values)), Scalar: t.Scalar}
		for i, v := range t.Values {
			out.Values[i] = f(v)
		}
		return out
	}
	principal := func(p *Principal) *Principal {
		if p == nil {
			return nil
		}
		out := &Principal{Any: p.Any, Types: make([]PrincipalType, len(p.Types))}
		for i, t := range p.Types {
			out.Types[i] = PrincipalType{Type: t.Type, Values: list(t.Values)}
		}
		return out
	}
	s.Principal, s.NotPrincipal = principal(s.Principal), principal(s.NotPrincipal)
	s.Action, s.NotAction = list(s.Action), list(s.NotAction)
	s.Resource, s.NotResource = list(s.Resource), list(s.NotResource)
	conds := make([]Condition, len(s.Condition))
	for i, c := range s.Condition {
		conds[i] = Condition{Operator: c.Operator, Key: c.Key, Values: list(c.Values)}
	}
	s.Condition = conds
	return s
}

// Fill replaces the references that env knows; the others stay.
func (d Document) Fill(env Env) Document {
	return d.MapTexts(func(t Text) Text { return t.Fill(env) })
}

// Resolve replaces every reference by its value. It fails when env lacks one, and names it.
func (d Document) Resolve(env Env) (Document, error) {
	for _, r := range d.Refs() {
		if _, ok := env[r]; !ok {
			return Document{}, fmt.Errorf("reference %s has no value", r)
		}
	}
	return d.Fill(env), nil
}

// Refs returns the references in d, each once, sorted.
func (d Document) Refs() []Ref {
	seen := map[Ref]bool{}
	d.MapTexts(func(t Text) Text {
		for _, r := range t.Refs() {
			seen[r] = true
		}
		return t
	})
	refs := make([]Ref, 0, len(seen))
	for r := range seen {
		refs = append(refs, r)
	}
	sort.Slice(refs, func(i, j int) bool { return refs[i].String() < refs[j].String() })
	return refs
}

// Normal returns d in a form in which two documents are equal exactly when they are written alike but
// for the order of statements, of list elements and of conditions, and for a string standing in
// place of a list of one. Id, Sids and places are kept out. It does not look for statements that
// mean the same in other words.
func (d Document) Normal() string {
	n := Document{Version: d.Version}
	keys := make([]string, len(d.Statements))
	for i, s := range d.Statements {
		keys[i] = s.Normal()
	}
	slices.Sort(keys)
	return n.Version + "\n" + joinLines(keys)
}

func joinLines(lines []string) string {
	var b []byte
	for _, l := range lines {
		b = append(append(b, l...), '\n')
	}
	return string(b)
}

// Normal returns s on one line, in the form that [Document.Normal] describes.
func (s Statement) Normal() string {
	s.Sid, s.EmptySid, s.Pos = "", false, Pos{}
	list := func(t Texts) Texts {
		if t.Values == nil {
			return t
		}
		v := slices.Clone(t.Values)
		slices.SortFunc(v, func(a, b Text) int { return compare(a.IAM(), b.IAM()) })
		v = slices.CompactFunc(v, func(a, b Text) bool { return a.IAM() == b.IAM() })
		return Texts{Values: v}
	}
	principal := func(p *Principal) *Principal {
		if p == nil {
			return nil
		}
		out := &Principal{Any: p.Any}
		for _, t := range p.Types {
			out.Types = append(out.Types, PrincipalType{Type: t.Type, Values: list(t.Values)})
		}
		slices.SortFunc(out.Types, func(a, b PrincipalType) int { return compare(a.Type, b.Type) })
		return out
	}
	s.Principal, s.NotPrincipal = principal(s.Principal), principal(s.NotPrincipal)
	s.Action, s.NotAction = list(s.Action), list(s.NotAction)
	s.Resource, s.NotResource = list(s.Resource), list(s.NotResource)
	conds := slices.Clone(s.Condition)
	for i := range conds {
		conds[i].Values = list(conds[i].Values)
	}
	slices.SortStableFunc(conds, func(a, b Condition) int {
		if c := compare(a.Operator, b.Operator); c != 0 {
			return c
		}
		return compare(a.Key, b.Key)
	})
	s.Condition = conds
	return string(s.appendJSON(nil, compact, true))
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Equal reports whether d and e are written alike in the sense of [Document.Normal].
func (d Document) Equal(e Document) bool { return d.Normal() == e.Normal() }

// Everything returns a policy of an identity that allows every action on every resource.
func Everything() Document { return allowingAll(nil) }
