package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRealTerraformAccepts(t *testing.T) {
	tl := terraformTool(t)
	dir := t.TempDir()
	var modules strings.Builder
	modules.WriteString(offline)
	for _, s := range fixtures(t) {
		root := write(t, dir, s)
		adopt, err := os.ReadFile(filepath.Join(root, fileAdopt))
		if err != nil {
			t.Fatal(err)
		}
		// The imports of the example, as the root module that calls this one has to write them.
		calls := bytes.ReplaceAll(adopt, []byte("to = "), []byte("to = module."+s.Name+"."))
		if bytes.Equal(calls, adopt) {
			t.Errorf("%s: no import block", s.Name)
		}
		if err := os.WriteFile(filepath.Join(dir, s.Name+"_adopt.tf"), calls, 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&modules, "module %q {\n  source = \"./%s/terraform\"\n}\n", s.Name, s.Name)
		check := t.TempDir()
		if err := os.WriteFile(filepath.Join(check, "adopt.tf"), adopt, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, d := range []string{root, check} {
			if out := tl.run(t, d, "fmt", "-check", "-diff", "-no-color"); len(out) > 0 {
				t.Errorf("%s: not as terraform fmt writes it:\n%s", s.Name, out)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "root.tf"), []byte(modules.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	tl.init(t, dir)
	tl.accepts(t, dir)

	// As a root module, with the example of imports taken into use.
	root := write(t, t.TempDir(), complete(t))
	if err := os.Rename(filepath.Join(root, fileAdopt), filepath.Join(root, "adopt.tf")); err != nil {
		t.Fatal(err)
	}
	tl.init(t, root)
	tl.accepts(t, root)
}

// accepts requires validate to be without errors and warnings.
func (tl tool) accepts(t *testing.T, dir string) {
	t.Helper()
	var got struct {
		Valid        bool
		ErrorCount   int               `json:"error_count"`
		WarningCount int               `json:"warning_count"`
		Diagnostics  []json.RawMessage `json:"diagnostics"`
	}
	if err := json.Unmarshal(tl.run(t, dir, "validate", "-json"), &got); err != nil {
		t.Fatal(err)
	}
	if !got.Valid || got.ErrorCount+got.WarningCount != 0 {
		t.Errorf("validate: %s", got.Diagnostics)
	}
}
