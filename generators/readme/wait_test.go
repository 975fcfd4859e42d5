package readme

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
)

// The commands of the target json wait for the role, and try again what AWS refuses until it knows
// the role, with the same input: an AWS that needs three attempts for each policy ends as one that
// needs none.
func TestByHandWaitsForTheRole(t *testing.T) {
	for name, edit := range map[string]func(*model.Setup){
		"as it is": func(*model.Setup) {},
		"a key policy that names its key": func(m *model.Setup) {
			i := slices.IndexFunc(m.Keys, func(k model.Key) bool { return k.ID == "shop" })
			d := m.Keys[i].Policy.Document
			d.Statements = slices.Concat(d.Statements, m.Role.Policies[0].Document.Statements)
			m.Keys[i].Policy.Document = d
		},
	} {
		m := build(t, full())
		m.Targets = []string{"json"}
		edit(m)
		page := readme(t, m)
		made, waited, attempts, tried := false, false, map[string]int{}, 0
		calls := runRefused(t, page, func(args []string) bool {
			operation := strings.Join(args[1:3], " ")
			switch {
			case operation == "iam create-role":
				made = true
			case operation == "iam wait":
				waited = made && args[3] == "role-exists"
			case strings.HasPrefix(args[1], "kms") && slices.Contains(args, "--policy"):
				key := strings.Join(args, " ")
				attempts[key]++
				if made && attempts[key] < 3 {
					tried++
					return true // MalformedPolicyDocumentException
				}
				if made && !waited {
					t.Errorf("%s: %s before the role exists", name, key)
				}
			}
			return false
		})
		if !waited || tried < 2 {
			t.Errorf("%s: waited %v, %d attempts refused", name, waited, tried)
		}
		var once, kept []string
		for _, c := range run(t, page) {
			once = append(once, strings.Join(c, " "))
		}
		for i, c := range calls {
			line := strings.Join(c, " ")
			if i+1 < len(calls) && line == strings.Join(calls[i+1], " ") && attempts[strings.Join(c[:len(c)-1], " ")] > 0 {
				continue // it is tried again
			}
			kept = append(kept, line)
		}
		if !slices.Equal(once, kept) {
			t.Errorf("%s: with refusals the calls are\n%s\nwithout\n%s", name, strings.Join(kept, "\n"),
				strings.Join(once, "\n"))
		}
	}
}

// A role that exists already is known to everybody: nothing waits for it.
func TestNothingWaitsForAnExistingRole(t *testing.T) {
	m := build(t, full())
	m.Role.Existing, m.Targets = true, []string{"json"}
	if page := readme(t, m); strings.Contains(page, "role-exists") || strings.Contains(page, "for WAIT") {
		t.Error("the README waits for a role that exists")
	}
}
