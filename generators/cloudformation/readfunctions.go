package cloudformation

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/policy"
)

// maxResolved bounds all strings that functions come to together: names may refer to names.
const maxResolved = 4 << 20

// What is known only when the template is deployed is a reference with one of these attributes.
const (
	attrPseudo = "pseudo" // of a pseudo parameter
	attrValue  = "value"  // of a parameter
	attrImport = "import" // of what another stack exports
	attrName   = "name"   // of a resource that the template gives no name
	attrARN    = "arn"    // of a resource whose ARN no name decides
	attrID     = "id"     // likewise
)

func (t *template) token(id, attr string) string {
	if attr != attrPseudo {
		id = t.prefix + id
	}
	return t.tokens.Token(policy.Ref{ID: id, Attr: attr})
}

// resolve puts in the place of each function in n the string that it comes to, with tokens for
// what is known only when the template is deployed. A function that is not understood is refused,
// and nothing is left in its place.
func (t *template) resolve(n *yaml.Node) {
	if t.any != nil {
		t.lower(n)
		return
	}
	name, arg := t.call(n)
	if name == "" {
		if n.Kind == yaml.ScalarNode && t.dynamic(n.Value) {
			t.dropDynamic(n)
		}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 && t.dynamic(c.Value) {
				t.refuse(c, "dynamic reference", c.Value, "a key is written out")
			} else {
				t.resolve(c)
			}
		}
		return
	}
	s, ok := t.apply(name, n, arg)
	t.size += len(s)
	switch {
	case !ok:
		*n = yaml.Node{Line: n.Line, Column: n.Column}
	case t.size > maxResolved:
		t.drop(n, "function", name, "what the functions of the template come to is too long")
	default:
		*n = yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: s,
			Line: n.Line, Column: n.Column}
		if t.dynamic(s) {
			t.dropDynamic(n)
		}
	}
}

func (t *template) dropDynamic(n *yaml.Node) {
	t.drop(n, "dynamic reference", t.tokens.Text(n.Value).IAM(),
		"what it stands for is in no file: write the value out")
}

// dynamic reports whether s holds a dynamic reference, or may hold one when the values of
// references are in their places; these hold no braces, see [Parse].
func (t *template) dynamic(s string) bool {
	if !strings.Contains(s, "{{") {
		return false
	}
	lit := ""
	for _, p := range t.tokens.Text(s).Parts() {
		switch p := p.(type) {
		case policy.Lit:
			lit += string(p)
		case policy.Ref:
			if begunReference(lit) {
				return true
			}
			lit = ""
		default:
			lit = ""
		}
	}
	return strings.Contains(s, dynamicReference)
}

// call takes a function apart, in its short form (!Sub) or its long one (Fn::Sub). The name is
// the long one, and "" for what is no function.
func (t *template) call(n *yaml.Node) (name string, arg *yaml.Node) {
	if n == nil {
		return "", nil
	}
	if s := short(n); s != "" {
		a := *n
		a.Tag, a.Style = "", a.Style&^yaml.TaggedStyle
		if n.Kind == yaml.ScalarNode {
			a.Style = yaml.DoubleQuotedStyle
		}
		if s == "Ref" || s == "Condition" {
			return s, &a
		}
		return "Fn::" + s, &a
	}
	if n.Kind != yaml.MappingNode {
		return "", nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		switch k := n.Content[i]; {
		case k.Value != "Ref" && !strings.HasPrefix(k.Value, "Fn::"):
		case len(n.Content) > 2:
			t.drop(n, "function", k.Value, "a function has no keys beside it")
			return "", nil
		default:
			return k.Value, n.Content[1]
		}
	}
	return "", nil
}

func (t *template) apply(name string, n, arg *yaml.Node) (string, bool) {
	switch name {
	case "Ref":
		if id, ok := t.literal(name, arg); ok {
			return t.ref(n, id)
		}
	case "Fn::GetAtt":
		if id, attribute, ok := t.getAtt(arg); ok {
			return t.attribute(n, id, attribute)
		}
	case "Fn::Sub":
		if s, ok := t.literal(name, arg); ok {
			return t.sub(n, s)
		}
	case "Fn::Join":
		return t.join(n, arg)
	case "Fn::ImportValue":
		if export, ok := t.literal(name, arg); ok {
			t.imported[export] = true
			return t.tokens.Token(policy.Ref{ID: export, Attr: attrImport}), true
		}
	default:
		t.refuse(n, "function", name, "it may decide what the template means: write the value out")
	}
	return "", false
}

