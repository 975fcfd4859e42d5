package testtool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a test that notes how it ended.
type fake struct {
	testing.TB
	name, skipped, failed string
}

type ended struct{}

func (f *fake) Name() string                 { return f.name }
func (f *fake) Helper()                      {}
func (f *fake) Skipf(s string, args ...any)  { f.skipped = s; panic(ended{}) }
func (f *fake) Fatalf(s string, args ...any) { f.failed = s; panic(ended{}) }

func need(t *testing.T, test, name string, args ...string) (path string, f *fake) {
	f = &fake{TB: t, name: test}
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
	if testing.Short() {
		t.Skip("with -short no tool is asked for")
	}
	log := filepath.Join(t.TempDir(), "skips")
	t.Setenv(Tools, "1")
	t.Setenv(SkipLog, log)
	t.Setenv(Require, "")
	if path, f := need(t, "TestReal", "go"); path == "" || f.skipped+f.failed != "" {
		t.Errorf("go: path %q, %+v", path, f)
	}
	if path, f := need(t, "TestReal", "go", "version"); path == "" || f.skipped+f.failed != "" {
		t.Errorf("go version: path %q, %+v", path, f)
	}
	if _, err := os.Stat(log); err == nil {
		t.Error("a missing tool is noted and there was none")
	}
	for _, args := range [][]string{{"no-such-program-as-this"}, {"go", "no-such-command"}} {
		path, f := need(t, "TestRealThing/part", args[0], args[1:]...)
		if path != "" || f.skipped == "" || f.failed != "" {
			t.Errorf("%v: path %q, %+v", args, path, f)
		}
	}
	data, err := os.ReadFile(log)
	if want := "no-such-program-as-this\ngo no-such-command\n"; err != nil || string(data) != want {
		t.Errorf("noted %q, %v; want %q", data, err, want)
	}
	t.Setenv(Require, "1")
	_, f := need(t, "TestReal", "no-such-program-as-this")
	if f.failed == "" || f.skipped != "" || !strings.Contains(f.failed, "required") {
		t.Errorf("required: %+v", f)
	}
}

// Without PZGEN_TOOLS=1 no tool is run, also where tools are required.
func TestNeedNothing(t *testing.T) {
	t.Setenv(Tools, "")
	t.Setenv(Require, "1")
	if _, f := need(t, "TestReal", "go"); f.skipped == "" || f.failed != "" {
		t.Errorf("%+v", f)
	}
}

// A test that runs a tool and would not be found by make e2e fails, wherever it runs.
func TestNeedName(t *testing.T) {
	t.Setenv(Tools, "")
	if _, f := need(t, "TestSomething", "go"); f.failed == "" {
		t.Errorf("%+v", f)
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

func TestNeedFile(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short no tool is asked for")
	}
	t.Setenv(Tools, "1")
	t.Setenv(SkipLog, "")
	ask := func(require string, paths ...string) (path string, f *fake) {
		t.Setenv(Require, require)
		f = &fake{TB: t, name: "TestRealThing"}
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(ended); !ok {
					panic(r)
				}
			}
		}()
		return NeedFile(f, "a file", paths...), f
	}
	if path, f := ask("1", "", "no-such-file", "tool.go"); path != "tool.go" || f.skipped+f.failed != "" {
		t.Errorf("path %q, %+v", path, f)
	}
	for _, paths := range [][]string{nil, {"no-such-file"}, {"."}} {
		if path, f := ask("", paths...); path != "" || f.skipped == "" || f.failed != "" {
			t.Errorf("%q: path %q, %+v", paths, path, f)
		}
		if path, f := ask("1", paths...); path != "" || f.failed == "" {
			t.Errorf("%q required: path %q, %+v", paths, path, f)
		}
	}
}
