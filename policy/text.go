package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Text is a string of the policy language in which what is known only later is typed, not marked.
//
// It keeps three rules, so that a printer can pick the escape by the type of a part and cannot
// forget one:
//   - a literal holds no "$": a dollar sign is the policy variable ${$} (IAM User Guide, "IAM policy
//     elements: Variables and tags", section "Specifying default values / special characters");
//   - two literals are never beside each other, so no escape can form across a seam;
//   - parts are not changed after they were built.
//
// The zero Text is the empty string.
type Text struct{ parts []Part }

// Part is one of [Lit], [Ref] and [Var], and nothing else.
type Part interface{ isPart() }

// Lit is text that stands for itself. It holds no "$".
type Lit string

// Ref is a value of something that the same output declares, such as the ARN of a bucket:
// {"bucket.data", "arn"}.
type Ref struct{ ID, Attr string }

// Var is a variable of the policy language itself, filled in by AWS at each request:
// ${aws:username}. The names "$", "*" and "?" are the escapes that AWS defines for these three
// characters.
type Var struct {
	Name       string
	Default    string
	HasDefault bool
}

func (Lit) isPart() {}
func (Ref) isPart() {}
func (Var) isPart() {}

// Short returns the reference as a person writes it, without the kind of thing it belongs to:
// <data.arn>.
func (r Ref) Short() string {
	id := r.ID
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		id = id[i+1:]
	}
	return "<" + id + "." + r.Attr + ">"
}

func (r Ref) String() string { return "<" + r.ID + "." + r.Attr + ">" }

// String returns the variable in the notation of the policy language.
func (v Var) String() string {
	if v.HasDefault {
		return "${" + v.Name + ", '" + v.Default + "'}"
	}
	return "${" + v.Name + "}"
}

// Env returns references their values.
type Env map[Ref]string

// NewText joins parts. It merges neighbouring literals and turns each "$" in a literal into the
// variable ${$}.
func NewText(parts ...Part) Text {
	var t Text
	for _, p := range parts {
		t.add(p)
	}
	return t
}

// Literal is the Text that stands for s, verbatim: a value that came from a spec, say.
func Literal(s string) Text { return NewText(Lit(s)) }

func (t *Text) add(p Part) {
	l, ok := p.(Lit)
	if !ok {
		t.parts = append(t.parts, p)
		return
	}
	for more := true; more; {
		var piece Lit
		i := strings.IndexByte(string(l), '$')
		if more = i >= 0; more {
			piece, l = l[:i], l[i+1:]
		} else {
			piece = l
		}
		if piece != "" {
			t.addPlain(piece)
		}
		if more {
			t.parts = append(t.parts, Var{Name: "$"})
		}
	}
}

// addPlain appends a literal without "$", to the one before it if there is one.
func (t *Text) addPlain(l Lit) {
	if n := len(t.parts); n > 0 {
		if last, ok := t.parts[n-1].(Lit); ok {
			t.parts[n-1] = last + l
			return
		}
	}
	t.parts = append(t.parts, l)
}

// Parts returns the parts of t in order. The slice is not to be changed.
func (t Text) Parts() []Part { return t.parts }

// ParseText reads the notation of templates and of a spec's statements: a reference is <id.attr>, a
// policy variable ${name} or ${name, 'default'}, and "<<" is a plain "<". A "$" that begins no
// variable is an error, because every target would escape it differently; it is written ${$}.
func ParseText(s string) (Text, error) { return parse(s, true, true) }

// ParseIAM reads a string of a policy document that is in JSON: policy variables, but no
// references. Policies of version 2008-10-17 have no variables (IAM User Guide, "Version"), so
// there a "$" is only a dollar sign.
func ParseIAM(s, version string) (Text, error) {
	if version != Version2012 {
		return Literal(s), nil
	}
	return parse(s, false, false)
}

func parse(s string, refs, strict bool) (Text, error) {
	var t Text
	var lit strings.Builder // what stands between two variables or references, gathered so that a long string costs no more than its length
	part := func(p Part) {
		t.add(Lit(lit.String()))
		lit.Reset()
		t.parts = append(t.parts, p)
	}
	whole := s
	for s != "" {
		i := strings.IndexAny(s, "<$")
		if i < 0 {
			lit.WriteString(s)
			break
		}
		lit.WriteString(s[:i])
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "${"):
			end := varEnd(s)
			if end < 0 {
				return Text{}, fmt.Errorf("policy variable is not closed in %q: write ${name}, or ${$} for a dollar sign", whole)
			}
			v, err := parseVar(s[2:end])
			if err != nil {
				return Text{}, fmt.Errorf("%w in %q", err, whole)
			}
			part(v)
			s = s[end+1:]
		case s[0] == '$' && strict:
			return Text{}, fmt.Errorf("bare \"$\" in %q: write ${$} for a dollar sign", whole)
		case s[0] == '$':
			lit.WriteByte('$')
			s = s[1:]
		case !refs:
			lit.WriteByte('<')
			s = s[1:]
		case strings.HasPrefix(s, "<<"):
			lit.WriteByte('<')
			s = s[2:]
		default:
			end := strings.IndexByte(s, '>')
			if end < 0 {
				return Text{}, fmt.Errorf("reference is not closed in %q: write <name.arn>, or << for a plain \"<\"", whole)
			}
			r, err := parseRef(s[1:end])
			if err != nil {
				return Text{}, fmt.Errorf("%w in %q", err, whole)
			}
			part(r)
			s = s[end+1:]
		}
	}
	t.add(Lit(lit.String()))
	return t, nil
}