// literal returns an argument that has to be written out.
func (t *template) literal(what string, n *yaml.Node) (string, bool) {
	if kindOf(n) != kindString {
		if kindOf(n) != kindDropped {
			t.refuse(n, "argument", what, "it takes a text that is written out, not "+kindOf(n).String())
		}
		return "", false
	}
	return n.Value, true
}

func (t *template) getAtt(n *yaml.Node) (id, attribute string, ok bool) {
	if kindOf(n) == kindList && len(n.Content) == 2 {
		id, ok = t.literal("Fn::GetAtt", n.Content[0])
		attribute, both := t.literal("Fn::GetAtt", n.Content[1])
		return id, attribute, ok && both
	}
	s, ok := t.literal("Fn::GetAtt", n)
	if !ok {
		return "", "", false
	}
	if id, attribute, ok = strings.Cut(s, "."); !ok {
		t.refuse(n, "argument", s, "Fn::GetAtt takes the name of a resource and an attribute")
	}
	return id, attribute, ok
}

func (t *template) ref(n *yaml.Node, id string) (string, bool) {
	switch id {
	case "AWS::AccountId", "AWS::Partition", "AWS::Region":
		return t.token(id, attrPseudo), true
	}
	if t.any != nil {
		if s, ok := t.anyRef(id); ok {
			return s, true
		}
	}
	if strings.HasPrefix(id, "AWS::") {
		t.refuse(n, "pseudo parameter", id, "its value is in no file: write the value out")
		return "", false
	}
	if _, ok := t.parameters[id]; ok {
		t.parameters[id] = true
		return t.token(id, attrValue), true
	}
	return t.attribute(n, id, "")
}

// subName matches what Fn::Sub takes between ${ and }.
var subName = pattern.Lazy(`^[A-Za-z0-9]+(::?[A-Za-z0-9]+)*(\.[A-Za-z0-9.]+)?$`)

// sub is Fn::Sub of a string; ${!name} is ${name} in what it comes to. What a dollar sign right
// before another one means is not documented.
func (t *template) sub(n *yaml.Node, s string) (string, bool) {
	var b strings.Builder
	for t.size+b.Len() <= maxResolved {
		before, rest, ok := strings.Cut(s, "${")
		b.WriteString(before)
		if !ok {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		literal, escaped := strings.CutPrefix(name, "!")
		switch {
		case !closed, strings.HasSuffix(before, "$"), !escaped && !subName().MatchString(name),
			escaped && (literal == "" || strings.ContainsAny(literal, "${")):
			t.refuse(n, "argument", s,
				"Fn::Sub takes ${Name}, ${Name.Attribute} and, for ${text} itself, ${!text}")
			return "", false
		case escaped:
			b.WriteString("${" + literal + "}")
		default:
			v, ok := t.named(n, name)
			if !ok {
				return "", false
			}
			b.WriteString(v)
		}
		s = after
	}
	return b.String(), true
}

// named returns what Fn::Sub puts in the place of a name.
func (t *template) named(n *yaml.Node, name string) (string, bool) {
	if t.any != nil {
		if s, ok := t.any.own[name]; ok {
			return s, true
		}
	}
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return t.attribute(n, id, attribute)
	}
	return t.ref(n, name)
}

func (t *template) join(n, arg *yaml.Node) (string, bool) {
	if kindOf(arg) != kindList || len(arg.Content) != 2 || kindOf(arg.Content[1]) != kindList {
		t.refuse(n, "argument", "Fn::Join", "it takes a text and a list")
		return "", false
	}
	delimiter, ok := t.literal("Fn::Join", arg.Content[0])
	var b strings.Builder
	for i, c := range arg.Content[1].Content {
		if t.resolve(c); t.size+b.Len() > maxResolved {
			break
		}
		if i > 0 {
			b.WriteString(delimiter)
		}
		s, is := t.literal("Fn::Join", c)
		ok = ok && is
		b.WriteString(s)
	}
	return b.String(), ok
}
