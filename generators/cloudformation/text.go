package cloudformation

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/pattern"
	"github.com/pzgen/pzgen/policy"
)

// piece is a part of a string: text that stands for itself, the name of what Fn::Sub puts in its
// place, or what another stack exports under a name.
type piece struct{ lit, name, export string }

// dynamicReference begins what CloudFormation replaces in every property, wherever it comes from;
// there is no escape for it (AWS CloudFormation User Guide, "Get values stored in other services
// using dynamic references").
const dynamicReference = "{{resolve:"

// begunReference reports whether text ends in the middle of what begins a dynamic reference, so
// that a value behind it could make one of it.
func begunReference(s string) bool {
	for n := len("{{"); n < len(dynamicReference); n++ {
		if strings.HasSuffix(s, dynamicReference[:n]) {
			return true
		}
	}
	return false
}

// str is a string of a property.
func (p *printer) str(s string) *yaml.Node {
	switch {
	case !utf8.ValidString(s):
		p.fail(fmt.Errorf("%q is not UTF-8, and YAML has no way to write it", s))
	case strings.Contains(s, dynamicReference):
		p.fail(fmt.Errorf("%q holds %q, which CloudFormation replaces by a stored value and cannot "+
			"escape: leave it out, or leave out the target cloudformation",
			s, dynamicReference))
	}
	if p.seemsSub(s) {
		return p.joinedAtDollars([]piece{{lit: s}})
	}
	return str(s)
}

// embedded matches what Fn::Sub would take for a reference.
var embedded = pattern.Lazy(`\$\{([A-Za-z0-9:]+)(\.[A-Za-z0-9.]+)?\}`)

// seemsSub reports whether a string that stands for itself reads like one that lacks its Fn::Sub,
// to people as well as to cfn-lint (E1029).
func (p *printer) seemsSub(s string) bool {
	for _, m := range embedded().FindAllStringSubmatch(s, -1) {
		if strings.HasPrefix(m[1], "AWS::") || p.names.taken[m[1]] {
			return true
		}
	}
	return false
}

// text is a string in which references become intrinsic functions. A dollar sign is ${$} where
// the document has policy variables, else it stands for itself.
func (p *printer) text(t policy.Text, vars bool) *yaml.Node {
	var pieces []piece
	for _, part := range t.Parts() {
		switch part := part.(type) {
		case policy.Lit:
			pieces = appendLit(pieces, string(part))
		case policy.Var:
			if part == (policy.Var{Name: "$"}) && !vars {
				pieces = appendLit(pieces, "$")
			} else {
				pieces = appendLit(pieces, part.String())
			}
		case policy.Ref:
			for _, r := range p.ref(part) {
				if r.name != "" || r.export != "" {
					pieces = append(pieces, r)
				} else {
					pieces = appendLit(pieces, r.lit)
				}
			}
		}
	}
	var whole strings.Builder
	for _, q := range pieces {
		if q.export != "" {
			if len(pieces) > 1 {
				p.fail(fmt.Errorf("a text holds the ARN of a key that another stack makes, and more: " +
					"name the ARN alone"))
			}
			return call("ImportValue", str(q.export))
		}
		whole.WriteString(q.lit)
		if q.name != "" {
			if begunReference(whole.String()) {
				p.fail(fmt.Errorf("%q before a value may begin what CloudFormation replaces: "+
					"write something between", "{{"))
			}
			whole.WriteString("${" + q.name + "}")
		}
	}
	if n := p.str(whole.String()); len(pieces) == 1 && pieces[0].name == "" {
		return n
	}
	return p.joined(pieces)
}

func appendLit(pieces []piece, s string) []piece {
	if n := len(pieces); n > 0 && pieces[n-1].name+pieces[n-1].export == "" {
		pieces[n-1].lit += s
		return pieces
	}
	return append(pieces, piece{lit: s})
}

// policyVariable matches the ordinary ${aws:username}, for which ${!aws:username} is the
// well-known way to write it in Fn::Sub.
var policyVariable = pattern.Lazy(`\$\{([A-Za-z0-9:/._-]+)\}`)

