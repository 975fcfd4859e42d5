package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// allow is the change that lets calls pass on one side: statements for them and for nothing else. It
// is made in memory.
func (d *diagnosis) allow(list []*call, side string, docs []*document) Fix {
	var doc *document
	switch {
	case side == "identity":
		doc = d.newInline(list[0])
	case docs[0].kind == policy.ServiceControl || docs[0].kind == policy.ResourceControl:
		doc = docs[0]
	default:
		doc = docs[0]
	}
	if doc == nil {
		text := "have the account of " + list[0].Request.Principal + " allow it"
		return Fix{Text: text, Review: []string{text}}
	}
	add := d.statements(list, doc.kind)
	if doc.doc == nil {
		doc.doc = &policy.Document{Version: policy.Version2012}
	}
	real := policy.Document{Version: policy.Version2012}
	if doc.real != nil {
		real = *doc.real
		real.Statements = slices.Clone(real.Statements)
	}
	for i := range add {
		add[i].Sid = freeSid(real, add[i].Sid)
		doc.doc.Statements = append(doc.doc.Statements, add[i])
		real.Statements = append(real.Statements, add[i])
	}
	text := fmt.Sprintf("add to the %s: %s", doc.title(), compact(add))
	if p := refusal(real, doc.kind); p != "" && (doc.real == nil || refusal(*doc.real, doc.kind) == "") {
		text += "; AWS takes it only when something else leaves: " + p
		return Fix{Text: text, Review: []string{text}}
	}
	doc.real = &real
	commands := d.put(doc, real, text)
	if doc.kind == policy.Boundary || doc.kind == policy.ServiceControl || doc.kind == policy.ResourceControl {
		return Fix{Text: text + " (it is somebody's: review)", Review: commands}
	}
	return Fix{Text: text, Commands: commands}
}

// newInline returns a new inline policy for the caller; nil for one who has no policies here.
func (d *diagnosis) newInline(c *call) *document {
	a, ok := policy.ParseARN(c.Request.Principal)
	if !ok || a.Account != d.world.account {
		return nil
	}
	kind, rest := a.Type()
	name := a.Name()
	if a.Service == "sts" {
		kind, name, _ = "role", strings.Split(rest, "/")[0], true
	}
	if kind != "role" && kind != "user" {
		return nil
	}
	id := kind + "/" + name
	have := d.world.identity(deployed.PrincipalKind(kind), name)
	policyName := "PersonalizeAccess"
	for n := 2; slices.ContainsFunc(have, func(x *document) bool { return x.name == policyName }); n++ {
		policyName = fmt.Sprintf("PersonalizeAccess%d", n)
	}
	doc := &document{kind: policy.Identity, on: fmt.Sprintf("%s %q", kind, name), name: policyName,
		doc:    &policy.Document{Version: policy.Version2012},
		target: target{deployed.PrincipalKind(kind), name}}
	d.world.identities[id] = append(slices.Clone(have), doc)
	return doc
}

// grant is what one statement allows.
type grant struct {
	principals, actions, resources []string
	conditions                     []policy.Condition
}

// statements returns statements that allow the calls and no others, as few as do it without
// allowing more: callers and resources with the same actions are together.
func (d *diagnosis) statements(list []*call, kind policy.Kind) []policy.Statement {
	var all []grant
	for _, c := range list {
		g := grant{principals: []string{c.Request.Principal}, actions: []string{c.Action},
			resources: []string{d.pattern(c, kind)}, conditions: d.conditions(c)}
		if kind.Elements().Principal == policy.Never || kind == policy.ResourceControl {
			g.principals = nil
		}
		i := slices.IndexFunc(all, func(o grant) bool {
			return slices.Equal(o.principals, g.principals) && slices.Equal(o.resources, g.resources) &&
				sameConditions(o, g)
		})
		switch {
		case i < 0:
			all = append(all, g)
		case !slices.Contains(all[i].actions, c.Action):
			all[i].actions = append(all[i].actions, c.Action)
		}
	}
	all = joined(all, func(o, g grant) bool {
		return slices.Equal(o.principals, g.principals) && sameSet(o.actions, g.actions) && sameConditions(o, g)
	}, func(o *grant, g grant) { o.resources = append(o.resources, g.resources...) })
	all = joined(all, func(o, g grant) bool {
		return slices.Equal(o.resources, g.resources) && sameSet(o.actions, g.actions) && sameConditions(o, g)
	}, func(o *grant, g grant) { o.principals = append(o.principals, g.principals...) })
	var out []policy.Statement
	for _, g := range all {
		s := policy.Statement{Sid: "PersonalizeAccess", Effect: policy.Allow,
			Action: texts(g.actions), Condition: g.conditions}
		if kind.Elements().Resource != policy.Never {
			s.Resource = texts(g.resources)
		}
		if g.principals != nil {
			p := &policy.Principal{}
			var arns []string
			for _, who := range g.principals {
				if who == service {
					p.Types = append(p.Types, policy.PrincipalType{Type: "Service", Values: texts([]string{who})})
				} else {
					arns = append(arns, who)
				}
			}
			if arns != nil {
				p.Types = append(p.Types, policy.PrincipalType{Type: "AWS", Values: texts(arns)})
			}
			s.Principal = p
		}
		out = append(out, s)
	}
	return out
}

