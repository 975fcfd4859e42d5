package calls

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// everything is an identity policy that allows all: the most that the policies of somebody can
// allow whom the setup does not know.
func everything() policy.Document {
	all := policy.List(policy.Literal("*"))
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Effect: policy.Allow, Action: all, Resource: all,
	}}}
}

// delegating is the key policy that AWS KMS gives a new key: the account, and with it the policies
// of its users and roles, may do everything (AWS KMS Developer Guide, "Default key policy"). With
// it a request is decided by the caller's own policies.
func delegating(partition, account string) policy.Document {
	root := policy.List(policy.Literal("arn:" + partition + ":iam::" + account + ":root"))
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Effect:    policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: root}}},
		Action:    policy.List(policy.Literal("kms:*")),
		Resource:  policy.List(policy.Literal("*")),
	}}}
}

// Decide returns what is decided on a call by the documents of docs; a document that is not there
// does not exist. The documents are those in which [policy.Document.Check] found nothing fatal. It
// fails for a call that is no request, such as one for a key whose ARN is none.
//
// A call that is required passes when AWS lets it pass by all documents that have a part in it,
// and when the side that has to allow it does so by itself. A call that must not pass is decided
// by its side alone, so that nothing else is left to refuse it.
func (c *Call) Decide(docs Documents) (policy.Decision, error) {
	if c.alone {
		return c.decideAlone(docs)
	}
	if err := c.prepare(); err != nil {
		return policy.Decision{}, err
	}
	d := c.ask(docs, c.Identity, c.on())
	switch {
	case slices.Contains(d.Missing, boundary):
		return lacking(boundary), nil // whatever else allows it, the boundary has to
	case c.Side == Identity:
		// Within one account, what the policies of the caller allow and nothing denies passes by them.
		mine := func(cause policy.Cause) bool { return strings.HasPrefix(cause.Policy, "identity") }
		if d.Outcome == policy.Allowed && !slices.ContainsFunc(d.Because, mine) {
			return lacking("identity"), nil
		}
	case len(c.Identity) > 0 && c.request.ResourceAccount == c.table.account():
		// A resource's policy that lets the account in leaves the call to the policies of the caller.
		if d.Outcome == policy.ImplicitlyDenied || d.Outcome == policy.Allowed &&
			c.ask(docs, nil, c.on()).Outcome != policy.Allowed {
			return lacking("resource"), nil
		}
	}
	return d, nil
}

// boundary is what a decision calls the permissions boundary.
const boundary = "permissionsBoundaries[0]"

func lacking(side string) policy.Decision {
	return policy.Decision{Outcome: policy.ImplicitlyDenied, Missing: []string{side}}
}

// prepare makes the request ready, once.
func (c *Call) prepare() error {
	if c.prepared != nil {
		return nil
	}
	r := c.request
	if c.table.deployed {
		r.Context = c.table.completed(c)
	}
	prepared, err := policy.Prepare(r)
	if err == nil {
		c.prepared = &prepared
	}
	return err
}

// on returns the document of the resource, if there may be one.
func (c *Call) on() []Document {
	if c.Resource == (Document{}) {
		return nil
	}
	return []Document{c.Resource}
}

// side returns the documents of the side that is asked alone.
func (c *Call) side() []Document {
	if c.Side == Identity {
		return c.Identity
	}
	return c.on()
}

// decideAlone decides a call that must not pass. Policies cannot tell two actions of a service
// apart that the same statements cover, and on what the tables work nothing else of a request
// depends on its action, AWS STS aside; so what was decided on one holds for the other.
func (c *Call) decideAlone(docs Documents) (policy.Decision, error) {
	service, _, _ := strings.Cut(c.Action, ":")
	q := alike{docs.cover(c.side(), c.Action), c.Caller, service, c.request.Principal,
		c.request.Resource, c.context, c.theirs != nil, c.instead != nil}
	known := docs.edit == nil && docs.covers != nil && service != "sts"
	if known {
		if d, ok := docs.covers.decided[q]; ok {
			return d, nil
		}
	}
	if err := c.prepare(); err != nil {
		return policy.Decision{}, err
	}
	d := policy.Decision{}
	if c.Side == Identity {
		d = c.ask(docs, c.Identity, nil)
	} else {
		d = c.ask(docs, nil, c.on())
	}
	if known {
		docs.covers.decided[q] = d
	}
	return d, nil
}

