package actions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Kind is what is wrong in a statement.
type Kind string

// The kinds of findings.
const (
	UnknownAction Kind = "unknown action"   // AWS's reference does not have it
	WrongResource Kind = "wrong resource"   // the action works on nothing of what is given
	UnknownKey    Kind = "unknown key"      // AWS's reference does not have the condition key
	AbsentKey     Kind = "key without call" // the condition key is never in the request
)

// Finding is one thing that is wrong in a statement.
type Finding struct {
	Kind    Kind
	Element string        // Action, NotAction or Condition
	Index   int           // which value of the element, or which of the conditions
	Message string        // lower case, without a full stop
	Hint    func() string // returns what to write, or ""; looking for it may take long
}

// Check compares a statement with the table: each action exists, works on one at least of the
// resources that are given, and has the condition keys that are asked for. of returns what a
// reference in a resource stands for, as an ARN with or without wildcards; where it is nil, or
// returns "", a reference stands for anything.
//
// A service that the table does not have is not checked, nor is a condition key of one. An element
// NotResource fits every action. What AWS makes of the statement otherwise is not looked at.
func (t *Table) Check(s policy.Statement, of func(policy.Ref) string) []Finding {
	c := check{table: t, statement: s, of: of}
	c.actions("Action", s.Action.Values)
	c.actions("NotAction", s.NotAction.Values)
	c.resources()
	c.conditions()
	return c.findings
}

type check struct {
	table     *Table
	statement policy.Statement
	of        func(policy.Ref) string
	findings  []Finding
}

func (c *check) add(kind Kind, element string, index int, hint func() string, format string, args ...any) {
	c.findings = append(c.findings, Finding{kind, element, index, fmt.Sprintf(format, args...), hint})
}

// say returns a hint that needs no search.
func say(hint string) func() string { return func() string { return hint } }

// didYouMean returns the hint with what find finds.
func didYouMean(find func() string) func() string {
	return func() string {
		s := find()
		if s == "" {
			return ""
		}
		return "did you mean `" + s + "`?"
	}
}

// nearestKey finds the condition key that was probably meant.
func nearestKey(key string, keys []string) func() string {
	return didYouMean(func() string {
		prefix, name, _ := strings.Cut(key, ":")
		var names []string
		for _, k := range keys {
			if p, n, _ := strings.Cut(k, ":"); strings.EqualFold(p, prefix) {
				names = append(names, n)
			}
		}
		if near := nearest(name, names); near != "" {
			return strings.ToLower(prefix) + ":" + near
		}
		return ""
	})
}

func (c *check) actions(element string, values []policy.Text) {
	for i, v := range values {
		name := v.IAM()
		prefix, _, ok := strings.Cut(name, ":")
		if !ok {
			continue // "*"
		}
		s, found := c.table.match(name)
		switch {
		case s == nil && c.table.meant(prefix) != nil:
			c.add(UnknownAction, element, i, didYouMean(func() string { return c.table.Suggest(name) }),
				"action %q is of no service: the prefix of these actions is %q", name, c.table.meant(prefix).name)
		case s != nil && len(found) == 0 && strings.ContainsAny(name, "*?"):
			c.add(UnknownAction, element, i, say(""), "%q matches none of the actions of %s that AWS lists (%s)",
				name, s.name, c.table.Date)
		case s != nil && len(found) == 0:
			c.add(UnknownAction, element, i, didYouMean(func() string { return c.table.Suggest(name) }),
				"action %q does not exist: it is not one of those that AWS lists (%s)", name, c.table.Date)
		}
	}
}

// resources finds actions that work on none of the resources.
func (c *check) resources() {
	if len(c.statement.Resource.Values) == 0 {
		return
	}
	var given []arnPattern
	for _, r := range c.statement.Resource.Values {
		given = append(given, c.pattern(r))
	}
	for i, v := range c.statement.Action.Values {
		s, found := c.table.match(v.IAM())
		if len(found) == 0 || slices.ContainsFunc(found, func(a *action) bool { return s.fits(a, given) }) {
			continue
		}
		types := typesOf(found)
		if len(types) == 0 {
			c.add(WrongResource, "Action", i, say("write `*` as the resource, in a statement of its own"),
				"action %q works on no resource that can be named: it is granted on \"*\" alone", v.IAM())
			continue
		}
		c.add(WrongResource, "Action", i, func() string { return "name " + s.example(types) },
			"action %q does not work on what is given as resource: it works on %s", v.IAM(), cmp.Or(s.known(types), strings.Join(types, ", ")))
	}
}

