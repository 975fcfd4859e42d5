// Package deployed says what is, or would be, in an AWS account: the roles, policies, attachments, buckets, keys and
// dataset groups that an artifact brings about, each value with the place where it was read.
//
// Everything that is read is read into one type, [State], and compared by one function, [Match]. A reader turns its
// own format, in that format's own meaning, into a State. It knows nothing of setups and is not told what to expect.
// What it does not understand goes to Unknown, with its place: nothing is passed over.
//
// A State holds what an artifact states. What it does not state is the zero value of a field, never AWS's default of
// the day, so that an artifact which leaves a safeguard to a default differs from one that sets it.
//
// Reading order: state.go, match.go, difference.go, texts.go, token.go.
package deployed

import (
	"fmt"

	"github.com/pzgen/pzgen/policy"
)

// Place is a place in a file. Line and Col count from 1; 0 means the whole file, or the whole line.
type Place struct {
	Path      string
	Line, Col int
}

// String returns path:line:col, as much of it as is known.
func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.Path
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.Path, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Col)
}

// Errorf returns a fault of a file that keeps it from being read at all, as a [*policy.Error].
func Errorf(at Place, format string, args ...any) *policy.Error {
	return &policy.Error{Path: at.Path, Line: at.Line, Col: at.Col, Message: fmt.Sprintf(format, args...)}
}

// Values are what the names of an artifact stand for while it is read: its parameters or variables
// by name, and what AWS says of the place it is deployed to. A name that is not in Named has the
// default that the artifact gives it; a list or a map in Named is written as JSON.
type Values struct {
	Account, Region, Partition string
	Named                      map[string]string
}

// Value is a value with the place where it was read. A value that is known only on deployment, such as the ARN of a
// key that is created, is a [policy.Ref] whose ID is the address of the resource in the artifact.
type Value[T any] struct {
	V  T
	At Place `match:"-"`
}

// The kinds of values.
type (
	Text = Value[policy.Text]
	Bool = Value[bool]
	Int  = Value[int]
)

// Lit returns the Text that stands for s.
func Lit(s string) Text { return Text{V: policy.Literal(s)} }

// State is what is, or would be, in an account. Lists are in no order that means anything. The tag match of a field
// tells [Match] what to do with it: "key" identifies an element of a list, "-" is not compared.
type State struct {
	Scope         Scope
	Parameters    []Parameter
	Roles         []Role
	Policies      []Policy
	Attachments   []Attachment
	Inline        []PrincipalInline
	Buckets       []Bucket
	Keys          []Key
	DatasetGroups []DatasetGroup
	Objects       []Object
	Documents     []Shown
	Pages         []Page
	Outputs       []Output
	Imports       []Import
	Moves         []Move
	Resources     []Resource
	Was           []Text // names of the setup whose things the artifact takes for its own, beside the present one
	OwnedSids     []Text // Sids that merging takes for the artifact's own, in the policy of a bucket or key
	SidMarks      []Text // ends of such Sids, behind a marker
	Controls      []Control
	Jobs          []Job
	Members       []Member
	Users         []Person
	Refusals      []Refusal

	NoOrganization bool     `match:"-"` // the account is in none: it was looked at
	ControlsUnseen []Unseen `match:"-"` // of the organization

	// Where it was read, of what is in an account; an artifact that may be deployed anywhere has none.
	Where Scope `match:"-"`

	Unknown   []Unknown   `match:"-"` // each is a difference of its own
	Destroyed []Destroyed `match:"-"` // what applying a plan deletes
}

// Scope is where an artifact refuses to be deployed anywhere else. Empty: it does not refuse.
type Scope struct{ Account, Region Text }

// Parameter is a name of the artifact that whoever deploys it may give another value.
type Parameter struct {
	Name    string `match:"key"`
	Type    Text
	Default Text
	Accepts []Text // what its value is held against, in the artifact's notation
	Given   Text   // the value that a file beside the artifact hands over
	At      Place  `match:"-"`
}

// Document is a policy document in its place.
type Document struct {
	Name       string `match:"-"` // the model's, for a wanted one; for a loose one, see [Shown]
	Document   policy.Document
	At         Place   `match:"-"`
	Statements []Place `match:"-"` // of each statement of Document, in its order; may be nil

	// Unread: what is in it is not known, which is Unknown too.
	Unread bool `match:"-"`

	// Merge: the statements are put into the policy that is there, which keeps its others; else they replace it.
	Merge bool
}

// Role is an IAM role.
type Role struct {
	Name        Text `match:"key"`
	Created     bool // else it exists already, and only what is stated here is added to it
	Lender      Text // the setup that makes it, when that is another one
	Path        Text
	Description Text
	Boundary    Text      // ARN of the permissions boundary
	MaxSession  Int       // seconds
	Trust       *Document // nil: not set
	Inline      []Inline
	Tags        []Tag
	Protected   Bool  // the artifact's tool refuses to destroy it, or leaves it when the rest goes
	ForceDetach Bool  // policies that others attached are detached when the role is destroyed
	At          Place `match:"-"`

	Unseen []Unseen `match:"-"`
}

