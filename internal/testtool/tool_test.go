package testtool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake stands in for a test and notes how it ended.
type fake struct {
	testing.TB
	skipped, failed string
}

type ended struct{}

func (f *fake) Helper()                      {}
func (f *fake) Skipf(s string, args ...any)  { f.skipped = s; panic(ended{}) }
func (f *fake) Fatalf(s string, args ...any) { f.failed = s; panic(ended{}) }

func need(name string, args ...string) (path string, f *fake) {
	f = &fake{}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(ended); !ok {
				panic(r)
			}
		}
	}()
	return Need(f, name, args...), f
}

func TestNeed(t *testing.T) {
	log := filepath.Join(t.TempDir(), "skips")
	t.Setenv(SkipLog, log)
	t.Setenv(Require, "")
	if path, f := need("go"); path == "" || f.skipped+f.failed != "" {
		t.Errorf("go: path %q, %+v", path, f)
	}
	if path, f := need("go", "version"); path == "" || f.skipped+f.failed != "" {
		t.Errorf("go version: path %q, %+v", path, f)
	}
	if _, err := os.Stat(log); err == nil {
		t.Error("a skip is noted and there was none")
	}
	for _, args := range [][]string{{"no-such-program-as-this"}, {"go", "no-such-command"}} {
		if path, f := need(args[0], args[1:]...); path != "" || f.skipped == "" || f.failed != "" {
			t.Errorf("%v: path %q, %+v", args, path, f)
		}
	}
	data, err := os.ReadFile(log)
	if want := "no-such-program-as-this\ngo no-such-command\n"; err != nil || string(data) != want {
		t.Errorf("noted %q, %v; want %q", data, err, want)
	}
	t.Setenv(Require, "1")
	if _, f := need("no-such-program-as-this"); f.failed == "" || f.skipped != "" || !strings.Contains(f.failed, "required") {
		t.Errorf("required: %+v", f)
	}
}

func TestCases(t *testing.T) {
	t.Setenv(AllCases, "")
	usual := 50
	if testing.Short() {
		usual = 5
	}
	if got := Cases(50, 1000); got != usual {
		t.Errorf("%d cases, not %d", got, usual)
	}
	t.Setenv(AllCases, "1")
	if got := Cases(50, 1000); got != 1000 {
		t.Errorf("%d of all cases", got)
	}
}
