package shell

import (
	"maps"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// input is what the reader gets of the files of a setup.
func input(s *model.Setup, t testing.TB) deployed.Input {
	return deployed.Input{Dir: s.Name + "/shell", Files: printed(t, s), Shared: Shared()}
}

// valuesOf returns the values of the scripts' names under an environment.
func valuesOf(s *model.Setup, env policy.Env) deployed.Values {
	v := deployed.Values{Account: env[model.RefAccount], Region: env[model.RefRegion],
		Partition: env[model.RefPartition], Named: map[string]string{}}
	for name, ref := range Names(s) {
		v.Named[name] = env[ref]
	}
	return v
}

// known returns an environment without the ARNs of keys that are yet to be created.
func known(s *model.Setup, env policy.Env) policy.Env {
	out := policy.Env{}
	for ref, v := range env {
		out[ref] = v
	}
	for _, k := range s.Keys {
		if k.ARN == "" {
			delete(out, model.RefKeyARN(k.ID))
		}
	}
	return out
}

// differences reads scripts as the proof does: names have the spec's own values, and then made-up
// ones.
func differences(t testing.TB, s *model.Setup, in deployed.Input) []deployed.Difference {
	t.Helper()
	read, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range []policy.Env{s.DeployedEnv(), s.SyntheticEnv(1), s.SyntheticEnv(2)} {
		have, err := read(valuesOf(s, env))
		if err != nil {
			t.Fatal(err)
		}
		if found := deployed.Match(Want(s).Fill(known(s, env)), have); len(found) > 0 {
			return found
		}
	}
	return nil
}

// matches requires scripts to mean what the setup wants.
func matches(t testing.TB, s *model.Setup, in deployed.Input) {
	t.Helper()
	for _, d := range differences(t, s, in) {
		t.Errorf("%s: %s", d.At, d)
		if d.WantDoc != nil && d.HaveDoc != nil {
			t.Logf("want %s\nhave %s", d.WantDoc.JSON(), d.HaveDoc.JSON())
		}
	}
	read, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	have, err := read(deployed.Values{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deployed.Match(Want(s).Fill(known(s, s.DeployedEnv())), have) {
		t.Errorf("with the values that the scripts assign: %s: %s", d.At, d)
	}
}

func TestParseReturnsTheModel(t *testing.T) {
	all := setups()
	maps.Copy(all, examples(t))
	for name, s := range all {
		t.Run(name, func(t *testing.T) { matches(t, s, input(s, t)) })
	}
}

// TestPlaces: documents and statements are told by the places where they begin.
func TestPlaces(t *testing.T) {
	s := setup()
	in := input(s, t)
	read, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	state, err := read(deployed.Values{})
	if err != nil || len(state.Unknown) > 0 {
		t.Fatal(state.Unknown, err)
	}
	lines := strings.Split(string(in.Files[0].Data), "\n")
	docs := 0
	check := func(d *deployed.Document) {
		docs++
		if at := lines[d.At.Line-1]; !strings.HasPrefix(at, "policy_") ||
			d.At.Path != "retail/shell/apply.sh" {
			t.Errorf("%s is the line %q", d.At, at)
		}
		if len(d.Statements) != len(d.Document.Statements) {
			t.Fatalf("%d statements have %d places", len(d.Document.Statements), len(d.Statements))
		}
		for i, st := range d.Document.Statements {
			after := strings.Join(lines[d.Statements[i].Line-1:d.Statements[i].Line+1], " ")
			if st.Sid != "" && !strings.Contains(after, st.Sid) {
				t.Errorf("the statement %s is said to be %q", st.Sid, after)
			}
		}
	}
	check(state.Roles[0].Trust)
	check(state.Roles[0].Inline[0].Policy)
	for _, p := range state.Policies {
		check(p.Policy)
	}
	for _, b := range state.Buckets {
		if len(b.Policy.Document.Statements) > 0 {
			check(b.Policy)
		}
	}
	for _, k := range state.Keys {
		check(k.Policy)
	}
	if docs != len(s.Docs()) {
		t.Errorf("%d documents, and the setup has %d", docs, len(s.Docs()))
	}
	if at := state.Buckets[0].Versioning.At; !strings.Contains(lines[at.Line-1],
		"ensure_bucket") || at.Col < 10 {
		t.Errorf("a setting is said to be at %s", at)
	}
}

func BenchmarkParse(b *testing.B) {
	s := setup()
	in := input(s, b)
	v := valuesOf(s, s.SyntheticEnv(1))
	for b.Loop() {
		read, err := Parse(in)
		if err != nil {
			b.Fatal(err)
		}
		if st, err := read(v); err != nil || len(st.Unknown) > 0 {
			b.Fatal(st.Unknown, err)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	s := setup()
	for b.Loop() {
		printed(b, s)
	}
}

func printed(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
