package denial

import (
	"net/netip"
	"strings"
	"unicode"
)

// resource returns what the call was for: from the list of resources, or from the parameters. It is
// "" where neither says it.
func (r *record) resource(service, action string) string {
	var first, object string
	for _, res := range r.Resources {
		if res.ARN == "" {
			continue
		}
		if first == "" {
			first = res.ARN
		}
		if object == "" && strings.Contains(res.ARN, ":s3:::") && strings.Contains(res.ARN, "/") {
			object = res.ARN
		}
	}
	switch service {
	case "s3":
		bucket, key := r.parameter("bucketName"), r.parameter("key")
		arn := "arn:" + r.partition() + ":s3:::" + bucket
		switch {
		case object != "" && strings.Contains(action, "Object"):
			return object
		case bucket != "" && key != "" && strings.Contains(action, "Object"):
			return arn + "/" + key
		case bucket != "":
			return arn
		}
	case "kms":
		if id := r.parameter("keyId"); first == "" && strings.HasPrefix(id, "arn:") {
			return id
		}
	case "sts":
		if role := r.parameter("roleArn"); role != "" {
			return role
		}
	case "personalize":
		if arn := r.personalize(); first == "" {
			return arn
		}
	}
	return first
}

// personalize returns the ARN of what a call of Personalize creates, or else describes.
func (r *record) personalize() string {
	kind, creates := strings.CutPrefix(r.EventName, "Create")
	if !creates {
		for _, verb := range []string{"Describe", "Update", "Delete"} {
			if kind, ok := strings.CutPrefix(r.EventName, verb); ok {
				first := min(1, len(kind))
				return r.parameter(strings.ToLower(kind[:first]) + kind[first:] + "Arn")
			}
		}
		return ""
	}
	name := r.parameter("jobName")
	if name == "" {
		name = r.parameter("name")
	}
	account := r.UserIdentity.AccountID
	if name == "" || account == "" || r.AWSRegion == "" || kind == "Dataset" ||
		kind == "SolutionVersion" { // named after others
		return ""
	}
	return "arn:" + r.partition() + ":personalize:" + r.AWSRegion + ":" + account + ":" +
		kebab(kind) + "/" + name
}

// kebab writes DatasetImportJob as dataset-import-job.
func kebab(name string) string {
	var b strings.Builder
	for i, c := range name {
		if i > 0 && unicode.IsUpper(c) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// parameter returns a parameter of the request that is a string.
func (r *record) parameter(name string) string {
	s, _ := r.parameters[name].(string)
	return s
}

func (r *record) partition() string {
	switch {
	case strings.HasPrefix(r.AWSRegion, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r.AWSRegion, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// context notes the values of condition keys that the record has (IAM User Guide,
// reference_policies_condition-keys).
func (r *record) context(d *Denial) {
	if _, err := netip.ParseAddr(r.SourceIPAddress); err == nil {
		if r.VpcEndpointID == "" {
			d.add("aws:SourceIp", r.SourceIPAddress)
		} else { // a request through an endpoint has no aws:SourceIp
			d.add("aws:VpcSourceIp", r.SourceIPAddress)
		}
	}
	d.add("aws:SourceVpce", r.VpcEndpointID)
	d.add("aws:RequestedRegion", r.AWSRegion)
	d.add("aws:CurrentTime", r.EventTime)
	d.add("aws:UserAgent", r.UserAgent)
	if r.TLSDetails.TLSVersion != "" {
		d.add("aws:SecureTransport", "true")
	}
	if r.UserIdentity.Type == "AWSService" {
		d.add("aws:PrincipalIsAWSService", "true")
		d.add("aws:PrincipalServiceName", r.UserIdentity.InvokedBy)
	}
	if m := r.UserIdentity.SessionContext.Attributes.MFAAuthenticated; m == "true" || m == "false" {
		d.add("aws:MultiFactorAuthPresent", m)
	}
	service, _, _ := strings.Cut(d.Action, ":")
	switch service {
	case "s3":
		for _, name := range []string{"prefix", "delimiter"} {
			d.add("s3:"+name, r.parameter(name))
		}
		for _, name := range []string{"x-amz-server-side-encryption",
			"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-acl"} {
			d.add("s3:"+name, r.parameter(name))
		}
	case "kms":
		pairs, _ := r.parameters["encryptionContext"].(map[string]any)
		for key, value := range pairs {
			if s, ok := value.(string); ok {
				d.add("kms:EncryptionContext:"+key, s)
			}
		}
	case "iam":
		if strings.HasPrefix(r.EventSource, "personalize") && strings.EqualFold(d.Action,
			"iam:PassRole") {
			d.add("iam:PassedToService", personalize)
		}
	}
}
