package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is a fault of a document that AWS would refuse.
type Problem struct {
	Statement int // index of the statement; -1: the document as a whole
	Sid       string
	Pos       Pos // of the statement, when it was read from a file
	Message   string
	// Fatal: it leaves open what the document means, so that [Evaluate] refuses it.
	Fatal bool
	Topic Topic
}

func (p Problem) String() string {
	var where string
	switch {
	case p.Statement >= 0 && p.Sid != "":
		where = fmt.Sprintf("statement %d (%q): ", p.Statement, p.Sid)
	case p.Statement >= 0:
		where = fmt.Sprintf("statement %d: ", p.Statement)
	}
	return where + p.Message
}

// Check returns what AWS would refuse in d where it is attached as kind, by the grammar that
// [Kind.Elements] returns: elements that the kind of policy lacks or needs, principals, actions,
// resources and condition values that cannot be, policy variables where AWS does not fill them in,
// Sids, characters, size. Where AWS's pages do not say what a text means, such as an action "*:*",
// it is refused as well.
//
// It does not check whether actions, condition keys and ARNs exist, nor sizes that several policies
// share. A document with references has a size only when they are filled in: see [Document.Fill].
func (d Document) Check(kind Kind) []Problem {
	c := checker{kind: kind, elements: kind.Elements(), version: d.Version}
	c.whole(d)
	for i, s := range d.Statements {
		c.at = Problem{Statement: i, Sid: s.Sid, Pos: s.Pos}
		c.statement(s)
	}
	c.at = Problem{Statement: -1}
	c.text(d)
	return c.problems
}

// checker collects the problems of one document.
type checker struct {
	kind       Kind
	elements   Elements
	version    string
	at         Problem
	unresolved bool // a reference has no value
	problems   []Problem
}

func (c *checker) add(fatal bool, format string, args ...any) {
	c.on("", fatal, format, args...)
}

// on is add for a problem that has a topic.
func (c *checker) on(topic Topic, fatal bool, format string, args ...any) {
	p := c.at
	p.Message, p.Fatal, p.Topic = fmt.Sprintf(format, args...), fatal, topic
	c.problems = append(c.problems, p)
}

func (c *checker) whole(d Document) {
	c.at = Problem{Statement: -1}
	switch {
	case d.Version != "" && d.Version != Version2008 && d.Version != Version2012:
		c.add(true, "Version is %q; AWS knows %q and %q", d.Version, Version2012, Version2008)
	case c.elements.Version != "" && d.Version != c.elements.Version:
		c.add(true, "%s has the Version %q", c.kind.one(), c.elements.Version)
	}
	if len(d.Statements) == 0 {
		c.add(false, "Statement is empty; a policy has at least one statement")
	}
	if d.ID != "" && !c.elements.ID {
		c.on(TopicID, false, "%s has no Id", c.kind.one())
	}
	if c.elements.OnlyDeny && len(d.Statements) > 1 {
		for i, s := range d.Statements {
			if c.at = (Problem{Statement: i, Sid: s.Sid, Pos: s.Pos}); s.Effect == Allow {
				c.add(true, "an Allow of %s is alone in its policy, which is RCPFullAWSAccess", c.kind.one())
			}
		}
	}
	c.sids(d)
}

