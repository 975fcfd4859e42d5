package policy

import "strings"

// ARN is an Amazon Resource Name in its parts (IAM User Guide, reference-arns, "ARN format"), or a
// pattern of one, whose parts have the wildcards "*" and "?".
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov
	Service   string // s3
	Region    string // "" where the service has none
	Account   string // "" where the service has none
	Resource  string // what follows the fifth colon, with its own colons and slashes
}

// ParseARN takes an ARN, or a pattern of one, apart. It reports false for a text that does not
// begin with "arn:" or has fewer than six parts. Parts may be empty; whether such a partition,
// service, region, account or resource exists is not checked.
func ParseARN(s string) (ARN, bool) {
	var a ARN
	rest, ok := strings.CutPrefix(s, "arn:")
	for _, part := range []*string{&a.Partition, &a.Service, &a.Region, &a.Account} {
		if ok {
			*part, rest, ok = strings.Cut(rest, ":")
		}
	}
	if !ok {
		return ARN{}, false
	}
	a.Resource = rest
	return a, true
}

// String returns the ARN as it is written.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// Type returns the part of the resource before its first slash, such as "role", and what follows
// it. A resource without a slash is all type.
func (a ARN) Type() (typ, name string) {
	typ, name, _ = strings.Cut(a.Resource, "/")
	return typ, name
}

// Name returns the part of the resource behind its last slash: a user's or role's name without
// path.
func (a ARN) Name() string { return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:] }

// IsPattern reports whether a part has a wildcard.
func (a ARN) IsPattern() bool { return strings.ContainsAny(a.String(), "*?") }

// Matches reports whether the pattern a matches the ARN s as the element Resource does: letter case
// counts, and a wildcard stays within its part, but for a "*" at the end of one, which may go on
// beyond the colon (reference_policies_elements_resource, "Using wildcards in resource ARNs").
func (a ARN) Matches(s string) bool { return match(arnPattern(glob(a.String())), s) }

// isRoot reports whether a is the root user of an account.
func (a ARN) isRoot() bool {
	return a.Service == "iam" && a.Resource == "root" && isAccount(a.Account)
}

// isRole reports whether a is a role.
func (a ARN) isRole() bool { return a.Service == "iam" && strings.HasPrefix(a.Resource, "role/") }

// isAccount reports whether s is an account ID, which has 12 digits.
func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
