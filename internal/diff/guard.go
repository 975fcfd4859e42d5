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
	// about the policies of buckets, keys and roles, whatever its actions are, one without about those of principals.
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
		parts := make([]part, len(list))
		for i, r := range list {
			documents := len(list) > 1 && len(r.State.Roles) == 0 && len(r.State.Documents) > 0
			if documents {
				r.State.Scope = scopeOf(list)
			}
			parts[i] = part{r.Target, documents, g.state(r.State)}
		}
		all = append(all, gather(name, parts)...)
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

// deniedTo returns the document that denies, for the policies of a holder, what nobody may be granted; false when they
// can grant nothing of it. Actions that AWS would not take in a trust policy do not keep the others from counting
// there, and it is about the role that has it: that is compared with the resources, since none are in it.
func (g Guard) deniedTo(h *held) (policy.Document, bool) {
	if len(g.Actions)+len(g.Resources) == 0 {
		return policy.Document{}, false
	}
	if h.kind == policy.Trust && len(g.Resources) > 0 &&
		!slices.ContainsFunc(g.Resources, func(p string) bool { return mayBe(p, h.arns) }) {
		return policy.Document{}, false
	}
	own := Guard{Resources: g.Resources}
	for _, a := range g.Actions {
		if one := (Guard{Actions: []string{a}}).denied(h.kind); !fatal(one, h.kind) {
			own.Actions = append(own.Actions, a)
		}
	}
	switch {
	case len(g.Actions) == 0 && h.kind == policy.Trust:
		own.Actions = []string{"sts:*"}
	case len(own.Actions) < len(g.Actions) && len(own.Actions) == 0:
		return policy.Document{}, false
	}
	d := own.denied(h.kind)
	return d, !fatal(d, h.kind)
}

// mayBe reports whether a pattern is one of a role: of one of the ARNs, or where none are known of any.
func mayBe(pattern string, arns []string) bool {
	a, ok := policy.ParseARN(pattern)
	if !ok {
		return true
	}
	if len(arns) == 0 {
		return a.Service == "iam" || strings.ContainsAny(a.Service, "*?")
	}
	return slices.ContainsFunc(arns, a.Matches)
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
	out := unread(view{}, v)
	if g.Against != nil || len(g.Actions)+len(g.Resources) > 0 {
		for _, a := range v.settings.Attachments {
			// Nobody knows what it grants: it may be what nobody may.
			c := Change{Kind: Undecided, Severity: Write, New: sideAt(a.At),
				Subject: fmt.Sprintf("%s %q", a.Kind, a.To.V.String())}
			c.say(c.Subject, " ", fmt.Sprintf("has policy %q attached, whose text is not among what was read",
				a.Policy.V.String()))
			out = append(out, c)
		}
	}
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
	if allowed, ok := g.reference(h); ok {
		out = append(out, v.beyond(h, allowed, own, v.setting(h), "which "+plain(g.Name)+" does not allow")...)
	}
	if d, ok := g.deniedTo(h); ok {
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

// reference returns what Against allows in the place of a holder's policies; false when it is about others.
func (g Guard) reference(h *held) (policy.Policies, bool) {
	if g.Against == nil {
		return policy.Policies{}, false
	}
	named := slices.ContainsFunc(g.Against.Statements, func(s policy.Statement) bool {
		return s.Principal != nil || s.NotPrincipal != nil
	})
	switch {
	case named == (h.kind == policy.Identity):
		return policy.Policies{}, false
	case !named:
		return policy.Policies{Identity: []policy.Document{*g.Against}}, true
	case h.kind == policy.Trust:
		return policy.Policies{Resource: onRole(*g.Against, h.arns)}, true
	}
	d := *g.Against // without what is about roles
	d.Statements = slices.DeleteFunc(slices.Clone(d.Statements), func(s policy.Statement) bool {
		return s.Resource.Values == nil && s.NotResource.Values == nil
	})
	return policy.Policies{Resource: &d}, true
}

// onRole returns a reference as the trust policy of a role, whose statements have no Resource: the role is what they
// are about. What is about others is left out, and so is an Allow of which that is not known; actions of other services,
// which a trust policy cannot have, say nothing there.
func onRole(d policy.Document, arns []string) *policy.Document {
	out := policy.Document{Version: d.Version}
	for _, s := range d.Statements {
		denies := s.Effect == policy.Deny
		about := s.Resource.Values == nil && s.NotResource.Values == nil ||
			denies && s.NotResource.Values != nil ||
			slices.ContainsFunc(s.Resource.Written(), func(p string) bool {
				a, _ := policy.ParseARN(p)
				return p == "*" || slices.ContainsFunc(arns, a.Matches) ||
					denies && (strings.Contains(p, "$") || mayBe(p, arns))
			})
		s.Action.Values, s.NotAction.Values = ofSTS(s.Action.Values), ofSTS(s.NotAction.Values)
		if s.NotAction.Values != nil && len(s.NotAction.Values) == 0 { // all but what STS does not have
			s.Action, s.NotAction = policy.One(policy.Literal("sts:*")), policy.Texts{}
		}
		s.Resource, s.NotResource = policy.Texts{}, policy.Texts{}
		if about && len(s.Action.Values)+len(s.NotAction.Values) > 0 {
			out.Statements = append(out.Statements, s)
		}
	}
	return &out
}

// ofSTS returns the actions that may be some of AWS STS; nil for an element that is absent.
func ofSTS(actions []policy.Text) []policy.Text {
	return slices.DeleteFunc(slices.Clone(actions), func(t policy.Text) bool {
		service, _, _ := strings.Cut(strings.ToLower(t.IAM()), ":")
		return service != "sts" && !strings.ContainsAny(service, "*?")
	})
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
