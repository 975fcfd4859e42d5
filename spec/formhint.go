package spec

import (
	"strconv"
	"strings"
)

// formHint says how to fix what people write most often.
func formHint(s string, f *form) string {
	switch f {
	case accountForm:
		digits := strings.NewReplacer("-", "", " ", "").Replace(s)
		if f.ok(digits) {
			return "write " + strconv.Quote(digits)
		}
		if accountForm.ok("0" + digits) {
			return lostZero(digits)
		}
	case bucketForm:
		if h := simpler(s, f); h != "" {
			return "write `" + h + "`"
		}
		return "this is the name of the bucket in S3, without s3:// and folders"
	case regionForm:
		if h := suggest(strings.ToLower(s), Regions()); h != "" {
			return h
		}
		return "regions are: " + strings.Join(Regions(), ", ")
	case aliasForm:
		if strings.HasPrefix(s, "arn:") {
			return "alias is for a key that pzgen creates; an existing key is given by `arn:` and " +
				"its key ARN"
		}
		if a := "alias/" + strings.TrimPrefix(strings.TrimPrefix(s, "/"), "alias"); f.ok(a) {
			return "write `" + a + "`"
		}
	case pathForm:
		if p := "/" + strings.Trim(s, "/") + "/"; f.ok(p) {
			return "write `" + p + "`"
		}
	case iamName, groupName:
		if i := strings.LastIndexByte(s, '/'); strings.HasPrefix(s, "arn:") && f.ok(s[i+1:]) {
			return "write the name alone: `" + s[i+1:] + "`"
		}
	case fileForm, uploadForm, ownForm:
		if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~") {
			if f == ownForm {
				return "write it without the folder of the setup: `terraform/backend.tf` for example"
			}
			return "a spec gives the same result on every machine, so its paths begin at its own folder"
		}
		if strings.Contains(s, `\`) {
			return "use / between folders"
		}
		if f == uploadForm && fileForm.ok(s) {
			return "apply.sh uploads nothing from outside of the spec's folder: put the file, or a " +
				"link to it, below it"
		}
		if f == ownForm {
			return "write it as the files are called below the setup's folder: " +
				"`terraform/backend.tf` for example"
		}
	case arnForm:
		return "an ARN is arn:partition:service:region:account:resource, without wildcards"
	}
	return ""
}

// lostZero is the hint for an account of 11 digits. Spreadsheets and numbers in YAML or JSON lose a
// zero at the beginning; whether this one did is for the user to say.
func lostZero(digits string) string {
	return "an account has 12 digits, and this has 11: was it " + strconv.Quote("0"+digits) +
		" and lost the zero?"
}

// presentPolicy is the hint to save the policy of something that exists, with the command for it.
func presentPolicy(command string, of text, more string) string {
	name := of.v
	if !of.ok || strings.ContainsAny(name, " \t\n;|&<>()$`'\"\\*?[]#~") { // that is told by itself
		name = "NAME"
	}
	return "save it with `" + command + name + more +
		" --query Policy --output text`, and name the file under policy"
}
