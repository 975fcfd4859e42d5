package templates

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/actions"
	"github.com/pzgen/pzgen/policy"
)

// raw is a template as it is in a file.
type raw struct {
	Sid           *string    `yaml:"sid"`
	ID            string     `yaml:"id"`
	Profile       string     `yaml:"profile"`
	For           string     `yaml:"for"`
	In            []string   `yaml:"in"`
	When          []string   `yaml:"when"`
	Unless        []string   `yaml:"unless"`
	Why           string     `yaml:"why"`
	Source        string     `yaml:"source"`
	Edition       string     `yaml:"edition"`
	Breaks        string     `yaml:"breaks"`
	Accepted      *string    `yaml:"accepted"`
	Effect        string     `yaml:"effect"`
	Principal     principal  `yaml:"principal"`
	Action        texts      `yaml:"action"`
	NotAction     texts      `yaml:"not-action"`
	Resource      texts      `yaml:"resource"`
	NotResource   texts      `yaml:"not-resource"`
	Condition     conditions `yaml:"condition"`
	ConditionWhen []extra    `yaml:"condition-when"`
	ActionWhen    []more     `yaml:"action-when"`
}

// texts is a string or a list of strings.
type texts policy.Texts

func (t *texts) UnmarshalYAML(n *yaml.Node) error {
	read := func(n *yaml.Node) (policy.Text, error) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
			return policy.Text{}, fmt.Errorf("line %d: %q is not a string: put it in quotes", n.Line, n.Value)
		}
		v, err := policy.ParseText(n.Value)
		if err != nil {
			return policy.Text{}, fmt.Errorf("line %d: %w", n.Line, err)
		}
		return v, nil
	}
	if n.Kind == yaml.SequenceNode {
		t.Values = []policy.Text{}
		for _, c := range n.Content {
			v, err := read(c)
			if err != nil {
				return err
			}
			t.Values = append(t.Values, v)
		}
		return nil
	}
	v, err := read(n)
	*t = texts(policy.One(v))
	return err
}

// principal is "*" or a map from the type of principal to its values.
type principal struct{ *policy.Principal }

func (p *principal) UnmarshalYAML(n *yaml.Node) error {
	p.Principal = &policy.Principal{}
	if n.Kind == yaml.ScalarNode && n.Value == "*" {
		p.Any = true
		return nil
	}
	return pairs(n, func(k string, v *yaml.Node) error {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, k) {
			return fmt.Errorf("line %d: unknown type of principal %q", n.Line, k)
		}
		var t texts
		if err := t.UnmarshalYAML(v); err != nil {
			return err
		}
		p.Types = append(p.Types, policy.PrincipalType{Type: k, Values: policy.Texts(t)})
		return nil
	})
}

// conditions is a map from operators to maps from keys to values, its order kept.
type conditions []policy.Condition

func (c *conditions) UnmarshalYAML(n *yaml.Node) error {
	return pairs(n, func(op string, keys *yaml.Node) error { return c.add(op, keys) })
}

func (c *conditions) add(op string, keys *yaml.Node) error {
	return pairs(keys, func(key string, v *yaml.Node) error {
		var t texts
		if err := t.UnmarshalYAML(v); err != nil {
			return err
		}
		*c = append(*c, policy.Condition{Operator: op, Key: key, Values: policy.Texts(t)})
		return nil
	})
}

// extra is a set of conditions with the facts and documents that they belong to.
type extra struct {
	when, in   []string
	conditions conditions
}

func (e *extra) UnmarshalYAML(n *yaml.Node) error {
	return pairs(n, func(k string, v *yaml.Node) error {
		switch k {
		case "when":
			return v.Decode(&e.when)
		case "in":
			return v.Decode(&e.in)
		}
		return e.conditions.add(k, v)
	})
}

// more is a list of actions with the facts that they belong to.
type more struct {
	when, unless []string
	action       texts
}

func (m *more) UnmarshalYAML(n *yaml.Node) error {
	return pairs(n, func(k string, v *yaml.Node) error {
		switch k {
		case "when":
			return v.Decode(&m.when)
		case "unless":
			return v.Decode(&m.unless)
		case "action":
			return m.action.UnmarshalYAML(v)
		}
		return fmt.Errorf("line %d: unknown field %q of action-when", v.Line, k)
	})
}

