package spec

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// form says which strings a field takes: as a function for the loader, as a pattern for the JSON Schema, and in words. Most are built by
// [chars], so that the three cannot differ.
type form struct {
	says    string
	pattern string // of ECMA-262, in the part that RE2 shares
	max     int    // characters; 0: the pattern bounds them, or nothing does
	fills   bool   // may hold placeholders, which are filled in before it is checked
	angles  bool   // takes < and > by themselves too: what is no placeholder is as it is
	ok      func(string) bool
}

// class is a set of ASCII characters.
type class [128]bool

func (c *class) has(b byte) bool { return b < 128 && c[b] }

// classOf reads the inside of a character class of a regular expression: ranges, and characters after a backslash.
func classOf(expr string) *class {
	var c class
	for i := 0; i < len(expr); i++ {
		if expr[i] == '\\' {
			i++
			c[expr[i]] = true
			continue
		}
		if i+2 < len(expr) && expr[i+1] == '-' {
			for b := expr[i]; b <= expr[i+2]; b++ {
				c[b] = true
			}
			i += 2
			continue
		}
		c[expr[i]] = true
	}
	return &c
}

// chars is the form of one to most characters of which the first, the last and those between are of the given classes.
func chars(says, first, middle, last string, most int) *form {
	f, m, l := classOf(first), classOf(middle), classOf(last)
	pattern := fmt.Sprintf("^[%s]$", first)
	if most > 1 {
		pattern = fmt.Sprintf("^[%s]([%s]{0,%d}[%s])?$", first, middle, most-2, last)
	}
	return &form{
		says:    says,
		pattern: pattern,
		ok: func(s string) bool {
			if s == "" || len(s) > most || !f.has(s[0]) || len(s) > 1 && !l.has(s[len(s)-1]) {
				return false
			}
			for i := 1; i < len(s)-1; i++ {
				if !m.has(s[i]) {
					return false
				}
			}
			return true
		},
	}
}

// filling returns a form of which values may hold placeholders.
func filling(f *form) *form {
	f.fills = true
	return f
}

const (
	lower  = "a-z0-9"
	alnum  = "a-zA-Z0-9"
	iam    = `a-zA-Z0-9_+=,.@\-` // [\w+=,.@-], IAM API reference, CreateRole
	inARN  = `a-zA-Z0-9_+=,.@:\/\-`
	inName = `a-zA-Z0-9_\-`
)

