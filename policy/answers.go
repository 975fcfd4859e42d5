package policy

import (
	"strconv"
	"strings"
)

// An Answer is what a command of the AWS CLI printed, parsed, out of which policies can be read
// that are parts of it.
type Answer struct{ root node }

// ReadAnswer parses what a command of the AWS CLI printed. It fails as [DecodeJSON] does, and for
// more than max bytes.
func ReadAnswer(data []byte, max int) (Answer, error) {
	if len(data) > max {
		return Answer{}, Pos{1, 1}.errorf("%d bytes are more than the %d that are read", len(data), max)
	}
	n, err := parseJSON(data)
	return Answer{n}, err
}

// Document returns the policy at a path of member names and, of arrays, indices. It may be the
// document itself, or a string with it, as GetBucketPolicy and GetKeyPolicy return it, which IAM
// encodes by RFC 3986 (IAM API Reference, GetRolePolicy). ok is false when nothing is at the path.
// The places inside of a string are that of the string.
func (a Answer) Document(path ...string) (d Document, pos Pos, ok bool, err error) {
	n := a.root
	for _, step := range path {
		next, found := n.child(step)
		if !found {
			return Document{}, Pos{}, false, nil
		}
		n = next
	}
	if n.kind != kindString {
		d, err = document(n)
		return d, n.pos, true, err
	}
	text, encoded := n.text, strings.HasPrefix(n.text, "%7B") || strings.HasPrefix(n.text, "%7b")
	if encoded {
		if text, ok = unescape(text); !ok {
			return Document{}, n.pos, true, n.errorf("the policy is not encoded as RFC 3986 has it")
		}
	}
	d, err = DecodeJSON([]byte(text))
	if err != nil {
		return Document{}, n.pos, true, n.errorf("in the string, %v", err)
	}
	for i := range d.Statements {
		d.Statements[i].Pos = n.pos
	}
	return d, n.pos, true, nil
}

// child returns the member or the element of a name.
func (n node) child(name string) (node, bool) {
	if n.kind == kindArray {
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(n.elems) {
			return node{}, false
		}
		return n.elems[i], true
	}
	for _, m := range n.members {
		if m.name == name {
			return m.value, true
		}
	}
	return node{}, false
}

// unescape decodes a text in which bytes are written as % and two hexadecimal digits; it reports
// false for one that is not so.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}
