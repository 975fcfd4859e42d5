package terraform

import (
	"maps"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// compare tells how a reading differs from the setup under env; "" when it does not.
func compare(s *model.Setup, r *model.Reading, env policy.Env) string {
	var diffs []string
	names := map[string]bool{}
	for _, d := range s.Docs() {
		names[d.Name] = true
		want, err := d.Document.Resolve(env)
		if err != nil {
			return err.Error()
		}
		got, ok := r.Documents[d.Name]
		switch {
		case !ok:
			diffs = append(diffs, d.Name+" is missing")
		case !got.Equal(want):
			diffs = append(diffs, d.Name+"\ngot  "+got.Normal()+"\nwant "+want.Normal())
		case got.ID != want.ID:
			diffs = append(diffs, d.Name+": id "+got.ID)
		}
		for _, st := range want.Statements {
			if p := r.Places[d.Name+"/"+st.Sid]; p.Line == 0 || p.Path == "" {
				diffs = append(diffs, d.Name+"/"+st.Sid+" has no place")
			}
		}
	}
	for name := range r.Documents {
		if !names[name] {
			diffs = append(diffs, name+" is too many")
		}
	}
	if want := s.Settings(env); !maps.Equal(r.Settings, want) {
		for k, v := range want {
			if got, ok := r.Settings[k]; !ok || got != v {
				diffs = append(diffs, "setting "+k+": got "+got+", want "+v)
			}
		}
		for k := range r.Settings {
			if _, ok := want[k]; !ok {
				diffs = append(diffs, "setting "+k+" is too many")
			}
		}
	}
	known := s.DeployedEnv()
	for ref, v := range r.Defaults {
		if known[ref] != v {
			diffs = append(diffs, "default "+ref.String()+": "+v)
		}
	}
	for ref := range variableDefaultsWanted(s) {
		if _, ok := r.Defaults[ref]; !ok {
			diffs = append(diffs, "default "+ref.String()+" is missing")
		}
	}
	return strings.Join(diffs, "\n")
}

func variableDefaultsWanted(s *model.Setup) map[policy.Ref]bool {
	out := map[policy.Ref]bool{}
	for _, r := range variableRefs(s, namesOf(s)) {
		out[r] = true
	}
	return out
}
