package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// Request is one call of an AWS API.
type Request struct {
	// Principal is the ARN of a user, role, role session, federated user, identity provider or root
	// user, an account ID (its root user), "*" (an anonymous request), or the name of a service.
	Principal string
	Action    string // such as s3:GetObject, without wildcards
	Resource  string // an ARN, or "*" for an action that concerns no resource
	// ResourceAccount owns the resource; "" takes it from the ARN, or else from the principal.
	ResourceAccount string
	// Context has the values of condition keys, whose names are not case-sensitive. A key without
	// values is absent.
	Context map[string][]string
}

// Policies are all policies that apply to a request. What is nil does not exist.
type Policies struct {
	Identity              []Document   // of the principal and, for a user, of its groups
	Resource              *Document    // of the resource: for sts:AssumeRole the role's trust policy, for kms:* the key policy
	PermissionsBoundaries []Document   // of the principal; each must allow
	Session               []Document   // nil: none was passed; one of them must allow
	ServiceControl        [][]Document // of the principal's account, by level of the organization; each level must allow
	ResourceControl       [][]Document // of the resource's account, in the same way
}

// The outcomes of a decision.
const (
	Allowed          = "allowed"
	ImplicitlyDenied = "implicitlyDenied"
	ExplicitlyDenied = "explicitlyDenied"
)

// Decision is what AWS decides on a request.
type Decision struct {
	Outcome string
	// Because has the statements that allowed or denied the request; none for an implicit deny.
	Because []Cause
	// Missing has, for an implicit deny, the policies without whose Allow the request fails:
	// identity, resource, permissionsBoundaries[0], session, serviceControl[0], resourceControl[0].
	Missing []string
}

// Cause is one statement of one policy.
type Cause struct {
	Policy    string // identity[0], resource, permissionsBoundaries[0], session[0], serviceControl[1][0], resourceControl[0][0]
	Sid       string
	Statement int // its index in the document
	Effect    string
}

// Evaluate decides a request as AWS documents it (IAM User Guide,
// reference_policies_evaluation-logic and the pages below it).
//
// It fails, naming document and place, when a policy has what AWS would not take and what therefore
// has no meaning: see [Document.Check] for the whole list; and when it depends on an Allow with
// NotPrincipal, which old policies have, whether the request passes. It knows the policies that it
// is given and nothing else: no ACLs, grants, VPC endpoint policies or Block Public Access, no list
// of existing actions or keys, and no clock, so that time and source address count only when the
// context has them.
func Evaluate(r Request, p Policies) (Decision, error) {
	e, err := newEvaluation(r)
	if err != nil {
		return Decision{}, err
	}
	if err := e.check(p); err != nil {
		return Decision{}, err
	}
	d := e.decide(p)
	return d, e.undecided(p, d)
}

// undecided returns an error when the request is allowed only if an Allow with NotPrincipal lets in
// everybody whom it does not name.
func (e evaluation) undecided(p Policies, d Decision) error {
	if d.Outcome != ImplicitlyDenied || p.Resource == nil {
		return nil
	}
	for i, s := range p.Resource.Statements {
		if s.Effect != Allow || s.NotPrincipal == nil {
			continue
		}
		e.exceptions = true
		if e.decide(p).Outcome == Allowed {
			return &DocumentError{Policy: "resource", Problem: Problem{Statement: i, Sid: s.Sid, Pos: s.Pos, Fatal: true,
				Message: "NotPrincipal in an Allow may let this request pass; AWS supports it in a Deny only, and does not say whom it reaches"}}
		}
	}
	return nil
}

// Prepared is a request that is to be decided against many sets of policies.
type Prepared struct{ e evaluation }

// Prepare makes a request ready. It fails as [Evaluate] does for a request that cannot be.
func Prepare(r Request) (Prepared, error) {
	e, err := newEvaluation(r)
	return Prepared{e}, err
}

// Decide is [Evaluate] for policies in which [Document.Check] found nothing fatal; it does not
// check them again. An Allow with NotPrincipal allows nothing here.
func (q Prepared) Decide(p Policies) Decision { return q.e.decide(p) }

// CoversAction reports whether the statement concerns an action, by Action or NotAction.
func (s Statement) CoversAction(action string) bool {
	return evaluation{action: action}.matchesAction(s)
}

