package policy

// Relation is how what one set of policies allows relates to what another allows.
type Relation string

// The relations of a new set of policies to an old one.
const (
	Same      Relation = "same"      // both allow the same requests
	Broader   Relation = "broader"   // the new one allows more
	Narrower  Relation = "narrower"  // the new one allows less
	Different Relation = "different" // each allows something that the other does not
	// Undecided: which of these it is could not be found out. Comparison.Undecided says why, and
	// the differences that are known are in Changes.
	Undecided Relation = "undecided"
)

// Setting is what both sides of a comparison have in common.
type Setting struct {
	// Principal makes the requests, as [Request] has it. Where it is "", the policies of an
	// identity are those of a principal of whom nothing is known, and the policy of a resource is
	// compared for everybody.
	Principal string
	// ResourceAccount owns the resources. Where it is "", it is the principal's account, or any
	// when there is no principal.
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
	// classes, NotPrincipal in an Allow, CanonicalUser, cost. Changes may be incomplete then; those
	// that are there are certain. Relation is Undecided, or Different where both kinds of changes are known.
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
// with a request for each difference. Requests are decided as [Evaluate] does it, and it has
// decided each of these for both sides.
//
// Each side has all policies that apply to requests of Setting.Principal. What neither side has is
// not known, and assumed so that it does not decide:
//
//   - Policies of an identity alone are compared as if each resource let the principal's account
//     decide, and nobody else granted anything to the principal. So a Deny of what they do not
//     allow changes nothing. Without Setting.Principal the keys that tell who it is, such as
//     aws:PrincipalArn, can have any values.
//   - The policy of a resource alone is compared for everybody: each principal that it names,
//     others of each account, services, users of identity providers and anonymous callers; once
//     with policies of their own that allow everything, and once without.
//
// The policy of a resource decides only what it can be about: without Resource it is a role trust
// policy, with actions of KMS alone a key policy, and other requests are not compared then.
//
// It is exact on actions, resources and principals with their wildcards, on NotAction, NotResource
// and the NotPrincipal of a Deny, on Allow and Deny, any number of statements and documents,
// boundaries, session and control policies, and on all condition operators with IfExists,
// ForAllValues and ForAnyValue. The answer "same" is a proof for all requests, of which this is
// taken for granted:
//
//   - A condition key that no statement asks for with a set operator has one value at most
//     (reference_policies_condition-single-vs-multi-valued-context-keys).
//   - Keys that tell who the principal is have the values that AWS gives them, and aws:username is
//     there for IAM users alone (reference_policies_variables, "Principal key values";
//     reference_policies_condition-keys, "Properties of the principal").
//   - The name of an action has letters, digits, "-" and "_" (reference_policies_grammar).
//   - Principals are of the partitions that the policies name.
//   - A request that names an alias of a KMS key is one for the key with kms:RequestAlias in its
//     context (KMS Developer Guide, alias-authorization), and not compared by itself.
//
// What is not decided is named in Comparison.Undecided: a policy variable that meets something else
// than the same text, a wildcard, or values with which a request differs; a key that is compared as
// a number, a date, an address or bytes and in another way as well, where no value that the
// policies name shows a difference; an Allow with NotPrincipal, as for [Evaluate]; statements about
// a CanonicalUser that one side has, or that meet a Deny that one side has; patterns that cost too
// much.
//
// It fails where [Evaluate] would: when a policy has no meaning, or the setting has a principal or
// an account that cannot be. It fails too when policies of an identity meet those of a resource and
// no principal is given.
func Compare(before, after Policies, in Setting) (Comparison, error) {
	c, err := newComparison(before, after, in)
	if err != nil {
		return Comparison{}, err
	}
	for f := range c.frames {
		if c.compare(f, before, after); c.budget.over {
			break
		}
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
