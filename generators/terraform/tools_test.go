package terraform

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	need "github.com/pzgen/pzgen/internal/testtool"
)

// tool is terraform with the provider from a local mirror. Without it the test is skipped, or fails where tools are required.
type tool struct{ terraform need.Terraform }

func terraformTool(t *testing.T) tool {
	t.Helper()
	return tool{need.NeedTerraform(t)}
}

// run runs terraform in dir and gives what it wrote to standard output.
func (tl tool) run(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	return tl.terraform.Run(t, dir, nil, args...)
}

// test runs terraform test, whose exit code says that it could not clean up.
func (tl tool) test(t *testing.T, dir string) []byte {
	t.Helper()
	out, errs, err := tl.terraform.Try(t, dir, nil, "test", "-json", "-verbose")
	if err != nil && len(out) == 0 {
		t.Fatalf("terraform test: %v\n%s", err, errs)
	}
	return out
}

func (tl tool) init(t *testing.T, dir string) {
	t.Helper()
	tl.terraform.Init(t, dir)
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
