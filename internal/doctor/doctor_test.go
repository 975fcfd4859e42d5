package doctor

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/doctor/doctortest"
)

// Nothing is named when all is well.
func TestWorks(t *testing.T) {
	for _, target := range []doctortest.Workflow{doctortest.Importing, doctortest.Batch, doctortest.Exporting} {
		r := diagnose(t, doctortest.Good(), target)
		var b strings.Builder
		r.Text(&b)
		if !r.Works() || !strings.HasPrefix(r.Verdict(), "works: ") || len(r.Advice) > 0 {
			t.Errorf("%s:\n%s", target.Type, b.String())
		}
		if r.Calls < 8 {
			t.Errorf("%s: only %d calls", target.Type, r.Calls)
		}
	}
}

var update = flag.Bool("update", false, "write docs/causes.md")

// docs/causes.md is what the records say, each of which has its own code and is found by a test.
func TestPage(t *testing.T) {
	const name = "../../docs/causes.md"
	if *update {
		if err := os.WriteFile(name, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != Page() {
		t.Error("docs/causes.md is not what the records say: run go test ./internal/doctor -run TestPage -update")
	}
	seen := map[string]bool{}
	for _, c := range Causes() {
		if seen[c.ID] || !regexp.MustCompile(`^PZ2[0-9]{2}$`).MatchString(c.ID) || c.Title == "" || c.Why == "" {
			t.Errorf("%q is there twice, or lacks something", c.ID)
		}
		seen[c.ID] = true
	}
	tested := map[string]bool{lacksOther: true} // TestRefused
	for _, f := range doctortest.Failures() {
		tested[f.Cause] = true
	}
	for id := range seen {
		if !tested[id] {
			t.Errorf("no test finds %s", id)
		}
	}
}
