package snapshot

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

const (
	outFolder = "../../out"
	specFile  = "../../spec/examples/encrypted.yaml"
)

func opened(t *testing.T, arg string, o Options) *Input {
	t.Helper()
	in, err := Open(t.Context(), arg, o)
	if err != nil {
		t.Fatalf("%s: %v", arg, err)
	}
	return in
}

func readings(t *testing.T, in *Input, setup string) []Reading {
	t.Helper()
	list, err := in.Read(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Every setup of out/ is read in every target that it has, as what it is, and nothing is not understood.
func TestOutputFolder(t *testing.T) {
	in := opened(t, outFolder, Options{})
	if in.Kind != "output folder" || len(in.Setups()) < 20 {
		t.Fatalf("%s with %d setups", in.Kind, len(in.Setups()))
	}
	for _, name := range in.Setups() {
		for _, r := range readings(t, in, name) {
			if len(r.State.Unknown) > 0 {
				t.Errorf("%s %s: %v", name, r.Target, r.State.Unknown)
			}
			if !strings.HasSuffix(r.Target, "json") && len(r.State.Roles) == 0 {
				t.Errorf("%s %s: no role", name, r.Target)
			}
			for _, role := range r.State.Roles {
				own := strings.HasPrefix(role.At.Path, outFolder+"/"+name+"/")
				if !own && !strings.HasPrefix(role.At.Path, outFolder+"/_module-") {
					t.Errorf("%s %s: place %q is not the user's", name, r.Target, role.At)
				}
			}
		}
	}
}

// Whatever an input is, the setup in it is the same: a spec as its output, one setup's folder as the whole.
func TestSameWhateverItIs(t *testing.T) {
	want := readings(t, opened(t, outFolder, Options{}), "encrypted")
	for _, in := range []*Input{opened(t, specFile, Options{}), opened(t, outFolder+"/encrypted", Options{})} {
		got := readings(t, in, "encrypted")
		if len(got) != len(want) || len(want) != 4 {
			t.Fatalf("%s: %d targets, want %d", in.Name, len(got), len(want))
		}
		for i, r := range got {
			if d := deployed.Match(want[i].State, r.State); r.Target != want[i].Target || len(d) > 0 {
				t.Errorf("%s %s: %v", in.Name, r.Target, d)
			}
		}
	}
	if !Same(t.Context(), opened(t, outFolder, Options{}), opened(t, outFolder+"/encrypted", Options{}), "encrypted") {
		t.Error("the same files are not the same")
	}
	if !Same(t.Context(), opened(t, specFile, Options{}), opened(t, outFolder+"/encrypted", Options{}), "encrypted") {
		t.Error("a spec is not the same as its output")
	}
	for arg, kind := range map[string]string{
		outFolder + "/encrypted/terraform":                    "Terraform module",
		outFolder + "/encrypted/cloudformation/template.yaml": "CloudFormation template",
		outFolder + "/encrypted/policies":                     "policies",
		outFolder + "/encrypted/policies/role-trust.json":     "policy document",
	} {
		in := opened(t, arg, Options{})
		r := readings(t, in, "")
		if in.Kind != kind || len(r) != 1 || len(r[0].State.Roles)+len(r[0].State.Documents) == 0 {
			t.Errorf("%s: %s with %d readings", arg, in.Kind, len(r))
		}
	}
}

// A place is in the file that the user named, and an error of a reader too.
func TestPlaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder")
	write(t, filepath.Join(dir, "main.tf"), "resource \"aws_iam_role\" {\n")
	_, err := opened(t, dir, Options{}).Read(t.Context(), "")
	if err == nil || !strings.HasPrefix(err.Error(), filepath.ToSlash(dir)+"/main.tf:1:") {
		t.Error(err)
	}
	policy := filepath.Join(dir, "p.json")
	write(t, policy, `{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}`)
	if _, err := Open(t.Context(), policy, Options{}); err == nil || !strings.HasPrefix(err.Error(), policy+":1:") {
		t.Error(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What cannot be compared is refused with what to do.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "empty/readme.txt", "x")
	write(t, "list.json", "[1]")
	write(t, "odd.yaml", "a: [")
	write(t, "m/main.tf", "")
	for _, arg := range []string{"gone", "empty", "list.json", "odd.yaml", "m/main.tf", "git:", "git:HEAD:x", "git::x"} {
		_, err := Open(t.Context(), arg, Options{Dir: "."})
		var in *InputError
		if !errors.As(err, &in) || in.Hint == "" {
			t.Errorf("%s: %v", arg, err)
		}
	}
	_, err := Open(t.Context(), "odd.yaml", Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "odd.yaml:1:1: it is neither YAML nor JSON") {
		t.Error(err)
	}
	write(t, "bad.yaml", "version: 1\nsetups: {x: {buckets: 1}}\n")
	_, err = Open(t.Context(), "bad.yaml", Options{})
	var bad *SpecError
	if !errors.As(err, &bad) || !bad.Diagnostics.HasErrors() {
		t.Error(err)
	}
	var in Input
	if _, err := in.Read(context.Background(), "x"); err == nil {
		t.Error("a setup that is not there was read")
	}
}

// What is read of a commit is what it holds, with policy files of the commit, while nothing of it is in the work tree.
func TestCommit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git: ", err)
	}
	files := []string{"existing.yaml"}
	spec, err := os.ReadFile("../../spec/examples/existing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policies, err := filepath.Glob("../../spec/examples/*/*.json")
	if err != nil || len(policies) == 0 {
		t.Fatal("no policy files: ", err)
	}
	dir := t.TempDir()
	for _, p := range policies {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		rel := filepath.Join(filepath.Base(filepath.Dir(p)), filepath.Base(p))
		write(t, filepath.Join(dir, "specs", rel), string(data))
		files = append(files, rel)
	}
	write(t, filepath.Join(dir, "specs", files[0]), string(spec))
	t.Chdir(dir)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"}} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %q: %s", args, out)
		}
	}
	before := opened(t, "specs/existing.yaml", Options{})
	if err := os.RemoveAll("specs"); err != nil {
		t.Fatal(err)
	}
	in := opened(t, "git:HEAD:specs/existing.yaml", Options{Dir: "."})
	if !slices.Equal(in.Setups(), before.Setups()) || len(in.Setups()) == 0 {
		t.Fatal(in.Setups())
	}
	for _, name := range in.Setups() {
		if !Same(t.Context(), in, before, name) {
			t.Errorf("setup %s differs from what was committed", name)
		}
	}
	for _, r := range readings(t, in, in.Setups()[0]) {
		for _, role := range r.State.Roles {
			if !strings.HasPrefix(role.At.Path, "git:HEAD:specs/existing.yaml") {
				t.Errorf("place %q", role.At)
			}
		}
	}
	if in := opened(t, "git:HEAD", Options{Dir: ".", Other: "specs/existing.yaml"}); len(in.Setups()) == 0 {
		t.Error("git: without a path does not take the other's")
	}
}
