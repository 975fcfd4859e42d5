package readme

import (
	"strings"
	"testing"
)

// What a module of the setup's own had is removed before files are copied, for one of the user's own
// may be called the same: without the s3.tf that says where the state is kept, all would be made anew.
func TestOwnFileBesideSharedModule(t *testing.T) {
	s := full()
	s.SharedModule = true
	text := readme(t, build(t, s))
	at := -1
	for _, line := range []string{`rm -f "$ROOT/variables.tf"`, `cp terraform/*.tf `,
		`cp -R ../_module-* "$ROOT/../.."`, `terraform -chdir="$ROOT" init`} {
		next := strings.Index(text, line)
		if next <= at {
			t.Errorf("%s is at %d, after %d", line, next, at)
		}
		at = next
	}
}
