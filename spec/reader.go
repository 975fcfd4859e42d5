package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// reader reads values and gathers what is wrong with them.
type reader struct {
	problems   []problem
	errors     int // how many were found here, kept or not
	warnings   int
	inDefaults bool
	fill       *filler // nil where it is not known yet for which setup
	held       int     // placeholders that were not filled in for that
	unfilled   bool    // a placeholder stands for nothing known
	setup      string  // that is read, or ""
	span       span    // where it stands in the file
}

// add keeps a problem, unless there are more of its severity already than are ever told. Errors and warnings are counted apart, so that no
// number of warnings can hide an error.
func (r *reader) add(severity Severity, code string, line, col int, hint, format string, args []any) *problem {
	count := &r.errors
	if severity == Warning {
		count = &r.warnings
	}
	if *count++; *count > 2*maxProblems {
		return &problem{}
	}
	r.problems = append(r.problems, problem{
		code: code, severity: severity, line: max(1, line), col: max(1, col), message: fmt.Sprintf(format, args...), hint: hint,
		format: format,
	})
	p := &r.problems[len(r.problems)-1]
	if r.setup != "" && !r.span.has(line, col) {
		p.setup = r.setup
	}
	return p
}

func (r *reader) at(code string, line, col int, hint, format string, args ...any) *problem {
	return r.add(Error, code, line, col, hint, format, args)
}

func (r *reader) err(code string, n *yaml.Node, hint, format string, args ...any) *problem {
	return r.add(Error, code, n.Line, n.Column, hint, format, args)
}

func (r *reader) warn(code string, n *yaml.Node, hint, format string, args ...any) *problem {
	return r.add(Warning, code, n.Line, n.Column, hint, format, args)
}

// mapping returns what n is, if it is a mapping.
func (r *reader) mapping(n *yaml.Node, what string) (*yaml.Node, bool) {
	v := deref(n)
	if isMapping(v) {
		return v, true
	}
	r.wrong(v, what, "a mapping", "{}", "")
	return nil, false
}

func isMapping(v *yaml.Node) bool { return v.Kind == yaml.MappingNode && v.Tag == "!!map" }

func isList(v *yaml.Node) bool { return v.Kind == yaml.SequenceNode && v.Tag == "!!seq" }

// list returns what n is, if it is a list of so many items.
func (r *reader) list(n *yaml.Node, what string, least int) (*yaml.Node, bool) {
	v := deref(n)
	if !isList(v) {
		hint := ""
		if v.Kind == yaml.ScalarNode {
			hint = "write [" + clip(v.Value) + "]"
		}
		r.wrong(v, what, "a list", "[]", hint)
		return nil, false
	}
	if len(v.Content) < least {
		r.err(codeForm, v, "leave it out", "%s is an empty list", what)
		return nil, false
	}
	return v, true
}

// wrong reports a value of another type; instead is what to write instead of it, or "".
func (r *reader) wrong(v *yaml.Node, what, want, empty, instead string) {
	switch {
	case foreignTag(v):
		r.err(codeTag, v, "take it out: a spec has text, numbers, truth values, lists and mappings", "YAML tag %s is not supported", clip(v.Tag))
	case v.Kind == yaml.ScalarNode && v.Tag == "!!null":
		hint := "leave it out or give it a value"
		if empty != "" {
			hint = "leave it out or write " + empty
		}
		r.err(codeType, v, hint, "%s has nothing behind it; it is %s", what, want)
	default:
		r.err(codeType, v, instead, "%s is %s, not %s", what, want, kindOf(v))
	}
}

// foreignTag reports whether a value has a tag that a spec has no use for.
func foreignTag(v *yaml.Node) bool {
	switch v.Kind {
	case yaml.MappingNode:
		return v.Tag != "!!map"
	case yaml.SequenceNode:
		return v.Tag != "!!seq"
	}
	switch v.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
		return false
	}
	return true
}

// key returns a key of a mapping as text.
func (r *reader) key(n *yaml.Node) (string, bool) {
	k := deref(n)
	if k.Kind != yaml.ScalarNode {
		r.err(codeTag, k, "", "a key is text, not %s", kindOf(k))
		return "", false
	}
	if k.Tag == "!!str" && !ambiguous(k) {
		return k.Value, true
	}
	if k.Tag == "!!merge" {
		return k.Value, true
	}
	t := r.text(k, "a key", nil)
	return t.v, t.ok
}

