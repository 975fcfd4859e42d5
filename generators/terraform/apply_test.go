package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// said is a line of what terraform test says.
type said struct {
	Type  string
	Run   string `json:"@testrun"`
	State struct {
		Outputs map[string]struct{ Value any }
		Root    struct{ Resources []applied } `json:"root_module"`
	} `json:"test_state"`
	Diagnostic struct{ Summary, Detail string }
	Summary    struct{ Passed, Failed, Errored, Skipped int } `json:"test_summary"`
}

type applied struct {
	Type, Name string
	Values     map[string]any
}

// The real provider gives every document the meaning that the reader gives it: the module is
// applied with every answer of AWS put in its place, so that nothing is asked. Cleaning up
// afterwards runs into the protection of what holds data, all of it.
func TestRealProviderAgrees(t *testing.T) {
	tl := terraformTool(t)
	dir := t.TempDir()
	var tests strings.Builder
	tests.WriteString(offline)
	envs := map[string]policy.Env{}
	setups := applicable(t)
	for _, s := range setups {
		write(t, dir, s)
		// The provider takes no digits in the partition of an ARN, and the module no underscore
		// in the name of a bucket.
		env := policy.Env{}
		for r, v := range s.SyntheticEnv(1) {
			env[r] = strings.ReplaceAll(v, "aws-made1", "aws-made")
			if strings.HasPrefix(r.ID, "bucket.") {
				env[r] = strings.ReplaceAll(env[r], "_", "-")
			}
		}
		envs[s.Name] = env
		testRun(t, &tests, s, env)
	}
	for name, text := range map[string]string{"root.tf": offline, "apply.tftest.hcl": tests.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tl.init(t, dir)
	states, refused := map[string]said{}, ""
	passed := 0
	for _, line := range bytes.Split(tl.test(t, dir), []byte("\n")) {
		var l said
		if json.Unmarshal(line, &l) != nil {
			continue
		}
		switch l.Type {
		case "test_state":
			states[l.Run] = l
		case "test_summary":
			passed = l.Summary.Passed
			if l.Summary.Failed+l.Summary.Errored+l.Summary.Skipped > 0 {
				t.Errorf("terraform test: %s", line)
			}
		case "diagnostic":
			if l.Diagnostic.Summary != "Instance cannot be destroyed" {
				t.Errorf("terraform test: %s", line)
			}
			refused += l.Run + " " + l.Diagnostic.Detail + "\n"
		}
	}
	if passed != len(setups) {
		t.Errorf("%d setups were applied", passed)
	}
	for _, s := range setups {
		state, ok := states[s.Name]
		if !ok {
			t.Fatalf("%s: terraform test gave no state", s.Name)
		}
		if diff := differencesUnder(t, s, inputOf(s, printed(t, s)), known(s, envs[s.Name])); diff != nil {
			t.Error(strings.Join(diff, "\n"))
		}
		agree(t, s, state, envs[s.Name])
		for _, addr := range protected(s) {
			if !strings.Contains(refused, s.Name+" Resource "+addr+" has lifecycle.prevent_destroy set") {
				t.Errorf("%s: %s could be destroyed", s.Name, addr)
			}
		}
	}
}

// applicable are the setups that are applied: each takes seconds, so of the examples there are
// those that are unlike the fixtures.
func applicable(t *testing.T) []*model.Setup {
	var out []*model.Setup
	for _, s := range fixtures(t) {
		switch s.Name {
		case "everything", "adopted", "letters", "hostile", "existing-known":
			if s.Name == "hostile" {
				s.DatasetGroup.Existing = true // see protected
			}
			out = append(out, s)
		}
	}
	return out
}

// protected are the addresses of what holds data or the statements of others. Terraform gets no
// further than to a dataset group: it tells of nothing that this one waits for.
func protected(s *model.Setup) []string {
	if g := s.MadeGroup(); g != nil && !g.Disposable {
		return []string{tfCloud + "." + groupLabel}
	}
	n := namesOf(s)
	var out []string
	for _, b := range s.Buckets {
		switch {
		case !b.Existing && b.Disposable:
		case !b.Existing:
			out = append(out, tfBucket+"."+n.buckets[b.ID])
		case !b.Policy.Partial:
			out = append(out, tfBucketPolicy+"."+n.buckets[b.ID])
		}
	}
	for _, k := range s.Keys {
		switch {
		case !k.Existing() && k.Disposable:
		case !k.Existing():
			out = append(out, tfKey+"."+n.keys[k.ID])
		case !k.Policy.Partial:
			out = append(out, tfKeyPolicy+"."+n.keys[k.ID])
		}
	}
	return out
}

// testRun writes a run of terraform test that applies s under env.
func testRun(t *testing.T, b *strings.Builder, s *model.Setup, env policy.Env) {
	t.Helper()
	n := namesOf(s)
	m := moduleOf(t, inputOf(s, printed(t, s)))
	q := func(v string) string {
		return string(bytes.ReplaceAll([]byte(policy.JSONString(v)), []byte("${"), []byte("$${")))
	}
	fmt.Fprintf(b, "run %q {\n  command = apply\n  module {\n    source = \"./%s/terraform\"\n  }\n  variables {\n", s.Name, s.Name)
	for name, r := range Names(s) {
		fmt.Fprintf(b, "    %s = %s\n", name, q(env[r]))
	}
	b.WriteString("  }\n")
	override := func(kind, target string, values ...string) {
		fmt.Fprintf(b, "  override_%s {\n    target = %s\n    values = {\n", kind, target)
		for i := 0; i < len(values); i += 2 {
			fmt.Fprintf(b, "      %s = %s\n", values[i], q(values[i+1]))
		}
		b.WriteString("    }\n  }\n")
	}
	override("data", "data."+dataPartition+".current", "partition", env[model.RefPartition])
	override("data", "data."+dataIdentity+".current", "account_id", env[model.RefAccount])
	override("data", "data."+dataRegion+".current", "id", env[model.RefRegion])
	// Every resource is overridden, so that none is asked for: what AWS computes of it, where
	// something refers to that, comes from env.
	computed := map[string][]string{tfRole + "." + roleLabel: {"arn", env[model.RefRoleARN], "id", env[model.RefRoleName]}}
	for _, k := range s.Keys {
		arn := env[model.RefKeyARN(k.ID)]
		computed[tfKey+"."+n.keys[k.ID]] = []string{"arn", arn, "key_id", path.Base(arn)}
		if k.Found {
			override("data", "data."+tfKeyAlias+"."+n.keys[k.ID], "target_key_arn", arn, "target_key_id", path.Base(arn))
		}
	}
	for _, bu := range s.Buckets {
		computed[tfBucket+"."+n.buckets[bu.ID]] = []string{"arn", env[model.RefBucketARN(bu.ID)]}
	}
	computed[tfCloud+"."+groupLabel] = []string{"properties", `{"DatasetGroupArn": "arn"}`}
	for _, d := range s.Docs() {
		computed[tfPolicy+"."+n.docs[d.Name]] = []string{"arn", "arn:" + env[model.RefPartition] + ":iam::" + env[model.RefAccount] + ":policy/" + d.PolicyName}
	}
	for _, addr := range m.order {
		if m.nodes[addr] != nil && m.nodes[addr].Type == "resource" {
			override("resource", addr, computed[addr]...)
		}
	}
	b.WriteString("}\n")
}

// agree holds the documents of a state against the setup's, which are what was read, and requires
// every document to be found there.
func agree(t *testing.T, s *model.Setup, p said, env policy.Env) {
	t.Helper()
	n := namesOf(s)
	found, wanted := map[string]bool{}, map[string]policy.Document{}
	for _, d := range s.Docs() {
		wanted[d.Name] = d.Document.Fill(env)
	}
	check := func(name string, v any) {
		text, ok := v.(string)
		if !ok {
			t.Errorf("%s/%s: terraform does not know it", s.Name, name)
			return
		}
		d, err := policy.DecodeJSON([]byte(text))
		if err != nil {
			t.Errorf("%s/%s: %v", s.Name, name, err)
			return
		}
		found[name] = true
		if want := wanted[name]; !d.Equal(want) || d.ID != want.ID {
			t.Errorf("%s/%s: terraform and the reader differ\nterraform %s\nread      %s", s.Name, name, d.Normal(), want.Normal())
		}
	}
	apart := map[string]bool{} // keys whose policy is a resource of its own: terraform makes up the key's
	for _, res := range p.State.Root.Resources {
		apart[res.Name] = apart[res.Name] || res.Type == tfKeyPolicy
	}
	byLabel := map[string]string{}
	for _, d := range s.Docs() {
		byLabel[n.docs[d.Name]] = d.Name
		if d.Partial {
			check(d.Name, p.State.Outputs[n.statementsOutput(d.Name)].Value)
		}
	}
	for _, res := range p.State.Root.Resources {
		switch res.Type {
		case tfRole:
			check(s.Role.Trust.Name, res.Values["assume_role_policy"])
			if d, _ := res.Values["description"].(string); d != s.Role.Description {
				t.Errorf("%s: description %q", s.Name, d)
			}
		case tfRolePolicy, tfPolicy:
			check(byLabel[res.Name], res.Values["policy"])
		case tfBucketPolicy:
			for id, l := range n.buckets {
				if l == res.Name {
					check("bucket-"+id, res.Values["policy"])
				}
			}
		case tfKey, tfKeyPolicy:
			for id, l := range n.keys {
				if l == res.Name && (res.Type == tfKeyPolicy || !apart[l]) {
					check("key-"+id, res.Values["policy"])
				}
			}
		case tfBucket:
			tags, _ := res.Values["tags"].(map[string]any)
			for _, tag := range s.Tags {
				if tags[tag.Key] != tag.Value {
					t.Errorf("%s: tag %q is %q, not %q", s.Name, tag.Key, tags[tag.Key], tag.Value)
				}
			}
		}
	}
	for _, d := range s.Docs() {
		if !found[d.Name] {
			t.Errorf("%s/%s: not applied", s.Name, d.Name)
		}
	}
}
