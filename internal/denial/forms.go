package denial

import (
	"regexp"
	"slices"
	"strings"
)

// form is a message that is known by its words.
type form struct {
	words  []string // the text, in small letters, has each of these
	any    []string // and one of these, where there are any
	codes  []string // or the error code is one of these
	denial Denial
	find   *regexp.Regexp // the resource
	prefix string         // what makes an ARN of it
	role   bool           // it is about a service that assumes a role
}

func (f form) fits(small, code string) bool {
	if code != "" && slices.Contains(f.codes, code) {
		return true
	}
	has := func(w string) bool { return strings.Contains(small, w) }
	return len(f.words) > 0 && !slices.ContainsFunc(f.words,
		func(w string) bool { return !has(w) }) &&
		(len(f.any) == 0 || slices.ContainsFunc(f.any, has))
}

var (
	keyARN    = regexp.MustCompile(`(arn:[a-z-]+:kms:[^\s"',]+)`)
	roleARN   = regexp.MustCompile(`(arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+)`)
	fixBucket = regexp.MustCompile(`(?i)bucket policy on ([a-z0-9.-]+)`)
	principal = regexp.MustCompile(`(?i)invalid principal in policy: ` +
		`\\?"?\w+\\?" ?: ?\\?"?([^\s"'\\]+)`)
)