// joined writes pieces in the simplest way that means them: a string, one reference, or Fn::Sub.
// A plain string needs no escape, as CloudFormation leaves ${aws:username} in it alone. Fn::Sub
// documents one escape, ${!name} for ${name}; what a lone dollar sign before a reference or a
// brace that never closes means to it is not documented. A string with such a thing is cut at its
// dollar signs and joined with them instead.
func (p *printer) joined(pieces []piece) *yaml.Node {
	switch {
	case len(pieces) == 0:
		return str("")
	case len(pieces) == 1 && pieces[0].name == "":
		return str(pieces[0].lit)
	case len(pieces) == 1:
		return named(pieces[0].name)
	}
	var b strings.Builder
	for _, q := range pieces {
		if q.name != "" {
			b.WriteString("${" + q.name + "}")
			continue
		}
		if strings.Contains(policyVariable().ReplaceAllString(q.lit, ""), "$") {
			return p.joinedAtDollars(pieces)
		}
		b.WriteString(policyVariable().ReplaceAllString(q.lit, "$${!$1}"))
	}
	return call("Sub", str(b.String()))
}

func (p *printer) joinedAtDollars(pieces []piece) *yaml.Node {
	var parts []*yaml.Node
	var part []piece
	for _, q := range pieces {
		if q.name != "" {
			part = append(part, q)
			continue
		}
		for i, s := range strings.Split(q.lit, "$") {
			if i > 0 {
				parts = append(parts, p.joined(part))
				part = nil
			}
			if s != "" {
				part = append(part, piece{lit: s})
			}
		}
	}
	return call("Join", list(str("$"), list(append(parts, p.joined(part))...)))
}

func named(name string) *yaml.Node {
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return getAtt(id, attribute)
	}
	return ref(name)
}

// What is printed while printer.within says so.
const (
	withinRole = "role"
	withinKey  = "key"
	withinLogs = "access logs" // where they go, and the policy of what receives them
)

// ref returns what a reference is in this template. A name that a parameter holds marks the
// parameter as used.
//
// Buckets wait for their keys and keys for the role that their policies name. What points the
// other way would close a circle, which CloudFormation refuses; so the role and keys name
// buckets, and the role itself, by the names that parameters give. A bucket with access logs waits for
// the policy of the one that receives them, which names it in the same way.
func (p *printer) ref(r policy.Ref) []piece {
	parameter := func(id string) piece {
		p.used[id] = true
		return piece{name: id}
	}
	switch r {
	case model.RefPartition:
		return []piece{{name: "AWS::Partition"}}
	case model.RefAccount:
		return []piece{{name: "AWS::AccountId"}}
	case model.RefRegion:
		return []piece{{name: "AWS::Region"}}
	case model.RefRoleName:
		return []piece{parameter(p.names.roleName)}
	case model.RefRoleARN:
		if !p.setup.Role.Existing && p.within != withinRole {
			return []piece{{name: p.names.role + ".Arn"}}
		}
		return []piece{{lit: "arn:"}, {name: "AWS::Partition"}, {lit: ":iam::"}, {name: "AWS::AccountId"},
			{lit: ":role" + p.setup.Role.Path}, parameter(p.names.roleName)}
	}
	if r == model.RefGroupName && p.setup.DatasetGroup != nil {
		return []piece{parameter(p.names.groupName)}
	}
	for i, b := range p.setup.Buckets {
		n := p.names.buckets[i]
		switch {
		case r == model.RefBucketName(b.ID) && (b.Existing || p.within != ""):
			return []piece{parameter(n.name)}
		case r == model.RefBucketName(b.ID):
			return []piece{{name: n.bucket}}
		case r == model.RefBucketARN(b.ID) && (b.Existing || p.within != ""):
			return []piece{{lit: "arn:"}, {name: "AWS::Partition"}, {lit: ":s3:::"}, parameter(n.name)}
		case r == model.RefBucketARN(b.ID):
			return []piece{{name: n.bucket + ".Arn"}}
		}
	}
	for i, k := range p.setup.Keys {
		switch {
		case r == model.RefKeyARN(k.ID) && isImported(k):
			return []piece{{export: exportOf(k.Owner.Setup, k.Owner.ID)}}
		case r == model.RefKeyARN(k.ID) && k.Existing():
			return []piece{parameter(p.names.keys[i].arn)}
		case r == model.RefKeyARN(k.ID):
			return []piece{{name: p.names.keys[i].key + ".Arn"}}
		}
	}
	p.fail(fmt.Errorf("reference %s stands for nothing that setup %q has: "+
		"declare it under buckets or keys", r, p.setup.Name))
	return []piece{{lit: r.String()}}
}
