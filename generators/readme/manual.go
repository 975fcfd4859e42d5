package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// byHand returns the commands that apply the policy files of the target json, step by step. They
// create what the setup creates, in the order in which AWS takes it: a key policy must name a role
// that is there, and only a key that is there has an ARN for the role's policy.
type byHand struct {
	Role, Keys, Permissions, Buckets, Operators block
}

// hand collects the commands of one step.
type hand struct {
	script
	setup *model.Setup
	known policy.Env
}

func newByHand(s *model.Setup) (byHand, error) {
	h := func() *hand { return &hand{setup: s, known: s.DeployedEnv()} }
	role, keys, permissions, buckets, operators := h(), h(), h(), h(), h()
	role.role()
	for _, k := range s.Keys {
		keys.key(k)
	}
	for _, k := range s.Keys {
		if !k.Existing() && keys.blank(k.Policy.Document) {
			keys.untilKnown(k.Policy.Document, func() {
				keys.document(k.Policy, func(file string) []any {
					return []any{"aws", "kms", "put-key-policy", keys.region(),
						flag{"key-id", raw(quoted(keyVariable(k.ID)))}, flag{"policy-name", "default"},
						flag{"policy", file}}
				})
			})
		}
	}
	permissions.permissions()
	buckets.buckets(s.Buckets)
	for _, o := range s.Operators {
		operators.operator(o)
	}
	for _, step := range []*hand{role, keys, permissions, buckets, operators} {
		if step.err != nil {
			return byHand{}, step.err
		}
	}
	return byHand{role.block(), keys.block(), permissions.block(), buckets.block(), operators.block()}, nil
}

// region is in calls of IAM too: without one, the AWS CLI asks the IAM of partition aws.
func (h *hand) region() flag { return flag{"region", h.setup.Region} }

// fileOf returns the name of a document's file, from the folder of the README.
func fileOf(d model.Doc) string {
	if d.Partial {
		return "policies/" + d.Name + ".statements.json"
	}
	return "policies/" + d.Name + ".json"
}

// keyVariable is the variable that holds the ARN of a key once it is made. Names of keys differ in
// more than case, hyphens and underscores.
func keyVariable(id string) string {
	return strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "_KEY_ARN"
}

func quoted(variable string) string { return `"$` + variable + `"` }

// blank reports whether a document holds references that are known only when keys have been made.
func (h *hand) blank(d policy.Document) bool { return len(h.blanks(d)) > 0 }

func (h *hand) blanks(d policy.Document) []policy.Ref {
	var refs []policy.Ref
	for _, r := range d.Refs() {
		if _, ok := h.known[r]; !ok {
			refs = append(refs, r)
		}
	}
	return refs
}

// document appends the command that command gives for the file of d. Where the file has
// placeholders, sed fills them in on the way.
func (h *hand) document(d model.Doc, command func(file string) []any) {
	blanks := h.blanks(d.Document)
	if len(blanks) == 0 {
		h.add(command("file://" + fileOf(d))...)
		return
	}
	fill := []any{"sed"}
	for _, r := range blanks {
		id := strings.TrimPrefix(r.ID, "key.")
		pattern := strings.ReplaceAll(r.Short(), ".", `\.`)
		fill = append(fill, "-e", raw(`"s|`+pattern+`|$`+keyVariable(id)+`|g"`))
	}
	h.pipe(append(fill, fileOf(d)), command("file:///dev/stdin"))
}

// text returns a Text of the model, an ARN, with its references filled in.
func (h *hand) text(t policy.Text) string { return t.Fill(h.known).IAM() }

func (h *hand) role() {
	r := h.setup.Role
	if r.Existing {
		return
	}
	words := []any{"aws", "iam", "create-role", h.region(), flag{"role-name", r.Name}, flag{"path", r.Path}}
	if r.Description != "" {
		words = append(words, free("description", "Description", r.Description))
	}
	if len(r.Boundary.Parts()) > 0 {
		words = append(words, flag{"permissions-boundary", h.text(r.Boundary)})
	}
	if len(h.setup.Tags) > 0 {
		words = append(words, flag{"tags", jsonText(tags(h.setup.Tags, "Key", "Value"))})
	}
	h.document(r.Trust, func(file string) []any { return append(words, flag{"assume-role-policy-document", file}) })
	h.add("aws", "iam", "wait", "role-exists", h.region(), flag{"role-name", r.Name})
}

