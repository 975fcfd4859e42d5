package denial

import (
	"fmt"
	"regexp"
	"strings"
)

// longest is how much of a text is read: messages are short.
const longest = 64 << 10

var (
	cliError = regexp.MustCompile(`(?i)An error occurred \(([^)]*)\) when calling the ` +
		`(\w+) operation(?: \([^)]*\))?: ?`)
	javaError = regexp.MustCompile(`Error Code: ([\w.]+)`)
	goError   = regexp.MustCompile(`operation error [\w ]+: (\w+), .*?api error ([\w.]+): `)
	xmlError  = regexp.MustCompile(`<Code>([\w.]+)</Code> ?<Message>([^<]*)</Message>`)
	exception = regexp.MustCompile(`^["']?` +
		`([A-Z]\w*(?:Exception|Denied|Error|UnauthorizedOperation)): `)
	encoded = regexp.MustCompile(`(?i)Encoded authorization failure message: ?` +
		`([A-Za-z0-9_=+/-]+)`)
)

// Parse reads a message of AWS that says that a call was refused, or that the place or the policy
// that somebody gave cannot be used: as the AWS CLI, SDKs and Terraform print it, as a
// failureReason of Personalize, as XML, and what sts decode-authorization-message returns. Line
// breaks in it do not count. It returns false for a text that has none of the known forms.
//
// It reads the first 64 KiB. It does not check that ARNs, actions or policies exist.
func Parse(text string) (Denial, bool) {
	if d, ok := decoded(text); ok {
		return d, true
	}
	if len(text) > longest {
		text = text[:longest]
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	code, operation, text := envelope(text)
	d, ok := authorized(text)
	if !ok {
		d, ok = other(text, code, operation)
	}
	if m := encoded.FindStringSubmatch(text); m != nil {
		if !ok {
			d, ok = Denial{Source: pageDecode}, true
			d.Meaning = "the call was refused, and the encoded message says why"
		}
		d.Encoded = m[1]
		d.Meaning += "; who may sts:DecodeAuthorizationMessage reads the whole decision with: " +
			"aws sts decode-authorization-message --query DecodedMessage --output text " +
			"--encoded-message " + m[1]
	}
	if !ok {
		return Denial{}, false
	}
	d.Code, d.Operation = code, operation
	return d, true
}

// envelope takes off what programs print around a message, and returns the error code and the
// operation that are in it.
func envelope(text string) (code, operation, rest string) {
	if m := cliError.FindStringSubmatchIndex(text); m != nil {
		return text[m[2]:m[3]], text[m[4]:m[5]], text[m[1]:]
	}
	if m := goError.FindStringSubmatchIndex(text); m != nil {
		return text[m[4]:m[5]], text[m[2]:m[3]], text[m[1]:]
	}
	if m := xmlError.FindStringSubmatch(text); m != nil {
		return m[1], "", m[2]
	}
	if m := exception.FindStringSubmatchIndex(text); m != nil {
		return text[m[2]:m[3]], "", text[m[1]:]
	}
	if m := javaError.FindStringSubmatch(text); m != nil {
		return m[1], "", text
	}
	return "", "", text
}

// other reads the forms that do not name a principal and an action.
func other(text, code, operation string) (Denial, bool) {
	small := strings.ToLower(text)
	for _, f := range forms {
		if !f.fits(small, code) {
			continue
		}
		d := f.denial
		if d.Action == "" {
			d.Action = actionOf(serviceOf(operation), operation)
		}
		if f.find != nil {
			if m := f.find.FindStringSubmatch(text); m != nil {
				d.Resource = f.prefix + strings.TrimRight(m[1], `.,;:"')`)
			}
		}
		if d.Principal == "" && f.role && strings.Contains(small, "personalize") {
			d.Principal = personalize
		}
		if d.Resource != "" {
			d.Meaning += fmt.Sprintf(" (%q)", d.Resource)
		}
		return d, true
	}
	return Denial{}, false
}
