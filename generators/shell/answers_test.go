package shell

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/model"
)

// reading reports whether a call of the AWS CLI only reads.
func reading(args []string) bool {
	for _, begin := range []string{"get-", "list-", "describe-", "head-"} {
		if strings.HasPrefix(args[1], begin) {
			return true
		}
	}
	return false
}

// TestGarbledAnswers: the AWS CLI ends well and prints nothing, or something else than an answer.
// That says nothing of what is there: the script stops at this call, changes nothing more, and
// does not say that it is done.
func TestGarbledAnswers(t *testing.T) {
	garbage := map[string]func(string) string{
		"nothing":   func(string) string { return "" },
		"a newline": func(string) string { return "\n" },
		"empty":     func(string) string { return "{}\n" },
		"null":      func(string) string { return "null\n" },
		"a list":    func(string) string { return "[]\n" },
		"a page":    func(string) string { return "<html><body>504 Gateway Time-out</body></html>\n" },
		"cut short": func(out string) string { return out[:len(out)/2] },
		"twice":     func(out string) string { return out + out },
		"an error":  func(string) string { return `{"Error": {"Code": "NoSuchEntity"}}` + "\n" },
	}
	again := func(w *world) { // what is there already is read more closely
		w.must(w.apply())
		for _, p := range w.m.Account.Policies {
			p.Versions[0].Document = nobody
		}
		clear(w.m.Account.Datasets)
	}
	half := func(w *world) { // a bucket that an interrupted run left, and a key without its alias
		w.must(w.apply())
		w.m.Account.Buckets["acme-data"].Tags, w.m.Account.Buckets["acme-data"].Policy = nil, ""
		clear(w.m.Account.Buckets["acme-data"].Objects)
		clear(w.m.Account.Aliases)
	}
	operations := map[string]bool{}
	for _, c := range []struct {
		setup  *model.Setup
		script string
		before func(*world)
	}{
		{setup(), "apply.sh", func(*world) {}}, {setup(), "apply.sh",
			func(w *world) { w.must(w.apply()) }}, {setup(), "apply.sh", again}, {setup(), "apply.sh", half},
		{setup(), "destroy.sh", again}, {managedSetup(), "destroy.sh", again}, {existingSetup(),
			"destroy.sh", again},
	} {
		w := newWorld(t, c.setup)
		c.before(w)
		base := w.m.Account
		script := c.setup.Name + "/shell/" + c.script
		run := func(answer func(args []string, out string) string) error {
			w.m.Account, w.m.Answer = copied(t, base), answer
			w.m.Account.KeyARN = base.KeyARN
			return w.run(script, "--yes")
		}
		var calls []string
		w.must(run(func(args []string, out string) string {
			if name := c.script + ": " + args[0] + " " + args[1]; reading(args) && out != "" &&
				!operations[name] {
				operations[name] = true
				calls = append(calls, args[0]+" "+args[1])
			}
			return out
		}))
		for _, call := range calls {
			for how, garble := range garbage {
				changes, garbled := 0, false
				err := run(func(args []string, out string) string {
					switch {
					case garbled && !reading(args):
						changes++
					case !garbled && out != "" && args[0]+" "+args[1] == call:
						garbled = true
						return garble(out)
					}
					return out
				})
				said := w.m.Out.String()
				if err == nil || changes > 0 || strings.Contains(said, "is removed") ||
					strings.Contains(said, "is up to date") {
					t.Errorf("%s, %s: after %q it goes on: %v, %d changes\n%s", script, how, call,
						err, changes, said)
				} else if !strings.Contains(err.Error(), "ended well, and its answer") ||
					!strings.Contains(err.Error(), call) {
					t.Errorf("%s, %s: after %q it says %v", script, how, call, err)
				}
			}
		}
	}
	for name, reads := range account.Operations() {
		if reads && !operations["apply.sh: "+name] && !operations["destroy.sh: "+name] {
			t.Errorf("no answer of %s was garbled", name)
		}
	}
	if len(operations) < 30 {
		t.Errorf("only these reading calls were met: %v", operations)
	}
}
