// Package spec is what a user may write: the types of pzgen.yaml, version 1, its strict loader, its checks and its JSON Schema.
//
// What Load returns is complete and checked: every default is filled in, every name is declared, every value is one that AWS
// accepts. Nothing to the right of this package looks at the file again.
package spec

import (
	"path"

	"github.com/pzgen/pzgen/policy"
)

// Version is the version of the format that this build reads.
const Version = 1

// Spec is a loaded file. Setups are sorted by name, whatever order they stand in.
type Spec struct {
	File   string // as the user named it, for messages
	Setups []*Setup
}

// Setup is one Personalize setup. Maps of the file are slices here, sorted by name; lists keep their order.
type Setup struct {
	Name                string
	Description         string
	Account             string // 12 digits
	Region              string
	Partition           string // aws or aws-cn
	Profile             string // LeastPrivilege or Documented
	ConfusedDeputy      string // DeputyTrust, DeputyEverywhere or DeputyNowhere (profile documented)
	ListByPrefix        bool
	Role                Role
	Keys                []Key
	Buckets             []Bucket
	Workflows           []Workflow
	DatasetGroup        *DatasetGroup
	Operators           []Operator
	Uploads             []Upload
	Statements          []CustomStatement
	Targets             []string // of json, cloudformation, terraform, shell, in this order
	Tags                []Tag    // sorted by key
	OwnFiles            []string // see [OwnPattern]
	PermissionsBoundary string   // ARN; "" for none; the role's own, when it has one, stands in Role
	Places              Places
}

// backups are the copies of policies that apply.sh keeps beside itself, and that nothing reads.
const backups = "shell/backup-*"

// OwnPattern returns the first of the patterns of OwnFiles by which a file or folder is the user's
// own, or "". name is its path below the setup's folder. Patterns are those of [path.Match]; one that
// matches a folder takes all that is in it. Copies that apply.sh keeps are the user's in any case.
func OwnPattern(patterns []string, name string) string {
	if match, err := path.Match(backups, name); err == nil && match {
		return backups
	}
	for ; name != "." && name != "/"; name = path.Dir(name) {
		for _, pattern := range patterns {
			if match, err := path.Match(pattern, name); err == nil && match {
				return pattern
			}
		}
	}
	return ""
}

// Profiles, and where the conditions against a confused deputy stand.
const (
	LeastPrivilege   = "least-privilege"
	Documented       = "documented"
	DeputyTrust      = "trust"
	DeputyEverywhere = "everywhere"
	DeputyNowhere    = "nowhere"
)

// Role is the service role that Personalize assumes.
type Role struct {
	Name                string
	Path                string // begins and ends in "/"
	Description         string
	PermissionsBoundary string   // ARN; the setup's when the role has none of its own
	ManagedPolicies     []string // ARNs, names already expanded, in the order of the file
	Existing            bool
}

// Key is a KMS key: created (Alias) or existing (ARN).
type Key struct {
	Name           string // its name in the spec
	Alias          string // alias/…, of a key that pzgen creates
	ARN            string // of an existing key
	Admins         []string
	Policy         *policy.Document // an existing key's present policy, read from PolicyFile
	PolicyFile     string           // as written in the spec
	DeletionWindow int              // days
	Rotation       bool
}

// Existing reports whether the key is there already, so that pzgen does not create it.
func (k Key) Existing() bool { return k.ARN != "" }

// Bucket is an S3 bucket.
type Bucket struct {
	Name            string // its name in the spec
	BucketName      string // its name in S3
	Key             string // name of a Key, or ""
	Existing        bool
	Policy          *policy.Document // an existing bucket's present policy, read from PolicyFile
	PolicyFile      string
	Versioning      bool
	SecureTransport bool // deny requests without TLS
	PublicAccess    bool // created without the public access block: the user turned it off
	ACLs            bool // created without bucket-owner-enforced: the user turned it off
	ExpireAfterDays int  // 0: never
}

// Types of workflow.
const (
	Import            = "import"
	BatchInference    = "batch-inference"
	BatchSegment      = "batch-segment"
	Export            = "export"
	MetricAttribution = "metric-attribution"
	DataDeletion      = "data-deletion"
)

// Workflow is one thing that Personalize is to do.
type Workflow struct {
	Type string
	From *Location // nil where the type reads nothing
	To   *Location // nil where the type writes nothing
}

// Location is a place in a bucket.
type Location struct {
	Bucket string // name of a Bucket
	Prefix string // "" (the whole bucket) or a key prefix; never begins with "/"
}

// DatasetGroup is the dataset group of the setup.
type DatasetGroup struct {
	Name   string
	Domain string // ECOMMERCE, VIDEO_ON_DEMAND or ""
	Key    string // name of a Key; "" when it is not encrypted with a customer's key
}

// Access levels of an operator.
const (
	Full    = "full"
	Operate = "operate"
	Read    = "read"
	Runtime = "runtime"
)

// Operator is people or programs that call Personalize.
type Operator struct {
	Name            string
	Access          string
	Users           []string
	Groups          []string
	Roles           []string
	ManagedPolicies []string // ARNs
}

// Upload is a local file that the shell target puts into a bucket.
type Upload struct {
	File string
	To   Location // Prefix is the whole key of the object
}

// CustomStatement is a policy statement that the user adds to a document: the way out.
type CustomStatement struct {
	Owner     string // role, trust, bucket.<name>, key.<name>, operator.<name>
	Statement policy.Statement
	Accepted  string // why the user wants a permission that no workflow needs; "" when not accepted
}

// Tag is a tag on everything that can carry one.
type Tag struct{ Key, Value string }

// Place is a position in the spec file; lines and columns count from 1.
type Place struct{ Line, Col int }

// Places tells where the parts of a setup stand, by path: "", "role", "role.name", "buckets.data", "workflows[2].to".
type Places map[string]Place
