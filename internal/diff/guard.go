package diff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
)

// Guard is what the new side may not grant, whatever the old side did. They are the checks that IAM Access Analyzer
// has for policies (IAM User Guide, access-analyzer-checks-validating-policies, "Custom policy checks").
type Guard struct {
	// Against allows all that may be allowed: nothing may be granted that it does not grant. One with principals is
	// about the policies of resources of its kind, one without about those of principals.
	Against *policy.Document
	Name    string // of Against
	// Actions on Resources may not be granted to anybody. Either may be empty: then it is all.
	Actions, Resources []string
	// Public: the policy of no resource may let everybody in.
	Public bool
}

// Empty reports whether the guard asks for nothing.
func (g Guard) Empty() bool {
	return g.Against == nil && len(g.Actions)+len(g.Resources) == 0 && !g.Public
}

// Check returns what the setups of an input grant against a guard. The error is that of reading, or of a guard that
// has no meaning as a policy.
func (g Guard) Check(ctx context.Context, in *snapshot.Input) ([]Change, error) {
	if g.Empty() { // nothing is read
		return nil, nil
	}
	if err := g.valid(); err != nil {
		return nil, err
	}
	var all []Change
	for _, name := range in.Setups() {
		list, err := in.Read(ctx, name)
		if err != nil {
			return nil, err
		}
		var attached, shown []Change
		for _, r := range list {
			documents := len(list) > 1 && len(r.State.Roles) == 0 && len(r.State.Documents) > 0
			if documents {
				r.State.Scope = scopeOf(list)
			}
			for _, c := range g.state(r.State) {
				c.Setup, c.Targets, c.outOf = name, []string{r.Target}, len(list)
				if documents {
					shown = append(shown, c)
				} else {
					attached = append(attached, c)
				}
			}
		}
		all = append(all, unattached(finish(attached), shown)...)
	}
	return finish(all), nil
}

// valid asks whether actions and resources can be in a policy.
func (g Guard) valid() error {
	if len(g.Actions)+len(g.Resources) == 0 {
		return nil
	}
	for _, p := range g.denied(policy.Identity).Check(policy.Identity) {
		if p.Fatal {
			return fmt.Errorf("%s", p.Message)
		}
	}
	return nil
}

// fatal reports whether AWS would not take a document: then nothing in its place can grant what it denies.
func fatal(d policy.Document, kind policy.Kind) bool {
	return slices.ContainsFunc(d.Check(kind), func(p policy.Problem) bool { return p.Fatal })
}

// denied is a document that denies the actions on the resources.
func (g Guard) denied(kind policy.Kind) policy.Document {
	texts := func(values []string) policy.Texts {
		var list []policy.Text
		for _, v := range values {
			list = append(list, policy.Literal(v))
		}
		if list == nil {
			list = []policy.Text{policy.Literal("*")}
		}
		return policy.List(list...)
	}
	s := policy.Statement{Effect: policy.Deny, Action: texts(g.Actions), Resource: texts(g.Resources)}
	if kind != policy.Identity {
		s.Principal = &policy.Principal{Any: true}
	}
	if kind == policy.Trust {
		s.Resource = policy.Texts{}
	}
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
}

func (g Guard) state(s deployed.State) []Change {
	v := newView(s)
	var out []Change
	for _, all := range []map[string]*held{v.identities, v.resources} {
		for _, what := range union(all, nil, renamed{}) {
			out = append(out, g.held(v, all[what])...)
		}
	}
	return out
}

func (g Guard) held(v view, h *held) []Change {
	var out []Change
	own := h.policies()
	if g.Against != nil && kindOf(*g.Against) == h.kind {
		p := policy.Policies{Identity: []policy.Document{*g.Against}}
		if h.kind != policy.Identity {
			p = policy.Policies{Resource: g.Against}
		}
		out = append(out, v.beyond(h, p, own, v.setting(h), "which "+plain(g.Name)+" does not allow")...)
	}
	if d := g.denied(h.kind); len(g.Actions)+len(g.Resources) > 0 && !fatal(d, h.kind) &&
		!(h.kind == policy.Trust && len(g.Resources) > 0) {
		without := policy.Policies{Identity: append(slices.Clone(own.Identity), d)}
		if h.kind != policy.Identity {
			all := *own.Resource
			all.Statements = append(slices.Clone(all.Statements), d.Statements...)
			without = policy.Policies{Resource: &all}
		}
		out = append(out, v.beyond(h, without, own, v.setting(h), "which nobody may")...)
	}
	if g.Public && h.kind != policy.Identity {
		out = append(out, v.public(h)...)
	}
	return out
}