// evaluation is one request, made ready.
type evaluation struct {
	subject  subject
	account  string // of the resource
	action   string
	resource string
	context  requestContext
	access   access
	bounded  bool // the principal has a permissions boundary
	guarded  bool // resource control policies apply
	trust    bool

	exceptions bool // an Allow with NotPrincipal allows everybody whom it does not name
}

func newEvaluation(r Request) (evaluation, error) {
	var e evaluation
	service, name := serviceOf(r.Action)
	if service == "" || name == "" || strings.ContainsAny(r.Action, "*? ") {
		return e, fmt.Errorf("action %q is not of the form service:Name", r.Action)
	}
	if r.Resource == "" || len(r.Resource) > maxValue || r.Resource != "*" && !isARN(r.Resource) {
		return e, fmt.Errorf("resource %.100q is neither an ARN nor \"*\"", r.Resource)
	}
	if r.ResourceAccount != "" && !isAccount(r.ResourceAccount) {
		return e, fmt.Errorf("account of the resource %q is not an ID of 12 digits", r.ResourceAccount)
	}
	var err error
	if e.context, err = newContext(r.Context); err != nil {
		return e, err
	}
	if e.subject, err = parseSubject(r.Principal, e.context); err != nil {
		return e, err
	}
	if usesToken(r.Action) && e.subject.kind != byToken {
		e.subject = subject{kind: byNobody, text: r.Principal}
	}
	e.action = r.Action
	e.access = accessOf(r.Action, r.Resource, e.subject)
	e.trust = isTrust(r.Action, r.Resource)
	// Neither service-linked roles nor the ability of a service to assume one is under these
	// policies (Organizations User Guide, orgs_manage_policies_rcps, "Resources and entities not
	// restricted by RCPs").
	e.guarded = underResourceControl(r.Action, r.Resource) && !e.subject.isServiceLinked() &&
		!strings.Contains(r.Resource, ":role/aws-service-role/")
	key, alias, isAlias := keyOfAlias(r.Action, r.Resource)
	e.resource = key
	if e.account = r.ResourceAccount; e.account == "" {
		if a, _ := ParseARN(r.Resource); isAccount(a.Account) {
			e.account = a.Account
		} else {
			e.account = e.subject.account
		}
	}
	e.context.addPrincipal(e.subject)
	if e.account != "" {
		e.context.set("aws:ResourceAccount", e.account)
	}
	// Always there, by KMS Developer Guide, conditions-kms ("kms:CallerAccount",
	// "kms:RequestAlias").
	if service == "kms" && e.subject.account != "" {
		e.context.set("kms:CallerAccount", e.subject.account)
	}
	if isAlias {
		e.context.set("kms:RequestAlias", alias)
	}
	return e, nil
}

// verdict is what the policies of one type say.
type verdict struct {
	allows  []Cause
	denies  []Cause
	reach   strength // the strongest reach of a statement that allows
	missing string   // which policy would have to allow, when it does not
}

func (v verdict) ok() bool { return v.missing == "" }

