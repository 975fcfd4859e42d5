package denial

import (
	"regexp"
	"strings"
)

var (
	notAuthorized = regexp.MustCompile(`(?i)(?:\bUser:? (\S+) is )?\bnot authorized to perform:? ` +
		"[\"'`\\\\]*([a-z0-9-]+:[A-Za-z0-9*]+)")
	noAllow      = regexp.MustCompile(`(?i)\bbecause no ([a-z -]+?) allows? the `)
	explicitDeny = regexp.MustCompile(`(?i)\b(?:with|due to|because of) an explicit deny` +
		`(?: in (?:an?|the) ([a-z -]+?)(?:: ?["']?(arn:[^\s"']+)|[^a-z -]|$| Go to| and ))?`)
	publicBlocked = regexp.MustCompile(`(?i)\bbecause public [a-z ()]+ are blocked by the (\w+) `)
	onResource    = regexp.MustCompile("(?i)^[\"'`\\\\]*,? ?on (?:the )?(?:resources?:? ?)?")
	reason        = regexp.MustCompile(`(?i)["'\\]* ?,?` +
		`(?:because (?:no|the|public) |(?:with|due to|because of) an explicit deny)`)
)

// types are the types of policies as messages name them, in small letters; see pageIAM and pageS3.
var types = map[string]string{
	"identity-based policy": Identity, "identity-based policies": Identity, "identity policy": Identity,
	"resource-based policy": Resource, "resource-based policies": Resource, "resource policy": Resource,
	"role trust policy": Trust, "trust policy": Trust,
	"permissions boundary": Boundary, "permission boundary": Boundary, "permissions boundary policy": Boundary,
	"session policy": Session, "session policies": Session,
	"service control policy": ServiceControl, "service control policies": ServiceControl,
	"resource control policy": ResourceControl, "resource control policies": ResourceControl,
	"vpc endpoint policy": Endpoint, "vpc endpoint policies": Endpoint,
}

// unknownKey is what KMS says of a key that it says nothing of.
const unknownKey = "because the resource does not exist in this region, no " +
	"resource-based policies allow access, " +
	"or a resource-based policy explicitly denies access"

// authorized reads "User: … is not authorized to perform: … on resource: … because …", without line
// breaks.
func authorized(text string) (Denial, bool) {
	m := notAuthorized.FindStringSubmatchIndex(text)
	if m == nil {
		return Denial{}, false
	}
	d := Denial{Action: text[m[4]:m[5]], Source: pageIAM}
	if m[2] >= 0 {
		d.Principal = strings.Trim(text[m[2]:m[3]], "\"'`\\,")
	}
	rest := text[m[5]:]
	why := rest
	if at := onResource.FindStringIndex(rest); at != nil {
		d.Resource, why = resource(rest[at[1]:])
	}
	service, _, _ := strings.Cut(d.Action, ":")
	switch {
	case service == "kms":
		d.Source = pageKey
	case service == "s3":
		d.Source = pageS3
	case strings.EqualFold(d.Action, "iam:PassRole"):
		d.Source = pagePass
	}
	d.because(why)
	return d, true
}

// because reads the reason that follows the resource.
func (d *Denial) because(why string) {
	if strings.Contains(strings.ToLower(why), unknownKey) {
		d.By = Resource
		d.Meaning = d.explain() + ", or refuses it, or the key is not in this region or account; " +
			"AWS does not say which"
		return
	}
	if m := publicBlocked.FindStringSubmatch(why); m != nil {
		d.By, d.Explicit = PublicAccess, true
		d.Meaning = "S3 does not take what would make the bucket public: " + m[1] +
			" of its block public access settings is on"
		return
	}
	explicit, implicit := explicitDeny.FindStringSubmatchIndex(why),
		noAllow.FindStringSubmatchIndex(why)
	switch {
	case explicit != nil && (implicit == nil || explicit[0] < implicit[0]):
		d.Explicit = true
		d.By = policyType(group(why, explicit, 1))
		d.Policy = strings.TrimRight(group(why, explicit, 2), ".,;)")
	case implicit != nil:
		d.By = policyType(group(why, implicit, 1))
	}
	d.Meaning = d.explain()
}

func policyType(text string) string {
	return types[strings.ToLower(strings.TrimSpace(text))]
}

func group(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// resource takes the resource from the beginning of text and returns what follows it. A name of an
// object may have spaces, so that it goes on until the reason begins.
func resource(text string) (found, rest string) {
	end := len(text)
	if m := reason.FindStringIndex(text); m != nil {
		end = m[0]
	} else if i := strings.IndexByte(text, ' '); i >= 0 {
		end = i
	}
	found, rest = text[:end], text[end:]
	if quoted := strings.TrimLeft(found, `\`); strings.HasPrefix(quoted, `"`) {
		if i := strings.LastIndexByte(quoted[1:], '"'); i >= 0 { // another sentence may follow
			quoted = quoted[:i+1]
		}
		found = quoted
	}
	found = strings.Trim(found, "\"'`\\ ")
	found = strings.TrimRight(found, ".,;)")
	if !strings.HasPrefix(found, "arn:") && found != "*" { // "with this ciphertext"
		return "", text
	}
	return found, rest
}