func (v view) setting(h *held) policy.Setting {
	if h.kind == policy.Identity {
		return policy.Setting{Principal: h.principal}
	}
	return policy.Setting{ResourceAccount: v.account}
}

// beyond returns what the policies of a holder allow and others do not.
func (v view) beyond(h *held, allowed, own policy.Policies, in policy.Setting, why string) []Change {
	c, err := policy.Compare(allowed, own, in)
	if err != nil {
		return []Change{{Kind: Undecided, Severity: Write, Subject: h.what, New: h.place(),
			Message: fmt.Sprintf("%s cannot be compared: %v", h.what, err)}}
	}
	var out []Change
	for _, x := range c.Changes {
		if x.Kind != policy.Broader || len(x.New) == 0 { // else others grant it
			continue
		}
		one := granted(v.account, nil, h, h, x)
		one.say(one.who, one.join, one.does+", "+why)
		out = append(out, one)
	}
	for _, what := range c.Undecided {
		out = append(out, Change{Kind: Undecided, Severity: Write, Subject: h.what, New: h.place(),
			Message: fmt.Sprintf("%s may allow more: %s is not decided", h.what, what)})
	}
	return out
}

// fixed are the condition keys with which a grant to everybody is not public, as long as their values are fixed
// (Amazon S3 User Guide, access-control-block-public-access, "The meaning of "public"").
var fixed = []string{"aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount", "aws:sourceowner",
	"aws:sourceip", "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn",
	"aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "kms:calleraccount"}

// public returns what the policy of a resource allows to anonymous callers, or to principals of an account that it
// does not name and that allows them everything. Each statement is asked by itself, with all that is denied.
func (v view) public(h *held) []Change {
	own := *h.policies().Resource
	stranger := "999999999999"
	if strings.Contains(string(own.JSON()), stranger) {
		stranger = "888888888888"
	}
	all := policy.List(policy.Literal("*"))
	everything := []policy.Document{{Version: policy.Version2012,
		Statements: []policy.Statement{{Effect: policy.Allow, Action: all, Resource: all}}}}
	var out []Change
	for i, s := range own.Statements {
		if s.Effect != policy.Allow || slices.ContainsFunc(s.Condition, limits) {
			continue
		}
		one, none := policy.Document{Version: own.Version}, policy.Document{Version: own.Version}
		for j, o := range own.Statements {
			if o.Effect == policy.Deny || i == j {
				one.Statements = append(one.Statements, o)
			}
		}
		for _, who := range []struct {
			principal string
			identity  []policy.Document
		}{{"*", nil}, {"arn:" + v.partition + ":iam::" + stranger + ":user/Somebody", everything}} {
			c, err := policy.Compare(policy.Policies{Identity: who.identity, Resource: &none},
				policy.Policies{Identity: who.identity, Resource: &one},
				policy.Setting{Principal: who.principal, ResourceAccount: v.account})
			if err == nil && len(c.Changes)+len(c.Undecided) == 0 {
				continue
			}
			found := policy.Change{Kind: policy.Broader, Principals: []string{"*"}, Actions: written(s.Action),
				NotActions: written(s.NotAction), Resources: written(s.Resource), NotResources: written(s.NotResource),
				Conditions: s.Condition, New: []policy.Cause{{Policy: "resource", Sid: s.Sid, Statement: i}}}
			if len(c.Changes) > 0 {
				found.Witness = c.Changes[0].Witness
			}
			change := granted(v.account, nil, h, h, found)
			change.Severity = Public
			change.say(change.who, change.join, change.does+", which makes it public")
			if len(c.Changes) == 0 {
				change.Kind, change.Witness = Undecided, nil
			}
			out = append(out, change)
			break
		}
	}
	return out
}

// limits reports whether with a condition a grant to everybody is not public.
func limits(c policy.Condition) bool {
	operator := strings.ToLower(c.Operator)
	return slices.Contains(fixed, strings.ToLower(c.Key)) && !strings.Contains(operator, "not") &&
		!strings.HasSuffix(operator, "ifexists") && !strings.HasPrefix(operator, "null") &&
		!strings.HasPrefix(operator, "forallvalues") && !slices.ContainsFunc(c.Values.Values, func(t policy.Text) bool {
		return strings.ContainsAny(t.IAM(), "*?$")
	})
}

// written returns the values of an element as they are written.
func written(t policy.Texts) []string {
	var out []string
	for _, v := range t.Values {
		out = append(out, v.IAM())
	}
	return out
}
