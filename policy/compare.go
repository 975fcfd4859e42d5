package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Relation is how what one set of policies allows relates to what another allows.
type Relation string

// The relations of a new set of policies to an old one.
const (
	Same      Relation = "same"      // both allow the same requests
	Broader   Relation = "broader"   // the new one allows more
	Narrower  Relation = "narrower"  // the new one allows less
	Different Relation = "different" // each allows something that the other does not
	// Undecided: which of these it is could not be found out. Comparison.Undecided says why, and the
	// differences that are known are in Changes.
	Undecided Relation = "undecided"
)

// Setting is what both sides of a comparison have in common.
type Setting struct {
	// Principal makes the requests, as [Request] has it. Where it is "", the policies of an identity
	// are those of a principal of whom nothing is known, and the policy of a resource is compared
	// for everybody.
	Principal string
	// ResourceAccount owns the resources. Where it is "", it is the principal's account, or any when
	// there is no principal.
	ResourceAccount string
	// Resources are patterns, as in Resource, of the resources that requests are for; nil: all. It
	// is needed where Policies.Resource is the policy of one resource and other policies allow
	// requests for others.
	Resources []string
	// Context has the values of condition keys that are known. A key without values is absent.
	Context map[string][]string
}

// Comparison is the difference between two sets of policies.
type Comparison struct {
	Relation Relation
	Changes  []Change
	// Undecided names what could not be decided: policy variables, a key under operators of several
	// classes, NotPrincipal in an Allow, cost. Changes may be incomplete then; those that are there
	// are certain. Relation is Undecided, or Different where both kinds of changes are known.
	Undecided []string
}

// Change is one grant of one side that the other side does not have, or not as a whole.
type Change struct {
	Kind Relation // Broader: the new policies have it; Narrower: the old ones had it
	// Who, what and on what, as the granting statement writes it, without the values in which both
	// sides are the same. Principals is empty for the policy of an identity.
	Principals, NotPrincipals []string
	Actions, NotActions       []string
	Resources, NotResources   []string
	Conditions                []Condition // of the granting statement
	// Old and New have the statements of both sides: those that allow the witness, and of the other
	// side those that deny it, or else the Allows for such actions and resources, none of which
	// fits.
	Old, New []Cause
	Witness  Request // a request that one side allows and the other does not
	// Assumed has policies that Evaluate is given beside those of a side, to decide the witness.
	Assumed Policies
}

// Compare returns what the new policies allow that the old ones do not, and the other way around,
// with a request for each difference. Requests are decided as [Evaluate] does it, and each witness
// was decided by it, for both sides.
//
// Both sides are all policies that apply to requests of Setting.Principal. What is nil on both sides
// is not known, and assumed so that it does not decide:
//
//   - Policies of an identity alone are compared as if each resource let the principal's account
//     decide, and nothing were granted to the principal by others. Without Setting.Principal the keys
//     that tell who it is, such as aws:PrincipalArn, can have any values.
//   - The policy of a resource alone is compared for everybody: each principal that it names, others
//     of each account, services, users of identity providers and anonymous callers, once with
//     policies of their own that allow everything, and once without.
//
// What is exact: actions, resources and Principals with their wildcards, NotAction, NotResource and
// NotPrincipal of a Deny, Allow and Deny, any number of statements and documents, boundaries,
// session and control policies, all condition operators with IfExists, ForAllValues and
// ForAnyValue. The answer "same" is a proof for all requests but these:
//
//   - A request that names an alias of a KMS key is decided as one for the key with
//     kms:RequestAlias in its context, and not compared by itself.
//   - A condition key that no statement asks for with a set operator has one value at most
//     (reference_policies_condition-single-vs-multi-valued-context-keys).
//   - Keys that tell who the principal is have the values that AWS gives them; aws:username is there
//     for IAM users alone (reference_policies_variables, "Principal key values").
//   - Action names have letters, digits, "-" and "_"; partitions are those that the policies name.
//
// What a policy variable does is followed where it meets the same text, a wildcard, or values for
// which a witness is found; else it is named in Comparison.Undecided. So is a key that is compared
// as a number, date, address or bytes and in another way as well, where the two leave open whether a
// value is between them, and what costs more than about a tenth of a second.
//
// It fails where [Evaluate] would: when a policy has no meaning, or the setting has a principal or
// an account that cannot be. It fails too when policies of an identity meet those of a resource and
// no principal is given.
func Compare(before, after Policies, in Setting) (Comparison, error) {
	c, err := newComparison(before, after, in)
	if err != nil {
		return Comparison{}, err
	}
	for _, f := range c.frames() {
		if c.budget.over {
			break
		}
		c.compare(f, before, after)
	}
	return c.finish(), nil
}

