// Package denial reads what AWS says when it refuses a call: error messages as people paste them,
// and the records that CloudTrail keeps of calls. It knows the forms of these texts and decides
// nothing.
//
// All that it returns from a text is data: it may be anything that somebody wrote into a name.
package denial

import "fmt"

// What [Denial.By] can be: the types of policies as error messages name them, and what else refuses
// calls.
const (
	Identity        = "identity-based policy"
	Resource        = "resource-based policy"
	Trust           = "role trust policy"
	Boundary        = "permissions boundary"
	Session         = "session policy"
	ServiceControl  = "service control policy"
	ResourceControl = "resource control policy"
	Endpoint        = "VPC endpoint policy"
	PublicAccess    = "block public access setting" // of S3, of a bucket or of an account
	Key             = "state of the KMS key"        // disabled, to be deleted, or not there
	Grammar         = "grammar of the policy"       // AWS does not take the policy as written
	Location        = "location in S3"              // it is not written as Personalize wants it
	Credentials     = "credentials"                 // they are not valid (any more)
)

// Denial is one refused call, as far as a text tells it. A field is "" where the text does not.
type Denial struct {
	Principal string // who called: an ARN, the name of a service, or "*" for an anonymous call
	Action    string // such as s3:GetObject
	Resource  string // an ARN or "*"
	Explicit  bool   // a statement with Deny refused it
	By        string // what refused it: one of the constants above; "" when the text does not say
	Policy    string // the ARN of the policy that refused it, when the text names it
	Meaning   string // one sentence; what comes from the text is quoted
	Source    string // the page of AWS's documentation that has this form, and when it was read

	Code      string // the error code: AccessDenied
	Operation string // the operation of the API: GetObject
	Encoded   string // an encoded authorization message, which Meaning says how to decode

	// From an event or a decoded authorization message alone.
	Caller    string              // the ARN of the session or user, or else its unique ID
	Account   string              // of the caller
	InvokedBy string              // the service that made the call, itself or for somebody
	Region    string              // where the call went
	Context   map[string][]string // condition keys whose values the text has
}

// Where the forms are documented. Those with a day were read then, in copies of
// the documentation, key-state, cmk-related-errors and DecodeAuthorizationMessage in part.
const (
	pageIAM      = "IAM User Guide, troubleshoot_access-denied, read 2026-11-27"
	pageS3       = "Amazon S3 User Guide, troubleshoot-403-errors, read 2026-11-27"
	pageKey      = "IAM Identity Center User Guide, cmk-related-errors, read 2026-11-27"
	pageKeyState = "AWS KMS Developer Guide, key-state, read 2026-11-27"
	pageMessages = "Amazon Personalize Developer Guide, error-messages, read 2026-11-27"
	pagePass     = "Amazon Personalize Developer Guide, security_iam_troubleshoot, 2023-02"
	pageDeputy   = "Amazon Personalize Developer Guide, " +
		"cross-service-confused-deputy-prevention, 2025-11"
	pageDecode    = "AWS STS API Reference, DecodeAuthorizationMessage, read 2026-11-27"
	pagePrincipal = "IAM User Guide, reference_policies_elements_principal"
	pageElements  = "IAM User Guide, reference_policies_grammar"
	pageTrail     = "AWS CloudTrail User Guide, " +
		"cloudtrail-event-reference-record-contents, read 2026-11-27"
	observed = "AWS answers so; no page of its documentation was found that has this form (2026-11-27)"
)

const personalize = "personalize.amazonaws.com"

// explain returns the sentence for a denial whose principal, action and resource are known or not.
func (d Denial) explain() string {
	who, what, where := "somebody", "make a call", ""
	if d.Principal != "" {
		who = fmt.Sprintf("%q", d.Principal)
	}
	if d.Action != "" {
		what = "call " + fmt.Sprintf("%q", d.Action)
	}
	if d.Resource != "" {
		where = fmt.Sprintf(" on %q", d.Resource)
	}
	text := who + " may not " + what + where + ": "
	switch {
	case d.Explicit && d.Policy != "":
		return text + "a statement with Deny in the " + d.kind() + fmt.Sprintf(" %q refuses it",
			d.Policy)
	case d.Explicit && d.By == ServiceControl:
		return text + "a service control policy refuses it, by a statement with Deny or " +
			"because none allows it"
	case d.Explicit && d.By == Resource:
		return text + "a statement with Deny in the policy of the resource refuses it, " +
			"or, in S3, the setting RestrictPublicBuckets"
	case d.Explicit:
		return text + "a statement with Deny in the " + d.kind() + " refuses it"
	case d.By == Resource:
		return text + "no statement in the policy of the resource allows it"
	case d.By != "":
		return text + "no " + d.By + " allows it"
	}
	return text + "the message does not say which policy refuses it or lacks it"
}

func (d Denial) kind() string {
	if d.By == "" {
		return "policies, which one is not said,"
	}
	return d.By
}
