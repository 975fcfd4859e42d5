package awscli

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// learn collects the names that answers may be about.
func (r *reader) learn(answers []answer, names Names) {
	r.known = Names{slices.Clone(names.Roles), slices.Clone(names.Buckets), nil}
	for _, k := range names.Keys {
		r.addKey(k)
	}
	for _, a := range answers {
		var out struct {
			Role        struct{ RoleName string }
			RoleName    string
			KeyMetadata struct{ KeyId, Arn string }
		}
		if a.fail == nil {
			r.learnJob(a)
		}
		if a.fail != nil || json.Unmarshal(a.data, &out) != nil {
			continue
		}
		for _, n := range []string{out.Role.RoleName, out.RoleName} {
			r.addRole(n)
		}
		if out.KeyMetadata.Arn != "" {
			r.keyIDs[out.KeyMetadata.KeyId] = out.KeyMetadata.Arn
			r.addKey(out.KeyMetadata.Arn)
		}
		for _, b := range a.named() {
			r.addBucket(b)
		}
	}
}

func (r *reader) addRole(n string) {
	if n != "" && !slices.Contains(r.known.Roles, n) {
		r.known.Roles = append(r.known.Roles, n)
	}
}

func (r *reader) addBucket(n string) {
	if n != "" && !slices.Contains(r.known.Buckets, n) {
		r.known.Buckets = append(r.known.Buckets, n)
	}
}

func (r *reader) addKey(n string) {
	if n != "" && !slices.Contains(r.known.Keys, n) {
		r.known.Keys = append(r.known.Keys, n)
	}
}

// named returns the buckets that the policy of a bucket is about: S3 takes none that is about
// another one (Amazon S3 User Guide, "Bucket policies").
func (a answer) named() []string {
	d, _, ok, err := a.tree.Document("Policy")
	if !ok || err != nil {
		return nil
	}
	return bucketsOf(d)
}

func bucketsOf(d policy.Document) []string {
	var out []string
	for _, s := range d.Statements {
		for _, v := range slices.Concat(s.Resource.Values, s.NotResource.Values) {
			arn, ok := policy.ParseARN(v.String())
			if !ok || arn.Service != "s3" {
				continue
			}
			name, _, _ := strings.Cut(arn.Resource, "/")
			if name != "" && !strings.ContainsAny(name, "*?$<") && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// inPath returns the one of names that is in the path of a file as a word; the longest where one
// begins with another.
func inPath(path string, names []string) string {
	best := ""
	for _, n := range names {
		for _, form := range []string{n, url.PathEscape(n)} {
			if len(n) > len(best) && hasWord(path, form) {
				best = n
			}
		}
	}
	return best
}

// hasWord reports whether a word is in s with no letter or digit beside it.
func hasWord(s, word string) bool {
	for from := 0; word != ""; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if (i == 0 || !alphanumeric(s[i-1])) && (end == len(s) || !alphanumeric(s[end])) {
			return true
		}
		from = i + 1
	}
	return false
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// given returns the name in a path whose folders are the command: s3api/get-bucket-policy/acme.json,
// iam/get-role-policy/Shop/Extra.json. Then nothing else is asked.
func given(p string) (string, bool) {
	parts := strings.Split(p, "/")
	for i := 0; i+2 < len(parts); i++ {
		service, command, _ := strings.Cut(parts[i]+" "+parts[i+1], " ")
		if !slices.Contains([]string{"iam", "s3api", "kms"}, service) || !strings.Contains(command, "-") {
			continue
		}
		name, err := url.PathUnescape(strings.TrimSuffix(parts[i+2], ".json"))
		return name, err == nil
	}
	return "", false
}

// subject returns which of some things an answer is about.
func (r *reader) subject(a answer, what string, names []string) (string, error) {
	if n, ok := given(a.path); ok {
		return n, nil
	}
	if n := inPath(a.path, names); n != "" {
		return n, nil
	}
	if len(names) == 1 {
		return names[0], nil
	}
	return "", &unclearError{what, "put its name into the name of the file"}
}

func (r *reader) roleOf(a answer) (string, error) { return r.subject(a, "role", r.known.Roles) }

func (r *reader) bucketOf(a answer) (string, error) {
	return r.subject(a, "bucket", r.known.Buckets)
}

// keyOf returns the ARN, or what else is known, of the key that an answer is about.
func (r *reader) keyOf(a answer) (string, error) {
	if n, ok := given(a.path); ok {
		return cmp.Or(r.keyIDs[n], n), nil
	}
	var words []string
	by := map[string]string{}
	add := func(word, arn string) { words, by[word] = append(words, word), arn }
	for _, k := range r.known.Keys {
		add(k, k)
		if arn, ok := policy.ParseARN(k); ok {
			add(arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:], k)
		}
	}
	for word, arn := range r.keyIDs {
		add(word, arn)
		add(strings.TrimPrefix(word, "alias/"), arn)
	}
	if w := inPath(a.path, words); w != "" {
		return by[w], nil
	}
	if len(r.known.Keys) == 1 {
		return r.known.Keys[0], nil
	}
	return "", &unclearError{"key", "put its ID into the name of the file"}
}
