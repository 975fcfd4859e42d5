package calls

import (
	"slices"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Kind is what a policy document belongs to.
type Kind int

// The kinds of documents.
const (
	Trust          Kind = iota + 1 // the service role's trust policy
	RolePolicy                     // a policy of the service role
	BucketPolicy                   // the policy of a bucket
	KeyPolicy                      // the policy of a key
	OperatorPolicy                 // a policy of an operator
	Boundary                       // the permissions boundary of the service role
)

var kindNames = [...]string{
	Trust:          "trust policy",
	RolePolicy:     "policy of the service role",
	BucketPolicy:   "bucket policy",
	KeyPolicy:      "key policy",
	OperatorPolicy: "policy of an operator",
	Boundary:       "permissions boundary of the service role",
}

// String returns the kind in words.
func (k Kind) String() string { return nameOf(kindNames[:], int(k), "Kind") }

// Grammar returns the kind of policy that AWS takes the document for.
func (k Kind) Grammar() policy.Kind {
	switch k {
	case Trust:
		return policy.Trust
	case BucketPolicy:
		return policy.Resource
	case KeyPolicy:
		return policy.KeyPolicy
	case Boundary:
		return policy.Boundary
	}
	return policy.Identity
}

// Document names a policy document of a setup. The zero Document names none.
type Document struct {
	Kind Kind
	Name string // as [model.Doc] has it: "role-policy", "bucket-data"
}

// String returns the name.
func (d Document) String() string { return d.Name }

// OfBucket names the policy of the bucket with an ID, and OfKey that of a key, whether the setup
// gives it one or not.
func OfBucket(id string) Document { return Document{BucketPolicy, "bucket-" + id} }

// OfKey is [OfBucket] for a key.
func OfKey(id string) Document { return Document{KeyPolicy, "key-" + id} }

// OfBoundary names the permissions boundary of the service role, which no setup makes.
func OfBoundary() Document { return Document{Boundary, "permissions-boundary"} }

// Part is a document of a setup as the model has it, with references in it.
type Part struct {
	Document
	Place string // path of the spec's part that it belongs to, a key of spec.Places
	Whole policy.Document

	// For the policy of a bucket or a key: pzgen's own statements for the setup, and the present policy
	// of one that exists, when it is known; of one that another setup has, all that this writes. For
	// other documents Own is Whole.
	Own   policy.Document
	Base  *policy.Document
	Lends bool // there are statements for other setups in Whole, which are theirs to prove
}

// without returns a document without the statements of another one, which are told by their Sids.
func without(d, less policy.Document) policy.Document {
	if len(less.Statements) == 0 {
		return d
	}
	out := d
	out.Statements = slices.DeleteFunc(slices.Clone(d.Statements), func(s policy.Statement) bool {
		return slices.ContainsFunc(less.Statements, func(o policy.Statement) bool { return o.Sid == s.Sid })
	})
	return out
}

// Parts returns every document of a setup, in the order of [model.Setup.Docs].
func Parts(m *model.Setup) []Part {
	var out []Part
	add := func(kind Kind, place string, d model.Doc, own policy.Document, base *policy.Document) {
		if d.Name != "" {
			out = append(out, Part{Document{kind, d.Name}, place, d.Document, own, base, false})
		}
	}
	// shared is add for what setups have a policy of in common.
	shared := func(kind Kind, place string, d model.Doc, own, lent policy.Document, base *policy.Document, o *model.Owner) {
		switch {
		case o != nil && d.Partial && len(own.Statements) == 0:
			return
		case o != nil && d.Partial: // as for something that exists
			d.Document = own
		case o != nil:
			base = &d.Document
		}
		add(kind, place, d, without(own, lent), base)
		if n := len(out) - 1; d.Name != "" && len(lent.Statements) > 0 {
			out[n].Lends = true
		}
	}
	add(Trust, "role", m.Role.Trust, m.Role.Trust.Document, nil)
	for _, d := range m.Role.Policies {
		add(RolePolicy, "role", d, d.Document, nil)
	}
	for _, b := range m.Buckets {
		shared(BucketPolicy, "buckets."+b.ID, b.Decisive(), b.Own, b.Lent, b.Base, b.Owner)
	}
	for _, k := range m.Keys {
		shared(KeyPolicy, "keys."+k.ID, k.Decisive(), k.Own, k.Lent, k.Base, k.Owner)
	}
	for _, o := range m.Operators {
		for _, d := range o.Policies {
			add(OperatorPolicy, "operators."+o.ID, d, d.Document, nil)
		}
	}
	return out
}
