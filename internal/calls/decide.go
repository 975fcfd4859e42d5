package calls

import (
	"fmt"
	"slices"

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

// Decide returns what AWS decides on a call by the documents of docs; a document that is not there
// does not exist. The documents are those in which [policy.Document.Check] found nothing fatal. It
// fails for a call that is no request, such as one for a key whose ARN is none.
func (c *Call) Decide(docs Documents) (policy.Decision, error) {
	if c.prepared == nil {
		prepared, err := policy.Prepare(c.request)
		if err != nil {
			return policy.Decision{}, err
		}
		c.prepared = &prepared
	}
	return c.prepared.Decide(c.policies(docs)), nil
}

func (c *Call) policies(docs Documents) policy.Policies {
	ps := policy.Policies{Identity: slices.Clip(c.theirs), Resource: c.instead}
	if c.Side == Identity {
		for _, name := range c.Identity {
			if d, ok := docs[name]; ok {
				ps.Identity = append(ps.Identity, d)
			}
		}
	} else if d, ok := docs[c.Resource]; ok {
		ps.Resource = &d
	}
	return ps
}

// Possible reports whether any statement that allows something concerns the action of a call at
// all. Without one nothing passes, since AWS denies what no policy allows.
func (c *Call) Possible(docs Documents) bool {
	allows := func(s policy.Statement) bool {
		return s.Effect == policy.Allow && s.CoversAction(c.Action)
	}
	return len(c.theirs) > 0 || slices.ContainsFunc(c.DecidedBy(), func(d Document) bool {
		return slices.ContainsFunc(docs[d].Statements, allows)
	})
}

// Blamed returns the document of the setup that a cause of a decision on the call is in, and the
// zero Document for one that no setup owns.
func (c *Call) Blamed(cause policy.Cause) Document {
	if cause.Policy == "resource" {
		if c.Side == Resource {
			return c.Resource
		}
		return Document{}
	}
	var i int
	if _, err := fmt.Sscanf(cause.Policy, "identity[%d]", &i); err == nil {
		if i -= len(c.theirs); i >= 0 && i < len(c.Identity) {
			return c.Identity[i]
		}
	}
	return Document{}
}

// Explain says in a line each what was asked, which statements decided it, and what would have had
// to allow a call that did not pass.
func (c *Call) Explain(d policy.Decision) []string {
	lines := []string{fmt.Sprintf("request: %s %s on %s", c.request.Principal, c.Action, c.request.Resource)}
	for _, cause := range d.Because {
		name := cause.Policy
		if doc := c.Blamed(cause); doc != (Document{}) {
			name = doc.Name
		}
		lines = append(lines, fmt.Sprintf("%s: statement %d (%s) says %s", name, cause.Statement+1,
			SidName(cause.Sid), cause.Effect))
	}
	for _, name := range d.Missing {
		if doc := c.Document(); doc != (Document{}) && (name == "identity" || name == "resource") {
			name = doc.Name
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
