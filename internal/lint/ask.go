package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// stranger is an account that nobody's policies name.
const stranger = "999999999999"

// policies returns all that decides requests of, or for, a holder.
func (h *holder) policies() policy.Policies {
	var p policy.Policies
	if h.kind == policy.Identity {
		p.Identity = []policy.Document{}
		for _, d := range h.docs {
			p.Identity = append(p.Identity, d.filled)
		}
		if h.boundary != nil {
			p.PermissionsBoundaries = []policy.Document{*h.boundary}
		}
		return p
	}
	doc := policy.Document{Version: policy.Version2012}
	if len(h.docs) > 0 {
		doc = h.docs[0].filled
	}
	p.Resource = &doc
	return p
}

// allows reports whether a statement of a holder allows one of the actions at all.
func (h *holder) allows(actions ...string) bool {
	for _, d := range h.docs {
		for _, s := range d.filled.Statements {
			if s.Effect == policy.Allow && slices.ContainsFunc(actions, s.CoversAction) {
				return true
			}
		}
	}
	return false
}

// texts is a list of literals.
func texts(values ...string) policy.Texts {
	var list []policy.Text
	for _, v := range values {
		list = append(list, policy.Literal(v))
	}
	return policy.List(list...)
}

// condition is one of an [view.granted] question.
func condition(operator, key string, values ...string) policy.Condition {
	return policy.Condition{Operator: operator, Key: key, Values: texts(values...)}
}

// granted returns what the policies of a holder allow of the requests that a Deny of actions on
// resources, under conditions, is about. who makes the requests for a resource; "" asks for
// everybody that its policy names. Each answer has a request, which is decided with all that the
// holder has.
func (v *view) granted(h *holder, who string, actions, resources []string,
	cond ...policy.Condition) []policy.Change {
	if h.faulty {
		return nil
	}
	own := h.policies()
	deny := policy.Statement{Effect: policy.Deny, Action: texts(actions...), Condition: cond}
	if h.kind != policy.Trust {
		deny.Resource = texts(resources...)
	}
	without, in := own, v.setting(h)
	if h.kind == policy.Identity {
		without.Identity = append(slices.Clone(own.Identity),
			policy.Document{Version: policy.Version2012,
				Statements: []policy.Statement{deny}})
	} else {
		deny.Principal = &policy.Principal{Any: true}
		doc := *own.Resource
		doc.Statements = append(slices.Clone(doc.Statements), deny)
		without.Resource = &doc
		if in.Principal = who; strings.HasPrefix(who, "arn:") {
			// What else he may do is not known: let it be everything.
			without.Identity, own.Identity = []policy.Document{policy.Everything()},
				[]policy.Document{policy.Everything()}
		}
	}
	c, err := policy.Compare(without, own, in)
	if err != nil {
		v.open(h, err.Error())
		return nil
	}
	out := slices.DeleteFunc(c.Changes,
		func(c policy.Change) bool { return c.Kind != policy.Broader })
	if h.kind != policy.Identity && own.Identity != nil {
		for i := range out {
			out[i].Assumed.Identity = own.Identity
		}
	}
	if len(out) == 0 {
		for _, why := range c.Undecided {
			v.open(h, why)
		}
	}
	return out
}

// setting is what requests are compared for: those that the holder makes, or those for the
// resource.
func (v *view) setting(h *holder) policy.Setting {
	if h.kind == policy.Identity {
		return policy.Setting{Principal: h.principal}
	}
	return policy.Setting{ResourceAccount: v.account, Resources: h.arns}
}

// open notes what is not decided of a holder, once.
func (v *view) open(h *holder, why string) {
	if h.faulty { // a finding says why
		return
	}
	o := open{on: h.on, why: why, at: h.at}
	if len(h.docs) > 0 {
		o.at = h.docs[0].at
	}
	if !slices.Contains(v.undecided, o) {
		v.undecided = append(v.undecided, o)
	}
}

// decide decides a request with all that a holder has. It reports false, and notes it, where that
// cannot be.
func (v *view) decide(h *holder, r policy.Request, p policy.Policies) (policy.Decision, bool) {
	if h.faulty {
		return policy.Decision{}, false
	}
	d, err := policy.Evaluate(r, p)
	if err != nil {
		v.open(h, err.Error())
	}
	return d, err == nil
}

// about returns a finding on what a change grants: at the statement that grants it, with the
// request.
func (v *view) about(h *holder, c policy.Change, message, hint string) found {
	f := found{statement: -1, on: h.on, names: h.names, at: h.at, message: message, hint: hint}
	for _, cause := range c.New {
		if d := h.document(cause.Policy); d != nil {
			f.doc, f.statement = d, cause.Statement
			break
		}
	}
	own := h.policies()
	show := policy.Policies{Identity: slices.Concat(own.Identity, c.Assumed.Identity),
		Resource: own.Resource,
		PermissionsBoundaries: slices.Concat(own.PermissionsBoundaries,
			c.Assumed.PermissionsBoundaries)}
	if show.Resource == nil {
		show.Resource = c.Assumed.Resource
	}
	f.show = &policy.Case{Request: c.Witness, Policies: show, Expect: policy.Allowed}
	return f
}

// document returns the document that a decision calls identity[0] or resource.
func (h *holder) document(name string) *document {
	i := 0
	if rest, ok := strings.CutPrefix(name, "identity["); ok {
		if _, err := fmt.Sscanf(rest, "%d]", &i); err != nil {
			return nil
		}
	} else if name != "resource" {
		return nil
	}
	if (h.kind == policy.Identity) != strings.HasPrefix(name, "identity") || i >= len(h.docs) {
		return nil
	}
	return h.docs[i]
}

// requestText returns a request in words.
func requestText(r policy.Request) string {
	text := fmt.Sprintf("%s on %q by %q", r.Action, r.Resource, r.Principal)
	for _, key := range slices.Sorted(maps.Keys(r.Context)) {
		text += fmt.Sprintf(", %s %q", key, strings.Join(r.Context[key], ", "))
	}
	return text
}