// joined puts grants together that are alike.
func joined(all []grant, alike func(o, g grant) bool, join func(o *grant, g grant)) []grant {
	var out []grant
	for _, g := range all {
		if i := slices.IndexFunc(out, func(o grant) bool { return alike(o, g) }); i >= 0 {
			join(&out[i], g)
		} else {
			out = append(out, g)
		}
	}
	return out
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

func sameConditions(a, b grant) bool {
	return slices.EqualFunc(a.conditions, b.conditions, func(x, y policy.Condition) bool {
		return x.Operator == y.Operator && x.Key == y.Key && listed(x.Values) == listed(y.Values)
	})
}

func texts(list []string) policy.Texts {
	return policy.Texts{Values: literals(list), Scalar: len(list) == 1}
}

// pattern returns what a statement that allows a call has as its Resource.
func (d *diagnosis) pattern(c *call, kind policy.Kind) string {
	switch {
	case kind == policy.KeyPolicy:
		return "*" // the key
	case c.Objects != "":
		return c.Objects
	case c.workflow == beginning && strings.HasPrefix(c.Action, "personalize:"):
		m := d.q.Setup
		return "arn:" + m.Partition + ":personalize:" + m.Region + ":" + m.Account + ":*"
	}
	return c.Request.Resource
}

// conditions returns what a statement that allows a call asks for: of the role, that it is assumed
// for this account, and of whoever passes it, that it is passed to Personalize.
func (d *diagnosis) conditions(c *call) []policy.Condition {
	m := d.q.Setup
	one := func(s string) policy.Texts { return policy.One(policy.Literal(s)) }
	switch {
	case c.Action == "sts:AssumeRole" && c.Request.Principal == service:
		return []policy.Condition{
			{Operator: "StringEquals", Key: "aws:SourceAccount", Values: one(m.Account)},
			{Operator: "ArnLike", Key: "aws:SourceArn", Values: one("arn:" + m.Partition + ":personalize:" + m.Region +
				":" + m.Account + ":*")},
		}
	case c.Action == "iam:PassRole":
		return []policy.Condition{{Operator: "StringEquals", Key: "iam:PassedToService", Values: one(service)}}
	}
	return nil
}

// freeSid returns a Sid that no statement of a document has.
func freeSid(d policy.Document, sid string) string {
	out := sid
	for n := 2; slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Sid == out }); n++ {
		out = fmt.Sprintf("%s%d", sid, n)
	}
	return out
}

// compact writes statements on one line.
func compact(list []policy.Statement) string {
	var out []string
	for _, s := range list {
		text := string(policy.Document{Statements: []policy.Statement{s}}.Compact())
		text = strings.TrimSuffix(strings.TrimPrefix(text, `{"Statement":[`), "]}")
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// refusal returns why AWS would not take a document that it can read: its size, for example.
func refusal(d policy.Document, kind policy.Kind) string {
	for _, p := range d.Check(kind) {
		if p.Topic == policy.TopicSize || p.Topic == policy.TopicSameSid {
			return p.String()
		}
	}
	return ""
}

// put returns the command that puts a document where it belongs; text where none does, and where it
// was not seen what is there.
func (d *diagnosis) put(doc *document, whole policy.Document, text string) []string {
	json := word(string(whole.Compact()))
	name := word(doc.target.name)
	switch {
	case d.q.Elsewhere || doc.target.name == "" || doc.unseen != nil:
	case doc.kind == policy.Resource:
		return []string{"aws s3api put-bucket-policy --bucket " + name + " --policy " + json}
	case doc.kind == policy.KeyPolicy:
		return []string{"aws kms put-key-policy --key-id " + name + " --policy-name default --policy " + json}
	case doc.kind == policy.Trust:
		return []string{"aws iam update-assume-role-policy --role-name " + name + " --policy-document " + json}
	case doc.target.kind == deployed.RoleP || doc.target.kind == deployed.User || doc.target.kind == deployed.Group:
		kind := string(doc.target.kind)
		return []string{"aws iam put-" + kind + "-policy --" + kind + "-name " + name + " --policy-name " +
			word(doc.name) + " --policy-document " + json}
	case strings.HasPrefix(doc.target.name, "arn:") && !strings.Contains(doc.target.name, ":iam::aws:"):
		return []string{"aws iam create-policy-version --policy-arn " + name + " --set-as-default --policy-document " +
			json}
	}
	return []string{text}
}

// word quotes a text for a shell, where it needs that.
func word(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@=+,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
