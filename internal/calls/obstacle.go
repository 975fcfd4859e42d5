package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// String says what is refused, and by which statement.
func (o Obstacle) String() string {
	c := o.Calls[0]
	verb := "cannot"
	if o.Doubt {
		verb = "may be unable to"
	}
	what := fmt.Sprintf("%s: %s %s %s on %s", c.Workflow, c.caller(), verb, c.Action, c.On)
	if n := len(o.Calls) - 1; n == 1 {
		what += ", and another call fails"
	} else if n > 1 {
		what += fmt.Sprintf(", and %d other calls fail", n)
	}
	if o.Statement < 0 {
		return what + ": no statement of " + o.Document.Name + " allows it"
	}
	return fmt.Sprintf("%s: %s of %s denies it", what, o.statement(), o.Document)
}

func (o Obstacle) statement() string {
	if o.Sid == "" {
		return fmt.Sprintf("statement %d (without a sid)", o.Statement+1)
	}
	return fmt.Sprintf("statement %d (%q)", o.Statement+1, o.Sid)
}

// caller names who makes a call, for people.
func (c *Call) caller() string {
	switch c.Caller {
	case Service:
		return "Personalize itself (" + service + ")"
	case Role:
		return "the service role"
	}
	return "the " + c.Caller.String()
}

// Details returns a line for each call: who, what, on what.
func (o Obstacle) Details() []string {
	var lines []string
	for _, c := range o.Calls {
		lines = append(lines, fmt.Sprintf("%s: %s %s on %s", c.Workflow, c.request.Principal, c.Action,
			c.request.Resource))
	}
	return lines
}

// Hint says why the statement meets Personalize, where that is known, and what to do.
func (o Obstacle) Hint() string {
	if o.Statement < 0 {
		return o.hintToAllow()
	}
	if k := o.Document.Kind; k != BucketPolicy && k != KeyPolicy {
		return "remove the statement, or except these calls"
	}
	var why []string
	for _, r := range reasons {
		if slices.ContainsFunc(o.keys, func(k string) bool { return slices.Contains(r.keys, k) }) {
			why = append(why, r.why)
		}
	}
	if o.Doubt {
		why = append(why, "Amazon Personalize does not document that its calls carry "+
			strings.Join(o.sourceKeys(), " and "))
	}
	if len(o.Exempt) > 0 {
		var add []string
		for _, c := range o.Exempt {
			add = append(add, fmt.Sprintf(`"%s": {"%s": %s}`, c.Operator, c.Key, jsonOf(c.Values)))
		}
		why = append(why, "to let them pass, have its owner add to its Condition: "+
			strings.Join(add, ", "))
	} else {
		why = append(why, "have its owner except these calls, or take another bucket or key")
	}
	return strings.Join(why, "; ")
}

func jsonOf(t policy.Texts) string {
	var list []string
	for _, v := range t.Values {
		list = append(list, policy.JSONString(v.IAM()))
	}
	if len(list) == 1 {
		return list[0]
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// hintToAllow says where a statement could allow the calls.
func (o Obstacle) hintToAllow() string {
	c := o.Calls[0]
	switch {
	case o.Document.Kind == Boundary:
		return "have the permissions boundary allow these calls, or give the role another one: what it does not " +
			"allow, no policy of the role can"
	case o.Document.Kind == RolePolicy && c.On.Kind.isKey():
		return fmt.Sprintf("key %q is of another account than the role, so that the role's own policy "+
			"has to allow it too (AWS KMS Developer Guide, \"Allowing users in other accounts to use a "+
			"KMS key\"): add a statement under statements.role in the spec, or take a key of this account",
			c.key)
	case o.Document.Kind == KeyPolicy && c.Caller == Operator:
		return o.hintForOperator()
	}
	return "merge pzgen's statements into the policy"
}

// hintForOperator says how a key's policy lets an operator in.
func (o Obstacle) hintForOperator() string {
	var who, actions []string
	group := ""
	for _, c := range o.Calls {
		arn := policy.JSONString(c.request.Principal)
		switch {
		case strings.Contains(c.request.Principal, ":user/"+memberOf):
			group = "; a key's policy cannot name a group, only its users"
		case !slices.Contains(who, arn):
			who = append(who, arn)
		}
		if !slices.Contains(actions, c.Action) {
			actions = append(actions, c.Action)
		}
	}
	c := o.Calls[0]
	account := fmt.Sprintf("let the policy of key %q allow kms:* to %s", c.key, c.table.iam("root"))
	if c.table.creates(c.key) {
		account = fmt.Sprintf("name %s under admins of key %q", c.table.iam("root"), c.key)
	}
	return fmt.Sprintf("a key's policy that does not leave the key to the account makes the "+
		"operator's own policy void: %s, or name who needs the key in a statement of the spec under "+
		"statements.keys.%s, {effect: Allow, principal: {AWS: [%s]}, action: [%s], resource: \"*\"}%s",
		account, c.key, strings.Join(who, ", "), strings.Join(actions, ", "), group)
}

// creates reports whether the setup creates a key.
func (t *Table) creates(id string) bool {
	return slices.ContainsFunc(t.m.Keys, func(k model.Key) bool {
		return k.ID == id && !k.Existing()
	})
}

func (o Obstacle) sourceKeys() []string {
	var keys []string
	for _, k := range o.keys {
		if strings.HasPrefix(k, "aws:source") {
			keys = append(keys, k)
		}
	}
	if keys == nil {
		keys = []string{"aws:SourceAccount"}
	}
	return keys
}

// reasons say why statements about these condition keys meet Personalize.
var reasons = []struct {
	keys []string
	why  string
}{
	{[]string{"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip",
		"aws:sourcevpcarn"},
		"Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses " +
			"alone (Developer Guide, granting-personalize-s3-access)"},
	{[]string{"s3:x-amz-server-side-encryption"},
		"a job sends this header only when it is given a key: name the bucket's key in the spec " +
			"(key:), or rely on the bucket's default encryption, which needs no header"},
	{[]string{"s3:x-amz-server-side-encryption-aws-kms-key-id"},
		"results are encrypted with the key that the spec names for the bucket (key:), which is not " +
			"the one that the statement asks for"},
	{[]string{"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount",
		"aws:principalarn", "aws:userid", "aws:principaltype"},
		"calls that Personalize makes itself come from no account and no organization"},
}
