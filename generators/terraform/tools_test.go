package terraform

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	need "github.com/pzgen/pzgen/internal/tool"
	"github.com/pzgen/pzgen/model"
)

// tool is terraform with the provider from a local mirror. Without it the test is skipped, or fails where tools are required.
type tool struct{ plugins string }

func terraformTool(t *testing.T) tool {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	need.Need(t, "terraform")
	dir := pluginDir()
	if dir == "" {
		need.Skip(t, "a mirror of the terraform provider hashicorp/aws", errors.New("set TF_PLUGIN_DIR"))
	}
	return tool{dir}
}

// pluginDir finds the folder that holds registry.terraform.io/hashicorp/aws.
func pluginDir() string {
	candidates := []string{os.Getenv("TF_PLUGIN_DIR")}
	if home, err := os.UserHomeDir(); err == nil {
		candidates = append(candidates, filepath.Join(home, ".terraform.d", "plugins"))
	}
	for _, root := range []string{"/opt", "/usr/local/share", "/usr/share"} {
		entries, _ := os.ReadDir(root)
		for _, e := range entries {
			candidates = append(candidates, filepath.Join(root, e.Name()), filepath.Join(root, e.Name(), "plugins"))
		}
	}
	for _, c := range candidates {
		if c == "" {
			continue
		}
		if st, err := os.Stat(filepath.Join(c, "registry.terraform.io", "hashicorp", "aws")); err == nil && st.IsDir() {
			return c
		}
	}
	return ""
}

// run runs terraform in dir and gives what it wrote to standard output.
func (tl tool) run(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	out, errs, err := tl.try(t, dir, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	return out
}

// test runs terraform test, whose exit code says that it could not clean up.
func (tl tool) test(t *testing.T, dir string) []byte {
	t.Helper()
	out, errs, err := tl.try(t, dir, "test", "-json", "-verbose")
	if err != nil && len(out) == 0 {
		t.Fatalf("terraform test: %v\n%s", err, errs)
	}
	return out
}

func (tl tool) try(t *testing.T, dir string, args ...string) (stdout, stderr []byte, err error) {
	cmd := exec.CommandContext(t.Context(), "terraform", args...)
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE=/dev/null", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "AWS_EC2_METADATA_DISABLED=true")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.Bytes(), errs.Bytes(), err
}

func (tl tool) init(t *testing.T, dir string) {
	t.Helper()
	tl.run(t, dir, "init", "-no-color", "-input=false", "-backend=false", "-plugin-dir="+tl.plugins)
}

// write writes the files of a setup below dir, and gives the module's folder.
func write(t *testing.T, dir string, s *model.Setup) string {
	t.Helper()
	for _, f := range printed(t, s) {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, f.Mode); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, s.Name, folder)
}

// offline is a provider that asks nobody.
const offline = `provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}
`
