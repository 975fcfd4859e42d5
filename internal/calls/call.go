package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Call is one request that a setup needs, or that it must not let pass, with the names of the
// documents that decide it.
type Call struct {
	Workflow string // what makes it, for people: "import data/datasets/", "operator admins"
	Caller   Caller
	Side     Side
	Action   string
	On       Target
	Source   string // page#section of AWS's documentation that asks for it
	Place    string // path of the spec's part that it comes from, a key of spec.Places

	Identity []Document // of the caller
	Resource Document   // of what is worked on

	context   *context
	anonymous bool // a service's call that does not say on whose behalf it is made
	alone     bool // must not pass: its side alone is asked
	unbounded bool // the role's permissions boundary is not asked
	same      int  // index of the first call of the same list that asks the same
	request   policy.Request
	key       string            // ID of the key that is used, or that encrypts what is written
	theirs    []policy.Document // of the caller beside Identity: what no setup owns, see everything
	instead   *policy.Document  // in place of the policy of a key that is not asked, see delegating

	table    *Table
	prepared *policy.Prepared // made when the call is first decided
}

// Caller is who makes a call.
type Caller int

// The callers. The service is Amazon Personalize itself, which says for which resource of which
// account it calls; the role is the service role, which it assumes.
const (
	Service          Caller = iota + 1 // for a resource of the setup
	ServiceForOther                    // for a resource of another account
	ServiceForTheirs                   // the same, saying that it is for the setup's account
	ServiceForNobody                   // without saying for what
	Role
	Operator      // a person or a program that uses Amazon Personalize
	Administrator // of a key
	User          // of the account, who has no part in the setup
	Stranger      // everybody else
	Admitted      // whom the spec has policies of buckets and keys let in
)

var callerNames = [...]string{
	Service:          "service",
	ServiceForOther:  "service for another account",
	ServiceForTheirs: "service for another account's resource",
	ServiceForNobody: "service for nobody",
	Role:             "role",
	Operator:         "operator",
	Administrator:    "administrator",
	User:             "user",
	Stranger:         "stranger",
	Admitted:         "principal",
}

// String returns the caller in words, without an article.
func (c Caller) String() string { return nameOf(callerNames[:], int(c), "Caller") }

// ofAccount reports whether the caller is a principal of the setup's account.
func (c Caller) ofAccount() bool { return c >= Role && c <= User }

// Side says whose policies have to allow a call by themselves. Within one account AWS is content
// with either for most calls, and the Amazon Personalize Developer Guide asks for both, so that
// there is a call for each.
type Side int

// The sides of a call.
const (
	Identity Side = iota + 1 // the policies of the caller
	Resource                 // the policy of the bucket, key or role that is worked on
)

var sideNames = [...]string{Identity: "identity", Resource: "resource"}

// String returns "identity" or "resource".
func (s Side) String() string { return nameOf(sideNames[:], int(s), "Side") }

// Target is what a call works on.
type Target struct {
	Kind TargetKind
	ARN  string // of a target of kind Named, or "*"
}

// String returns the target for people: what it is to the workflow, or its ARN.
func (t Target) String() string {
	if t.Kind == Named {
		return t.ARN
	}
	return t.Kind.String()
}

// TargetKind is what the target of a call is to whoever makes it.
type TargetKind int

// The kinds of targets.
const (
	Named      TargetKind = iota // told by its ARN
	FromBucket                   // the bucket that a workflow reads
	FromObject                   // an object under the location that it reads
	ToBucket                     // the bucket that it writes
	ToObject                     // an object under the location that it writes
	FromKey                      // the key of the bucket that it reads
	ToKey                        // the key of the bucket that it writes
	GroupKey                     // the key of the dataset group
	DataKey                      // the key of a bucket that an operator brings data to, or fetches it from
	TheKey                       // the key that is administered
	TheRole                      // the service role
	CloudWatch                   // metrics, which have no ARN
)

var targetNames = [...]string{
	Named:      "a resource",
	FromBucket: "the bucket that is read",
	FromObject: "an object under the location that is read",
	ToBucket:   "the bucket that is written",
	ToObject:   "an object under the location that is written",
	FromKey:    "the key of the bucket that is read",
	ToKey:      "the key of the bucket that is written",
	GroupKey:   "the key of the dataset group",
	DataKey:    "the key of the bucket",
	TheKey:     "the key",
	TheRole:    "the service role",
	CloudWatch: "CloudWatch",
}

// String returns the kind in words.
func (k TargetKind) String() string { return nameOf(targetNames[:], int(k), "TargetKind") }

func (k TargetKind) isBucket() bool { return k == FromBucket || k == ToBucket }
func (k TargetKind) isObject() bool { return k == FromObject || k == ToObject }
func (k TargetKind) isKey() bool    { return k == FromKey || k == ToKey || k == GroupKey || k == DataKey }

// isWritten reports whether the kind belongs to the location that a workflow writes.
func (k TargetKind) isWritten() bool { return k == ToBucket || k == ToObject || k == ToKey }

func nameOf(names []string, i int, typ string) string {
	if i < 0 || i >= len(names) || names[i] == "" {
		return fmt.Sprintf("%s(%d)", typ, i)
	}
	return names[i]
}

// Concerns reports whether a document has a part in deciding the call.
func (c *Call) Concerns(d Document) bool {
	switch {
	case !c.alone:
		return c.Resource == d || slices.Contains(c.Identity, d)
	case c.Side == Resource:
		return c.Resource == d
	}
	return slices.Contains(c.Identity, d)
}

// OnKeyOfOperator reports whether this is the call of an operator that the whole policy of a key
// decides.
func (c *Call) OnKeyOfOperator() bool {
	return c.Caller == Operator && (c.On.Kind == GroupKey || c.On.Kind == DataKey)
}

// About reports whether a value of a statement, with or without wildcards at its end, is likely
// to be there for the call: it begins the name of what is worked on, or of who calls.
func (c *Call) About(value string) bool {
	value = strings.TrimRight(value, "*")
	return strings.HasPrefix(c.request.Resource, value) ||
		strings.HasPrefix(c.request.Principal, value)
}

// Unusual reports whether the call is made under circumstances that conditions are there for: on
// behalf of somebody else, without TLS, with a prefix, for a service.
func (c *Call) Unusual() bool {
	return c.Caller == ServiceForNobody || c.context != c.table.plain && c.context != c.table.ours
}

// Principal returns who calls, for people: "the role", or the ARN or name of a stranger.
func (c *Call) Principal() string {
	if c.Caller == Stranger || c.Caller == Admitted {
		return c.request.Principal
	}
	return "the " + c.Caller.String()
}
