package cloudformation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
)

// verdict is what is known of a condition.
type verdict int

const (
	undecided verdict = iota
	always
	never
)

func (v verdict) not() verdict { return [...]verdict{undecided, never, always}[v] }

// tagNone is the tag of what a function leaves out: AWS::NoValue.
const tagNone = "!!none"

// lower is resolve for a template that pzgen did not write: what functions come to may be lists and mappings, too.
func (t *template) lower(n *yaml.Node) {
	name, arg := t.call(n)
	if name == "" {
		t.lowerIn(n)
		return
	}
	out := t.comesTo(name, n, arg)
	switch t.size += len(out.Value); {
	case t.size > maxResolved:
		t.drop(n, "function", name, "what the functions of the template come to is too long")
		return
	case out.Kind == yaml.ScalarNode && t.dynamic(out.Value):
		out = t.later(name, n, str(t.tokens.Text(out.Value).IAM()))
	}
	out.Line, out.Column = n.Line, n.Column
	*n = *out
}

// lowerIn lowers what is in a value that is no function, and takes out what there is not.
func (t *template) lowerIn(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && t.dynamic(n.Value) {
		*n = *t.placed(t.later("dynamic reference", n, str(n.Value)), n)
		return
	}
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	kept := n.Content[:0]
	for i := 0; i+step <= len(n.Content); i += step {
		c := n.Content[i+step-1]
		if t.lower(c); c.Tag != tagNone {
			kept = append(kept, n.Content[i:i+step]...)
		}
	}
	n.Content = kept
}

func (t *template) placed(out, at *yaml.Node) *yaml.Node {
	out.Line, out.Column = at.Line, at.Column
	return out
}

// later is a value that is known on deployment alone: a reference by all that decides it in the template, so that the
// same words on another side are the same.
func (t *template) later(name string, n, arg *yaml.Node) *yaml.Node {
	sum := sha256.New()
	t.print(sum, arg)
	if !t.dynamic(arg.Value) {
		t.lower(arg)
	}
	if name == "Fn::If" || name == "Fn::FindInMap" {
		sum.Write([]byte(t.any.salt))
	}
	t.print(sum, arg)
	words := name + " #" + hex.EncodeToString(sum.Sum(nil))[:16]
	if arg.Kind == yaml.ScalarNode {
		words = cut(t.tokens.Text(arg.Value).IAM()) + " in " + words
	}
	t.refuseOf(nil, n, "function", words, "what it comes to is known on deployment")
	return str(t.token(words, "later"))
}

// cut returns the beginning of a text.
func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// print writes all of a value.
func (t *template) print(to io.Writer, n *yaml.Node) {
	if n == nil {
		return
	}
	fmt.Fprintf(to, "%d %q %q\n", n.Kind, n.Tag, t.tokens.Text(n.Value).String())
	for _, c := range n.Content {
		t.print(to, c)
	}
	fmt.Fprintln(to, "end")
}

// comesTo returns what a function comes to.
func (t *template) comesTo(name string, n, arg *yaml.Node) *yaml.Node {
	text := func(s string, ok bool) *yaml.Node {
		if !ok {
			return &yaml.Node{}
		}
		return str(s)
	}
	switch name {
	case "Ref":
		switch {
		case arg.Value == "AWS::NoValue":
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: tagNone}
		case kindOf(t.any.defaults[arg.Value]) == kindList:
			return t.clone(t.any.defaults[arg.Value])
		}
		return text(t.apply(name, n, arg))
	case "Fn::GetAtt":
		return text(t.apply(name, n, arg))
	case "Fn::ImportValue":
		if kindOf(arg) == kindString { // it is the same wherever it is imported under this name
			return text(t.apply(name, n, arg))
		}
	case "Fn::Sub":
		return text(t.anySub(n, arg))
	case "Fn::If":
		return t.choose(n, arg)
	case "Fn::Join":
		t.lowerIn(arg)
		if kindOf(arg) == kindList && len(arg.Content) == 2 && kindOf(arg.Content[1]) == kindList {
			return text(t.join(n, arg))
		}
	case "Fn::Select":
		t.lowerIn(arg)
		if kindOf(arg) == kindList && len(arg.Content) == 2 && kindOf(arg.Content[1]) == kindList {
			of := arg.Content[1].Content
			if i, err := strconv.Atoi(arg.Content[0].Value); err == nil && i >= 0 && i < len(of) {
				return of[i]
			}
		}
	case "Fn::Split":
		t.lowerIn(arg)
		if out := t.split(arg); out != nil {
			return out
		}
	case "Fn::FindInMap":
		t.lowerIn(arg)
		if found := t.find(arg); found != nil {
			return t.clone(found)
		}
	}
	return t.later(name, n, arg)
}

