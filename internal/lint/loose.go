package lint

import (
	"fmt"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// shown adds a document that nothing attaches.
func (v *view) shown(s deployed.Shown, kind Kind) {
	if s.Policy == nil {
		return
	}
	grammar, said := kind.grammar()
	if !said {
		grammar = deployed.LooksLike(s.Name, s.Policy.Document)
	}
	on := fmt.Sprintf("document %q", s.Name)
	var h *holder
	switch grammar {
	case policy.Identity:
		h = &holder{on: on, kind: grammar, principal: v.example()}
	case policy.Resource, policy.KeyPolicy, policy.Trust:
		h = &holder{on: on, kind: grammar}
	}
	d := v.document(grammar, on, []string{s.Name}, s.Policy, h)
	if d == nil {
		return
	}
	d.loose = true
	d.part = d.part || strings.HasSuffix(strings.TrimSuffix(s.Name, ".json"),
		"statements") // as pzgen names them
	if h != nil {
		h.names, h.at = d.names, d.at
		h.arns = v.arnsOf(grammar, d)
		v.holders = append(v.holders, h)
	}
}

// arnsOf returns the ARNs of the resource whose policy a loose document is.
func (v *view) arnsOf(kind policy.Kind, d *document) []string {
	switch kind {
	case policy.Trust:
		return []string{v.example()}
	case policy.KeyPolicy:
		return []string{"arn:" + v.partition + ":kms:" + v.region + ":" + v.account +
			":key/example"}
	case policy.Resource:
		for _, s := range d.filled.Statements {
			for _, r := range s.Resource.Values {
				if name := bucketOf(r.IAM()); name != "" && !strings.ContainsAny(name, "*?$") {
					arn := "arn:" + v.partition + ":s3:::" + name
					return []string{arn, arn + "/*"}
				}
			}
		}
	}
	return nil
}

// onlyAccount returns the account that the documents which nothing attaches are about: the only one
// whose roles, keys and the like they name as resources, or whom they name as a whole, or for whose
// resources a service acts. It returns other where there is none, or there are several.
func onlyAccount(s deployed.State, other string) string {
	found := map[string]bool{}
	note := func(t policy.Text) {
		text := t.IAM()
		if a, ok := policy.ParseARN(text); ok {
			text = a.Account
		}
		if isAccount(text) {
			found[text] = true
		}
	}
	for _, d := range s.Documents {
		if d.Policy == nil {
			continue
		}
		for _, st := range d.Policy.Document.Statements {
			for _, r := range st.Resource.Values {
				note(r)
			}
			for _, p := range named(st.Principal) {
				a, ok := policy.ParseARN(p)
				if ok && a.Resource == "root" && st.CoversAction("kms:PutKeyPolicy") {
					note(policy.Literal(p))
				}
			}
			for _, key := range []string{"aws:SourceAccount", "aws:ResourceAccount"} {
				for _, value := range conditionValues(st, key) {
					note(value)
				}
			}
		}
	}
	if len(found) == 1 {
		for account := range found {
			return account
		}
	}
	return other
}

// onlyPartition returns the partition of the first ARN in such documents, or other.
func onlyPartition(s deployed.State, other string) string {
	for _, d := range s.Documents {
		if d.Policy == nil {
			continue
		}
		for _, st := range d.Policy.Document.Statements {
			list := append(named(st.Principal), conditionTexts(st, "aws:SourceArn")...)
			for _, r := range st.Resource.Values {
				list = append(list, r.IAM())
			}
			for _, text := range list {
				a, ok := policy.ParseARN(text)
				if ok && a.Partition != "" && !strings.ContainsAny(a.Partition, "*?$<") {
					return a.Partition
				}
			}
		}
	}
	return other
}

func conditionTexts(s policy.Statement, key string) []string {
	var out []string
	for _, t := range conditionValues(s, key) {
		out = append(out, t.IAM())
	}
	return out
}
