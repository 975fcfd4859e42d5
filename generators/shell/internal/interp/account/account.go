// Package account is an AWS account that exists in memory only. It answers the calls of the AWS
// CLI that pzgen's scripts make, as AWS does, and keeps what they change, so that a script can be
// run to see what it means.
//
// It knows the operations and parameters of those scripts and nothing else: any other is an
// error, not a guess. It checks that policies are policy documents and that the principals which
// must exist do; it decides no permissions, knows no limits but the five versions of a managed
// policy, and everything happens at once.
package account

import (
	"fmt"
	"slices"
	"strings"
)

// Account is the account's state. Its fields are exported so that it can be stored as JSON and be
// prepared and looked at.
type Account struct {
	ID        string
	Partition string
	Region    string // the only one that it has

	Roles    map[string]*Role      // by name
	Users    map[string]*Principal // by name
	Groups   map[string]*Principal // by name
	Policies map[string]*Policy    // customer managed, by ARN
	Buckets  map[string]*Bucket    // by name
	Foreign  map[string]bool       // buckets that other accounts own
	Keys     []*Key
	Aliases  map[string]string // ARNs of keys
	Datasets map[string]*DatasetGroup

	// MustExist are ARNs of roles that a policy may name only while they exist.
	MustExist []string

	// Elsewhere are managed policies of the account that nobody looks at, by ARN.
	Elsewhere []string

	// KeyARN returns a new key its ARN, by its tags. Nil: a number.
	KeyARN func(tags map[string]string) string `json:"-"`

	// Before is asked before each call, and can answer in its place.
	Before func(service, operation string) *Error `json:"-"`

	// Asked is told of each call with its parameters, by their names in the AWS CLI.
	Asked func(name string, parameters map[string]any) `json:"-"`

	// Calls are all calls, "iam get-role", and Changes those that changed something.
	Calls, Changes []string `json:"-"`
}

// Role is an IAM role.
type Role struct {
	Principal
	Path, Description, Trust, Boundary string
	Inline                             map[string]string // policy documents by name
	Tags                               map[string]string
}

// Principal is a user or group, or what a role has in common with them.
type Principal struct{ Attached []string } // ARNs of managed policies

// Policy is a customer managed policy.
type Policy struct {
	Name     string
	About    string // its description
	Versions []Version
	Default  string
	Next     int
	Tags     map[string]string
}

// Version is one version of a managed policy.
type Version struct{ ID, Document string }

// Bucket is an S3 bucket.
type Bucket struct {
	Region     string
	Policy     string
	Tags       map[string]string
	Block      map[string]bool // nil: none
	Ownership  string
	Versioning string
	Algorithm  string
	Key        string
	BucketKey  bool
	Lifecycle  []any
	Logging    *Logging                     // nil: none
	Objects    map[string]map[string]string // metadata by key
}

// Logging is where the access logs of a bucket go.
type Logging struct{ TargetBucket, TargetPrefix string }

// Key is a KMS key.
type Key struct {
	ARN, Policy, State string
	Manager            string // AWS for a key that AWS manages
	Rotation           bool
	Tags               map[string]string
}

// DatasetGroup is a Personalize dataset group.
type DatasetGroup struct {
	Name, Domain, Key, Role, Status string
	Tags                            map[string]string
}

// New returns an account without anything in it.
func New(partition, id, region string) *Account {
	return &Account{
		ID: id, Partition: partition, Region: region,
		Roles: map[string]*Role{}, Users: map[string]*Principal{}, Groups: map[string]*Principal{}, Policies: map[string]*Policy{},
		Buckets: map[string]*Bucket{}, Foreign: map[string]bool{}, Aliases: map[string]string{}, Datasets: map[string]*DatasetGroup{},
	}
}

// Error is an error that AWS answers with.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// refuse makes an error of AWS.s.
func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Run answers `aws args...`: what it prints, or an error. An [*Error] is AWS's; any other error
// means that the call is not known here.
func (a *Account) Run(args []string) (string, error) {
	if len(args) < 2 {
		return "", fmt.Errorf("aws %q is not a call", args)
	}
	name := args[0] + " " + args[1]
	op, ok := operations[name]
	if !ok {
		return "", fmt.Errorf("aws %s is not a call that pzgen's scripts make", name)
	}
	in, err := parse(op, args[2:])
	if err != nil {
		return "", fmt.Errorf("aws %s: %w", name, err)
	}
	a.Calls = append(a.Calls, name)
	if a.Asked != nil {
		a.Asked(name, in.values)
	}
	if a.Before != nil {
		if e := a.Before(args[0], args[1]); e != nil {
			return "", e
		}
	}
	out, err := op.run(a, in)
	if err == nil && in.err != nil {
		err = fmt.Errorf("aws %s: %w", name, in.err)
	}
	if err != nil {
		return "", err
	}
	if op.changes {
		a.Changes = append(a.Changes, name)
	}
	if out, err = in.queried(out); err != nil {
		return "", err
	}
	return encode(out), nil
}

// Operations returns the names of all calls that are answered, and whether they only read.
func Operations() map[string]bool {
	out := map[string]bool{}
	for name, op := range operations {
		out[name] = !op.changes
	}
	return out
}

// operation is one operation of the AWS CLI: its parameters by their names there, the required
// ones with "!" after it.
type operation struct {
	params  string
	changes bool
	run     func(*Account, *input) (any, error)
}

// object is a JSON object of an answer.
type object = map[string]any

func (a *Account) arn(service, region, account, resource string) string {
	return strings.Join([]string{"arn", a.Partition, service, region, account, resource}, ":")
}

// document checks a policy document, and that the principals which must exist do.
func (a *Account) document(doc, code string) error {
	d, err := decode(doc)
	if err != nil {
		return refuse(code, "the policy is not one: %v", err)
	}
	for _, arn := range a.MustExist {
		if slices.Contains(d, arn) && !a.exists(arn) {
			return refuse(code, "Invalid principal in policy: %s", arn)
		}
	}
	return nil
}

func (a *Account) exists(role string) bool {
	for name, r := range a.Roles {
		if a.roleARN(name, r) == role {
			return true
		}
	}
	return false
}

func (a *Account) roleARN(name string, r *Role) string {
	return a.arn("iam", "", a.ID, "role"+r.Path+name)
}
