// Package spec is what a user may write: the types of pzgen.yaml, version 1, its strict loader, its checks and its JSON Schema.
//
// What Load returns is complete and checked: every default is filled in, every name is declared, every value is one that AWS
// accepts. Nothing to the right of this package looks at the file again.
package spec

import (
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// Version is the version of the format that this build reads.
const Version = 1

// Spec is a loaded file. Setups are sorted by name, whatever order they are in.
type Spec struct {
	File   string // as the user named it, for messages
	Setups []*Setup
	Root   string // one of RootModes, or ""
}

// Setup is one Personalize setup. Maps of the file are slices here, sorted by name; lists keep their order.
type Setup struct {
	Name                string
	Was                 []string // names that it had before
	Description         string
	Account             string // 12 digits
	Region              string
	Partition           string // aws or aws-cn
	Profile             string // LeastPrivilege or Documented
	ConfusedDeputy      string // DeputyTrust and so on
	ListByPrefix        bool
	StackSet            bool // the CloudFormation template is for other accounts and regions too
	SharedModule        bool // the Terraform module may be that of other setups too
	OwnModule           bool // it may have been, and is the setup's own again
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
	Accept              []Approval
	Ignore              []Ignored
	PermissionsBoundary string // ARN; "" for none; the role's own, when it has one, stands in Role
	BoundaryPolicy      *policy.Document
	Places              Places

	// Users are the setups that use a bucket, a key or the role of this one, sorted by name, and
	// Owners those whose bucket, key or role it uses itself. They are known once all files were read:
	// see [Files.Link].
	Users, Owners []*Setup

	// Asker is the setup for which this one was made up: see [Setup.Handed].
	Asker *Setup
}

// Profiles, and where the conditions against a confused deputy stand: aws:SourceAccount and
// aws:SourceArn in the trust policy, in those of buckets and keys as well, aws:SourceAccount alone in
// the trust policy, or none (as in profile documented).
const (
	LeastPrivilege   = "least-privilege"
	Documented       = "documented"
	DeputyTrust      = "trust"
	DeputyEverywhere = "everywhere"
	DeputyAccount    = "account"
	DeputyNone       = "none"
)

// Role is the service role that Personalize assumes.
type Role struct {
	Name                string
	Path                string // begins and ends in "/"
	Description         string
	PermissionsBoundary string           // ARN; the setup's when the role has none of its own
	BoundaryPolicy      *policy.Document // its policy, where that is known
	ManagedPolicies     []string         // ARNs, names already expanded, in the order of the file
	Policy              PolicyNames
	Existing            bool
	Of                  string // the setup that owns it, when that is another one; then it exists for this one
}

// Key is a KMS key: created (Alias) or existing (ARN, or Found).
type Key struct {
	Name           string   // its name in the spec
	Was            []string // names that it had there before, the oldest first
	Alias          string   // alias/…, of a key that pzgen creates, or of one that is Found
	ARN            string   // of an existing key
	Found          bool     // it exists and is looked up by its alias, so that its ARN is not known here
	Admins         []string
	Policy         *policy.Document // an existing key's present policy, read from PolicyFile
	PolicyFile     string           // as written in the spec
	DeletionWindow int              // days
	Rotation       bool
	Disposable     bool   // it goes with the rest: protect is false
	Account        string // another one that owns it; "" for the setup's
	Of             Owned  // whose it is; it exists for this setup, by its ARN or Found
}

// Existing reports whether the key is there already, so that pzgen does not create it.
func (k Key) Existing() bool { return k.ARN != "" || k.Found }

// Bucket is an S3 bucket.
type Bucket struct {
	Name            string   // its name in the spec
	Was             []string // names that it had there before, the oldest first
	BucketName      string   // its name in S3
	Key             string   // name of a Key, or ""
	Existing        bool
	Policy          *policy.Document // an existing bucket's present policy, read from PolicyFile
	PolicyFile      string
	Versioning      bool
	SecureTransport bool // deny requests without TLS
	PublicAccess    bool // created without the public access block: the user turned it off
	ACLs            bool // created without bucket-owner-enforced: the user turned it off
	ExpireAfterDays int  // 0: never

	// ExpireOldVersionsAfterDays is for versions that are not the current ones; 0: never.
	ExpireOldVersionsAfterDays int

	Logs       *AccessLogs // of a created bucket; nil: none
	Disposable bool        // it goes with the rest: protect is false
	Account    string      // as of a key
	Of         Owned       // whose it is; it exists for this setup
}

// AccessLogs is where S3 delivers the server access logs of a bucket.
type AccessLogs struct {
	Bucket  string // name of a Bucket, or ""
	Outside string // name in S3 of a bucket that exists and is not among the setup's, or ""
	Prefix  string // what the names of logs begin with; "": the bucket's name in S3 and a slash
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

// IsFile reports whether the location names one file, data/items.csv for example, and not the
// beginning of the names of files: its last part ends in a dot and an extension that begins with a
// letter.
func (l Location) IsFile() bool {
	dot := strings.LastIndexByte(path.Base(l.Prefix), '.') + 1
	ext := path.Base(l.Prefix)[dot:]
	return dot > 0 && !strings.HasSuffix(l.Prefix, "/") && ext != "" && classLetters.has(ext[0])
}

// Meets reports whether one of two locations is in the other.
func (l Location) Meets(o Location) bool {
	return l.Bucket == o.Bucket &&
		(strings.HasPrefix(l.Prefix, o.Prefix) || strings.HasPrefix(o.Prefix, l.Prefix))
}

// DatasetGroup is the dataset group of the setup.
type DatasetGroup struct {
	Name   string
	Domain string // ECOMMERCE, VIDEO_ON_DEMAND or ""
	Key    string // name of a Key; "" when it is not encrypted with a customer's key

	Existing   bool
	Disposable bool // it goes with the rest: protect is false
}

// Access levels of an operator.
const (
	Full       = "full"
	Operate    = "operate"
	Build      = "build"
	Read       = "read"
	Runtime    = "runtime"
	Uploader   = "upload"
	Downloader = "download"
	Deploy     = "deploy"
)

// Operator is people or programs that call Personalize, or that bring its data and fetch its
// results.
type Operator struct {
	Name            string
	Was             []string   // names that it had in the spec before, the oldest first
	Access          []string   // levels, in the order above, each once
	Locations       []Location // for Uploader and Downloader; nil: all that workflows read or write
	Principals      []string   // ARNs and services, let in by the policies of buckets and keys
	Policy          PolicyNames
	Users           []string
	Groups          []string
	Roles           []string
	ManagedPolicies []string // ARNs
}

// PolicyNames is what the policies of a role or an operator are called.
type PolicyNames struct {
	Name        string // "" for pzgen's own
	Managed     bool   // managed policies where inline ones would do
	Description string // of managed policies
}

// Has reports whether the operator has a level of access.
func (o Operator) Has(level string) bool { return slices.Contains(o.Access, level) }

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