// finish returns what was found.
func (c *comparer) finish() Comparison {
	if c.budget.over {
		c.doubt("cost of comparing " + c.budget.at)
	}
	return c.result()
}

// comparer is the work of one call of Compare.
type comparer struct {
	setting   Setting
	languages *languages
	budget    *budget
	names     names
	home      string             // an account that no policy names
	keys      map[string]*keyUse // by name in lower case; those that some policy asks for
	tests     map[string]*test
	variables map[string]Var // as they are written

	anyone     bool // nothing is known of the principal
	everybody  bool // all principals are compared
	delegated  bool // the resource lets the account decide
	guarded    bool // there are resource control policies
	exceptions bool // there is an Allow with NotPrincipal
	kind       Kind // of the resource's policy; Identity: there is none
	scope      limits

	actionSpace, resourceSpace, valueSpace space
	empty                                  *language

	all      Document                // allows everything
	asked    map[*Statement][]string // the keys that it asks for
	made     map[lineKey]*line
	contents map[string]int
	spelling map[string]string // of actions
	about    *language         // the actions of all statements; nil: some of all actions
	byKind   map[subjectKind][]mode

	done     map[string][]*finding // by what was compared
	findings []*finding
	byGrant  map[string]*finding
	doubts   []string
}

func newComparison(before, after Policies, in Setting) (*comparer, error) {
	b := &budget{steps: maxCompareSteps, bytes: maxCompareBytes}
	c := &comparer{setting: in, budget: b, languages: newLanguages(b), keys: map[string]*keyUse{},
		tests: map[string]*test{}, variables: map[string]Var{}, done: map[string][]*finding{}, byGrant: map[string]*finding{},
		all: allowingAll(nil), spelling: map[string]string{}, asked: map[*Statement][]string{}, made: map[lineKey]*line{}, contents: map[string]int{}, byKind: map[subjectKind][]mode{}}
	if err := c.takeSides(before, after); err != nil {
		return nil, err
	}
	some := func(wild ...byte) (p []token) {
		for _, w := range wild {
			p = append(p, token{wild: w, noColon: true})
		}
		return p
	}
	name := some('?', '*')
	action := append(append(slices.Clone(name), token{char: ':'}), name...)
	of := c.languages.of
	c.empty = of(nil)
	c.actionSpace = space{all: of(action), fresh: "xyzwvutsrqponmlkjihgfedcba0123456789-_"}
	for _, a := range []string{"s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "iam:PassRole", "personalize:CreateCampaign"} {
		c.spell(a)
		c.actionSpace.hints = append(c.actionSpace.hints, word(strings.ToLower(a)))
	}
	c.resourceSpace = space{all: of(glob("arn:*:*:*:*:*"), literal("*")), fresh: "xyzwvutsrqponmlkjihgfedcba0123456789", open: true,
		hints: []word{word("arn:aws:s3:::example/key"), word("*")}}
	switch c.kind {
	case Trust:
		c.resourceSpace.hints[0] = word("arn:aws:iam::123456789012:role/Example")
	case KeyPolicy:
		c.resourceSpace.hints[0] = word("arn:aws:kms:us-east-1:123456789012:key/example")
	}
	c.valueSpace = space{all: of(glob("*")), fresh: c.resourceSpace.fresh, open: true}
	c.scan(append(before.documents(), after.documents()...))
	if in.Resources != nil {
		var all [][]token
		for _, r := range in.Resources {
			all = append(all, arnPattern(glob(r)))
		}
		c.scope.in = []*language{of(all...)}
	}
	return c, nil
}

