package policy

import (
	"unicode/utf8"
)

// compact stands for an indentation that puts everything on one line.
const compact = -1

// JSON returns d as indented JSON that ends in a newline, its elements in the order in which the IAM
// User Guide writes them (Version, Id, Statement; Sid, Effect, Principal, Action, Resource,
// Condition).
func (d Document) JSON() []byte { return append(d.AppendJSON(nil, 0), '\n') }

// Compact returns d as JSON on one line.
func (d Document) Compact() []byte { return d.AppendJSON(nil, compact) }

// AppendJSON appends d as JSON. The lines after the first are indented by indent steps of two
// spaces; a negative indent puts all on one line.
func (d Document) AppendJSON(b []byte, indent int) []byte {
	w := writer{b: b, indent: indent, vars: d.Version == Version2012}
	w.document(d)
	return w.b
}

func (w *writer) document(d Document) {
	w.open('{')
	if d.Version != "" {
		w.member("Version")
		w.string(d.Version)
	}
	if d.ID != "" {
		w.member("Id")
		w.string(d.ID)
	}
	w.member("Statement")
	if d.Single && len(d.Statements) == 1 {
		w.statement(d.Statements[0])
	} else {
		w.open('[')
		for _, s := range d.Statements {
			w.element()
			w.statement(s)
		}
		w.close(']')
	}
	w.close('}')
}

// JSON returns s as indented JSON without a newline at its end.
func (s Statement) JSON() []byte { return s.appendJSON(nil, 0, true) }

func (s Statement) appendJSON(b []byte, indent int, vars bool) []byte {
	w := writer{b: b, indent: indent, vars: vars}
	w.statement(s)
	return w.b
}

// Size returns the number of characters that AWS counts against its limits: white space outside and
// inside of strings is not counted in identity policies (IAM User Guide, "IAM and AWS STS quotas");
// with space true all of them count.
func (d Document) Size(space bool) int {
	j := d.Compact()
	if space {
		return utf8.RuneCount(j)
	}
	return unspaced(j)
}

// sizeOf returns the size of compact, which is d's JSON, as the limit counts it, and what it
// counts.
func (d Document) sizeOf(compact []byte, limit Size) (size int, unit string) {
	switch {
	case limit.Bytes:
		return len(compact), "bytes"
	case limit.Space:
		return utf8.RuneCount(compact), "characters"
	}
	return unspaced(compact), "characters without white space"
}

func unspaced(j []byte) int {
	n := 0
	for _, r := range string(j) {
		if r != ' ' && r != '\t' && r != '\n' && r != '\r' {
			n++
		}
	}
	return n
}

// writer prints JSON in one fixed layout: every object member and array element on a line of its
// own.
type writer struct {
	b      []byte
	indent int
	vars   bool   // the document has policy variables, so a dollar sign is written ${$}
	first  bool   // nothing stands yet in the object or array that is open
	cuts   *[]Cut // where references are left out; nil: they are written
}

func (w *writer) open(c byte) {
	w.b = append(w.b, c)
	if w.indent != compact {
		w.indent++
	}
	w.first = true
}

func (w *writer) close(c byte) {
	if w.indent != compact {
		w.indent--
		if !w.first {
			w.newline()
		}
	}
	w.b = append(w.b, c)
	w.first = false
}

func (w *writer) newline() {
	w.b = append(w.b, '\n')
	for range w.indent {
		w.b = append(w.b, "  "...)
	}
}

func (w *writer) element() {
	if !w.first {
		w.b = append(w.b, ',')
	}
	if w.indent != compact {
		w.newline()
	}
	w.first = false
}

func (w *writer) member(name string) {
	w.element()
	w.string(name)
	w.b = append(w.b, ':')
	if w.indent != compact {
		w.b = append(w.b, ' ')
	}
}

func (w *writer) string(s string) { w.b = AppendJSONString(w.b, s) }

func (w *writer) text(t Text) {
	if w.cuts != nil {
		w.cut(t)
	} else if w.vars {
		w.string(t.IAM())
	} else {
		w.string(t.plain())
	}
}

func (w *writer) texts(name string, t Texts) {
	if t.Values == nil {
		return
	}
	w.member(name)
	if t.Scalar && len(t.Values) == 1 {
		w.text(t.Values[0])
		return
	}
	w.open('[')
	for _, v := range t.Values {
		w.element()
		w.text(v)
	}
	w.close(']')
}

func (w *writer) principal(name string, p *Principal) {
	if p == nil {
		return
	}
	w.member(name)
	if p.Any {
		w.string("*")
		return
	}
	w.open('{')
	for _, t := range p.Types {
		w.texts(t.Type, t.Values)
	}
	w.close('}')
}

func (w *writer) statement(s Statement) {
	w.open('{')
	if s.Sid != "" || s.EmptySid {
		w.member("Sid")
		w.string(s.Sid)
	}
	w.member("Effect")
	w.string(s.Effect)
	w.principal("Principal", s.Principal)
	w.principal("NotPrincipal", s.NotPrincipal)
	w.texts("Action", s.Action)
	w.texts("NotAction", s.NotAction)
	w.texts("Resource", s.Resource)
	w.texts("NotResource", s.NotResource)
	if len(s.Condition) > 0 {
		w.member("Condition")
		w.open('{')
		for i, c := range s.Condition {
			if !firstOf(s.Condition, i) {
				continue
			}
			w.member(c.Operator)
			w.open('{')
			for _, k := range s.Condition[i:] {
				if k.Operator == c.Operator {
					w.texts(k.Key, k.Values)
				}
			}
			w.close('}')
		}
		w.close('}')
	}
	w.close('}')
}

// firstOf reports whether no condition before the i-th has its operator.
func firstOf(conds []Condition, i int) bool {
	for _, c := range conds[:i] {
		if c.Operator == conds[i].Operator {
			return false
		}
	}
	return true
}

// AppendJSONString appends s as a JSON string. It escapes what JSON requires and nothing else;
// bytes that are not UTF-8 become U+FFFD.
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}

// JSONString returns s as a JSON string.
func JSONString(s string) string {
	return string(AppendJSONString(make([]byte, 0, len(s)+2), s))
}