// untilKnown is script.again where a policy names the role that the commands before have made: IAM
// knows it at once, AWS KMS and S3 take some seconds and refuse the policy until then (AWS KMS API
// Reference, CreateKey, Policy).
func (h *hand) untilKnown(d policy.Document, add func()) {
	if namesNewRole(h.setup, d) {
		h.again(add)
	} else {
		add()
	}
}

// namesNewRole reports whether a document names a role that the setup makes.
func namesNewRole(s *model.Setup, d policy.Document) bool {
	return !s.Role.Existing && slices.ContainsFunc(d.Refs(), func(r policy.Ref) bool {
		return r == model.RefRoleARN || r == model.RefRoleName
	})
}

func (h *hand) key(k model.Key) {
	arn := keyVariable(k.ID)
	if h.lentKey(k); k.Existing() {
		return
	}
	words := []any{"aws", "kms", "create-key", h.region()}
	if k.Policy.Name != "" && !h.blank(k.Policy.Document) {
		words = append(words, flag{"policy", "file://" + fileOf(k.Policy)})
	}
	if len(h.setup.Tags) > 0 {
		words = append(words, flag{"tags", jsonText(tags(h.setup.Tags, "TagKey", "TagValue"))})
	}
	create := func() {
		h.set(arn, append(words, flag{"query", "KeyMetadata.Arn"}, flag{"output", "text"})...)
	}
	if h.blank(k.Policy.Document) {
		create() // with KMS's default policy, which names nobody
	} else {
		h.untilKnown(k.Policy.Document, create)
	}
	h.add("aws", "kms", "create-alias", h.region(), flag{"alias-name", k.Alias}, flag{"target-key-id", raw(quoted(arn))})
	if k.Rotation {
		h.add("aws", "kms", "enable-key-rotation", h.region(), flag{"key-id", raw(quoted(arn))})
	}
}

func (h *hand) permissions() {
	r := h.setup.Role
	for _, d := range r.Policies {
		if r.Inline {
			h.document(d, func(file string) []any {
				return []any{"aws", "iam", "put-role-policy", h.region(), flag{"role-name", r.Name}, flag{"policy-name", d.PolicyName}, flag{"policy-document", file}}
			})
			continue
		}
		h.managed(d)
		h.add("aws", "iam", "attach-role-policy", h.region(), flag{"role-name", r.Name}, flag{"policy-arn", raw(quoted(policyVariable))})
	}
	for _, m := range r.ManagedPolicies {
		h.add("aws", "iam", "attach-role-policy", h.region(), flag{"role-name", r.Name}, flag{"policy-arn", h.text(m)})
	}
}

const policyVariable = "POLICY_ARN"

// managed creates a customer managed policy and leaves its ARN in a variable.
func (h *hand) managed(d model.Doc) {
	create := func(file string) []any {
		words := []any{"aws", "iam", "create-policy", h.region(), flag{"policy-name", d.PolicyName}}
		if d.About != "" {
			words = append(words, free("description", "Description", d.About))
		}
		if len(h.setup.Tags) > 0 {
			words = append(words, flag{"tags", jsonText(tags(h.setup.Tags, "Key", "Value"))})
		}
		return append(words, flag{"query", "Policy.Arn"}, flag{"output", "text"}, flag{"policy-document", file})
	}
	before := len(h.lines)
	h.document(d, create)
	command := strings.Join(h.lines[before:], "\n")
	h.lines = append(h.lines[:before], policyVariable+"=$("+command+")")
}

