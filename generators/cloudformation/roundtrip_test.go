package cloudformation

import (
	"bytes"
	"flag"
	"os"
	"path"
	"slices"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

var update = flag.Bool("update", false, "write the golden files")

func printed(t testing.TB, s *model.Setup) []output.File {
	t.Helper()
	files, err := Print(s)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// managed gives the documents that the template puts in place: all but those that are not whole, and the policies of keys that exist.
func managed(s *model.Setup) []model.Doc {
	var out []model.Doc
	for _, d := range s.Docs() {
		byHand := slices.ContainsFunc(s.Keys, func(k model.Key) bool { return k.Existing() && k.Policy.Name == d.Name })
		if !d.Partial && !byHand {
			out = append(out, d)
		}
	}
	return out
}

// differences tells how a reading differs from what the model says under env.
func differences(s *model.Setup, r *model.Reading, env policy.Env) []string {
	var out []string
	want := map[string]bool{}
	for _, d := range managed(s) {
		want[d.Name] = true
		doc, err := d.Document.Resolve(env)
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		got, ok := r.Documents[d.Name]
		if !ok {
			out = append(out, d.Name+" is missing")
			continue
		}
		if !bytes.Equal(doc.JSON(), got.JSON()) {
			out = append(out, d.Name+":\nwant "+string(doc.JSON())+"got  "+string(got.JSON()))
		}
		if r.Places[d.Name].Line == 0 {
			out = append(out, d.Name+" has no place")
		}
	}
	for name := range r.Documents {
		if !want[name] {
			out = append(out, name+" is too many")
		}
	}
	settings := s.Settings(env)
	for _, m := range []map[string]string{settings, r.Settings} {
		for k := range m {
			if a, b := settings[k], r.Settings[k]; a != b || len(settings) != len(r.Settings) {
				out = append(out, "setting "+k+": want "+a+", got "+b)
			}
		}
	}
	known := s.DeployedEnv()
	for ref, v := range r.Defaults {
		if known[ref] != v {
			out = append(out, "default of "+ref.String()+" is "+v)
		}
	}
	slices.Sort(out)
	return out
}

func setups(t testing.TB) []*model.Setup {
	attached := created()
	attached.Name, attached.Role.Inline, attached.Tags, attached.DatasetGroup.Key = "attached", false, nil, ""
	return []*model.Setup{created(), existing(t), attached}
}

func TestRoundTrip(t *testing.T) {
	for _, s := range setups(t) {
		files := printed(t, s)
		for i, env := range environments(s) {
			r, err := Read(s, files, env)
			if err != nil {
				t.Fatalf("%s, environment %d: %v", s.Name, i, err)
			}
			for _, d := range differences(s, r, env) {
				t.Errorf("%s, environment %d: %s", s.Name, i, d)
			}
			for _, ref := range []policy.Ref{model.RefAccount, model.RefRegion, model.RefRoleName} {
				if r.Defaults[ref] == "" {
					t.Errorf("%s: no default of %s", s.Name, ref)
				}
			}
		}
	}
}

func TestByHand(t *testing.T) {
	for s, want := range map[*model.Setup][]string{
		created():   {"operator.admins.managedPolicies"},
		existing(t): {"role.managedPolicies", "key-corp"},
	} {
		r, err := Read(s, printed(t, s), s.SyntheticEnv(1))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(r.ByHand, want) {
			t.Errorf("%s: by hand %q, want %q", s.Name, r.ByHand, want)
		}
	}
}

// Places are lines of the template: the line of a statement's place opens the statement.
func TestPlaces(t *testing.T) {
	s := created()
	files := printed(t, s)
	r, err := Read(s, files, s.SyntheticEnv(1))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(files[0].Data, []byte("\n"))
	n := 0
	for _, d := range s.Docs() {
		for _, st := range d.Document.Statements {
			p := r.Places[d.Name+"/"+st.Sid]
			if p.Path != files[0].Path || p.Line < 1 || !bytes.Contains(lines[p.Line-1], []byte(`Sid: "`+st.Sid+`"`)) {
				t.Errorf("%s/%s is said to be in line %d", d.Name, st.Sid, p.Line)
			}
			n++
		}
	}
	if n < 10 {
		t.Errorf("only %d statements", n)
	}
}

func TestGolden(t *testing.T) {
	for _, s := range setups(t)[:2] {
		for _, f := range printed(t, s) {
			name := path.Join("testdata", s.Name, path.Base(f.Path))
			if *update {
				if err := os.MkdirAll(path.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, f.Data) {
				t.Errorf("%s differs from what is printed; look at the difference, then run go test -update", name)
			}
		}
	}
}

func TestDeterminism(t *testing.T) {
	for _, s := range setups(t) {
		first := printed(t, s)
		for range 20 {
			for i, f := range printed(t, s) {
				if f.Path != first[i].Path || !bytes.Equal(f.Data, first[i].Data) {
					t.Fatalf("%s is not printed the same twice", f.Path)
				}
			}
		}
	}
}

func TestNamesDoNotCollide(t *testing.T) {
	s := created()
	s.Buckets = append(s.Buckets, model.Bucket{ID: "da-ta", Name: "x-1"}, model.Bucket{ID: "daTa", Name: "x-2"}, model.Bucket{ID: "-", Name: "x-3"})
	s.Buckets = append(s.Buckets, model.Bucket{ID: "DaTa", Name: "x-4", Policy: model.Doc{Name: "bucket-DaTa", Document: s.Buckets[0].Policy.Document}})
	s.Keys = append(s.Keys, model.Key{ID: "data", Alias: "alias/data", Window: 7, Policy: model.Doc{Name: "key-data", Document: s.Keys[0].Policy.Document}})
	env := s.SyntheticEnv(1)
	for i, b := range s.Buckets { // made-up names differ by more than case here
		env[model.RefBucketName(b.ID)] = "made-up-" + string(rune('a'+i))
		env[model.RefBucketARN(b.ID)] = "arn:" + env[model.RefPartition] + ":s3:::made-up-" + string(rune('a'+i))
	}
	r, err := Read(s, printed(t, s), env)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences(s, r, env) {
		t.Error(d)
	}
}