// ask decides the call by documents of the caller and of the resource.
func (c *Call) ask(docs Documents, identity, resource []Document) policy.Decision {
	mine, on := docs.cover(identity, c.Action), docs.cover(resource, c.Action)
	ps := policy.Policies{Identity: mine.docs, Resource: c.instead}
	if c.theirs != nil {
		ps.Identity = slices.Concat(c.theirs, mine.docs)
	}
	if c.Caller == Role && !c.alone && !c.unbounded {
		ps.PermissionsBoundaries = c.table.boundary
	}
	if on.exists {
		ps.Resource = &on.docs[0]
	}
	d := c.prepared.Decide(ps)
	for i := range d.Because {
		cause := &d.Because[i]
		if cause.Policy == "resource" {
			if on.exists {
				cause.Statement = on.at[0][cause.Statement]
			}
		} else if n := c.identityOf(*cause); n >= 0 {
			cause.Statement = mine.at[n][cause.Statement]
		}
	}
	return d
}

// identityOf returns which of the caller's documents a cause is in; -1 for one that is in none.
func (c *Call) identityOf(cause policy.Cause) int {
	index, ok := strings.CutPrefix(cause.Policy, "identity[")
	i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
	if !ok || err != nil || i < len(c.theirs) {
		return -1
	}
	return i - len(c.theirs)
}

// possible reports whether a call that must not pass could: whether a statement covers its action
// that allows something, on what begins like its resource, and to whoever calls when it is one of
// a resource's policy. Without one nothing passes, since AWS denies what no policy allows, and
// most calls that must not pass end here. It never errs on the side of "no".
func (c *Call) possible(docs Documents) bool {
	if c.Caller == User { // he passes by his own policies
		return true
	}
	by := docs.cover(c.side(), c.Action)
	if !by.allows || !by.may(c.request.Resource) {
		// A stranger has policies of his own too. But he is of another account, or assumes the role,
		// and then the policy of the resource has to allow it as well (IAM User Guide, "Cross-account
		// policy evaluation logic").
		return false
	}
	if c.Side == Identity {
		return true
	}
	service, _, _ := strings.Cut(c.Action, ":")
	q := admission{by, service, c.request.Principal, c.theirs != nil}
	in, known := docs.covers.admitted[q]
	if !known || service == "sts" {
		in = true // where it is no request, that is found when it is decided
		if c.prepare() == nil {
			d := c.prepared.Decide(policy.Policies{Identity: c.theirs, Resource: by.relaxed()})
			in = d.Outcome == policy.Allowed
		}
		docs.covers.admitted[q] = in
	}
	return in
}

// Blamed returns the document of the setup that a cause of a decision on the call is in, and the
// zero Document for one that no setup owns.
func (c *Call) Blamed(cause policy.Cause) Document {
	if cause.Policy == "resource" {
		if c.instead != nil {
			return Document{}
		}
		return c.Resource
	}
	if cause.Policy == boundary && c.table.m.Role.Limits != nil {
		return OfBoundary()
	}
	if i := c.identityOf(cause); i >= 0 && i < len(c.Identity) {
		return c.Identity[i]
	}
	return Document{}
}

// AtFault returns the document because of which a call does not pass: the one that denies it, or
// the one in which no statement allows it. It is the zero Document where no one document is at
// fault.
func (c *Call) AtFault(d policy.Decision) Document {
	if len(d.Because) > 0 {
		return c.Blamed(d.Because[0])
	}
	switch lacking := c.Lacking(d); {
	case len(lacking) == 1:
		return lacking[0]
	case slices.Contains(lacking, c.Resource):
		return c.Resource
	}
	return Document{}
}

// Lacking returns the documents in which a statement would have to allow a call that no statement
// denies.
func (c *Call) Lacking(d policy.Decision) []Document {
	var out []Document
	for _, side := range d.Missing {
		switch {
		case side == boundary:
			out = append(out, OfBoundary())
		case side == "identity":
			out = append(out, c.Identity...)
		case side == "resource" && c.instead == nil && c.Resource != (Document{}):
			out = append(out, c.Resource)
		}
	}
	return out
}

// Explain says in a line each what was asked, which statements decided it, and what would have had
// to allow a call that did not pass.
func (c *Call) Explain(d policy.Decision) []string {
	lines := []string{fmt.Sprintf("request: %s %s on %s", c.request.Principal, c.Action,
		c.request.Resource)}
	for _, cause := range d.Because {
		name := cause.Policy
		if doc := c.Blamed(cause); doc != (Document{}) {
			name = doc.Name
		}
		lines = append(lines, fmt.Sprintf("%s: statement %d (%s) says %s", name, cause.Statement+1,
			SidName(cause.Sid), cause.Effect))
	}
	for _, name := range d.Missing {
		switch {
		case name == "identity" && len(c.Identity) == 1:
			name = c.Identity[0].Name
		case name == "resource" && c.Resource != (Document{}):
			name = c.Resource.Name
		}
		lines = append(lines, name+": no statement allows it")
	}
	return lines
}

// SidName names a statement by its Sid, for people.
func SidName(sid string) string {
	if sid == "" {
		return "a statement without a sid"
	}
	return fmt.Sprintf("statement %q", sid)
}
