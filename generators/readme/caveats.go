package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// doubts are what the documents of AWS leave open and no test without AWS can settle.
type doubts struct {
	Source   span // Sids of bucket and key statements for the service that have source conditions
	Services span // the same of statements for other services, which the spec names
	Prefix   span // Sids of statements that grant listing under prefixes alone
	Files    span // locations that name one file
	Runtime  bool // an operator calls recommenders or uses filters
	Logs     span // where access logs go whose policy is not the setup's
	Open     bool // the trust policy has no condition on who makes Personalize use the role
}

func newDoubts(s *model.Setup) doubts {
	given := map[string]bool{} // Sids of statements that the user wrote, by document and Sid
	for _, r := range s.Reasons {
		// What AWS documents of access logs is no doubt.
		if r.Source == "" || r.Template == "PersonalizeDeliverLogs" {
			given[r.Document+"/"+r.Sid] = true
		}
	}
	var d doubts
	var guarded, services, prefixed []string
	own := func(name string, doc policy.Document, shared bool) {
		for _, st := range doc.Statements {
			if given[name+"/"+st.Sid] {
				continue
			}
			if shared && conditioned(st, "aws:sourceaccount") {
				if ofPersonalize(st) {
					guarded = append(guarded, st.Sid)
				} else {
					services = append(services, st.Sid)
				}
			}
			if conditioned(st, "s3:prefix") {
				prefixed = append(prefixed, st.Sid)
			}
		}
	}
	for _, doc := range s.Role.Policies {
		own(doc.Name, doc.Document, false)
	}
	for _, b := range s.Buckets {
		own(b.Policy.Name, b.Own, true)
	}
	for _, k := range s.Keys {
		own(k.Policy.Name, k.Own, true)
	}
	// Statements of several buckets have one Sid.
	for _, list := range []*[]string{&guarded, &services, &prefixed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	d.Source, d.Services, d.Prefix = codes(guarded), codes(services), codes(prefixed)
	var files []string
	for _, w := range s.Workflows {
		if w.From != nil && w.From.IsFile() && s.Profile != spec.Documented {
			if at := address(s, *w.From); !slices.Contains(files, at) {
				files = append(files, at)
			}
		}
	}
	d.Files = codes(files)
	var logs []string
	for _, b := range s.Buckets {
		if b.Logs != nil && b.Logs.Outside != "" {
			logs = append(logs, logsAt(s, b))
		}
	}
	d.Logs = codes(logs)
	for _, r := range s.Reasons {
		d.Runtime = d.Runtime || r.Template == "PersonalizeRecommendFiltered"
	}
	for _, st := range s.Role.Trust.Document.Statements {
		d.Open = d.Open || !given[s.Role.Trust.Name+"/"+st.Sid] && !conditioned(st, "aws:sourceaccount")
	}
	return d
}

// ofPersonalize reports whether s lets Amazon Personalize in.
func ofPersonalize(s policy.Statement) bool {
	return s.Principal != nil && slices.ContainsFunc(s.Principal.Types,
		func(t policy.PrincipalType) bool {
			return t.Type == "Service" && slices.ContainsFunc(t.Values.Values, func(v policy.Text) bool {
				lit, ok := v.OnlyLit()
				return ok && lit == "personalize.amazonaws.com"
			})
		})
}

// conditioned reports whether s asks for a condition key, whose case does not matter.
func conditioned(s policy.Statement, key string) bool {
	for _, c := range s.Condition {
		if strings.EqualFold(c.Key, key) {
			return true
		}
	}
	return false
}