// decide combines the policies. An explicit deny in any policy that applies comes first; then the
// policies that only limit must all allow; then those that grant
// (reference_policies_evaluation-logic_policy-eval-denyallow).
func (e evaluation) decide(p Policies) Decision {
	e.bounded = len(p.PermissionsBoundaries) > 0 && e.subject.hasIdentity() && e.subject.kind != byRoot
	switch e.access {
	case unconditional:
		return Decision{Outcome: Allowed}
	case never:
		return Decision{Outcome: ImplicitlyDenied}
	}
	var identity, boundary, session, scp, rcp, resource verdict
	if e.subject.hasIdentity() {
		identity = oneOf("identity", e.documents(Identity, "identity", p.Identity))
		// The root user has full access to its account
		// (reference_policies_evaluation-logic_policy-eval-denyallow).
		if e.subject.kind == byRoot {
			identity.missing = ""
		}
		boundary = allOf(e.documents(Boundary, "permissionsBoundaries", p.PermissionsBoundaries))
		if p.Session != nil {
			session = oneOf("session", e.documents(Session, "session", p.Session))
		} else if e.subject.kind == byFederatedUser {
			// A federated user has no permissions of the user who made the session unless a session
			// policy returns them (reference_policies_evaluation-logic_policy-eval-denyallow,
			// "Session policies").
			session.missing = "session"
		}
		// Organizations User Guide, orgs_manage_policies_scps, "SCP effects on permissions".
		if !e.subject.isServiceLinked() {
			scp = e.levels(ServiceControl, "serviceControl", p.ServiceControl)
		}
	}
	resource.missing = "resource"
	if p.Resource != nil {
		resource = e.document(e.resourceKind(), "resource", *p.Resource)
	}
	if e.guarded {
		rcp = e.levels(ResourceControl, "resourceControl", p.ResourceControl)
	}
	all := []verdict{identity, resource, boundary, session, scp, rcp}
	var d Decision
	for _, v := range all {
		d.Because = append(d.Because, v.denies...)
	}
	if len(d.Because) > 0 {
		d.Outcome = ExplicitlyDenied
		return d
	}
	d.Missing = e.missing(identity, boundary, session, resource)
	for _, v := range []verdict{scp, rcp} {
		if !v.ok() {
			d.Missing = append(d.Missing, v.missing)
		}
	}
	if len(d.Missing) > 0 {
		d.Outcome = ImplicitlyDenied
		return d
	}
	d.Outcome = Allowed
	for _, v := range all {
		d.Because = append(d.Because, v.allows...)
	}
	return d
}

// missing returns the policies that would have to allow the request and do not, service and resource
// control policies aside.
func (e evaluation) missing(identity, boundary, session, resource verdict) []string {
	reach := resource.reach
	if e.access == identityOnly {
		reach = none
	}
	need := func(list ...verdict) []string {
		var names []string
		for _, v := range list {
			if !v.ok() {
				names = append(names, v.missing)
			}
		}
		return names
	}
	switch {
	case !e.subject.hasIdentity():
		// Services, anonymous callers and those with a token have the resource's policy alone.
		return need(resource)
	case e.subject.account != e.account:
		// Both accounts must allow (reference_policies_evaluation-logic-cross-account).
		return need(identity, resource, boundary, session)
	case reach == direct:
		return nil
	case reach == viaRole:
		return need(boundary, session)
	case e.access == resourceDecides && reach == none:
		return append(need(identity, boundary, session), "resource")
	}
	return need(identity, boundary, session)
}

// oneOf is the verdict of policies of which one must allow.
func oneOf(name string, list []verdict) verdict {
	all := verdict{missing: name}
	for _, v := range list {
		all.allows, all.denies = append(all.allows, v.allows...), append(all.denies, v.denies...)
		if v.ok() {
			all.missing = ""
		}
	}
	return all
}

// allOf is the verdict of policies all of which must allow.
func allOf(list []verdict) verdict {
	var all verdict
	for _, v := range list {
		all.allows, all.denies = append(all.allows, v.allows...), append(all.denies, v.denies...)
		if all.ok() {
			all.missing = v.missing
		}
	}
	return all
}

// levels is the verdict of control policies. An action must be allowed at every level, from the
// root of the organization to the account; at one level any of the policies can allow it
// (Organizations User Guide, orgs_manage_policies_scps_evaluation).
func (e evaluation) levels(kind Kind, name string, levels [][]Document) verdict {
	list := make([]verdict, len(levels))
	for i, docs := range levels {
		level := fmt.Sprintf("%s[%d]", name, i)
		list[i] = oneOf(level, e.documents(kind, level, docs))
	}
	return allOf(list)
}

// documents returns the verdict of each policy.
func (e evaluation) documents(kind Kind, name string, docs []Document) []verdict {
	list := make([]verdict, len(docs))
	for i, d := range docs {
		list[i] = e.document(kind, name+"["+strconv.Itoa(i)+"]", d)
	}
	return list
}

// document is the verdict of one policy.
func (e evaluation) document(kind Kind, name string, d Document) verdict {
	v := verdict{missing: name}
	for i, s := range d.Statements {
		reach := e.statement(kind, d.Version, s)
		if reach == none {
			continue
		}
		c := Cause{Policy: name, Sid: s.Sid, Statement: i, Effect: s.Effect}
		if s.Effect == Deny {
			v.denies = append(v.denies, c)
		} else {
			v.allows = append(v.allows, c)
			v.reach, v.missing = max(v.reach, reach), ""
		}
	}
	return v
}
