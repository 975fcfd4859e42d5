package policy

import "fmt"

// Kind is what a policy is attached to, which decides its grammar: see [Kind.Elements].
type Kind int

// The kinds of policies (IAM User Guide, access_policies, "Policy types").
const (
	Identity        Kind = iota // attached to a user, group or role
	Resource                    // attached to a resource, such as a bucket
	Trust                       // a role trust policy
	KeyPolicy                   // the policy of a KMS key
	Boundary                    // a permissions boundary
	Session                     // passed when a session is made
	ServiceControl              // a service control policy
	ResourceControl             // a resource control policy
)

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{Identity, Resource, Trust, KeyPolicy, Boundary, Session, ServiceControl, ResourceControl}
}

// String returns the kind's name in AWS's documentation: "role trust policy".
func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity policy"
	case Resource:
		return "resource policy"
	case Trust:
		return "role trust policy"
	case KeyPolicy:
		return "key policy"
	case Boundary:
		return "permissions boundary"
	case Session:
		return "session policy"
	case ServiceControl:
		return "service control policy"
	case ResourceControl:
		return "resource control policy"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// one returns the kind with its article, for messages.
func (k Kind) one() string {
	if k == Identity {
		return "an " + k.String()
	}
	return "a " + k.String()
}
