package shell

import (
	"fmt"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// rebind puts values of env in the place of those that a script assigns at its top, and gives what it assigned. Only what a person could change
// there is replaced: what the script works out from it, such as ARNs, it is left to work out.
func rebind(script *syntax.File, s *model.Setup, env policy.Env) (policy.Env, error) {
	n := namesOf(s)
	replace := map[string]policy.Ref{}
	for _, r := range []policy.Ref{model.RefPartition, model.RefAccount, model.RefRegion, model.RefRoleName} {
		replace[n.vars[r]] = r
	}
	for _, b := range s.Buckets {
		r := model.RefBucketName(b.ID)
		replace[n.vars[r]] = r
	}
	for _, k := range s.Keys {
		if r := model.RefKeyARN(k.ID); k.Existing() {
			replace[n.vars[r]] = r
		}
	}
	refs := map[string]policy.Ref{}
	for r, name := range n.vars {
		refs[name] = r
	}
	given := policy.Env{}
	vars := variables{}
	for _, stmt := range script.Stmts {
		call, ok := stmt.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) > 0 || len(call.Assigns) != 1 || call.Assigns[0].Name == nil || call.Assigns[0].Append {
			continue
		}
		a := call.Assigns[0]
		name := a.Name.Value
		r, ok := refs[name]
		if !ok && name != "ROLE_PATH" {
			continue
		}
		value, err := expand.Literal(&expand.Config{Env: vars, NoUnset: true}, a.Value)
		if err != nil {
			return nil, fmt.Errorf("line %d: value of %s: %w", a.Pos().Line(), name, err)
		}
		if _, twice := vars[name]; twice {
			return nil, fmt.Errorf("line %d: %s is assigned twice", a.Pos().Line(), name)
		}
		vars[name] = value
		if ok && value != "" {
			given[r] = value
		}
		if _, ok := replace[name]; ok {
			value, ok := env[r]
			if !ok {
				return nil, fmt.Errorf("reference %s has no value", r)
			}
			a.Value = &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: value}}}
			delete(replace, name)
		}
	}
	for name, r := range replace {
		return nil, fmt.Errorf("script assigns no value to %s, which stands for %s", name, r.Short())
	}
	return given, nil
}

// variables are those that a script has assigned so far.
type variables map[string]string

// Get implements [expand.Environ].
func (v variables) Get(name string) expand.Variable {
	value, ok := v[name]
	if !ok {
		return expand.Variable{}
	}
	return expand.Variable{Set: true, Kind: expand.String, Str: value}
}

// Each implements [expand.Environ].
func (v variables) Each(func(name string, vr expand.Variable) bool) {}
