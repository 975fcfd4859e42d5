package cloudformation

import (
	"regexp"
	"strings"
	"testing"
)

// FuzzPlainKey holds plainKey against what it says in another way, and against what this package's reader takes a scalar for.
func FuzzPlainKey(f *testing.F) {
	for _, s := range []string{"Type", "AWS::IAM::Role", "aws:PrincipalTag/team", "a:::b", "a:", ":a", "a:-b", "a:b-", "a-:b", "yes", "n", "No", "x1", "1x", "a/b", "aws:a/b.c_d", "", "é", "a b", "Fn::", "~", "null"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*(::?[A-Za-z0-9][A-Za-z0-9/._-]*)*$`)
	f.Fuzz(func(t *testing.T, s string) {
		want := form.MatchString(s) && plainScalar(s) == kindString && plainScalar(strings.ToLower(s)) == kindString
		if got := plainKey(s); got != want {
			t.Errorf("%q: plain %v, want %v", s, got, want)
		}
	})
}
