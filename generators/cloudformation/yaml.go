package cloudformation

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/pattern"
)

// Bounds on what is read, far above what any template needs.
const (
	maxDepth    = 60  // values inside each other
	maxUnknown  = 100 // things that are not understood, in one file
	maxOffender = 200 // bytes of offending text that are quoted
)

// source is a file that is being read, and what was not understood in it so far.
type source struct {
	path    string
	lone    map[[2]int]bool // places of the tag "!"
	unknown []deployed.Unknown
	limit   int    // of what is told; 0 is maxUnknown
	content string // of a file that anybody wrote: a checksum of all that it says
}

func (s *source) at(n *yaml.Node) deployed.Place {
	if n == nil {
		return deployed.Place{Path: s.path}
	}
	return deployed.Place{Path: s.path, Line: n.Line, Col: n.Column}
}

// refuse notes something that is not understood.
func (s *source) refuse(n *yaml.Node, kind, what, why string) {
	if len(s.unknown) < cmp.Or(s.limit, maxUnknown) {
		if len(what) > maxOffender {
			what = what[:maxOffender] + "…"
		}
		s.unknown = append(s.unknown,
			deployed.Unknown{Kind: kind, What: what, Why: why, At: s.at(n), Content: s.content})
	}
}

// drop refuses a node and leaves nothing in its place, so that it is told once.
func (s *source) drop(n *yaml.Node, kind, what, why string) {
	s.refuse(n, kind, what, why)
	*n = yaml.Node{Line: n.Line, Column: n.Column}
}

// parse reads one YAML document as CloudFormation does, which follows YAML 1.1 without aliases
// and merge keys (AWS CloudFormation User Guide, "CloudFormation template format"). What YAML 1.1
// and 1.2 read differently is refused, as is a key that repeats. An error says that nothing can
// be read.
func (s *source) parse(data []byte) (*yaml.Node, error) {
	if err := s.characters(data); err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		at := deployed.Place{Path: s.path}
		if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
		}
		return nil, deployed.Errorf(at, "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, deployed.Errorf(s.at(&more),
			"file has a second YAML document, and CloudFormation reads one: remove it")
	}
	s.check(&doc, 0)
	return doc.Content[0], nil
}

var yamlLine = pattern.Lazy(`line ([0-9]+): `)

// characters refuses what readers of YAML do not agree on before they have read a word: bytes
// that are no text, line breaks that only YAML 1.1 knows, byte order marks and directives.
func (s *source) characters(data []byte) error {
	if len(data) > maxTemplate {
		return deployed.Errorf(s.at(nil),
			"file has %d bytes, and CloudFormation takes %d: split the setup", len(data), maxTemplate)
	}
	line, col := 1, 1
	for i, c := range string(data) {
		at := deployed.Place{Path: s.path, Line: line, Col: col}
		rest := data[i:]
		switch c {
		case '\ufeff', '\u0085', '\u2028', '\u2029':
			return deployed.Errorf(at,
				"%q is not read alike everywhere: write it as an escape in double quotes", c)
		case utf8.RuneError:
			if !bytes.HasPrefix(rest, []byte("\ufffd")) {
				return deployed.Errorf(at, "%q is not UTF-8: remove it", rest[:1])
			}
		case '\r':
			if !bytes.HasPrefix(rest, []byte("\r\n")) {
				return deployed.Errorf(at, "%q ends a line only before %q: remove it", c, '\n')
			}
		case '%':
			if col == 1 {
				return deployed.Errorf(at,
					"%q begins a directive of YAML, and CloudFormation reads none: remove the line", c)
			}
		case '!':
			if len(rest) > 1 && strings.IndexByte(" \t\r\n", rest[1]) >= 0 {
				if s.lone == nil {
					s.lone = map[[2]int]bool{}
				}
				s.lone[[2]int{line, col}] = true
			}
		case '\n':
			line, col = line+1, 0
		default:
			if c >= utf8.RuneSelf && deployed.HasToken(string(c)) {
				return deployed.Errorf(at, "%q is a character without a meaning: remove it", c)
			}
		}
		col++
	}
	return nil
}