// forms are tried in this order: what says more comes first.
var forms = []form{
	{words: []string{"insufficient privileges for accessing data in", "s3"},
		find: fixBucket, prefix: "arn:aws:s3:::",
		denial: Denial{Principal: personalize, Source: pageMessages,
			Meaning: "Personalize, or its service role, may not read or write the location " +
				"in S3: the policies of the bucket, " +
				"the role or the KMS key lack a statement, or one of them denies it"}},
	{words: []string{"invalid data location"}, denial: Denial{By: Location, Source: pageMessages,
		Meaning: "the location is not of the form s3://BUCKET/FOLDER/FILE.csv, or " +
			"s3://BUCKET/FOLDER/ for a folder"}},
	{words: []string{"invalid s3 input path"}, denial: Denial{By: Location, Source: pageMessages,
		Meaning: "the input is not of the form s3://BUCKET/FOLDER/FILE.json"}},
	{words: []string{"invalid s3 output path"}, denial: Denial{By: Location, Source: pageMessages,
		Meaning: "the output is not of the form s3://BUCKET/FOLDER/, ending in a slash, " +
			"or it is where the input is"}},
	{words: []string{"roles may not be assumed by root accounts"},
		denial: Denial{Action: "sts:AssumeRole", By: Trust, Source: observed,
			Meaning: "the root user of an account cannot assume a role: use a user or role of " +
				"that account"}},
	{words: []string{"assum", "role"},
		any: []string{"unable to", "not able to", "cannot", "can't", "could not", "couldn't",
			"failed to",
			"does not have permission", "is not allowed to", "not authorized"},
		find: roleARN, role: true,
		denial: Denial{Action: "sts:AssumeRole", By: Trust, Source: pageDeputy,
			Meaning: "the role cannot be assumed: its trust policy does not let the caller, " +
				"for Personalize the service " +
				personalize + " with its source account and ARN, or the role is not there (yet)"}},
	{words: []string{"the request was denied due to a vpc endpoint policy"},
		codes: []string{"VpceAccessDenied"},
		denial: Denial{Explicit: false, By: Endpoint, Source: pageTrail,
			Meaning: "the policy of the VPC endpoint through which the call went denies it " +
				"or does not allow it"}},
	{words: []string{"ciphertext refers to a customer master key"}, find: keyARN,
		denial: Denial{Action: "kms:Decrypt", By: Resource, Source: observed,
			Meaning: "the KMS key of the data is not in this region or account, or its policy " +
				"lets the caller not use it; AWS does not say which"}},
	{words: []string{"not authorized to use the provided aws kms key"}, find: keyARN,
		denial: Denial{By: Resource, Source: pageKey,
			Meaning: "the policy of the KMS key does not let the service or the caller use " +
				"it, or the key is not in this region or account"}},
	{words: []string{"is pending deletion"}, find: keyARN,
		denial: Denial{By: Key, Source: pageKeyState,
			Meaning: "the KMS key is to be deleted: cancel the deletion and enable it, or use " +
				"another"}},
	{words: []string{"is pending import"}, find: keyARN,
		denial: Denial{By: Key, Source: pageKeyState,
			Meaning: "the KMS key has no key material: import it, or use another key"}},
	{words: []string{"key/", "is disabled"},
		codes: []string{"DisabledException", "KMS.DisabledException"},
		find:  keyARN,
		denial: Denial{By: Key, Source: pageKeyState,
			Meaning: "the KMS key is disabled: enable it, or use another"}},
	{codes: []string{"KMSInvalidStateException", "KMS.KMSInvalidStateException", "KMSInvalidState"},
		find: keyARN,
		denial: Denial{By: Key, Source: pageKeyState,
			Meaning: "the KMS key cannot be used in the state that it is in"}},
	{words: []string{"key", "arn:", ":kms:", "does not exist"},
		codes: []string{"KMS.NotFoundException"},
		find:  keyARN,
		denial: Denial{By: Key, Source: pageKeyState,
			Meaning: "there is no such KMS key in this region and account"}},
	{words: []string{"alias", ":kms:", "is not found"}, find: keyARN,
		denial: Denial{By: Key, Source: observed,
			Meaning: "there is no such alias of a KMS key in this region and account"}},
	{words: []string{"invalid principal in policy"}, find: principal,
		denial: Denial{By: Grammar, Source: pagePrincipal,
			Meaning: "the policy names a principal that does not exist: one that was deleted " +
				"(AROA…, AIDA…), mistyped, or so new that it is not known yet"}},
	{words: []string{"one or more invalid principal"},
		denial: Denial{By: Grammar, Source: pagePrincipal,
			Meaning: "the policy names a principal that does not exist: one that was deleted " +
				"(AROA…, AIDA…), mistyped, or so new that it is not known yet"}},
	{words: []string{"should not specify a principal"},
		denial: Denial{By: Grammar, Source: pageElements,
			Meaning: "the policy is one for a bucket, key or role's trust: a policy of an " +
				"identity has no Principal"}},
	{words: []string{"action does not apply to any resource"},
		denial: Denial{By: Grammar, Source: observed,
			Meaning: "a statement's resources do not fit its actions: s3:ListBucket is on the " +
				"bucket, s3:GetObject and s3:PutObject on BUCKET/*"}},
	{words: []string{"policy has invalid resource"}, denial: Denial{By: Grammar, Source: observed,
		Meaning: "a statement of the bucket's policy is about another bucket than this"}},
	{words: []string{"will not allow you to update the key policy"},
		denial: Denial{By: Grammar, Source: observed,
			Meaning: "the key policy would lock its owner out: keep the statement that lets " +
				"the account manage the key"}},
	{codes: []string{"MalformedPolicy", "MalformedPolicyDocument",
		"MalformedPolicyDocumentException"},
		denial: Denial{By: Grammar, Source: pageElements,
			Meaning: "AWS does not take the policy as it is written"}},
	{words: []string{"security token included in the request is"},
		codes: []string{"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId",
			"UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"},
		denial: Denial{By: Credentials, Source: observed,
			Meaning: "the credentials are not valid, or not any more: no policy was looked at"}},
	{words: []string{"access denied"},
		codes: []string{"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "Forbidden",
			"403",
			"UnauthorizedOperation", "Client.UnauthorizedOperation", "KMS.AccessDeniedException"},
		denial: Denial{Source: pageS3,
			Meaning: "the call was refused, and the message does not say by which policy: S3 " +
				"says no more to callers of another " +
				"organization, and none of a VPC endpoint's policy"}},
	{words: []string{"not authorized to perform this"}, denial: Denial{Source: pageIAM,
		Meaning: "the call was refused, and the message does not say by which policy"}},
	{words: []string{"accessdenied"},
		denial: Denial{Source: pageIAM,
			Meaning: "the call was refused, and the message does not say by which policy"}},
}
