package doctor

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// nearCause returns the cause of a statement one element of which does not fit; "" for none that
// says more than that nothing allows the call.
func (d *diagnosis) nearCause(c *call, n near) (id, why string) {
	s, f := n.doc.doc.Statements[n.statement], n.fit
	switch {
	case !f.Principal:
		if id, why = principalCause(n.doc, s); n.doc.kind == policy.KeyPolicy && id != gonePrincipal {
			return "", ""
		}
		return id, why
	case !f.Action:
		if n.doc.kind == policy.Trust {
			return "", ""
		}
		if strings.HasPrefix(c.Action, "kms:") {
			return lacksGrant, "Action lacks " + c.Action
		}
		return lacksAction, "Action lacks " + c.Action
	case !f.Resource:
		return resourceCause(c, s)
	}
	for i, ok := range f.Conditions {
		if ok {
			continue
		}
		cond := s.Condition[i]
		key := strings.ToLower(cond.Key)
		said := fmt.Sprintf("%s of %s is %s", cond.Operator, cond.Key, listed(cond.Values))
		got := c.Request.Context[cond.Key]
		for k, v := range c.Request.Context {
			if strings.EqualFold(k, cond.Key) {
				got = v
			}
		}
		if len(got) > 0 {
			said += ", and the call has " + strings.Join(quoted(got), ", ")
		} else {
			said += ", and the call has none"
		}
		switch {
		case key == "iam:passedtoservice":
			return passService, said
		case n.doc.kind == policy.Trust && strings.HasPrefix(key, "aws:source"):
			return trustSource, said
		case key == "aws:sourceaccount":
			return otherAccount, said
		case key == "aws:sourcearn":
			if otherAccountIn(cond.Values, c.Request.Context["aws:SourceAccount"]) {
				return otherAccount, said
			}
			return otherSource, said
		}
		if id := keyCause(key); id != "" {
			return id, said
		}
		return notMet, said
	}
	return "", ""
}

// undocumented reports whether a call fails by a condition alone on something that AWS does not say
// of the calls of Personalize, or of S3 for it; then it is unknown whether it does.
func (d *diagnosis) undocumented(c *call, a answer) bool {
	var doc *document
	var list []policy.Condition
	at := -1
	if a.Outcome == policy.ExplicitlyDenied {
		doc, at = a.sides.blamed(a.Because[0])
		list = doc.doc.Statements[at].Condition
	} else if a.Outcome == policy.ImplicitlyDenied {
		_, docs := d.wanting(c, a)
		n := d.nearest(c, docs)
		if n.doc == nil || !n.fit.Principal || !n.fit.Action || !n.fit.Resource {
			return false
		}
		doc, at = n.doc, n.statement
		for i, ok := range n.fit.Conditions {
			if !ok {
				list = append(list, doc.doc.Statements[at].Condition[i])
			}
		}
	}
	for _, cond := range list {
		key := strings.ToLower(cond.Key)
		if !strings.HasPrefix(key, "kms:viaservice") && !strings.HasPrefix(key, "kms:encryptioncontext") &&
			!strings.HasPrefix(key, "kms:grant") && !strings.HasPrefix(key, "aws:calledvia") || c.Request.Context[cond.Key] != nil {
			continue
		}
		d.tried[c] = true
		d.unknown(Unknown{At: doc.place(at), What: fmt.Sprintf("whether %s of %s has %s, for which %s asks: AWS does not say",
			c.Action, d.who(c), cond.Key, doc.statement(at))})
		return true
	}
	return false
}

// otherAccountIn reports whether all ARNs of a condition have another account than the call's.
func otherAccountIn(values policy.Texts, account []string) bool {
	for _, v := range values.Values {
		a, ok := policy.ParseARN(v.String())
		if !ok || len(account) == 0 || a.Account == account[0] || strings.ContainsAny(a.Account, "*?") {
			return false
		}
	}
	return len(values.Values) > 0
}

func quoted(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return out
}

func listed(t policy.Texts) string {
	var out []string
	for _, v := range t.Values {
		out = append(out, v.IAM())
	}
	if len(out) > 3 {
		return fmt.Sprintf("%s and %d others", strings.Join(quoted(out[:2]), ", "), len(out)-2)
	}
	return strings.Join(quoted(out), ", ")
}

// principalCause tells whom a statement lets in.
func principalCause(doc *document, s policy.Statement) (id, why string) {
	if s.Principal == nil {
		return wrongPrincipal, "it has NotPrincipal, which is for a Deny"
	}
	id = wrongPrincipal
	if doc.kind == policy.Trust {
		id = noTrust
	}
	var names []string
	for _, t := range s.Principal.Types {
		for _, v := range t.Values.Values {
			name := v.IAM()
			names = append(names, name)
			if t.Type == "AWS" && len(policy.Document{Statements: []policy.Statement{s}}.Deleted()) > 0 {
				id = gonePrincipal
			}
		}
	}
	why = "it lets in " + listed(policy.Texts{Values: literals(names)})
	if id == gonePrincipal {
		why += ", which was deleted"
	}
	return id, why
}

func literals(list []string) []policy.Text {
	var out []policy.Text
	for _, s := range list {
		out = append(out, policy.Literal(s))
	}
	return out
}

// resourceCause tells what a statement is about in place of what the call works on.
func resourceCause(c *call, s policy.Statement) (id, why string) {
	list := s.Resource
	if list.Values == nil {
		return notMet, "NotResource leaves out " + c.Request.Resource
	}
	why = "Resource is " + listed(list)
	want := thing(c.Request.Resource)
	objects := strings.Contains(strings.TrimPrefix(c.Request.Resource, want), "/")
	id = otherBucket
	for _, v := range list.Values {
		a, ok := policy.ParseARN(v.IAM())
		switch {
		case c.Action == "iam:PassRole":
			return passOther, why
		case !ok:
		case a.Service == "kms" && strings.Contains(a.Resource, "alias/"):
			return aliasKey, why + ", an alias, which lets nobody use the key"
		case a.Service == "s3" && thing(v.IAM()) == want:
			of := strings.Contains(a.Resource, "/")
			if of != objects {
				return wrongLevel, why
			}
			id = otherPrefix
		}
	}
	return id, why
}
