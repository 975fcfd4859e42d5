//go:build unix

package e2e

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
)

// edit changes the text of the setup's spec and builds the setup again.
func (w *world) edit(pairs ...string) {
	w.t.Helper()
	text, err := os.ReadFile(w.spec)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			w.t.Fatalf("the spec has no %q", pairs[i])
		}
	}
	if err := os.WriteFile(w.spec, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.setup = w.find(w.setup.Name)
}

// update changes about everything of the example "encrypted" that can be changed, beside hands that meddled with it.
func update(t *testing.T, w *world) {
	policy := "arn:aws:iam::" + w.account + ":policy/Personalize-encrypted-pipeline"
	if p := w.state().Policies["Personalize-encrypted-pipeline"]; p == nil || p.Arn != policy {
		t.Fatalf("there is no %s", policy)
	}
	for range 4 {
		w.aws("iam", "create-policy-version", "--policy-arn", policy, "--policy-document", theirs, "--set-as-default")
	}
	w.aws("iam", "create-policy", "--policy-name", "OtherBoundary", "--policy-document", theirs)
	w.edit("policy/boundaries/DataPlatform", "policy/OtherBoundary", "description: Assumed by", "description: Used by", "rotation: false", "rotation: true",
		"    keys:\n      input:\n", "    keys:\n      input:\n        rotation: false\n", ", expireAfterDays: 400, expireOldVersionsAfterDays: 30", "", "versioning: false", "versioning: true, expireAfterDays: 9",
		"team: video", "team: films", "from: input/batch/", "from: input/lots/", "roles: [VideoPipeline]", "roles: [VideoPipeline, VideoPlayer]")
	w.put(w.setup, "shell")
	_, changes := w.must(t, "apply.sh", "--yes")
	now := w.state()
	w.agrees(t, w.setup, now)
	role := now.Roles[w.setup.Role.Name]
	if role.Boundary != "arn:aws:iam::111122223333:policy/OtherBoundary" || !strings.HasPrefix(role.Description, "Used by") || role.Tags["team"] != "films" {
		t.Errorf("the role is %+v", role)
	}
	for _, k := range w.setup.Keys {
		if there := now.Keys[now.references(w.setup)[model.RefKeyARN(k.ID)]]; there == nil || there.Rotation != k.Rotation || there.Tags["team"] != "films" {
			t.Errorf("the key %s is %+v", k.ID, there)
		}
	}
	for _, b := range w.setup.Buckets {
		there := now.Buckets[b.Name]
		if on := there.Versioning == "Enabled"; on != b.Versioning || there.Tags["team"] != "films" || bytes.Contains(there.Lifecycle, []byte("pzgen-expire")) != (b.ExpireDays+b.OldDays > 0) {
			t.Errorf("the bucket %s is %+v", b.Name, there)
		}
	}
	if p := now.Policies["Personalize-encrypted-pipeline"]; p.Versions != 5 {
		t.Errorf("the policy has %d versions", p.Versions)
	}
	t.Logf("an update makes %d changing calls", len(changes))
	if _, changes := w.must(t, "apply.sh", "--yes"); len(changes) > 0 {
		t.Errorf("after an update a second run makes changing calls: %q", changes)
	}
}
