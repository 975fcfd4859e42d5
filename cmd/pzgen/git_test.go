package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repo is a git repository in a fresh folder that the test works in. The test is skipped where
// there is no git.
func repo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	t.Chdir(t.TempDir())
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull,
		"GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
		"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"} {
		t.Setenv(name, value)
	}
	git(t, "init", "-q", "-b", "main")
}

// git runs git, and returns whether it succeeded and what it said.
func git(t *testing.T, args ...string) (bool, string) {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	return err == nil, string(out)
}

func mustGit(t *testing.T, args ...string) string {
	t.Helper()
	ok, out := git(t, args...)
	if !ok {
		t.Fatalf("git %q: %s", args, out)
	}
	return out
}

// pzgen runs a command and returns its exit code and what it said.
func pzgen(t *testing.T, args string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(strings.Fields("pzgen "+args), strings.NewReader(""), &out, &out)
	return code, out.String()
}

func mustPzgen(t *testing.T, args string) string {
	t.Helper()
	code, out := pzgen(t, args)
	if code != 0 {
		t.Fatalf("pzgen %s: exit code %d\n%s", args, code, out)
	}
	return out
}

// setups writes a spec: a line of each names a setup and its prefix in the bucket.
func setups(t *testing.T, lines ...string) {
	t.Helper()
	spec := "version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1}\nsetups:\n"
	for _, l := range lines {
		name, prefix, _ := strings.Cut(l, " ")
		spec += "  " + name + ":\n    buckets: {data: {name: acme-" + name + "-data}}\n" +
			"    description: a setup of its own, so that\n    # git has\n    # something\n" +
			"    # between\n    workflows: [{type: import, from: data/" + prefix + "}]\n"
	}
	if err := os.WriteFile("pzgen.yaml", []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
}

// save generates and commits.
func save(t *testing.T, flags string, lines ...string) {
	t.Helper()
	setups(t, lines...)
	mustPzgen(t, "generate -q "+flags)
	mustGit(t, "add", "-A")
	mustGit(t, "commit", "-q", "-m", "x")
}

// TestGitTwoSetups: two branches that each add a setup merge without a conflict, and nothing is
// left to generate.
func TestGitTwoSetups(t *testing.T) {
	repo(t)
	save(t, "", "m in/")
	mustGit(t, "checkout", "-q", "-b", "one")
	save(t, "", "a in/", "m in/")
	mustGit(t, "checkout", "-q", "main")
	save(t, "", "m in/", "z in/")
	mustGit(t, "merge", "-q", "one", "-m", "both")
	mustPzgen(t, "check")
	if said := mustPzgen(t, "generate"); !strings.Contains(said, " 0 files written") {
		t.Error(said)
	}
	mustPzgen(t, "verify -q")
	if said := mustGit(t, "status", "--porcelain"); said != "" {
		t.Error(said)
	}
}

// TestGitConflict: two branches that change one setup conflict in what is generated from it. The
// spec is resolved by a person, the rest by generate, whatever git left.
func TestGitConflict(t *testing.T) {
	for _, how := range []string{"markers", "ours", "theirs", "no manifests"} {
		t.Run(how, func(t *testing.T) {
			repo(t)
			save(t, "", "m in/")
			mustGit(t, "checkout", "-q", "-b", "one")
			save(t, "", "m in/one/")
			mustGit(t, "checkout", "-q", "main")
			save(t, "", "m in/two/")
			if ok, said := git(t, "merge", "-q", "one"); ok ||
				!strings.Contains(said, "out/.pzgen/manifests/m.json") {
				t.Fatalf("no conflict: %s", said)
			}
			switch how {
			case "ours", "theirs":
				mustGit(t, "checkout", "--"+how, "out")
			case "no manifests":
				if err := os.RemoveAll("out/.pzgen"); err != nil {
					t.Fatal(err)
				}
			}
			setups(t, "m in/three/")
			mustPzgen(t, "generate -q")
			mustPzgen(t, "check")
			mustPzgen(t, "verify -q")
			mustGit(t, "add", "-A")
			if ok, said := git(t, "grep", "--cached", "-l", "<<<<<<<"); ok {
				t.Errorf("conflicts are left in %s", said)
			}
		})
	}
}

// TestGitRename: one branch renames a setup, another changes it.
func TestGitRename(t *testing.T) {
	repo(t)
	save(t, "", "m in/", "z in/")
	mustGit(t, "checkout", "-q", "-b", "one")
	save(t, "", "m in/one/", "z in/")
	mustGit(t, "checkout", "-q", "main")
	save(t, renamed, "n in/", "z in/")
	git(t, "merge", "-q", "one")
	setups(t, "n in/one/", "z in/")
	mustPzgen(t, "generate -q "+renamed)
	mustGit(t, "add", "-A")
	left, err := filepath.Glob("out/m/*")
	if said := mustPzgen(t, "check"); err != nil || left != nil {
		t.Errorf("%s\n%q, %v", said, left, err)
	}
	mustPzgen(t, "verify -q")
}

// renamed is what generate asks for when a setup is renamed.
const renamed = "--remove-setups"

// TestGitIgnore: what Terraform and apply.sh leave is not staged, and is no finding of check and
// verify. The lock file is staged, and what decides is a finding.
func TestGitIgnore(t *testing.T) {
	repo(t)
	save(t, "", "m in/")
	left := []string{"terraform/.terraform/providers/x", "terraform/terraform.tfstate",
		"terraform/terraform.tfstate.backup", "terraform/.terraform.tfstate.lock.info",
		"terraform/terraform.tfstate.d/x/terraform.tfstate", "terraform/errored.tfstate",
		"terraform/m.tfplan", "terraform/tfplan", "terraform/crash.log",
		"shell/backup-bucket-x-20261126T000000Z"}
	lock := "terraform/.terraform.lock.hcl"
	for _, name := range append(left, lock) {
		p := filepath.Join("out/m", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("provider {"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate("out/m/terraform/terraform.tfstate", 1<<30); err != nil {
		t.Fatal(err)
	}
	mustPzgen(t, "check")
	mustPzgen(t, "verify -q")
	mustGit(t, "add", "-A")
	if said := mustGit(t, "status", "--porcelain"); said != "A  out/m/"+lock+"\n" {
		t.Errorf("staged is\n%s", said)
	}
	for _, name := range []string{"terraform.tfvars", "x.auto.tfvars", "x_override.tf",
		"terraform.tfstate.tf"} {
		p := filepath.Join("out/m/terraform", name)
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := pzgen(t, "check"); code != 1 || !strings.Contains(said, "unknown: "+p) {
			t.Errorf("check of %s: %d\n%s", name, code, said)
		}
		if code, said := pzgen(t, "verify -q"); code != 1 || !strings.Contains(said, p) {
			t.Errorf("verify of %s: %d\n%s", name, code, said)
		}
		if said := mustGit(t, "status", "--porcelain", p); !strings.HasPrefix(said, "??") {
			t.Errorf("git does not see %s: %q", name, said)
		}
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
}