// name checks a name that the user gives to something.
func (r *reader) name(k *yaml.Node, what, name string, f *form, not []string) bool {
	if slices.Contains(not, name) {
		r.err(codeName, k, "give it another name", "%s cannot have the name %q: references such as <%s.…> mean something else", what, name, name)
		return false
	}
	if f == setupName && isDevice(name) {
		r.err(codeName, k, "give it another name, `"+strings.ToLower(deviceOf(name))+"-1` for example",
			"no setup can have the name %q: it is its folder in the output, and Windows keeps the name for a device", clip(name))
		return false
	}
	if f == nil || f.ok(name) {
		return true
	}
	if f == tagKey {
		hint := ""
		if hasPlaceholder(name) {
			hint = noPlaceholder
		}
		r.err(codeTags, k, hint, "tag %q is not valid: it has to be %s", clip(name), f.says)
		return false
	}
	hint := ""
	if s := simpler(name, f); s != "" {
		hint = "write `" + s + "`"
	} else if hasPlaceholder(name) {
		hint = noPlaceholder
	}
	r.err(codeName, k, hint, "name %q in %s is not valid: it has to be %s", clip(name), what, f.says)
	return false
}

// simpler makes a name of the form out of one that nearly is.
func simpler(name string, f *form) string {
	for _, s := range []string{strings.ToLower(name), strings.NewReplacer("_", "-", " ", "-", ".", "-").Replace(strings.ToLower(name))} {
		if s = strings.Trim(s, "-_"); f.ok(s) && !(f == setupName && isDevice(s)) {
			return s
		}
	}
	return ""
}

// text reads a string of a form.
func (r *reader) text(n *yaml.Node, what string, f *form) text {
	v := deref(n)
	t := text{n: v}
	switch {
	case v.Kind != yaml.ScalarNode || foreignTag(v) || v.Tag == "!!null":
		r.wrong(v, what, "text", `""`, insteadText(v))
	case v.Tag == "!!merge":
		r.err(codeType, v, `write "<<"`, "%s is text: put << in quotes", what)
	case v.Tag != "!!str":
		hint := "write " + strconv.Quote(clip(v.Value))
		if f == accountForm && !f.ok(v.Value) {
			if hint = ""; f.ok("0" + v.Value) {
				hint = lostZero(v.Value)
			}
		}
		r.err(codeType, v, hint, "%s is text, and without quotes this is %s: put it in quotes", what, kindOf(v))
	case ambiguous(v):
		r.err(codeType, v, "write "+strconv.Quote(v.Value),
			"%s is text, and without quotes %s is a truth value to many readers of YAML: put it in quotes", what, v.Value)
	default:
		if s, ok := r.filled(v, what, f); ok {
			t.v, t.ok = r.formed(v, s, what, f)
		}
	}
	return t
}

// formed returns a string if it is of a form.
func (r *reader) formed(v *yaml.Node, s, what string, f *form) (string, bool) {
	if f == nil || f.ok(s) {
		return s, true
	}
	code := codeForm
	switch f {
	case tagValue:
		code = codeTags
	case accountForm:
		code = codeAccount
	case bucketForm:
		code = codeBucketName
	case regionForm:
		code = codeRegion
	case aliasForm:
		code = codeAlias
	}
	hint := noPlaceholder
	if f.fills || !hasPlaceholder(s) {
		hint = formHint(s, f)
	}
	r.err(code, v, hint, "%s %q is not valid: it has to be %s", what, clip(s), f.says)
	return "", false
}

// enum reads one of some words.
func (r *reader) enum(n *yaml.Node, what string, values []string) text {
	t := r.text(n, what, nil)
	if t.ok && !slices.Contains(values, t.v) {
		s := t.v
		r.err(codeValue, t.n, "", "%s %q does not exist", what, clip(s)).search = func() string { return suggestOr(s, "write one of", values) }
		t.ok, t.v = false, ""
	}
	return t
}

// ambiguous reports whether a string is written so that readers of YAML 1.1 see a truth value.
func ambiguous(v *yaml.Node) bool {
	if v.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 || len(v.Value) > 3 {
		return false
	}
	switch v.Value {
	case "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF":
		return true
	}
	return false
}
