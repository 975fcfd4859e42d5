// Package model turns a checked spec and the templates into the resources and policy documents of a setup.
//
// Every decision ends here: names, order, which statements apply, what is created and what is only added to. A printer looks at the
// model and decides nothing about policy.
package model

import (
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// Setup is everything that the targets print, in the order in which they print it.
type Setup struct {
	Name         string
	Was          []string // names that it had before
	Description  string
	SpecFile     string // base name of the spec, for the headers of artifacts
	Account      string
	Region       string
	Partition    string
	Profile      string
	Deputy       string // where conditions against a confused deputy stand: spec.DeputyTrust and so on
	ListByPrefix bool
	StackSet     bool // the template of CloudFormation has no rule on account and region
	SharedModule bool // the Terraform module may be that of other setups too
	OwnModule    bool // it may have been, and is the setup's own again
	Targets      []string
	OwnFiles     []string // see [spec.OwnPattern]

	Role         Role
	Keys         []Key
	Buckets      []Bucket
	DatasetGroup *DatasetGroup
	Operators    []Operator
	Uploads      []spec.Upload
	Workflows    []spec.Workflow
	Tags         []spec.Tag

	// Handed is what the owners of other accounts apply for this setup, and Asker the setup for which
	// such a one is; nil for others. It has no role, and its name is the folder in that of Asker.
	Handed []*Setup
	Asker  *Setup

	// OwnedSids are the Sids of the closed list that this setup can have given to a statement of a
	// bucket's or a key's policy, sorted. Others of its own are marked: see [Setup.SidMarks].
	OwnedSids []string

	Reasons []Reason // one for each statement that pzgen gives a document, in the order of Docs()
	Places  spec.Places
}

// Doc is a policy document with its name, "role-policy" for example, which is also its file's.
//
// Names: role-trust; role-policy, or role-policy-<n> when it had to be split (profile documented:
// role-s3-<bucket>, role-kms, role-cloudwatch, role-access); bucket-<bucket>; key-<key>;
// operator-<operator>, or operator-<operator>-<n>.
type Doc struct {
	Name       string
	PolicyName string // its name in IAM, for policies that have one
	About      string // the description of a managed policy
	Document   policy.Document

	// Partial: these are statements to merge into a policy that is not known here, never a whole policy.
	Partial bool
}

// Role is the service role.
type Role struct {
	Name            string
	Path            string
	Description     string
	Existing        bool        // only gets policies; nothing else of it is touched, its trust policy neither
	Boundary        policy.Text // ARN, of a created role; empty for none
	Bounded         bool        // it has a permissions boundary, which Limits holds where it is known
	Limits          *policy.Document
	ManagedPolicies []policy.Text
	Of              string   // the setup that makes it, when that is another one; then it exists
	Users           []string // other setups that use it
	Regions         []string // where they do, beside the setup's own
	Trust           Doc      // Partial when the role exists: it is shown, never applied
	Policies        []Doc
	Inline          bool // Policies are inline policies of the role; else they are customer managed policies attached to it
}

// Key is a KMS key.
type Key struct {
	ID       string   // its name in the spec: references are {"key."+ID, "arn"}
	Was      []string // names that it had in the spec before, the oldest first
	ARN      string   // of an existing key; "" when pzgen creates it or it is Found
	Found    bool     // it exists and is looked up by its alias: its ARN is known on deployment
	Alias    string   // of a key that pzgen creates, or that is Found
	Rotation bool
	Window   int // days
	// Disposable: a created key goes with the rest.
	Disposable bool
	Admins     []policy.Text // who administers a created key: ARNs; the account's root when the spec names nobody
	// Policy is the whole key policy of a created key, the merged policy of an existing one whose present policy is known, or (Partial) the
	// statements to merge.
	Policy   Doc
	Own      policy.Document  // pzgen's own statements alone
	Lent     policy.Document  // those of them that are for other setups
	Base     *policy.Document // an existing key's present policy, when it is known
	BaseFile string           // the file with that policy, as written in the spec
	Owner    *Owner           // of a key that another setup has, which has no Policy here
}

// Existing reports whether the key is there already.
func (k Key) Existing() bool { return k.ARN != "" || k.Found }

// Bucket is an S3 bucket.
type Bucket struct {
	ID          string   // its name in the spec: references are {"bucket."+ID, "arn"} and {"bucket."+ID, "name"}
	Was         []string // as of a key
	Name        string
	Existing    bool
	Key         string // ID of the Key it is encrypted with, or ""
	Versioning  bool
	BlockPublic bool
	OwnerOnly   bool  // object ownership BucketOwnerEnforced
	TLSOnly     bool  // requests without TLS are denied
	ExpireDays  int   // 0: never
	OldDays     int   // as ExpireDays, for versions that are not the current ones
	Logs        *Logs // of a created one; nil: none
	Disposable  bool  // a created one goes with the rest
	Policy      Doc   // as for Key
	Own         policy.Document
	Lent        policy.Document
	Base        *policy.Document
	BaseFile    string // the file with the present policy, as written in the spec
	Owner       *Owner // as for Key
}

// Owner tells whose a bucket or a key is that another setup has. That setup alone writes its policy,
// with the statements of all who use it.
type Owner struct {
	Setup string // its name
	ID    string // what the bucket or key is called there

	// Account is the account that owns it, when that is another one than the setup's, or "".
	Account string

	// Policy is the policy as the owner writes it, under the name that the document would have here,
	// with everything filled in. Own of the bucket or key is what it has for this setup.
	Policy Doc
	Lent   policy.Document // what is in it for this setup and for others that use it
}

// Elsewhere returns the other account that owns it, or "".
func (o *Owner) Elsewhere() string {
	if o == nil {
		return ""
	}
	return o.Account
}

// Decisive returns the document that decides in AWS who may use the bucket: its policy, whichever
// setup writes it. It has no name when there is none.
func (b Bucket) Decisive() Doc { return decisive(b.Policy, b.Owner) }

// Decisive is that of a key.
func (k Key) Decisive() Doc { return decisive(k.Policy, k.Owner) }

func decisive(own Doc, owner *Owner) Doc {
	if owner != nil {
		return owner.Policy
	}
	return own
}

// Logs is where S3 delivers the server access logs of a bucket.
type Logs struct {
	Bucket  string      // ID of a bucket of the setup, or ""
	Outside string      // name of one that is not the setup's, or ""
	Prefix  policy.Text // what the names of logs begin with
}

// To returns the name in S3 of the bucket that the logs go to.
func (l Logs) To() policy.Text {
	if l.Bucket != "" {
		return policy.NewText(RefBucketName(l.Bucket))
	}
	return policy.Literal(l.Outside)
}

// Logged reports whether access logs go to the bucket with this ID.
func (s *Setup) Logged(id string) bool {
	return slices.ContainsFunc(s.Buckets, func(b Bucket) bool { return b.Logs != nil && b.Logs.Bucket == id })
}

// DatasetGroup is the Personalize dataset group.
type DatasetGroup struct {
	Name   string
	Domain string // or ""
	Key    string // ID of a Key, or ""

	Existing   bool // it is there already, and what cannot take it over leaves it alone
	Disposable bool // it goes with the rest
}

// MadeGroup returns the dataset group if Terraform and CloudFormation make it, else nil. Scripts find
// one that is there by its name in any case.
func (s *Setup) MadeGroup() *DatasetGroup {
	if s.DatasetGroup == nil || s.DatasetGroup.Existing {
		return nil
	}
	return s.DatasetGroup
}

// Operator is a set of customer managed policies and whom they are attached to.
type Operator struct {
	ID                   string
	Was                  []string        // as of a key
	Access               []string        // spec.Full and so on
	Locations            []spec.Location // for uploading and downloading, as in the spec
	Principals           []string        // let in by the policies of buckets and keys
	Policies             []Doc           // managed policies, attached to Users, Groups and Roles
	Users, Groups, Roles []string
	ManagedPolicies      []policy.Text // ARNs, attached to the same
}

// FirstName returns the name that something had in the spec at first: the oldest of its former names,
// or id.
func FirstName(id string, was []string) string {
	if len(was) > 0 {
		return was[0]
	}
	return id
}

// Has reports whether the operator has a level of access.
func (o Operator) Has(level string) bool { return slices.Contains(o.Access, level) }

// Audience is one kind of principal that an operator's policies are attached to.
type Audience struct {
	Kind  deployed.PrincipalKind
	Names []string
}

// Audiences returns an operator's users, groups and roles, in this order.
func (o Operator) Audiences() []Audience {
	return []Audience{{deployed.User, o.Users}, {deployed.Group, o.Groups}, {deployed.RoleP, o.Roles}}
}

// Reason says why a statement is there.
type Reason struct {
	Document string // Doc.Name
	Sid      string
	Template string // the Sid in the templates, without names; "" for a statement of the spec
	Why      string
	Source   string // page#section of the guide
	Edition  string
	Breaks   string // what fails without it
	Custom   bool   // a statement of the spec
	Accepted string // why a statement is wanted that no workflow needs, by the spec or its template
	Place    spec.Place
}