// varEnd finds the brace that closes the variable at the start of s; a brace inside a quoted
// default is part of it.
func varEnd(s string) int {
	quoted := false
	for i := 2; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == '}' && !quoted:
			return i
		}
	}
	return -1
}

func parseVar(s string) (Var, error) {
	name, def, has := strings.Cut(s, ",")
	name = strings.TrimSpace(name)
	if name == "" {
		return Var{}, fmt.Errorf("policy variable %q has no name", "${"+s+"}")
	}
	// Names of tags are part of names and can have spaces and letters of any script (IAM User
	// Guide, "Tags for AWS Identity and Access Management resources").
	for _, c := range name {
		if !unicode.IsPrint(c) || c == unicode.ReplacementChar || strings.ContainsRune("{}'\"", c) || strings.ContainsRune("$*?", c) && len(name) > 1 {
			return Var{}, fmt.Errorf("policy variable %q has %q in its name", "${"+s+"}", c)
		}
	}
	if !has {
		return Var{Name: name}, nil
	}
	def = strings.TrimSpace(def)
	if len(def) < 2 || def[0] != '\'' || def[len(def)-1] != '\'' || strings.Contains(def[1:len(def)-1], "'") {
		return Var{}, fmt.Errorf("default of policy variable %q is not in single quotes", "${"+s+"}")
	}
	return Var{Name: name, Default: def[1 : len(def)-1], HasDefault: true}, nil
}

func parseRef(s string) (Ref, error) {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i == len(s)-1 {
		return Ref{}, fmt.Errorf("reference %q is not of the form <name.attribute>", "<"+s+">")
	}
	for j := 0; j < len(s); j++ {
		c := s[j]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return Ref{}, fmt.Errorf("reference %q has %q in its name", "<"+s+">", c)
		}
	}
	return Ref{ID: s[:i], Attr: s[i+1:]}, nil
}

// String returns t in the notation that ParseText reads; ParseText(t.String()) is t.
func (t Text) String() string {
	return t.render(func(l Lit) string { return strings.ReplaceAll(string(l), "<", "<<") }, Ref.String)
}

// IAM returns t as it is in a policy document; what no environment has filled in is written
// <data.arn>, which AWS refuses wherever an ARN is expected.
func (t Text) IAM() string {
	return t.render(func(l Lit) string { return string(l) }, Ref.Short)
}

func (t Text) render(lit func(Lit) string, ref func(Ref) string) string {
	if len(t.parts) == 1 {
		if l, ok := t.parts[0].(Lit); ok {
			return lit(l)
		}
	}
	var b strings.Builder
	for _, p := range t.parts {
		switch p := p.(type) {
		case Lit:
			b.WriteString(lit(p))
		case Ref:
			b.WriteString(ref(p))
		case Var:
			b.WriteString(p.String())
		}
	}
	return b.String()
}

// plain returns t as AWS compares it in a document without variables (version 2008-10-17): ${$} is
// "$".
func (t Text) plain() string {
	if l, ok := t.OnlyLit(); ok {
		return l
	}
	var b strings.Builder
	for _, p := range t.parts {
		switch p := p.(type) {
		case Lit:
			b.WriteString(string(p))
		case Ref:
			b.WriteString(p.Short())
		case Var:
			if p.Name == "$" && !p.HasDefault {
				b.WriteByte('$')
			} else {
				b.WriteString(p.String())
			}
		}
	}
	return b.String()
}

// OnlyRef returns the reference that t consists of, if it is nothing else.
func (t Text) OnlyRef() (Ref, bool) {
	if len(t.parts) != 1 {
		return Ref{}, false
	}
	r, ok := t.parts[0].(Ref)
	return r, ok
}

// OnlyLit returns the literal that t consists of, if it is nothing else; the empty Text is the empty
// literal.
func (t Text) OnlyLit() (string, bool) {
	switch len(t.parts) {
	case 0:
		return "", true
	case 1:
		l, ok := t.parts[0].(Lit)
		return string(l), ok
	}
	return "", false
}

// Refs returns the references in t, in order, repeated as often as they are there.
func (t Text) Refs() []Ref {
	var refs []Ref
	for _, p := range t.parts {
		if r, ok := p.(Ref); ok {
			refs = append(refs, r)
		}
	}
	return refs
}

// Bind replaces references by Texts; those for which f answers false stay.
func (t Text) Bind(f func(Ref) (Text, bool)) Text {
	if !slices.ContainsFunc(t.parts, func(p Part) bool { _, ok := p.(Ref); return ok }) {
		return t
	}
	out := Text{parts: make([]Part, 0, len(t.parts))}
	for _, p := range t.parts {
		if r, ok := p.(Ref); ok {
			if u, ok := f(r); ok {
				for _, q := range u.parts {
					out.add(q)
				}
				continue
			}
		}
		out.add(p)
	}
	return out
}

// Fill replaces the references that env knows by their values.
func (t Text) Fill(env Env) Text {
	return t.Bind(func(r Ref) (Text, bool) {
		v, ok := env[r]
		return Literal(v), ok
	})
}
