package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// denied is the fault of a call that a statement denies.
func (d *diagnosis) denied(c *call, a answer) Fault {
	doc, at := a.sides.blamed(a.Because[0])
	s := doc.doc.Statements[at]
	list := d.alike(c, func(o *call, b answer) bool {
		return b.Outcome == policy.ExplicitlyDenied && slices.ContainsFunc(b.Because, func(x policy.Cause) bool {
			other, n := b.sides.blamed(x)
			return other == doc && n == at
		})
	})
	id, why := denialCause(doc, s)
	f := Fault{Cause: causeOf(id), At: doc.place(at), Calls: d.shown(list),
		Message: fmt.Sprintf("%s denies it%s; %s cannot %s on %s", doc.statement(at), why, d.who(c), c.Action,
			c.Request.Resource)}
	f.Fix = d.except(list, doc, at)
	if id == header {
		f.Fix.Text = "give the job the ARN of the bucket's key (kmsKeyArn), with which it sends the header; or " + f.Fix.Text
	}
	return f
}

// denialCause tells what a Deny is there for.
func denialCause(doc *document, s policy.Statement) (id, why string) {
	id = denies
	var on []string
	for _, c := range s.Condition {
		on = append(on, fmt.Sprintf("%s of %s is %s", c.Operator, c.Key, listed(c.Values)))
		if found := keyCause(strings.ToLower(c.Key)); found != "" && id == denies {
			id = found
		}
	}
	if s.NotPrincipal != nil {
		id = principals
		on = append(on, "to all but those it names")
	}
	if id == denies {
		switch doc.kind {
		case policy.Boundary:
			id = bounded
		case policy.ServiceControl:
			id = controlled
		case policy.ResourceControl:
			id = controlledUs
		}
	}
	if len(on) > 0 {
		why = " (" + strings.Join(on, "; ") + ")"
	}
	return id, why
}

// keyCause returns what a condition key, in lower case, is used for; "" for others.
func keyCause(key string) string {
	switch {
	case slices.Contains([]string{"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount",
		"aws:vpceorgid", "aws:vpceorgpaths"}, key):
		return vpcOnly
	case key == "aws:sourceip" || key == "aws:vpcsourceip":
		return addresses
	case key == "aws:securetransport" || key == "s3:tlsversion":
		return tlsOnly
	case strings.HasPrefix(key, "s3:x-amz-server-side-encryption"):
		return header
	case strings.HasSuffix(key, "orgid") || strings.HasSuffix(key, "orgpaths"):
		return organization
	case slices.Contains([]string{"aws:principalarn", "aws:principalaccount", "aws:userid", "aws:username",
		"aws:principaltype", "aws:principalservicename", "aws:principalisawsservice"}, key):
		return principals
	case key == "aws:sourceaccount":
		return otherAccount
	case key == "aws:sourcearn":
		return otherSource
	}
	return ""
}

// except is the change by which a Deny passes over calls and over nobody else's: a condition that is
// added to it. It is made in memory, or the statement is taken away there.
func (d *diagnosis) except(list []*call, doc *document, at int) Fix {
	s := &doc.doc.Statements[at]
	var add []policy.Condition
	var who []policy.Text
	byService := false
	for _, c := range list {
		arn := c.Request.Principal
		if arn == service {
			byService = true
		} else if !slices.ContainsFunc(who, func(t policy.Text) bool { return t.IAM() == arn }) {
			who = append(who, policy.Literal(arn))
		}
	}
	if who != nil {
		add = append(add, policy.Condition{Operator: "ArnNotEquals", Key: "aws:PrincipalArn",
			Values: policy.Texts{Values: who, Scalar: len(who) == 1}})
	}
	if byService {
		add = append(add, policy.Condition{Operator: "Bool", Key: "aws:PrincipalIsAWSService",
			Values: policy.One(policy.Literal("false"))})
	}
	clash := slices.ContainsFunc(s.Condition, func(c policy.Condition) bool {
		return slices.ContainsFunc(add, func(n policy.Condition) bool {
			return c.Operator == n.Operator && strings.EqualFold(c.Key, n.Key)
		})
	})
	before := s.Condition
	if !clash {
		s.Condition = append(slices.Clone(before), add...)
	}
	if clash || slices.ContainsFunc(list, func(c *call) bool { return d.deniedBy(c, doc, at) }) {
		// Nothing in it can be changed for these calls alone.
		doc.doc.Statements[at] = policy.Statement{Effect: policy.Deny, Action: policy.List(policy.Literal("none:None")),
			Resource: policy.List(policy.Literal("*")), Principal: s.Principal}
		if s.NotPrincipal != nil {
			doc.doc.Statements[at].Principal = &policy.Principal{Any: true}
		}
		text := "have whoever wrote it except these calls, or use another bucket or key"
		return Fix{Text: text, Review: []string{text}}
	}
	var parts []string
	for _, c := range add {
		value := policy.JSONString(c.Values.Values[0].IAM())
		if len(c.Values.Values) > 1 {
			var all []string
			for _, v := range c.Values.Values {
				all = append(all, policy.JSONString(v.IAM()))
			}
			value = "[" + strings.Join(all, ", ") + "]"
		}
		parts = append(parts, fmt.Sprintf(`"%s": {"%s": %s}`, c.Operator, c.Key, value))
	}
	text := "add to its Condition: " + strings.Join(parts, ", ")
	whole := *doc.real
	whole.Statements = slices.Clone(whole.Statements)
	whole.Statements[at].Condition = append(slices.Clone(whole.Statements[at].Condition), add...)
	return Fix{Text: text + " (it is somebody's: review)", Review: d.put(doc, whole, text)}
}

// deniedBy reports whether a statement denies a call.
func (d *diagnosis) deniedBy(c *call, doc *document, at int) bool {
	a := d.world.decide(c.Request)
	return a.faulty == nil && slices.ContainsFunc(a.Because, func(x policy.Cause) bool {
		other, n := a.sides.blamed(x)
		return x.Effect == policy.Deny && other == doc && n == at
	})
}

// beginning is the workflow of the calls of whoever begins the others.
const beginning = "whoever begins it"
