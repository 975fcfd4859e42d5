package shell

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// libraryText returns the library in one piece.
func libraryText() string {
	var b strings.Builder
	for _, f := range Shared() {
		b.Write(f.Data)
	}
	return b.String()
}

// TestInterface: a change to the names or arguments of steps is a new interface. Who changes them counts libraryInterface
// up, here and in the library, and says here what it consists of.
func TestInterface(t *testing.T) {
	var lines []string
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		for _, function := range []string{"check_setup", "steps", "summary"} {
			if entry == "destroy.sh" && function == "summary" {
				continue
			}
			for name, st := range stepTable(entry, function) {
				words := []string{entry, function, name}
				for _, k := range st.args {
					words = append(words, "<"+k.String()+">")
				}
				lines = append(lines, strings.Join(words, " "))
			}
		}
	}
	slices.Sort(lines)
	const seven = `apply.sh check_setup need_file <text in quotes without names>
apply.sh check_setup safe <text in quotes>
apply.sh steps attach_others <a JSON list in quotes> <a JSON list in quotes>
apply.sh steps bucket_elsewhere <text in quotes> <text in quotes without names> <text in quotes without names>
apply.sh steps ensure_bucket <text in quotes> <text in quotes> <true or false> <true or false> <true or false> <a number> <a number>
apply.sh steps ensure_dataset_group <text in quotes without names> <text in quotes without names> <text in quotes>
apply.sh steps ensure_inline <text in quotes without names> <"$(policy_x)" or ''>
apply.sh steps ensure_key <a name> <text in quotes without names> <text in quotes> <true or false> <"$(policy_x)" or ''>
apply.sh steps ensure_logs <text in quotes> <text in quotes> <text in quotes>
apply.sh steps ensure_managed <text in quotes without names> <"$(policy_x)" or ''> <a JSON list in quotes> <a JSON list in quotes> <text in quotes without names>
apply.sh steps ensure_role <text in quotes without names> <text in quotes> <"$(policy_x)" or ''>
apply.sh steps existing_bucket <text in quotes> <text in quotes> <a JSON list in quotes>
apply.sh steps existing_key <text in quotes> <"$(policy_x)" or ''> <a JSON list in quotes>
apply.sh steps existing_role <"$(policy_x)" or ''>
apply.sh steps find_lent_key <a name> <text in quotes> <text in quotes without names> <"$(policy_x)" or ''> <a JSON list in quotes>
apply.sh steps found_key <a name> <text in quotes> <"$(policy_x)" or ''> <a JSON list in quotes>
apply.sh steps key_elsewhere <text in quotes> <text in quotes without names> <text in quotes without names>
apply.sh steps lent_bucket <text in quotes> <text in quotes> <text in quotes without names> <"$(policy_x)" or ''> <a JSON list in quotes>
apply.sh steps lent_key <text in quotes> <text in quotes without names> <"$(policy_x)" or ''> <a JSON list in quotes>
apply.sh steps lent_role <text in quotes without names> <"$(policy_x)" or ''>
apply.sh steps merge_policy <bucket> <text in quotes> <"$(policy_x)" or ''>
apply.sh steps role_policies <a JSON list in quotes>
apply.sh steps upload <text in quotes without names> <text in quotes> <text in quotes without names>
apply.sh summary show <text in quotes without names> <text in quotes>
destroy.sh check_setup safe <text in quotes>
destroy.sh steps attached_before <user, group or role> <text in quotes> <text in quotes>
destroy.sh steps look_at_role
destroy.sh steps undo_bucket <text in quotes> <"$(policy_x)" or ''> <text in quotes without names>
destroy.sh steps undo_dataset_group <text in quotes without names> <text in quotes without names>
destroy.sh steps undo_inline <text in quotes without names> <"$(policy_x)" or ''>
destroy.sh steps undo_key <text in quotes> <"$(policy_x)" or ''> <text in quotes without names>
destroy.sh steps undo_managed <text in quotes without names>
destroy.sh steps undo_role <a JSON list in quotes>`
	if got := strings.Join(lines, "\n"); libraryInterface != 7 || got != seven {
		t.Errorf("interface %d is\n%s", libraryInterface, got)
	}
	want := fmt.Sprintf("\nPZGEN_LIBRARY=%d\n", libraryInterface)
	if n := strings.Count(libraryText(), want); n != 2 {
		t.Errorf("%q is %d times in the library", want, n)
	}
}

// TestLibraryAndScriptsShareNoNames: every step is a function of the library, and neither scripts nor library change what
// the other has.
func TestLibraryAndScriptsShareNoNames(t *testing.T) {
	text := libraryText()
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z_]+)\(\) \{`).FindAllStringSubmatch(text, -1) {
		defined[m[1]] = true
		if strings.HasPrefix(m[1], policyFunction) || slices.Contains(functions("apply.sh"), m[1]) {
			t.Errorf("the library has a function %s, which is one of scripts", m[1])
		}
	}
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		for _, function := range functions(entry) {
			for _, name := range slices.Sorted(maps.Keys(stepTable(entry, function))) {
				if !defined[name] {
					t.Errorf("%s calls %s, which is not in the library", entry, name)
				}
			}
		}
	}
	assigned := 0
	for _, m := range regexp.MustCompile(`\b([A-Z][A-Z0-9_]*)\+?=`).FindAllStringSubmatch(text, -1) {
		assigned++
		if assignable(m[1]) {
			t.Errorf("the library assigns %s, which is a name of scripts", m[1])
		}
	}
	if len(defined) < 40 || assigned < 30 {
		t.Errorf("only %d functions and %d assignments are found", len(defined), assigned)
	}
	if want := "\nSERVICE='" + setup().Owner(policy.Document{}, false).Service + "'\n"; !strings.Contains(text, want) {
		t.Errorf("the library does not hold %q", want)
	}
}