// pairs calls f for each member of a mapping, in order.
func pairs(n *yaml.Node, f func(key string, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: not a mapping", n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		if err := f(n.Content[i].Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// parse reads the templates of a file, each with the line it begins on.
func parse(name string, data []byte) ([]Template, error) {
	var nodes []yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&nodes); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one YAML document", name)
	}
	var out []Template
	var errs []error
	for _, n := range nodes {
		var r raw
		err := knownFields(&n)
		if err == nil {
			err = n.Decode(&r)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		t, err := r.template()
		t.File, t.Line = name, n.Line
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, t.Line, err))
			continue
		}
		out = append(out, t)
	}
	return out, errors.Join(errs...)
}

// knownFields refuses fields that [raw] does not have. The decoder does so only for what it parses
// itself, and that has no lines.
func knownFields(n *yaml.Node) error {
	fields := reflect.TypeFor[raw]()
	return pairs(n, func(key string, v *yaml.Node) error {
		for i := range fields.NumField() {
			if fields.Field(i).Tag.Get("yaml") == key {
				return nil
			}
		}
		return fmt.Errorf("line %d: unknown field %q", v.Line, key)
	})
}

// template checks one template by itself.
func (r raw) template() (Template, error) {
	t := Template{
		ID: r.ID, Profile: r.Profile, For: r.For, In: r.In, When: r.When, Unless: r.Unless,
		Why: r.Why, Source: r.Source, Edition: r.Edition, Breaks: r.Breaks,
		Statement: policy.Statement{
			Effect: r.Effect, Principal: r.Principal.Principal,
			Action: policy.Texts(r.Action), NotAction: policy.Texts(r.NotAction),
			Resource: policy.Texts(r.Resource), NotResource: policy.Texts(r.NotResource),
			Condition: r.Condition,
		},
	}
	if r.Sid == nil {
		return t, errors.New("statement has no sid")
	}
	t.Sid = *r.Sid
	if r.Accepted != nil {
		// In a proof, a Sid leads to the reason, and statements without one share it.
		switch t.Accepted = strings.Join(strings.Fields(*r.Accepted), " "); {
		case t.Accepted == "":
			return t, fmt.Errorf("sid %q: accepted: has no reason", t.Sid)
		case t.Sid == "":
			return t, errors.New("a statement without a sid cannot be accepted")
		}
	}
	for _, e := range r.ConditionWhen {
		t.Extra = append(t.Extra, Conditional{When: e.when, In: e.in, Conditions: e.conditions})
	}
	for _, m := range r.ActionWhen {
		t.More = append(t.More, MoreActions{When: m.when, Unless: m.unless, Actions: m.action.Values})
	}
	return t, t.check()
}