func (c *checker) sids(d Document) {
	seen := map[string]int{}
	for i, s := range d.Statements {
		c.at = Problem{Statement: i, Sid: s.Sid, Pos: s.Pos}
		if s.Sid == "" {
			continue
		}
		if first, ok := seen[s.Sid]; ok {
			c.on(TopicSameSid, false, "Sid %q is that of statement %d too; it is unique within a policy", s.Sid, first)
		} else {
			seen[s.Sid] = i
		}
		// reference_policies_elements_sid; services that have resource policies take other
		// characters.
		if c.elements.PlainSids && strings.Trim(s.Sid, letters+digits) != "" {
			c.on(TopicSid, false, "Sid %q of %s has other characters than letters and digits", s.Sid, c.kind.one())
		}
	}
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// text checks the document as it is sent: its characters (reference_iam-quotas, "IAM name
// requirements"; AWS KMS API Reference, PutKeyPolicy) and its size.
func (c *checker) text(d Document) {
	if c.unresolved {
		return
	}
	compact := d.Compact()
	if c.elements.Latin1 {
		for _, r := range string(compact) {
			if r > 0xFF {
				c.add(false, "%s has the character %q; AWS takes it as a JSON escape only", c.kind.one(), r)
				break
			}
		}
	}
	size, unit := d.sizeOf(compact, c.elements.Size)
	if limit := c.elements.Size.Max; size > limit {
		c.on(TopicSize, false, "%s of %d %s is over the limit of AWS, %d", c.kind.one(), size, unit, limit)
	}
}

func (c *checker) statement(s Statement) {
	if s.Effect != Allow && s.Effect != Deny {
		c.add(true, "Effect is %q; it is %q or %q", s.Effect, Allow, Deny)
	}
	// orgs_manage_policies_rcps_syntax, "Effect element".
	if c.elements.OnlyDeny && s.Effect == Allow && !s.allowsEverything() {
		c.add(true, "%s only denies; RCPFullAWSAccess alone allows, everything", c.kind.one())
	}
	c.principals(s)
	c.actions(s)
	c.resources(s)
	c.conditions(s)
}

// allowsEverything reports whether s is the statement of the policy RCPFullAWSAccess.
func (s Statement) allowsEverything() bool {
	only := func(t Texts) bool { return len(t.Values) == 1 && t.Values[0].IAM() == "*" }
	return s.Effect == Allow && only(s.Action) && only(s.Resource) && len(s.Condition) == 0
}

func (c *checker) refs(t Text) {
	if refs := t.Refs(); len(refs) > 0 {
		c.unresolved = true
		c.on(TopicReference, true, "reference %s has no value", refs[0])
	}
}

// hasVar reports whether t has a variable, other than an escape, in a document that knows
// variables.
func (c *checker) hasVar(t Text) bool {
	return c.version == Version2012 && slices.ContainsFunc(t.Parts(), func(p Part) bool {
		v, ok := p.(Var)
		return ok && v.Name != "$" && v.Name != "*" && v.Name != "?"
	})
}

// variable checks a text that may have variables: before version 2012-10-17 they are plain text
// (access-analyzer-reference-policy-checks, "Variable unsupported in version").
func (c *checker) variable(what string, t Text) {
	if c.version != Version2012 && strings.Contains(t.plain(), "${") {
		c.on(TopicVariable, false, "%s %q has a policy variable, which is plain text but in Version %q", what, t.plain(), Version2012)
	}
}

func (c *checker) actions(s Statement) {
	list, name := s.Action, "Action"
	if list.Values == nil {
		list, name = s.NotAction, "NotAction"
		if list.Values != nil && !c.elements.NotAction {
			c.add(true, "%s has no NotAction", c.kind.one())
		}
	}
	if len(list.Values) == 0 || s.Action.Values != nil && s.NotAction.Values != nil {
		c.add(true, "statement has not one of Action and NotAction")
	}
	for _, t := range list.Values {
		c.refs(t)
		// reference_policies_variables, "Where you can use policy variables".
		if len(t.Parts()) == 0 || c.hasVar(t) {
			c.add(true, "%s is %q; an action is text, without policy variables", name, t.IAM())
			continue
		}
		c.action(name, t.plain(), s.allowsEverything())
	}
}

// action checks one value of Action or NotAction (reference_policies_grammar, "action_string": a
// service namespace, a colon, and a name, which can include wildcards; or "*").
func (c *checker) action(name, action string, everything bool) {
	if action == "*" {
		// orgs_manage_policies_rcps_syntax, "Action element".
		if !c.elements.AnyAction && !everything {
			c.add(true, "%s of %s names a service; it cannot be \"*\"", name, c.kind.one())
		}
		return
	}
	service, rest, ok := strings.Cut(action, ":")
	switch {
	case !ok || service == "" || rest == "":
		c.add(true, "%s %q is not of the form service:Name", name, action)
	case strings.ContainsAny(service, "*?"):
		// No page says what "s*:Get*" or "*:*" is; wildcards are in the name of an action alone.
		c.add(true, "%s %q has a wildcard in the name of the service", name, action)
	case strings.Trim(service, letters+digits+"-") != "" || strings.Trim(rest, letters+digits+"-_*?") != "":
		c.add(true, "%s %q has a character that no service and no action has in its name", name, action)
	case !c.elements.hasService(strings.ToLower(service)):
		c.add(true, "%s %q in %s, which is about actions of %s", name, action, c.kind.one(), c.elements.services())
	}
}

// services lists the services of an element for a message.
func (e Elements) services() string {
	if len(e.Services) == 1 {
		return e.Services[0]
	}
	return fmt.Sprintf("%d services only, from %s to %s", len(e.Services), e.Services[0], e.Services[len(e.Services)-1])
}

func (c *checker) resources(s Statement) {
	if s.Resource.Values != nil && s.NotResource.Values != nil {
		c.add(true, "statement has both Resource and NotResource")
	}
	list, name := s.Resource, "Resource"
	if list.Values == nil {
		list, name = s.NotResource, "NotResource"
	}
	switch {
	case list.Values == nil && c.elements.Resource == Must:
		c.add(true, "statement of %s has neither Resource nor NotResource", c.kind.one())
	case list.Values != nil && c.elements.Resource == Never:
		c.add(true, "statement of %s has %s; it is about its role", c.kind.one(), name)
	case list.Values != nil && len(list.Values) == 0:
		c.add(true, "%s is empty", name)
	}
	for _, t := range list.Values {
		c.refs(t)
		c.variable(name, t)
		c.resource(name, t)
	}
}

func (c *checker) resource(name string, t Text) {
	text := t.IAM()
	head := strings.SplitN(text, ":", 6)
	switch {
	case text == "*" || len(t.Refs()) > 0:
	case head[0] != "arn":
		c.add(true, "%s %q is neither an ARN nor \"*\"", name, text)
	case len(head) < 6 && c.elements.WholeARNs:
		c.add(true, "%s %q lacks parts of an ARN, which %s does not complete (reference-arns)", name, text, c.kind.one())
	case c.hasVar(t) && strings.Contains(strings.Join(head[:min(5, len(head))], ":"), "${"):
		// reference_policies_variables, "Resource element".
		c.add(true, "%s %q has a policy variable before the fifth colon", name, text)
	case len(head) > 2 && (head[2] == "" || strings.ContainsAny(head[2], "*?")):
		// reference_policies_elements_resource, "Using wildcards in resource ARNs".
		c.add(true, "%s %q does not name its service; no wildcard can be there", name, text)
	}
}

func (c *checker) conditions(s Statement) {
	seen := map[[2]string]bool{}
	for _, cond := range s.Condition {
		op, err := parseOperator(cond.Operator)
		if err != nil {
			c.add(true, "%v", err)
			continue
		}
		// access-analyzer-reference-policy-checks, "Invalid condition key format".
		if service, key, ok := strings.Cut(cond.Key, ":"); cond.Key == "" {
			c.add(true, "condition under %s has no key", cond.Operator)
		} else if !ok || service == "" || key == "" {
			c.add(false, "condition key %q is not of the form service:name", cond.Key)
		}
		// The same page, "Duplicate keys with different case".
		at := [2]string{cond.Operator, strings.ToLower(cond.Key)}
		if seen[at] {
			c.add(true, "condition key %q is twice under %s", cond.Key, cond.Operator)
		}
		seen[at] = true
		for _, v := range cond.Values.Values {
			c.refs(v)
			c.variable("value of condition key "+cond.Key, v)
			if c.version != Version2012 {
				v = Literal(v.plain())
			}
			if msg := op.checkValue(v); msg != "" {
				c.add(true, "value %q of condition key %s under %s %s", v.IAM(), cond.Key, cond.Operator, msg)
			}
		}
	}
}