// check refuses what YAML can say and CloudFormation does not read, or reads in a way of its own.
func (s *source) check(n *yaml.Node, depth int) {
	switch {
	case depth > maxDepth:
		s.drop(n, "YAML nesting", n.Value, "values are too deep inside each other")
	case n.Kind == yaml.AliasNode:
		s.drop(n, "YAML alias", "*"+n.Value, "CloudFormation reads none: write the value out")
	case n.Anchor != "":
		s.drop(n, "YAML anchor", "&"+n.Anchor, "CloudFormation reads none: remove it")
	case n.Style&yaml.TaggedStyle != 0 && short(n) == "":
		s.drop(n, "YAML tag", n.Tag, "CloudFormation reads none but those of its functions: remove it")
	case n.Kind != yaml.DocumentNode && short(n) == "" && s.lone[[2]int{n.Line, n.Column}]:
		s.drop(n, "YAML tag", "!", "CloudFormation reads none but those of its functions: remove it")
	case n.Kind == yaml.ScalarNode && deployed.HasToken(n.Value):
		s.drop(n, "character", n.Value, "text holds a character without a meaning: remove it")
	case n.Kind == yaml.ScalarNode && kindOf(n) == kindUnclear:
		s.drop(n, "YAML value", n.Value, "versions of YAML do not read it alike: put it in quotes")
	case n.Kind == yaml.MappingNode:
		s.keys(n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			s.check(c, depth+1)
		}
	}
}

// keys refuses keys that are no names, or that repeat, and takes them out.
func (s *source) keys(n *yaml.Node) {
	seen := map[string]bool{}
	kept := n.Content[:0]
	for i := 0; i < len(n.Content); i += 2 {
		switch k := n.Content[i]; {
		case kindOf(k) != kindString || k.Anchor != "" || k.Style&yaml.TaggedStyle != 0 ||
			s.lone[[2]int{k.Line, k.Column}] || deployed.HasToken(k.Value):
			s.refuse(k, "YAML key", k.Value, "not a plain name: put it in quotes")
		case seen[k.Value]:
			s.refuse(k, "YAML key", k.Value, "repeats, and which one counts is undefined: remove one")
		default:
			seen[k.Value] = true
			kept = append(kept, k, n.Content[i+1])
		}
	}
	n.Content = kept
}

// short returns the name that a tag of CloudFormation's has: Sub of !Sub.
func short(n *yaml.Node) string {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return n.Tag[1:]
	}
	return ""
}

// kind is what a node is to CloudFormation.
type kind int

const (
	kindDropped kind = iota // refused already
	kindNull
	kindBool
	kindNumber
	kindString
	kindUnclear // a plain scalar that versions of YAML do not read alike
	kindList
	kindMap
	kindCall // a function in its short form
)

func (k kind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a number", "a string", "an unclear value",
		"a list", "a mapping", "a function"}[k]
}

func kindOf(n *yaml.Node) kind {
	switch {
	case n == nil || n.Kind == 0:
		return kindDropped
	case short(n) != "":
		return kindCall
	case n.Kind == yaml.SequenceNode:
		return kindList
	case n.Kind == yaml.MappingNode:
		return kindMap
	case n.Kind == yaml.ScalarNode && n.Style == 0:
		return plainScalar(n.Value)
	case n.Kind == yaml.ScalarNode:
		return kindString
	}
	return kindUnclear
}

// The numbers that YAML 1.1 (yaml.org/type: int, float) and the core schema of YAML 1.2 read
// alike, and, as a superset, what either of them does not take for text. Dates are text to
// CloudFormation, which has no timestamps.
var (
	yamlInt     = pattern.Lazy(`^(0|[1-9][0-9]{0,17})$`)
	yamlUnclear = pattern.Lazy(`^[-+]?(\.?[0-9][0-9a-fA-FoOxX_.:]*([eE][-+]?[0-9_]*)?|` +
		`\.+(inf|Inf|INF|nan|NaN|NAN)?)$`)
)

// plainScalar tells what a scalar without quotes is (yaml.org/type: null, bool, merge, value).
func plainScalar(s string) kind {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return kindNull
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return kindBool
	case "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO",
		"on", "On", "ON", "off", "Off", "OFF", "=", "<<":
		return kindUnclear
	}
	switch {
	case letter(s[0]):
		return kindString
	case yamlInt().MatchString(s):
		return kindNumber
	case yamlUnclear().MatchString(s):
		return kindUnclear
	}
	return kindString
}

// member returns the value of a key, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