// Inline is an inline policy of a role.
type Inline struct {
	Name   Text `match:"key"`
	Policy *Document
	At     Place `match:"-"`
}

// Policy is a customer managed policy.
type Policy struct {
	Name        Text `match:"key"`
	Path        Text
	Description Text
	Policy      *Document
	Tags        []Tag
	At          Place `match:"-"`
}

// PrincipalKind is what a managed policy is attached to.
type PrincipalKind string

// The kinds of principals that managed policies are attached to.
const (
	User  PrincipalKind = "user"
	Group PrincipalKind = "group"
	RoleP PrincipalKind = "role"
)

// Attachment is a managed policy on a user, group or role.
type Attachment struct {
	Policy Text          `match:"key"` // ARN
	Kind   PrincipalKind `match:"key"`
	To     Text          `match:"key"` // name
	At     Place         `match:"-"`
}

// Tag is a tag. Keys are case-sensitive.
type Tag struct {
	Key   Text `match:"key"`
	Value Text
}

// Bucket is an S3 bucket.
type Bucket struct {
	Name    Text `match:"key"`
	Created bool

	Algorithm Text // of default encryption: AES256, aws:kms
	Key       Text // ARN of the key for aws:kms
	BucketKey Bool // S3 Bucket Keys

	// The public access block. PublicAccessBlock says that it is stated at all: AWS's default is to block.
	PublicAccessBlock                                                           Bool
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets Bool

	Ownership  Text // BucketOwnerEnforced, BucketOwnerPreferred
	Versioning Bool // enabled
	Lifecycle  []Rule
	LogsTo     Text // name of the bucket that server access logs go to
	LogsPrefix Text // what their names begin with
	Tags       []Tag

	Policy          *Document
	Watched         []Text    // of what exists: the calls that statements of others are held against, after the policy's name
	Lender          Text      // the setup that has it, when that is another one
	Account         Text      // that owns it, when that is another one
	Borrowed        *Document // what has to be in its policy by then, before anything else is done
	Protected       Bool
	PolicyProtected Bool
	ForceDestroy    Bool  // objects go with the bucket
	At              Place `match:"-"`

	Region Text     // where it is, of one that was looked at
	Unseen []Unseen `match:"-"`
}

// Rule is a rule of a bucket's lifecycle configuration. Numbers are days; 0 is never.
type Rule struct {
	ID                Text `match:"key"`
	Enabled           Bool
	Prefix            Text // "": all objects
	ExpireDays        Int
	NoncurrentDays    Int
	AbortUploadsAfter Int
}

// Key is a KMS key.
type Key struct {
	ARN         Text `match:"key"` // of a created key a Ref with attribute "arn", see [Match]
	Created     bool
	Description Text
	Aliases     []Text
	Rotation    Bool
	Window      Int // days between asking for deletion and deletion
	Policy      *Document
	Watched     []Text // as of a bucket
	Lender      Text
	Account     Text
	Borrowed    *Document
	Tags        []Tag
	Protected   Bool

	PolicyProtected Bool
	At              Place `match:"-"`

	// Of one that was looked at, in the words of AWS KMS (API Reference, KeyMetadata).
	Status  Text // Enabled, Disabled, PendingDeletion
	Spec    Text // SYMMETRIC_DEFAULT, RSA_2048; of a created key, where it is not the first
	Manager Text // CUSTOMER, AWS

	Unseen []Unseen `match:"-"`
}

// DatasetGroup is a dataset group of Amazon Personalize.
type DatasetGroup struct {
	Name      Text `match:"key"`
	Domain    Text
	Key       Text // ARN
	Role      Text // ARN
	Tags      []Tag
	Protected Bool
	At        Place `match:"-"`
}

// Object is an object that the artifact puts into a bucket.
type Object struct {
	Bucket Text  `match:"key"`
	Key    Text  `match:"key"`
	Source Text  // path of the file
	At     Place `match:"-"`
}

// Shown is a document that the artifact shows or holds without attaching it to anything.
type Shown struct {
	Name   string `match:"key"` // of the file, output or function
	Policy *Document
	At     Place `match:"-"`
}

// Resource is the address by which the artifact's tool knows a thing. Under another address the tool makes the thing
// anew, and leaves or destroys what it had under the old one.
type Resource struct {
	Address   string `match:"key"`
	Type      string // in the tool's words
	ID        Text   // of the thing: its name or ARN
	After     []Text // addresses of what is to be there before, beside those that it refers to
	Protected Bool   // the tool refuses to destroy it, or leaves it when the rest goes
	OnceMade  Bool   // but destroys it when the very run that makes it fails
	At        Place  `match:"-"`
}
