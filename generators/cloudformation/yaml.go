package cloudformation

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/pattern"
)

type kind int

const (
	kindNothing kind = iota // AWS::NoValue: what would stand here does not
	kindNull
	kindBool
	kindNumber
	kindString
	kindList
	kindMap
	kindUnclear // a plain scalar that YAML 1.1 and people read differently
)

func (k kind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a number", "a string", "a list", "a mapping", "an unclear value"}[k]
}

// source is a template's text with its name, for messages.
type source struct{ path string }

func (s source) errorf(n *yaml.Node, format string, args ...any) error {
	line := 0
	if n != nil {
		line = n.Line
	}
	return fmt.Errorf("%s:%d: %w", s.path, line, fmt.Errorf(format, args...))
}

// parse reads one YAML document as CloudFormation reads it: without anchors, aliases and merge keys (AWS CloudFormation User Guide, "Template
// formats", "YAML"), no key twice.
func (s source) parse(data []byte) (*yaml.Node, error) {
	if len(data) > maxTemplate {
		return nil, s.errorf(nil, "template has %d bytes and CloudFormation takes %d", len(data), maxTemplate)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, s.errorf(nil, "not YAML: %w", err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, s.errorf(&more, "template has a second YAML document: CloudFormation reads one")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, s.errorf(&doc, "template is not a mapping")
	}
	return doc.Content[0], s.check(doc.Content[0])
}

func (s source) check(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return s.errorf(n, "anchors and aliases are not read by CloudFormation: write the value out")
	case n.Kind == yaml.ScalarNode && n.Tag == "!!merge":
		return s.errorf(n, "merge keys are not read by CloudFormation: write the members out")
	case n.Style&yaml.TaggedStyle != 0 && short(n) == "":
		return s.errorf(n, "tag %q says nothing to CloudFormation: leave it out", n.Tag)
	case n.Kind == yaml.ScalarNode && short(n) == "" && n.Style == 0 && plainScalar(n.Value) == kindUnclear:
		return s.errorf(n, "%q is something else than text in YAML 1.1: put it in quotes", n.Value)
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || short(k) != "" || k.Style == 0 && plainScalar(k.Value) != kindString {
				return s.errorf(k, "key %q is not a string: put it in quotes", k.Value)
			}
			if seen[k.Value] {
				return s.errorf(k, "key %q stands here twice", k.Value)
			}
			seen[k.Value] = true
		}
	}
	for _, c := range n.Content {
		if err := s.check(c); err != nil {
			return err
		}
	}
	return nil
}

// short gives the name of the intrinsic function that a tag stands for.
func short(n *yaml.Node) string {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return n.Tag[1:]
	}
	return ""
}

// The words and numbers of YAML 1.1 (yaml.org/type: null, bool, int, float). Timestamps are text to CloudFormation.
var (
	yamlNull    = pattern.Lazy(`^(~|null|Null|NULL|)$`)
	yamlBool    = pattern.Lazy(`^(yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)
	yamlInt     = pattern.Lazy(`^(0|[1-9][0-9]{0,17})$`)
	yamlUnclear = pattern.Lazy(`^([yYnN=]|<<|[-+]?(0[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?|[0-9][0-9_.]*([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN))$`)
)

// plainScalar tells what an unquoted scalar is to CloudFormation.
func plainScalar(s string) kind {
	switch {
	case yamlNull().MatchString(s):
		return kindNull
	case yamlBool().MatchString(s):
		return kindBool
	case yamlInt().MatchString(s):
		return kindNumber
	case yamlUnclear().MatchString(s):
		return kindUnclear
	}
	return kindString
}

// truth gives the value of what yamlBool matches.
func truth(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "true", "on":
		return true
	}
	return false
}

// member gives the value of a key.
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
