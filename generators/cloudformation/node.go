package cloudformation

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/pattern"
	"gopkg.in/yaml.v3"
)

// str is a string in quotes: "on", "yes", "1_000" and 012345678901 are no strings in YAML 1.1, which
// CloudFormation reads, and a value from the spec may be any of them.
func str(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

// word is a string of CloudFormation's or IAM's own, without quotes where it is one to every reader of
// YAML.
func word(s string) *yaml.Node {
	n := str(s)
	if isWord(s) {
		n.Style = 0
	}
	return n
}

// words takes the quotes off a string, or off those of a list.
func words(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!str" && isWord(n.Value) {
		n.Style = 0
	}
	if n != nil {
		for _, item := range n.Content {
			words(item)
		}
	}
	return n
}

// wordForm is letters and digits with single colons, pairs of them, full stops or hyphens between:
// what begins with a letter is no number, date or time in YAML 1.1, and no colon is followed by a
// space.
var wordForm = pattern.Lazy(`^[A-Za-z][A-Za-z0-9]*((::|[:.-])[A-Za-z0-9]+)*$`)

// isWord reports whether a string is a string without quotes. The others are truth values and nothing
// (YAML 1.1, tag:yaml.org,2002:bool and null).
func isWord(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return wordForm().MatchString(s)
}

func boolean(b bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(b)}
}

func integer(i int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(i)}
}

func list(items ...*yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
	if len(items) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// call is an intrinsic function in its short form.
func call(name string, arg *yaml.Node) *yaml.Node {
	n := *arg
	n.Tag = "!" + name
	n.Style |= yaml.TaggedStyle
	if n.Kind == yaml.SequenceNode {
		n.Style |= yaml.FlowStyle
	}
	return &n
}

// ref is a reference. AWS::AccountId and its like keep their quotes: within brackets some readers of
// YAML take a colon for one behind a key.
func ref(id string) *yaml.Node {
	if strings.Contains(id, ":") {
		return call("Ref", str(id))
	}
	return call("Ref", word(id))
}

func getAtt(id, attribute string) *yaml.Node { return call("GetAtt", word(id+"."+attribute)) }

// object is a mapping under construction.
type object struct{ node *yaml.Node }

func newObject() object {
	return object{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}}
}

// put adds a member; a nil value adds nothing.
func (o object) put(key string, value *yaml.Node) object {
	if value != nil {
		o.node.Content = append(o.node.Content, keyNode(key), value)
	}
	return o
}

// comment sets the comment above the last member.
func (o object) comment(text string) {
	if n := len(o.node.Content); n > 0 {
		o.node.Content[n-2].HeadComment = comment(text)
	}
}

// empty reports whether nothing was put.
func (o object) empty() bool { return len(o.node.Content) == 0 }

func keyNode(key string) *yaml.Node {
	n := str(key)
	if plainKey(key) {
		n.Style = 0
	}
	return n
}

// plainKey reports whether no version of YAML reads a key as anything but a string when it has
// no quotes: words of letters, digits and hyphens that begin with a letter and are no word
// of YAML's own, and names such as AWS::IAM::Role and aws:PrincipalTag/team.
func plainKey(key string) bool {
	colon := false
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case letter(c), i > 0 && (c >= '0' && c <= '9' || c == '-' && key[i-1] != ':'):
		case colon && (c == '/' || c == '.' || c == '_') && key[i-1] != ':':
		case c == ':' && i > 0 && i < len(key)-1 && (key[i-1] != ':' || key[i-2] != ':'):
			colon = true
		default:
			return false
		}
	}
	return key != "" && (colon || !yamlWord(key))
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// yamlWord reports whether YAML 1.1 may read a word as a truth value or null (its types bool and
// null).
func yamlWord(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// comment returns text as the lines of a YAML comment. Whatever could end a line, or is not to be
// seen, becomes a space.
func comment(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight("# "+oneLine(l), " ")
	}
	return strings.Join(lines, "\n")
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsGraphic(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// encode prints a template under its header.
func encode(header string, root *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(header)
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("template cannot be written as YAML: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("template cannot be written as YAML: %w", err)
	}
	return b.Bytes(), nil
}