// known describes the types of resources of which people write policies, or returns "".
func (s *service) known(types []string) string {
	says := map[string]string{"s3 bucket": "a bucket", "s3 object": "objects of a bucket", "kms key": "a key", "kms alias": "an alias"}
	var list []string
	for _, t := range types {
		if w := says[s.name+" "+t]; w != "" {
			list = append(list, w)
		}
	}
	return strings.Join(list, " and ")
}

// example returns how resources of the types are written.
func (s *service) example(types []string) string {
	switch {
	case s.name == "s3" && slices.Contains(types, "bucket"):
		return "the bucket itself, <data.arn> for example"
	case s.name == "s3" && slices.Contains(types, "object"):
		return "objects, <data.arn>/* for example"
	}
	var arns []string
	for _, t := range types {
		for _, p := range s.types[t] {
			arns = append(arns, p.String())
		}
	}
	return strings.Join(arns[:min(len(arns), 3)], " or ")
}

func typesOf(list []*action) []string {
	var types []string
	for _, a := range list {
		types = append(types, a.types...)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// fits reports whether an action works on one of the resources.
func (s *service) fits(a *action, given []arnPattern) bool {
	for _, g := range given {
		if len(g) == 1 && g[0].wild == '*' {
			return true
		}
		for _, t := range a.types {
			for _, p := range s.types[t] {
				if p.overlaps(g) {
					return true
				}
			}
		}
	}
	return false
}

// pattern returns which ARNs a resource may be.
func (c *check) pattern(t policy.Text) arnPattern {
	var p arnPattern
	for _, part := range t.Parts() {
		switch part := part.(type) {
		case policy.Lit:
			p = append(p, globOf(string(part))...)
		case policy.Ref:
			if c.of != nil {
				if arn := c.of(part); arn != "" {
					p = append(p, globOf(arn)...)
					continue
				}
			}
			p = append(p, step{wild: '*'})
		default:
			p = append(p, step{wild: '*'})
		}
	}
	return p
}

// conditions finds condition keys that do not exist, or that no request of an action has.
func (c *check) conditions() {
	for i, cond := range c.statement.Condition {
		prefix, _, _ := strings.Cut(strings.ToLower(cond.Key), ":")
		if hasKey(globalKeys(), cond.Key) {
			continue
		}
		s := c.table.services[prefix]
		switch {
		case prefix == "aws":
			c.add(UnknownKey, "Condition", i, nearestKey(cond.Key, globalKeys()),
				"condition key %q does not exist: it is not one of those that AWS lists (%s)", cond.Key, c.table.Date)
		case s == nil: // of a service that is not known, or of an identity provider
		case !hasKey(s.keys, cond.Key):
			c.add(UnknownKey, "Condition", i, nearestKey(cond.Key, s.keys),
				"condition key %q does not exist: it is not one of those that AWS lists (%s)", cond.Key, c.table.Date)
		default:
			c.keyOf(i, cond, s)
		}
	}
}

// keyOf finds the actions whose requests never have a condition key of service s. Under NotAction,
// and for actions that are not known, nothing can be said.
func (c *check) keyOf(index int, cond policy.Condition, s *service) {
	if !s.places(cond.Key) {
		return
	}
	var without []string
	for _, v := range c.statement.Action.Values {
		of, found := c.table.match(v.IAM())
		if len(found) == 0 || slices.ContainsFunc(found, func(a *action) bool { return of == s && hasKey(a.keys, cond.Key) }) {
			continue
		}
		without = append(without, v.IAM())
	}
	all := len(without) == len(c.statement.Action.Values)
	if len(without) == 0 || !all && !(c.statement.Effect == policy.Allow && needsKey(cond.Operator)) {
		return
	}
	says := "whose requests never have it"
	if c.statement.Effect == policy.Allow && needsKey(cond.Operator) {
		says = "which is then never allowed"
	}
	c.add(AbsentKey, "Condition", index, say("put them into a statement without this condition"),
		"condition key %q is not one of action %s, %s", cond.Key, strings.Join(quoted(without), ", "), says)
}

// places reports whether the table says of any action that it has the key.
func (s *service) places(key string) bool {
	for _, a := range s.actions {
		if hasKey(a.keys, key) {
			return true
		}
	}
	return false
}

// needsKey reports whether a condition is false where its key is absent (IAM User Guide,
// reference_policies_elements_condition_operators).
func needsKey(operator string) bool {
	name, forAny := strings.CutPrefix(operator, "ForAnyValue:")
	switch {
	case strings.HasPrefix(operator, "ForAllValues:"), strings.HasSuffix(name, "IfExists"), name == "Null":
		return false
	case forAny:
		return true
	}
	for _, negated := range []string{"StringNot", "NumericNot", "DateNot", "ArnNot", "NotIpAddress"} {
		if strings.HasPrefix(name, negated) {
			return false
		}
	}
	return true
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return out
}