func (t *Template) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("sid %q: "+format, append([]any{t.Sid}, args...)...))
	}
	if t.Profile != "" && t.Profile != "least-privilege" && t.Profile != "documented" {
		bad("unknown profile %q", t.Profile)
	}
	if t.Sid == "" && t.Profile != "documented" {
		bad("a statement without a sid is allowed in profile documented alone")
	}
	if strings.Contains(t.Sid, marker) {
		bad("%q in it is how statements in policies of others are marked: leave it out", marker)
	}
	if t.Profile != "documented" && !alphanumeric(t.Sid) {
		bad("a sid of letters and digits alone is expected, since it may be in identity policies")
	}
	if !slices.Contains(scopes, t.For) {
		bad("for: %q is not one of %s", t.For, strings.Join(scopes, ", "))
		return errors.Join(errs...)
	}
	if len(t.In) == 0 {
		bad("in: names no document; one of %s is expected", strings.Join(documents, ", "))
	}
	for _, d := range t.In {
		if !slices.Contains(documents, d) {
			bad("in: unknown document %q; known: %s", d, strings.Join(documents, ", "))
		}
		if (d == "bucket" || d == "key" || d == "operator") && d != t.For &&
			!(t.For == "operator-bucket" && d != "key") && !(t.For == "operator-key" && d == "operator") &&
			!(t.For == "logged-bucket" && d == "bucket") {
			bad("a statement in the %s document is repeated for %s, not for %s", d, d, t.For)
		}
	}
	for _, f := range slices.Concat(t.When, t.Unless) {
		if !slices.Contains(facts[t.For], f) {
			bad("unknown fact %q; known for %s: %s", f, t.For, strings.Join(facts[t.For], ", "))
		}
	}
	for _, e := range t.Extra {
		for _, f := range e.When {
			if !slices.Contains(facts[t.For], f) {
				bad("condition-when: unknown fact %q; known for %s: %s", f, t.For, strings.Join(facts[t.For], ", "))
			}
		}
		for _, d := range e.In {
			if !slices.Contains(t.In, d) {
				bad("condition-when: the statement is not in %q", d)
			}
		}
	}
	for _, m := range t.More {
		for _, f := range slices.Concat(m.When, m.Unless) {
			if !slices.Contains(facts[t.For], f) {
				bad("action-when: unknown fact %q; known for %s: %s", f, t.For, strings.Join(facts[t.For], ", "))
			}
		}
		if len(m.When)+len(m.Unless) == 0 || len(m.Actions) == 0 {
			bad("action-when: facts and actions are expected")
		}
	}
	if t.More != nil && t.Statement.NotAction.Values != nil {
		bad("action-when: the statement has not-action")
	}
	if t.Why == "" || t.Source == "" || t.Edition == "" || t.Breaks == "" {
		bad("why, source, edition and breaks are all expected")
	}
	if t.Statement.Effect != policy.Allow && t.Statement.Effect != policy.Deny {
		bad("effect %q is neither Allow nor Deny", t.Statement.Effect)
	}
	if t.Statement.Principal == nil && (slices.Contains(t.In, "trust") || slices.Contains(t.In, "bucket") || slices.Contains(t.In, "key")) {
		bad("a policy on a resource names its principals; principal is missing")
	}
	if t.Statement.Resource.Values == nil && t.Statement.NotResource.Values == nil && !slices.Equal(t.In, []string{"trust"}) {
		bad("resource is missing")
	}
	if t.More == nil && (t.Statement.Action.Values == nil) == (t.Statement.NotAction.Values == nil) {
		bad("one of action and not-action is expected")
	}
	for _, f := range t.unlisted() {
		bad("%s%s", f.Message, hinted(f.Hint()))
	}
	for _, r := range t.refs() {
		name := r.ID + "." + r.Attr
		_, common := holes["setup"][name]
		_, own := holes[t.For][name]
		if !common && !own {
			bad("unknown reference <%s> for %s", name, t.For)
		}
	}
	return errors.Join(errs...)
}

// unlisted returns what AWS does not list: actions that do not exist, that work on nothing of what
// is given, or do not have a condition key. In the policy of a key, the resource is the key.
func (t *Template) unlisted() []actions.Finding {
	s := t.Statement
	for _, e := range t.Extra {
		s.Condition = append(slices.Clone(s.Condition), e.Conditions...)
	}
	for _, m := range t.More {
		s.Action.Values = slices.Concat(s.Action.Values, m.Actions)
	}
	if slices.Equal(t.In, []string{"key"}) {
		s.Resource = policy.One(policy.NewText(policy.Ref{ID: "key", Attr: "arn"}))
	}
	return actions.Default().Check(s, func(r policy.Ref) string { return stands[r] })
}

// stands is what references stand for while a template is checked: something of each kind.
var stands = policy.Env{
	{ID: "aws", Attr: "partition"}: "aws", {ID: "aws", Attr: "account"}: "111122223333", {ID: "aws", Attr: "region"}: "eu-west-1",
	{ID: "bucket", Attr: "arn"}: "arn:aws:s3:::data", {ID: "key", Attr: "arn"}: "arn:aws:kms:eu-west-1:111122223333:key/1",
	{ID: "groupkey", Attr: "arn"}: "arn:aws:kms:eu-west-1:111122223333:key/1", {ID: "role", Attr: "arn"}: "arn:aws:iam::111122223333:role/r",
}

func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return "; " + hint
}

// refs returns every reference of the template, those of its extra conditions too.
func (t *Template) refs() []policy.Ref {
	s := t.Statement
	for _, e := range t.Extra {
		s.Condition = append(slices.Clone(s.Condition), e.Conditions...)
	}
	return policy.Document{Statements: []policy.Statement{s}}.Refs()
}

func alphanumeric(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}
