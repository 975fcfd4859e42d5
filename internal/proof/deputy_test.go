package proof

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// letsOthersIn reports whether a policy lets Amazon Personalize in on behalf of another account.
func letsOthersIn(t *testing.T, m *model.Setup, d policy.Document, keyARN string) bool {
	t.Helper()
	d = d.Fill(calls.DeployedEnv(m))
	for _, st := range d.Statements {
		for _, action := range st.Action.Values {
			for _, on := range st.Resource.Values {
				resource := strings.ReplaceAll(on.IAM(), "*", "x")
				if on.IAM() == "*" {
					resource = keyARN
				}
				got, err := policy.Evaluate(policy.Request{
					Principal: "personalize.amazonaws.com", Action: action.IAM(), Resource: resource,
					ResourceAccount: m.Account,
					Context: map[string][]string{"aws:SourceAccount": {"999999999999"},
						"aws:SourceArn":             {"arn:aws:personalize:eu-west-1:999999999999:dataset/x/INTERACTIONS"},
						"aws:SecureTransport":       {"true"},
						"aws:PrincipalIsAWSService": {"true"}},
				}, policy.Policies{Resource: &d})
				if err == nil && got.Outcome == policy.Allowed {
					return true
				}
			}
		}
	}
	return false
}

// What is said of other accounts is what the evaluator decides, and the README says it.
func TestOtherAccounts(t *testing.T) {
	said := map[bool]int{}
	for _, m := range buildAll(t, exampleSetups(t)) {
		open := false
		for _, b := range m.Buckets {
			open = open || letsOthersIn(t, m, b.Own, "")
		}
		for _, k := range m.Keys {
			open = open || letsOthersIn(t, m, k.Own, calls.DeployedEnv(m)[model.RefKeyARN(k.ID)])
		}
		if r := Prove(m, nil, Input{}); r.OpenToOthers != open {
			t.Errorf("%s: OpenToOthers is %v, and the evaluator says %v", m.Name, r.OpenToOthers, open)
		}
		files, err := generators.For(nil)[0].Print(m)
		if err != nil {
			t.Fatal(err)
		}
		page := string(files[0].Data)
		if says := strings.Contains(page, "behalf of another one") &&
			strings.Contains(page, "`confusedDeputy: everywhere`"); says != open {
			t.Errorf("%s: the README says %v", m.Name, says)
		}
		for _, claim := range []string{"nothing\nelse", "nothing else", "nothing more"} {
			if strings.Contains(page, claim) {
				t.Errorf("%s: the README says %q", m.Name, claim)
			}
		}
		said[open]++
	}
	if said[true] < 5 || said[false] < 1 {
		t.Errorf("only %v setups", said)
	}
	// The field that is named closes it.
	if m := proofSetup(t, ""); m.OpenToOthers() || slices.ContainsFunc(m.Buckets,
		func(b model.Bucket) bool { return letsOthersIn(t, m, b.Own, "") }) {
		t.Error("confusedDeputy: everywhere leaves it open")
	}
}
