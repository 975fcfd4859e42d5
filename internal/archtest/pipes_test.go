package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// leaves matches a pipe into a command that stops reading before its input ends.
var leaves = regexp.MustCompile(`\|\s*(head\b|grep\s+(-\S*\s+)*-\S*[qlm]|sed\s+[^|]*\dq\b)`)

// Under pipefail, a command that writes into a pipe which nobody reads any more fails by SIGPIPE, now and then:
// `terraform version | head -n 1` ended a run of CI with 141 before it had tested anything.
func TestNoPipeIsLeft(t *testing.T) {
	for _, line := range []string{"terraform version | head -n 1", `echo "$said" | grep -q x`, "a | sed -n 2q", "a | grep -Eq b"} {
		if !leaves.MatchString(line) {
			t.Errorf("the rule does not find %q", line)
		}
	}
	for _, name := range []string{".ci/run", "Makefile"} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if found := leaves.FindString(string(text)); found != "" {
			t.Errorf("%s: %q stops reading early; let it read to the end", name, found)
		}
	}
}