// takeSides finds out what the sides are, and refuses what has no meaning.
func (c *comparer) takeSides(before, after Policies) error {
	var kinds evaluation
	identity, resource := false, false
	for _, p := range []Policies{before, after} {
		identity = identity || len(p.Identity)+len(p.PermissionsBoundaries)+len(p.Session)+len(p.ServiceControl) > 0 || p.Session != nil
		resource = resource || p.Resource != nil
		c.guarded = c.guarded || len(p.ResourceControl) > 0
	}
	if resource {
		c.kind = resourceKind(before.Resource, after.Resource)
	}
	kinds.trust = c.kind == Trust
	if c.kind == KeyPolicy {
		kinds.action = "kms:*"
	}
	for i, p := range []Policies{before, after} {
		if err := kinds.check(p); err != nil {
			return fmt.Errorf("%s policies: %w", [2]string{"old", "new"}[i], err)
		}
	}
	given, err := newContext(c.setting.Context)
	if err != nil {
		return err
	}
	if a := c.setting.ResourceAccount; a != "" && !isAccount(a) {
		return fmt.Errorf("account of the resource %q is not an ID of 12 digits", a)
	}
	for _, r := range c.setting.Resources {
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			return fmt.Errorf("resource %q is no ARN and not \"*\"", r)
		}
	}
	switch {
	case c.setting.Principal != "":
		if _, err := parseSubject(c.setting.Principal, given); err != nil {
			return err
		}
		c.delegated = !resource
	case identity && (resource || c.guarded):
		return fmt.Errorf("policies of an identity and of a resource are compared for one principal; name it")
	case resource || c.guarded:
		c.everybody = true
	default:
		c.anyone, c.delegated = true, true
	}
	return nil
}

// resourceKind returns what the policies of a resource are, by their statements: without Resource
// trust policies, with actions of KMS alone key policies.
func resourceKind(docs ...*Document) Kind {
	trust, key := true, false
	other := false
	for _, d := range docs {
		if d == nil {
			continue
		}
		for _, s := range d.Statements {
			trust = trust && s.Resource.Values == nil && s.NotResource.Values == nil
			for _, t := range append(slices.Clip(s.Action.Values), s.NotAction.Values...) {
				service, _ := serviceOf(t.plain())
				key = key || service == "kms"
				other = other || service != "kms" && service != "*"
			}
		}
	}
	switch {
	case trust:
		return Trust
	case key && !other:
		return KeyPolicy
	}
	return Resource
}

// documents returns all documents.
func (p Policies) documents() []Document {
	all := slices.Concat(p.Identity, p.PermissionsBoundaries, p.Session)
	for _, level := range append(slices.Clone(p.ServiceControl), p.ResourceControl...) {
		all = append(all, level...)
	}
	if p.Resource != nil {
		all = append(all, *p.Resource)
	}
	return all
}

func (c *comparer) doubt(what string) {
	if !slices.Contains(c.doubts, what) {
		c.doubts = append(c.doubts, what)
	}
}

// resourceAccounts returns the accounts that may own the resources of a principal's requests.
func (c *comparer) resourceAccounts(s subject) []string {
	switch {
	case c.setting.ResourceAccount != "":
		return []string{c.setting.ResourceAccount}
	case !c.everybody && s.account != "":
		return []string{s.account}
	case c.everybody && c.keys["aws:resourceaccount"] != nil:
		return c.names.accounts
	case !s.hasIdentity():
		return []string{c.home}
	}
	for _, a := range c.names.accounts {
		if a != s.account {
			return []string{s.account, a}
		}
	}
	return nil
}
