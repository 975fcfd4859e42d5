package terraform

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// ParsePlan reads what terraform show -json prints of a plan or of a state. A plan is read as what is there once it
// is applied: its planned_values, and a state as what it records: its values. (Terraform documentation, "JSON Output
// Format", format versions 1.x, 2025-06.)
//
// The format has no lines that anybody wrote, so a place is the file alone and what is not understood goes by the
// address of its resource. A value that is known only after apply is Unknown by address and attribute. Where it names
// another resource, as policy_arn does, the configuration in the plan says which. It does not say what a template or a
// function makes of a value, so that a policy document which is known only after apply is not put together.
//
// The error is that of a file which is not such JSON, a [*policy.Error] with its place. ParsePlan does not check that
// Terraform printed the file.
func ParsePlan(file string, data []byte) (deployed.State, error) {
	top, err := planJSON(file, data)
	if err != nil {
		return deployed.State{}, err
	}
	p := &plan{file: file, unknown: map[string]any{}, config: map[string]map[string]any{},
		gone: map[string]bool{}, has: map[string]bool{}, byAddress: map[string]*planResource{}}
	values, isPlan := top["planned_values"].(map[string]any)
	if !isPlan {
		var ok bool
		if values, ok = top["values"].(map[string]any); !ok {
			return deployed.State{}, deployed.Errorf(deployed.Place{Path: file, Line: 1, Col: 1},
				"there is neither planned_values nor values in it: print it by terraform show -json")
		}
	}
	if version, _ := top["format_version"].(string); !strings.HasPrefix(version, "1.") &&
		!strings.HasPrefix(version, "0.") {
		p.add("format version", version, "the versions that are understood are 0 and 1")
	}
	p.account(top)
	p.modules(values["root_module"])
	if isPlan {
		p.changes(top)
		if c, ok := top["configuration"].(map[string]any); ok {
			p.configured("", c["root_module"])
		}
	}
	return p.state(), nil
}

// plan is a plan or a state while it is read.
type plan struct {
	file      string
	resources []*planResource
	byAddress map[string]*planResource
	unknown   map[string]any            // after_unknown, by address
	config    map[string]map[string]any // expressions, by address without keys of instances
	gone      map[string]bool           // what the plan takes away, or sets otherwise
	has       map[string]bool           // what a resource of its own sets
	accountID string
	region    string
	partition string
	out       deployed.State
	buckets   things[deployed.Bucket]
	roles     things[deployed.Role]
	keys      things[deployed.Key]
}

// planResource is an instance of a managed resource.
type planResource struct {
	planned
	address, module, typ string
}

func (p *plan) place() deployed.Place { return deployed.Place{Path: p.file} }

func (p *plan) add(kind, what, why string) {
	p.out.Unknown = append(p.out.Unknown, deployed.Unknown{Kind: kind, What: what, Why: why, At: p.place()})
}

// addOf takes note of a value that is not read.
func (p *plan) addOf(n planned, kind, what, why string) {
	content, err := json.Marshal([]any{n.v, n.u})
	if err != nil {
		panic(err) // it was read from JSON
	}
	sum := sha256.Sum256(content)
	p.out.Unknown = append(p.out.Unknown, deployed.Unknown{Kind: kind, What: what, Why: why, At: p.place(),
		Content: hex.EncodeToString(sum[:]), Open: hasLater(n.u)})
}

// hasLater reports whether something of a value is known after apply alone.
func hasLater(u any) bool {
	switch u := u.(type) {
	case bool:
		return u
	case []any:
		return slices.ContainsFunc(u, hasLater)
	case map[string]any:
		for _, v := range u {
			if hasLater(v) {
				return true
			}
		}
	}
	return false
}

// modules collects the managed resources of a module and of those in it. Data sources bring about nothing.
func (p *plan) modules(v any) {
	module, _ := v.(map[string]any)
	address, _ := module["address"].(string)
	for _, v := range array(module["resources"]) {
		m, _ := v.(map[string]any)
		r := &planResource{module: address}
		r.address, _ = m["address"].(string)
		r.typ, _ = m["type"].(string)
		values, ok := m["values"].(map[string]any)
		switch mode := m["mode"]; {
		case mode == "data":
			continue
		case mode != "managed" || r.address == "" || r.typ == "":
			p.add("resource", cmp.Or(r.address, "?"), fmt.Sprintf("its mode is %v, or it has no address or type", mode))
			continue
		case p.byAddress[r.address] != nil:
			p.add("resource", r.address, "it is there twice")
			continue
		case !ok:
			values = map[string]any{}
		}
		r.planned = planned{v: values, path: r.address, used: map[string]bool{}}
		p.resources = append(p.resources, r)
		p.byAddress[r.address] = r
	}
	for _, child := range array(module["child_modules"]) {
		p.modules(child)
	}
}

