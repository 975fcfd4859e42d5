//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
)

// run runs a script of the setup, through the proxy.
func (w *world) run(script string, args ...string) (string, error) {
	w.t.Helper()
	cmd := w.command(script, args...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *world) command(script string, args ...string) *exec.Cmd {
	cmd := testtool.Command(w.t, "bash", append([]string{filepath.Join(w.dir, "out", w.setup.Name, "shell", script)}, args...)...)
	cmd.Dir = filepath.Join(w.dir, "spec")
	cmd.Env = append(w.env(w.front), callsVariable+"="+w.calls)
	return cmd
}

// must runs a script that has to end well, and gives what it said and the changing calls that it made.
func (w *world) must(t testing.TB, script string, args ...string) (string, []string) {
	t.Helper()
	w.proxy.reset()
	out, err := w.run(script, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", script, args, err, out)
	}
	return out, w.proxy.changes()
}

// refused runs a script that has to refuse, say why, and change nothing.
func (w *world) refused(t testing.TB, why, script string, args ...string) {
	t.Helper()
	out, err := w.run(script, args...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(out, why) {
		t.Errorf("%s %q: %v, want a refusal with %q:\n%s", script, args, err, why, out)
	}
	if n := w.proxy.changes(); len(n) > 0 {
		t.Errorf("%s %q refuses after the changing calls %q", script, args, n)
	}
}

// needShell asks for what the scripts need beside the AWS CLI.
func needShell(t *testing.T) {
	t.Helper()
	for _, name := range []string{"bash", "jq"} {
		testtool.Need(t, name)
	}
}

// goThrough takes a setup from the first run to the last: what is planned, made, found unchanged, and taken away again.
func goThrough(t *testing.T, w *world) {
	m := w.setup
	w.put(m, "shell")
	before := w.before.text(t)
	out, changes := w.must(t, "apply.sh", "--dry-run")
	if len(changes) > 0 {
		t.Errorf("a dry run makes changing calls: %q", changes)
	}
	if !strings.Contains(out, m.Role.Name) {
		t.Errorf("a dry run does not tell what it would do:\n%s", out)
	}
	if len(w.proxy.groups) > 0 {
		t.Error("a dry run creates a dataset group")
	}
	if now := w.state().text(t); now != before {
		t.Errorf("a dry run changes the account:\n%s", difference(before, now))
	}

	_, made := w.must(t, "apply.sh", "--yes")
	calls := len(w.proxy.all())
	first := w.state()
	w.agrees(t, m, first)
	if m.DatasetGroup != nil && w.proxy.groups[m.DatasetGroup.Name] == nil {
		t.Error("there is no dataset group")
	}
	for _, u := range m.Uploads {
		if path := "/" + bucketName(m, u.To.Bucket) + "/" + u.To.Prefix; w.proxy.marks[path] == "" {
			t.Errorf("%s is not uploaded: there are %v", path, w.proxy.marks)
		}
	}
	for _, b := range m.Buckets {
		there := first.Buckets[b.Name]
		if b.Existing || there == nil {
			continue
		}
		if there.Tags["pzgen:setup"] != m.Name {
			t.Errorf("the tags of the bucket %s are %v", b.Name, there.Tags)
		}
		if on := there.Versioning == "Enabled"; on != b.Versioning {
			t.Errorf("the versioning of the bucket %s is %q", b.Name, there.Versioning)
		}
		if on := strings.Count(string(there.Block), "true"); (on == 4) != b.BlockPublic {
			t.Errorf("the public access block of the bucket %s is %s", b.Name, there.Block)
		}
		if on := bytes.Contains(there.Lifecycle, []byte("pzgen-expire")); on != (b.ExpireDays+b.OldDays > 0) {
			t.Errorf("the lifecycle of the bucket %s is %s", b.Name, there.Lifecycle)
		}
	}
	w.logs(t, first)
	w.works(t)

	_, changes = w.must(t, "apply.sh", "--yes")
	if len(changes) > 0 {
		t.Errorf("the second run makes changing calls: %q", changes)
	}
	if now := w.state().text(t); now != first.text(t) {
		t.Errorf("the second run changes the account:\n%s", difference(first.text(t), now))
	}
	t.Logf("the first run makes %d calls, %d of them changing; the second changes nothing", calls, len(made))
}

// logs requires the access logs of buckets to go where the spec says.
func (w *world) logs(t *testing.T, now *state) {
	t.Helper()
	env := w.setup.DeployedEnv()
	for _, b := range w.setup.Buckets {
		to, prefix := "", ""
		if b.Logs != nil {
			to, prefix = b.Logs.To().Fill(env).IAM(), b.Logs.Prefix.Fill(env).IAM()
		}
		if got := now.Buckets[b.Name].Logging; !b.Existing && (got.TargetBucket != to || got.TargetPrefix != prefix) {
			t.Errorf("the access logs of the bucket %s go to %+v, not to %s/%s", b.Name, got, to, prefix)
		}
	}
}

func bucketName(m *model.Setup, id string) string {
	for _, b := range m.Buckets {
		if b.ID == id {
			return b.Name
		}
	}
	return ""
}

// destroys runs destroy.sh, and requires the foreign parts to be as they were.
func destroys(t *testing.T, w *world) {
	m := w.setup
	w.proxy.reset()
	if g := m.DatasetGroup; g != nil && g.Key != "" {
		w.refused(t, "delete it first", "destroy.sh", "--yes")
	}
	clear(w.proxy.groups)
	if _, changes := w.must(t, "destroy.sh", "--dry-run"); len(changes) > 0 {
		t.Errorf("a dry run of destroy.sh makes changing calls: %q", changes)
	}
	out, changes := w.must(t, "destroy.sh", "--yes")
	after := w.state()
	w.foreignStays(t, m, after)
	if after.Roles[m.Role.Name] != nil != m.Role.Existing {
		t.Errorf("the role %s is left: %v; destroy.sh said\n%s", m.Role.Name, !m.Role.Existing, out)
	}
	for _, b := range m.Buckets {
		there := after.Buckets[b.Name]
		if there == nil {
			t.Errorf("the bucket %s is gone", b.Name)
		} else if !b.Existing && there.Policy != "" {
			t.Errorf("the bucket %s still has the policy %s", b.Name, there.Policy)
		}
	}
	for _, d := range m.Docs() {
		if d.PolicyName != "" && after.Policies[d.PolicyName] != nil {
			t.Errorf("the policy %s is left", d.PolicyName)
		}
	}
	t.Logf("destroy.sh makes %d changing calls", len(changes))
	if _, changes := w.must(t, "destroy.sh", "--yes"); len(changes) > 0 {
		t.Errorf("a second run of destroy.sh makes changing calls: %q", changes)
	}
}

// TestRealShell runs the scripts of the examples under bash with the AWS CLI, and at its end holds what was run against what the scripts can run.
func TestRealShell(t *testing.T) {
	needShell(t)
	socket := startAWS(t)
	ran := &ran{}
	t.Run("scripts", func(t *testing.T) {
		whole := func(name, file, setup string, then func(*testing.T, *world)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, socket, file, setup, nil)
				defer ran.add(t, w)
				goThrough(t, w)
				if then != nil {
					then(t, w)
				}
				destroys(t, w)
			})
		}
		whole("encrypted", "encrypted.yaml", "encrypted", update)
		whole("retail", "full.yaml", "retail", nil)
		whole("pipeline", "pipeline.yaml", "pipeline", people)
		whole("hostile", "hostile.yaml", "hostile", nil)
		whole("existing-known", "existing.yaml", "existing-known", nil)
		whole("china", "china.yaml", "china", nil)
		t.Run("refused", func(t *testing.T) { t.Parallel(); refusals(t, socket, ran) })
		t.Run("concurrent", func(t *testing.T) { t.Parallel(); concurrent(t, socket, ran) })
		for _, c := range []struct {
			file, setup string
			every       int  // of the changing calls only some, unless all are asked for
			made        bool // those that make something, too
		}{{"minimal.yaml", "minimal", 4, true}, {"existing.yaml", "existing-unknown", 4, true},
			{"full.yaml", "retail", 16, false}} {
			if os.Getenv(testtool.AllCases) == "1" {
				c.every = 1
			}
			t.Run("interrupted "+c.setup, func(t *testing.T) { t.Parallel(); interrupted(t, socket, ran, c.file, c.setup, c.every, c.made) })
		}
	})
	ran.complete(t)
}
