package cloudformation

import (
	"bytes"
	"strings"
	"testing"
)

// A template for a stack set refuses no place, and says so; one that is not for many is not taken
// for one, nor the other way round.
func TestStackSet(t *testing.T) {
	one, many := created(), created()
	many.StackSet = true
	for _, d := range differences(t, many, printed(t, many)) {
		t.Error(d)
	}
	template := printed(t, many)[0].Data
	for text, want := range map[string]bool{"RightPlace": false, many.Account: true,
		"create-stack-set --region eu-west-1": true, "create-stack-instances": true} {
		if bytes.Contains(template, []byte(text)) != want {
			t.Errorf("%q is in the template: %v", text, !want)
		}
	}
	_, body, _ := strings.Cut(string(template), "AWSTemplateFormatVersion")
	if strings.Contains(body, many.Account) {
		t.Error("the account of the spec is written out in the template")
	}
	if found := differences(t, one, printed(t, many)); !strings.Contains(strings.Join(found, "\n"), "Scope.Account") {
		t.Errorf("nobody misses the rule on the account: %q", found)
	}
	if found := differences(t, many, printed(t, one)); !strings.Contains(strings.Join(found, "\n"), "Scope.Region") {
		t.Errorf("nobody notices a rule too many: %q", found)
	}
}