func (h *hand) bucket(b model.Bucket) {
	put := func(operation string, words ...any) {
		h.add(slices.Concat([]any{"aws", "s3api", operation, h.region(), flag{"bucket", b.Name}}, words)...)
	}
	if !b.Existing {
		// mb reads alike for every region: s3api create-bucket takes a LocationConstraint in all
		// of them but one (AWS CLI Command Reference, s3 mb).
		h.add("aws", "s3", "mb", h.region(), "s3://"+b.Name)
		if b.BlockPublic {
			put("put-public-access-block", flag{"public-access-block-configuration",
				"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"})
		} else {
			put("delete-public-access-block")
		}
		if b.OwnerOnly {
			put("put-bucket-ownership-controls", flag{"ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerEnforced}]"})
		} else {
			put("put-bucket-ownership-controls", flag{"ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerPreferred}]"})
		}
		if b.Versioning {
			put("put-bucket-versioning", flag{"versioning-configuration", "Status=Enabled"})
		}
		h.encryption(b, put)
		if b.ExpireDays > 0 || b.OldDays > 0 {
			rule := map[string]any{"ID": "pzgen-expire", "Status": "Enabled", "Filter": map[string]any{"Prefix": ""}}
			if b.ExpireDays > 0 {
				rule["Expiration"] = map[string]any{"Days": b.ExpireDays}
			}
			if b.OldDays > 0 { // deleted objects stay as versions otherwise
				rule["NoncurrentVersionExpiration"] = map[string]any{"NoncurrentDays": b.OldDays}
			}
			put("put-bucket-lifecycle-configuration", flag{"lifecycle-configuration",
				jsonText(map[string]any{"Rules": []any{rule}})})
		}
		if len(h.setup.Tags) > 0 {
			put("put-bucket-tagging", flag{"tagging", jsonText(map[string]any{"TagSet": tags(h.setup.Tags, "Key", "Value")})})
		}
	}
	if b.Policy.Name != "" && !b.Existing {
		h.untilKnown(b.Policy.Document, func() {
			h.document(b.Policy, func(file string) []any {
				return []any{"aws", "s3api", "put-bucket-policy", h.region(), flag{"bucket", b.Name},
					flag{"policy", file}}
			})
		})
	}
}

// encryption is under the bucket's key, or under keys of S3 where it has none.
func (h *hand) encryption(b model.Bucket, put func(string, ...any)) {
	algorithm := map[string]any{"SSEAlgorithm": "AES256"}
	rule := map[string]any{"ApplyServerSideEncryptionByDefault": algorithm}
	i := slices.IndexFunc(h.setup.Keys, func(k model.Key) bool { return k.ID == b.Key })
	if i < 0 {
		put("put-bucket-encryption", flag{"server-side-encryption-configuration", jsonText(map[string]any{"Rules": []any{rule}})})
		return
	}
	algorithm["SSEAlgorithm"] = "aws:kms"
	rule["BucketKeyEnabled"] = true
	const mark = "KEY"
	algorithm["KMSMasterKeyID"] = mark
	if k := h.setup.Keys[i]; k.Existing() {
		algorithm["KMSMasterKeyID"] = k.ARN
		put("put-bucket-encryption", flag{"server-side-encryption-configuration", jsonText(map[string]any{"Rules": []any{rule}})})
		return
	}
	// The quotes are closed around the variable, which the shell then expands between them.
	config := jsonText(map[string]any{"Rules": []any{rule}})
	config = "'" + strings.Replace(config, `"`+mark+`"`, `"'`+quoted(keyVariable(b.Key))+`'"`, 1) + "'"
	put("put-bucket-encryption", flag{"server-side-encryption-configuration", raw(config)})
}

func (h *hand) operator(o model.Operator) {
	attach := func(arn any) {
		for _, k := range []struct {
			kind  string
			names []string
		}{{"user", o.Users}, {"group", o.Groups}, {"role", o.Roles}} {
			for _, name := range k.names {
				h.add("aws", "iam", "attach-"+k.kind+"-policy", h.region(), flag{k.kind + "-name", name}, flag{"policy-arn", arn})
			}
		}
	}
	for _, d := range o.Policies {
		h.managed(d)
		attach(raw(quoted(policyVariable)))
	}
	for _, m := range o.ManagedPolicies {
		attach(h.text(m))
	}
}
