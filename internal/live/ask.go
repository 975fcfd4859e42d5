package live

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// AskError is a name in an Ask that nothing of AWS can have.
type AskError struct{ Kind, Name string }

// Error says which name of what.
func (e *AskError) Error() string { return fmt.Sprintf("%q is no %s", e.Name, e.Kind) }

var (
	entityName = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$`)
	keyID      = regexp.MustCompile(`^(mrk-)?[A-Za-z0-9-]{1,64}$`)
	aliasName  = regexp.MustCompile(`^alias/[A-Za-z0-9:/_-]{1,249}$`)
	accountID  = regexp.MustCompile(`^\d{12}$`)
)

func (a Ask) check() error {
	for _, c := range []struct {
		kind  string
		names []string
		fits  func(string) bool
	}{
		{"name or ARN of a role", a.Roles, func(s string) bool {
			_, ok := parseRole(s)
			return ok
		}},
		{"name or ARN of a bucket", a.Buckets, func(s string) bool {
			_, ok := parseBucket(s)
			return ok
		}},
		{"ID, ARN or alias of a KMS key", a.Keys, func(s string) bool {
			_, ok := parseKey(s)
			return ok
		}},
		{"ARN of a user, a role or a session", a.Operators, func(s string) bool {
			_, ok := parseOperator(s)
			return ok
		}},
		{"ARN of a job, metric attribution or dataset group", a.Jobs, func(s string) bool {
			_, ok := parseJob(s)
			return ok
		}},
	} {
		for _, name := range c.names {
			if !c.fits(name) {
				return &AskError{c.kind, name}
			}
		}
	}
	return nil
}

// entity is a role or a user.
type entity struct {
	user                     bool
	name, path               string // path is "" where it is not known
	partition, account, full string // "" where it is not known; full is the ARN
}

// parseRole reads a name or an ARN of a role.
func parseRole(s string) (entity, bool) {
	if entityName.MatchString(s) {
		return entity{name: s}, true
	}
	e, ok := parseOperator(s)
	return e, ok && !e.user
}

// parseOperator reads the ARN of a user, a role or a role session.
func parseOperator(s string) (entity, bool) {
	arn, ok := policy.ParseARN(s)
	if !ok || !accountID.MatchString(arn.Account) || arn.IsPattern() {
		return entity{}, false
	}
	e := entity{partition: arn.Partition, account: arn.Account}
	typ, name := arn.Type()
	switch {
	case arn.Service == "iam" && (typ == "role" || typ == "user"):
		e.user, e.full = typ == "user", s
		i := strings.LastIndexByte(name, '/')
		e.path, e.name = name[:i+1], name[i+1:]
	case arn.Service == "sts" && typ == "assumed-role":
		e.name, _, ok = strings.Cut(name, "/")
	default:
		ok = false
	}
	return e, ok && entityName.MatchString(e.name)
}

// parseBucket reads the name or the ARN of a bucket.
func parseBucket(s string) (string, bool) {
	if arn, ok := policy.ParseARN(s); ok {
		if arn.Service != "s3" || arn.Region != "" || arn.Account != "" {
			return "", false
		}
		s = arn.Resource
	}
	return s, bucketName.MatchString(s)
}

// keyRef is how a key is named.
type keyRef struct {
	id                         string // the ID, or alias/NAME
	arn                        string // "" where it is not known
	partition, region, account string
}

func (k keyRef) alias() bool { return strings.HasPrefix(k.id, "alias/") }

// parseKey reads an ID, an ARN, an alias or its ARN.
func parseKey(s string) (keyRef, bool) {
	k := keyRef{id: s}
	if arn, ok := policy.ParseARN(s); ok {
		id, isKey := strings.CutPrefix(arn.Resource, "key/")
		if arn.Service != "kms" || arn.Region == "" || !accountID.MatchString(arn.Account) ||
			!isKey && !strings.HasPrefix(id, "alias/") || arn.IsPattern() {
			return k, false
		}
		k = keyRef{id: id, arn: s, partition: arn.Partition, region: arn.Region,
			account: arn.Account}
	}
	return k, aliasName.MatchString(k.id) || keyID.MatchString(k.id)
}

// jobRef is something of Personalize that Describe shows.
type jobRef struct {
	kind   string // as in the ARN: dataset-import-job
	arn    policy.ARN
	full   string
	follow []string // the kinds that its description leads to
}

// jobKinds are what may be asked for, and the kinds that their descriptions name.
var jobKinds = map[string][]string{
	"dataset-import-job":  {"dataset", "dataset-group"},
	"dataset-export-job":  {"dataset", "dataset-group"},
	"batch-inference-job": {"solution", "dataset-group"},
	"batch-segment-job":   {"solution", "dataset-group"},
	"data-deletion-job":   {"dataset-group"},
	"metric-attribution":  {"dataset-group"},
	"dataset-group":       nil,
}

// parseJob reads the ARN of one of jobKinds.
func parseJob(s string) (jobRef, bool) {
	j, ok := parsePersonalize(s)
	_, known := jobKinds[j.kind]
	return j, ok && known
}

func parsePersonalize(s string) (jobRef, bool) {
	arn, ok := policy.ParseARN(s)
	if !ok || arn.Service != "personalize" || arn.Region == "" ||
		!accountID.MatchString(arn.Account) || arn.IsPattern() {
		return jobRef{}, false
	}
	kind, name := arn.Type()
	return jobRef{kind: kind, arn: arn, full: s, follow: jobKinds[kind]}, name != ""
}
