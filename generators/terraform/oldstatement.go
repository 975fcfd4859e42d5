package terraform

import (
	"slices"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// ownStatement reads a statement block.
func ownStatement(c content, version string) (policy.Statement, error) {
	s := policy.Statement{Effect: policy.Allow}
	if v, ok := c.str("effect"); ok {
		s.Effect = v
	}
	if s.Effect != policy.Allow && s.Effect != policy.Deny {
		return s, at(c.line, "effect %q is neither Allow nor Deny", s.Effect)
	}
	s.Sid, _ = c.str("sid")
	for _, l := range []struct {
		name string
		to   *policy.Texts
		vars bool // the provider reads &{…}
	}{
		{"actions", &s.Action, false}, {"not_actions", &s.NotAction, false},
		{"resources", &s.Resource, true}, {"not_resources", &s.NotResource, true},
	} {
		var err error
		if *l.to, err = statementTexts(c, l.name, version, l.vars); err != nil {
			return s, err
		}
	}
	var err error
	if s.Principal, err = ownPrincipal(c.blocks["principals"], version); err != nil {
		return s, err
	}
	if s.NotPrincipal, err = ownPrincipal(c.blocks["not_principals"], version); err != nil {
		return s, err
	}
	for _, b := range c.blocks["condition"] {
		cond := policy.Condition{}
		cond.Operator, _ = b.str("test")
		cond.Key, _ = b.str("variable")
		if cond.Values, err = statementTexts(b, "values", version, true); err != nil {
			return s, err
		}
		if cond.Values.Values == nil {
			return s, at(b.line, "condition on %q has no values", cond.Key)
		}
		i := slices.IndexFunc(s.Condition, func(o policy.Condition) bool { return o.Operator == cond.Operator && o.Key == cond.Key })
		if i >= 0 {
			s.Condition[i].Values.Values = append(s.Condition[i].Values.Values, cond.Values.Values...)
		} else {
			s.Condition = append(s.Condition, cond)
		}
	}
	return s, nil
}

func ownPrincipal(blocks []content, version string) (*policy.Principal, error) {
	if len(blocks) == 0 {
		return nil, nil
	}
	p := &policy.Principal{}
	for _, b := range blocks {
		typ, _ := b.str("type")
		values, err := statementTexts(b, "identifiers", version, true)
		if err != nil {
			return nil, err
		}
		if values.Values == nil {
			return nil, at(b.line, "principals of type %q without identifiers", typ)
		}
		if typ == "*" {
			if l, ok := values.Values[0].OnlyLit(); !ok || l != "*" || len(values.Values) > 1 || len(blocks) > 1 {
				return nil, at(b.line, "principals of type \"*\" stand alone, with \"*\" for their identifier")
			}
			p.Any = true
			continue
		}
		i := slices.IndexFunc(p.Types, func(t policy.PrincipalType) bool { return t.Type == typ })
		if i < 0 {
			p.Types = append(p.Types, policy.PrincipalType{Type: typ, Values: values})
		} else {
			p.Types[i].Values.Values = append(p.Types[i].Values.Values, values.Values...)
		}
	}
	return p, nil
}

// statementTexts reads a list of strings; an empty one is as good as none.
func statementTexts(c content, name, version string, vars bool) (policy.Texts, error) {
	list, err := c.strs(name)
	if err != nil || len(list) == 0 {
		return policy.Texts{}, err
	}
	sort.Strings(list)
	var out policy.Texts
	for _, s := range list {
		if vars && strings.Contains(s, "&{") {
			if version != policy.Version2012 {
				return out, at(c.ranges[name], "%q has a policy variable, and version %s has none", s, version)
			}
			s = strings.ReplaceAll(s, "&{", "${")
		}
		t, err := policy.ParseIAM(s, version)
		if err != nil {
			return out, at(c.ranges[name], "%w", err)
		}
		out.Values = append(out.Values, t)
	}
	return out, nil
}
