package policy

// MaxOutput is the most bytes that [DecodeOutput] reads: a string may write each character as six.
const MaxOutput = 6 * maxSize

// DecodeOutput reads the policy of a resource in any of the forms in which AWS and its tools give
// it: the document itself, or, as `aws s3api get-bucket-policy` and `aws kms get-key-policy` print
// it, an object whose member Policy is a string with the document (Amazon S3 API Reference,
// GetBucketPolicy; AWS KMS API Reference, GetKeyPolicy). A PolicyName beside it is passed over.
//
// It fails as [DecodeJSON] does; places inside the string are told by the place of the string.
func DecodeOutput(data []byte) (Document, error) {
	if len(data) > MaxOutput {
		return Document{}, Pos{1, 1}.errorf("%d bytes are more than any policy that AWS takes", len(data))
	}
	n, err := parseJSON(data)
	if err != nil {
		return Document{}, err
	}
	var inner *member
	for i, m := range n.members {
		if m.name == "Policy" {
			inner = &n.members[i]
		}
	}
	if n.kind != kindObject || inner == nil {
		return document(n)
	}
	for _, m := range n.members {
		if m.name != "Policy" && m.name != "PolicyName" {
			return Document{}, m.pos.errorf("member %q beside \"Policy\": give the policy document itself, or what get-bucket-policy or get-key-policy prints", m.name)
		}
	}
	text, err := inner.str()
	if err != nil {
		return Document{}, err
	}
	if text == "" {
		return Document{}, inner.value.pos.errorf("Policy is empty")
	}
	d, err := DecodeJSON([]byte(text))
	if err != nil {
		return Document{}, inner.value.pos.errorf("in the string, %v", err)
	}
	return d, nil
}

// DecodeVersion reads the policy of an identity, or a permissions boundary, in either form in which
// it is given: the document itself, or what `aws iam get-policy-version` prints (IAM API Reference,
// GetPolicyVersion; the AWS CLI prints the document decoded). It fails as [DecodeJSON] does.
func DecodeVersion(data []byte) (Document, error) {
	return decodeWithin(data, "PolicyVersion", "Document")
}

// DecodeTrust is [DecodeVersion] for a role's trust policy, and what `aws iam get-role` prints.
func DecodeTrust(data []byte) (Document, error) {
	return decodeWithin(data, "Role", "AssumeRolePolicyDocument")
}

// decodeWithin reads the document that stands under two names, or is all there is.
func decodeWithin(data []byte, outer, inner string) (Document, error) {
	if len(data) > MaxOutput {
		return Document{}, Pos{1, 1}.errorf("%d bytes are more than any policy that AWS takes", len(data))
	}
	n, err := parseJSON(data)
	if err != nil {
		return Document{}, err
	}
	if len(n.members) != 1 || n.members[0].name != outer {
		return document(n)
	}
	for _, m := range n.members[0].value.members {
		if m.name == inner {
			return document(m.value)
		}
	}
	return Document{}, n.members[0].value.errorf("%s has no %s", outer, inner)
}