// anySub is Fn::Sub of a text, or of a text and values for names of its own.
func (t *template) anySub(n, arg *yaml.Node) (string, bool) {
	if kindOf(arg) == kindString {
		return t.sub(n, arg.Value)
	}
	if kindOf(arg) != kindList || len(arg.Content) != 2 || kindOf(arg.Content[0]) != kindString ||
		kindOf(arg.Content[1]) != kindMap {
		t.refuse(n, "argument", "Fn::Sub", "it takes a text, or a text and values for names")
		return "", false
	}
	own := map[string]string{}
	all := arg.Content[1]
	t.lowerIn(all)
	for i := 0; i < len(all.Content); i += 2 {
		v := all.Content[i+1]
		switch kindOf(v) {
		case kindString, kindNumber, kindBool:
			own[all.Content[i].Value] = v.Value
		default:
			t.refuse(v, "argument", all.Content[i].Value, "Fn::Sub takes a text for it")
			return "", false
		}
	}
	before := t.any.own
	t.any.own = own
	defer func() { t.any.own = before }()
	return t.sub(n, arg.Content[0].Value)
}

// choose is Fn::If.
func (t *template) choose(n, arg *yaml.Node) *yaml.Node {
	if kindOf(arg) != kindList || len(arg.Content) != 3 || kindOf(arg.Content[0]) != kindString {
		return t.later("Fn::If", n, arg)
	}
	switch t.condition(arg.Content[0].Value) {
	case always:
		t.lower(arg.Content[1])
		return arg.Content[1]
	case never:
		t.lower(arg.Content[2])
		return arg.Content[2]
	}
	return t.later("Fn::If", n, arg)
}

// split is Fn::Split of what has no part that is known on deployment; else nil.
func (t *template) split(arg *yaml.Node) *yaml.Node {
	if kindOf(arg) != kindList || len(arg.Content) != 2 || kindOf(arg.Content[0]) != kindString ||
		kindOf(arg.Content[1]) != kindString {
		return nil
	}
	by, s := arg.Content[0].Value, arg.Content[1].Value
	if by == "" || deployed.HasToken(s) || deployed.HasToken(by) {
		return nil
	}
	var items []*yaml.Node
	for _, part := range strings.Split(s, by) {
		items = append(items, t.placed(str(part), arg))
	}
	t.size += len(s) + len(items)
	return list(items...)
}

// find is Fn::FindInMap of keys that are known; else nil.
func (t *template) find(arg *yaml.Node) *yaml.Node {
	if kindOf(arg) != kindList || len(arg.Content) != 3 {
		return nil
	}
	n := t.any.mappings
	for _, key := range arg.Content {
		switch kindOf(key) {
		case kindString, kindNumber, kindBool:
			n = member(n, key.Value)
		default:
			return nil
		}
	}
	return n
}

// clone returns a copy of a value, for one that may be in several places.
func (t *template) clone(n *yaml.Node) *yaml.Node {
	if t.size += 1 + len(n.Value); t.size > maxResolved {
		return &yaml.Node{}
	}
	out := *n
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, t.clone(c))
	}
	return &out
}