var (
	setupName = chars("1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end", lower, `a-z0-9\-`, lower, 40)
	thingName = chars("1 to 40 letters, digits, hyphens and underscores that begin with a letter and end in a letter or digit",
		"a-zA-Z", inName, alnum, 40)
	iamName    = filling(chars("1 to 64 letters, digits and any of _+=,.@-", iam, iam, iam, 64))
	groupName  = filling(chars("1 to 128 letters, digits and any of _+=,.@-", iam, iam, iam, 128))
	policyName = filling(chars("1 to 128 letters, digits and any of _+=,.@-", iam, iam, iam, 128))
	groupOfPz  = filling(chars("1 to 63 letters, digits, hyphens and underscores that begin with a letter or digit", alnum, inName, inName, 63))
	sidForm    = chars("1 to 64 letters and digits", alnum, alnum, alnum, 64)
	bucketForm = &form{
		says:    "3 to 63 lower-case letters, digits, dots and hyphens that begin and end with a letter or digit",
		fills:   true,
		pattern: `^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$`,
		ok:      bucketOK,
	}
	// A name of an entry of buckets, or one in S3.
	logsBucket = filling(chars("1 to 63 letters, digits, dots, hyphens and underscores that begin and end with a letter or digit",
		alnum, `a-zA-Z0-9_.\-`, alnum, 63))
	logsPrefix  = filling(chars("1 to 300 letters, digits and any of !_.=/-", `a-zA-Z0-9!_.=\-`, `a-zA-Z0-9!_.=\/\-`, `a-zA-Z0-9!_.=\/\-`, 300))
	accountForm = &form{
		says:    "12 digits",
		pattern: "^[0-9]{12}$",
		ok:      func(s string) bool { return len(s) == 12 && only(s, classDigits) },
	}
	regionForm = &form{
		says:    "a region such as eu-west-1",
		pattern: "^[a-z]{2,5}(-[a-z]{2,12}){1,2}-[0-9]{1,2}$",
		ok:      regionOK,
	}
	// What the service takes of a role's path (Personalize API reference, roleArn) is less than what IAM allows.
	pathForm = &form{
		says:    "a path that begins and ends in /, of letters, digits and any of _+=,.@-/",
		fills:   true,
		pattern: `^/([a-zA-Z0-9_+=,.@\-/]{0,510}/)?$`,
		ok: func(s string) bool {
			return s == "/" || len(s) > 1 && len(s) <= 512 && s[0] == '/' && s[len(s)-1] == '/' && only(s, classPath)
		},
	}
	aliasForm = &form{
		says:    "alias/ and 1 to 250 letters, digits, hyphens, underscores and slashes",
		fills:   true,
		pattern: `^alias/[a-zA-Z0-9/_\-]{1,250}$`,
		ok: func(s string) bool {
			name, ok := strings.CutPrefix(s, "alias/")
			return ok && name != "" && len(name) <= 250 && only(name, classAlias)
		},
	}
	arnForm = &form{
		says:    "an ARN",
		fills:   true,
		pattern: `^arn:[a-zA-Z0-9_+=,.@:/\-]+$`,
		max:     2047,
		ok: func(s string) bool {
			return len(s) > 4 && len(s) <= 2047 && strings.HasPrefix(s, "arn:") && only(s[4:], classARN)
		},
	}
	managedForm = &form{
		says:    "the name of a managed policy that pzgen knows, or an ARN",
		fills:   true,
		pattern: `^[a-zA-Z0-9_+=,.@:/\-]+$`,
		max:     2047,
		ok:      func(s string) bool { return s != "" && len(s) <= 2047 && only(s, classARN) },
	}
	// IAM API reference, CreateRole: [\t\n\r -~¡-ÿ]*.
	roleText = &form{
		says:    "at most 1000 printable characters of Latin-1",
		pattern: "^[\\t\\n\\r -~\u00A1-\u00FF]*$",
		max:     1000,
		ok: within(1000, func(c rune) bool {
			return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c <= '~' || c >= 0xA1 && c <= 0xFF
		}),
	}
	// IAM API reference, CreatePolicy: letters, marks, separators, symbols, numbers and
	// punctuation.
	policyAbout = &form{
		says:    "at most 1000 printable characters of Latin-1 on one line",
		pattern: "^[ -~\u00A1-\u00FF]*$",
		max:     1000,
		ok: within(1000, func(c rune) bool {
			return c >= ' ' && c <= '~' || c >= 0xA1 && c <= 0xFF
		}),
	}
	principalForm = &form{
		says:    "an ARN, an account of 12 digits, or a service such as appflow.amazonaws.com",
		fills:   true,
		pattern: `^[a-zA-Z0-9_+=,.@:/\-]+$`,
		max:     2047,
		ok:      func(s string) bool { return s != "" && len(s) <= 2047 && only(s, classARN) },
	}
	freeText = &form{
		says:    "at most 1000 characters, none of them a control character",
		pattern: "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$",
		max:     1000,
		ok: within(1000, func(c rune) bool {
			return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c < 0x7F || c >= 0xA0
		}),
	}
	reasonText = &form{
		says:    "1 to 1000 characters, none of them a control character",
		pattern: "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$",
		max:     1000,
		ok:      func(s string) bool { return s != "" && freeText.ok(s) },
	}
	fileForm = &form{
		says:    "the path of a file, relative to this file",
		fills:   true,
		angles:  true,
		pattern: "^[^\\x00-\\x1f\\x7f-\\x9f/\\\\~][^\\x00-\\x1f\\x7f-\\x9f\\\\]*$",
		max:     1024,
		ok: func(s string) bool {
			return s != "" && !strings.ContainsAny(s[:1], `/~`) && within(1024, func(c rune) bool {
				return c != '\\' && (c >= ' ' && c < 0x7F || c >= 0xA0)
			})(s)
		},
	}
	uploadForm = &form{
		says:    "the path of a file below this file's folder, without ..",
		fills:   true,
		angles:  true,
		pattern: pathPattern(false),
		max:     fileForm.max,
		ok: func(s string) bool {
			return fileForm.ok(s) && !slices.Contains(strings.Split(s, "/"), "..")
		},
	}
	ownForm = &form{
		says:    "a path below the setup's folder, in which *, ? and [] stand for parts of one name",
		pattern: pathPattern(true),
		max:     256,
		ok: func(s string) bool {
			return utf8.RuneCountInString(s) <= 256 && uploadForm.ok(s) && path.Clean(s) == s && s != "."
		},
	}
	ofForm = &form{
		says:    "<setup>/<name>, with the name of another setup and a name from its buckets or keys",
		pattern: `^[a-z0-9]([a-z0-9\-]{0,38}[a-z0-9])?/[a-zA-Z]([a-zA-Z0-9_\-]{0,38}[a-zA-Z0-9])?$`,
		ok: func(s string) bool {
			setup, name, ok := strings.Cut(s, "/")
			return ok && setupName.ok(setup) && thingName.ok(name)
		},
	}
	locationForm = &form{
		says:    "<bucket>/<prefix>, with a name from buckets",
		fills:   true,
		pattern: `^[a-zA-Z]([a-zA-Z0-9_\-]{0,38}[a-zA-Z0-9])?/([a-zA-Z0-9!\-_.'()&@=;:+, ][a-zA-Z0-9!\-_.'()&@=;:+, /]*)?$`,
		max:     2000,
		ok:      func(s string) bool { return true }, // taken apart by the checks, which say more
	}
	// IAM API reference, Tag: [\p{L}\p{Z}\p{N}_.:/=+\-@]; KMS and S3 take the same.
	tagKey   = &form{says: "1 to 128 letters, digits, spaces and any of _.:/=+-@", pattern: `^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`, max: 128, ok: tagOK(1, 128)}
	tagValue = &form{says: "at most 256 letters, digits, spaces and any of _.:/=+-@", pattern: `^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`, max: 256, fills: true, ok: tagOK(0, 256)}
	// What IAM, S3 and KMS take in a policy: tab, line breaks, and U+0020 to U+00FF.
	policyText = &form{
		says:    "1 to 2048 characters of Latin-1",
		pattern: "^[\\t\\n\\r -\u00FF]+$",
		max:     2048,
		ok: func(s string) bool {
			return s != "" && within(2048, func(c rune) bool { return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c <= 0xFF })(s)
		},
	}
)

