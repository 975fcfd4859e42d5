package awscli

import (
	"encoding/json"
	"regexp"
	"strings"
)

// kind is what one command of the AWS CLI prints, told by the members of the object.
type kind struct {
	members []string // all of them are there
	order   int      // what is read before
	is      func(map[string]json.RawMessage) bool
	read    func(*reader, answer) error
}

// kinds are the answers that are known, the more special ones first.
var kinds = []*kind{
	{members: []string{"Account", "Arn", "UserId"}, read: (*reader).identity},
	{members: []string{"RoleDetailList"}, order: 1, read: (*reader).account},
	{members: []string{"RoleName", "PolicyDocument"}, order: 3, read: (*reader).rolePolicy},
	{members: []string{"UserName", "PolicyDocument"}, order: 3, read: (*reader).userPolicy},
	{members: []string{"GroupName", "PolicyDocument"}, order: 3, read: (*reader).groupPolicy},
	{members: []string{"Role"}, order: 1, read: (*reader).getRole},
	{members: []string{"User"}, order: 1, read: (*reader).getUser},
	{members: []string{"Group"}, order: 1, read: nothing},
	{members: []string{"Groups"}, order: 2, read: (*reader).groups},
	{members: []string{"PolicyNames"}, order: 2, read: (*reader).policyNames},
	{members: []string{"AttachedPolicies"}, order: 2, read: (*reader).attached},
	{members: []string{"PolicyVersion"}, order: 4, read: (*reader).version},
	{members: []string{"Policy"}, order: 1, is: holds("PolicySummary"), read: (*reader).control},
	{members: []string{"Policy"}, order: 1, is: holds("DefaultVersionId"), read: (*reader).getPolicy},
	{members: []string{"Policies"}, order: 2, is: lists("Type"), read: (*reader).targets},
	{members: []string{"Policy"}, order: 3, is: isString("Policy"), read: (*reader).resourcePolicy},
	{members: []string{"KeyMetadata"}, order: 0, read: (*reader).describeKey},
	{members: []string{"Aliases"}, order: 1, read: (*reader).aliases},
	{members: []string{"ServerSideEncryptionConfiguration"}, order: 3, read: (*reader).encryption},
	{members: []string{"LocationConstraint"}, order: 3, read: (*reader).location},
	{members: []string{"BucketRegion"}, order: 3, read: (*reader).headBucket},
	{members: []string{"OwnershipControls"}, order: 3, read: (*reader).ownership},
	{members: []string{"PublicAccessBlockConfiguration"}, order: 3, read: (*reader).publicAccess},
	{members: []string{"Parents"}, order: 2, read: nothing},
	{members: []string{"datasetImportJob"}, order: 1, read: (*reader).job},
	{members: []string{"datasetExportJob"}, order: 1, read: (*reader).job},
	{members: []string{"batchInferenceJob"}, order: 1, read: (*reader).job},
	{members: []string{"batchSegmentJob"}, order: 1, read: (*reader).job},
	{members: []string{"dataDeletionJob"}, order: 1, read: (*reader).job},
	{members: []string{"metricAttribution"}, order: 1, read: (*reader).job},
	{members: []string{"datasetGroup"}, order: 1, read: (*reader).job},
	{members: []string{"Statement"}, order: 4, read: (*reader).loose},
}

// failureKind is what the AWS CLI prints when a command fails.
var failureKind = &kind{order: 5, read: (*reader).failed}

func nothing(*reader, answer) error { return nil }

// recognize returns the members of an answer, and what it is; nil where it is not known.
func recognize(data []byte) (map[string]json.RawMessage, *kind) {
	var body map[string]json.RawMessage
	if json.Unmarshal(data, &body) != nil {
		return nil, nil
	}
next:
	for _, k := range kinds {
		for _, m := range k.members {
			if _, ok := body[m]; !ok {
				continue next
			}
		}
		if k.is == nil || k.is(body) {
			return body, k
		}
	}
	return body, nil
}

// holds tells an answer whose one member is an object with a member of this name.
func holds(name string) func(map[string]json.RawMessage) bool {
	return func(body map[string]json.RawMessage) bool {
		var inner map[string]json.RawMessage
		return json.Unmarshal(body["Policy"], &inner) == nil && inner[name] != nil
	}
}

func lists(name string) func(map[string]json.RawMessage) bool {
	return func(body map[string]json.RawMessage) bool {
		var inner []map[string]json.RawMessage
		return json.Unmarshal(body["Policies"], &inner) == nil && (len(inner) == 0 || inner[0][name] != nil)
	}
}

func isString(name string) func(map[string]json.RawMessage) bool {
	return func(body map[string]json.RawMessage) bool {
		var s string
		return json.Unmarshal(body[name], &s) == nil
	}
}

// fail is an error of AWS as the CLI prints it.
type fail struct{ code, operation, message string }

// The AWS CLI's form of an error; version 2 puts an empty line before it and, since 2025, its name.
var failed = regexp.MustCompile(`(?s)^\s*(?:aws: \[ERROR\]: )?` +
	`An error occurred \(([A-Za-z0-9.:]+)\) when calling the ([A-Za-z0-9]+) operation` +
	`(?: \(reached max retries: [0-9]+\))?: (.*)$`)

// failure returns the error that data is.
func failure(data []byte) (fail, bool) {
	if len(data) > 1<<16 {
		return fail{}, false
	}
	m := failed.FindSubmatch(data)
	if m == nil {
		return fail{}, false
	}
	return fail{string(m[1]), string(m[2]), strings.TrimSpace(string(m[3]))}, true
}