func array(v any) []any {
	l, _ := v.([]any)
	return l
}

// changes reads from a plan what is known after apply only, what it takes away, and whether it is whole.
func (p *plan) changes(top map[string]any) {
	if top["errored"] == true {
		p.add("plan", "errored", "planning ended with an error, so that it is not whole")
	}
	if top["complete"] == false {
		p.add("plan", "complete", "it is for some of the resources alone: plan without -target, and apply what it waits for")
	}
	for _, v := range array(top["deferred_changes"]) {
		m, _ := v.(map[string]any)
		change, _ := m["resource_change"].(map[string]any)
		address, _ := change["address"].(string)
		p.add("resource", address, "its plan is deferred")
	}
	p.destroys(array(top["resource_changes"]))
	for _, v := range array(top["resource_changes"]) {
		m, _ := v.(map[string]any)
		address, _ := m["address"].(string)
		change, _ := m["change"].(map[string]any)
		if m["deposed"] != nil || m["mode"] == "data" || change == nil {
			continue
		}
		if r := p.byAddress[address]; r != nil {
			r.u = change["after_unknown"]
		}
		before, _ := change["before"].(map[string]any)
		if typ, _ := m["type"].(string); before != nil &&
			!slices.Contains(array(change["actions"]), any("no-op")) {
			p.gone[set(typ, before)] = true
		}
	}
}

// set names what a resource sets: a policy on a role, or something of a bucket or key.
func set(typ string, values map[string]any) string {
	s := func(name string) string { v, _ := values[name].(string); return v }
	switch typ {
	case tfRolePolicy:
		return typ + " " + s("role") + " " + s("name")
	case tfRoleAttach:
		return typ + " " + s("role") + " " + s("policy_arn")
	}
	return typ + " " + cmp.Or(s("bucket"), s("key_id"))
}

// configured takes note of the expressions of a module and of those in it.
func (p *plan) configured(prefix string, v any) {
	module, _ := v.(map[string]any)
	for _, v := range array(module["resources"]) {
		m, _ := v.(map[string]any)
		address, _ := m["address"].(string)
		if e, ok := m["expressions"].(map[string]any); ok {
			p.config[prefix+address] = e
		}
	}
	calls, _ := module["module_calls"].(map[string]any)
	for name, v := range calls {
		call, _ := v.(map[string]any)
		p.configured(prefix+"module."+name+".", call["module"])
	}
}

// bare returns an address without the keys of instances: module.a["x.y"].aws_kms_key.b[0] is module.a.aws_kms_key.b.
func bare(address string) string {
	var b strings.Builder
	inside, quoted := false, false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case inside && c == '"':
			quoted = !quoted
		case inside:
			inside = quoted || c != ']'
		case c == '[':
			inside = true
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// states reports whether the configuration of a resource sets an attribute; of a state it is not known.
func (p *plan) states(r *planResource, attr string) bool {
	return p.config[bare(r.address)][attr] != nil
}

// named returns the resource that an argument of r refers to by one of the attributes, where the argument can be
// nothing but what that attribute is: its configuration refers to that one alone.
func (p *plan) named(r *planResource, arg, typ string, attrs ...string) *planResource {
	return p.refers(r, p.config[bare(r.address)][arg], typ, attrs...)
}

// refers is named for an expression of the configuration.
func (p *plan) refers(r *planResource, expression any, typ string, attrs ...string) *planResource {
	e, _ := expression.(map[string]any)
	refs := array(e["references"])
	if len(refs) == 0 {
		return nil
	}
	longest, _ := refs[0].(string)
	for _, v := range refs {
		ref, _ := v.(string)
		rest, ok := strings.CutPrefix(longest, ref)
		if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
			return nil // another one is in it
		}
	}
	i := strings.LastIndexByte(longest, '.')
	if i < 0 || !slices.Contains(attrs, longest[i+1:]) {
		return nil
	}
	target := longest[:i]
	if r.module != "" {
		target = r.module + "." + target
	}
	if found := p.byAddress[target]; found != nil && found.typ == typ {
		return found
	}
	return nil
}

// afterApply is a value of a resource that is known after apply.
func afterApply(address, attr string) policy.Text {
	return policy.NewText(policy.Ref{ID: address, Attr: attr})
}