// pathPattern is the pattern of a path like that of fileForm, of which no part is "..". With clean,
// none is "." or empty either.
func pathPattern(clean bool) string {
	const (
		no    = `\x00-\x1f\x7f-\x9f/\\` // what no part holds
		rest  = "[^" + no + "]*"
		other = "[^" + no + ".]"
		dots  = `\.\.[^` + no + "]" + rest
		dot   = `\.` + other + rest
	)
	first, part := "[^"+no+".~]"+rest, other+rest
	if clean {
		return "^(" + first + "|" + dot + "|" + dots + ")(/(" + part + "|" + dot + "|" + dots + "))*$"
	}
	return "^(" + first + `|\.|` + dot + "|" + dots + ")(/(" + part + `|\.|` + dot + "|" + dots + ")?)*$"
}

var (
	classDigits  = classOf("0-9")
	classPath    = classOf(`a-zA-Z0-9_+=,.@\-\/`)
	classAlias   = classOf(`a-zA-Z0-9_\-\/`)
	classARN     = classOf(inARN)
	classLower   = classOf("a-z")
	classLetters = classOf("a-zA-Z")
	classBucket  = classOf(`a-z0-9.\-`)
)

// only reports whether s has no character outside c.
func only(s string, c *class) bool {
	for i := 0; i < len(s); i++ {
		if !c.has(s[i]) {
			return false
		}
	}
	return true
}

// within makes a test for at most n characters that are all allowed.
func within(n int, allowed func(rune) bool) func(string) bool {
	return func(s string) bool {
		count := 0
		for _, c := range s {
			if count++; count > n || !allowed(c) {
				return false
			}
		}
		return true
	}
}

func tagOK(least, most int) func(string) bool {
	ok := within(most, func(c rune) bool {
		return c < 128 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(" _.:/=+-@", c)) ||
			c >= 128 && (unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.Is(unicode.Z, c))
	})
	return func(s string) bool { return utf8.RuneCountInString(s) >= least && ok(s) }
}

func bucketOK(s string) bool {
	alnumAt := func(i int) bool { return s[i] != '.' && s[i] != '-' }
	return len(s) >= 3 && len(s) <= 63 && only(s, classBucket) && alnumAt(0) && alnumAt(len(s)-1)
}

func regionOK(s string) bool {
	parts := strings.Split(s, "-")
	n := len(parts)
	if n < 3 || n > 4 || len(parts[0]) > 5 {
		return false
	}
	for _, p := range parts[:n-1] {
		if len(p) < 2 || len(p) > 12 || !only(p, classLower) {
			return false
		}
	}
	return len(parts[n-1]) >= 1 && len(parts[n-1]) <= 2 && only(parts[n-1], classDigits)
}
