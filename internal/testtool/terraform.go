package testtool

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Terraform is the program with the provider hashicorp/aws from a local mirror, so that it asks no registry.
type Terraform struct{ path, plugins string }

// NeedTerraform asks for terraform and for the provider, as [Need] does. The mirror is the folder that
// holds registry.terraform.io/hashicorp/aws: the one that TF_PLUGIN_DIR names, else one of the usual
// places.
func NeedTerraform(t testing.TB) Terraform {
	t.Helper()
	path := Need(t, "terraform")
	plugins := pluginDir()
	if plugins == "" {
		missing(t, "a mirror of the terraform provider hashicorp/aws", errors.New("set TF_PLUGIN_DIR"))
	}
	return Terraform{path, plugins}
}

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

// Init initialises the working directory dir, without a backend.
func (tf Terraform) Init(t testing.TB, dir string) {
	t.Helper()
	tf.Run(t, dir, nil, "init", "-no-color", "-input=false", "-backend=false", "-plugin-dir="+tf.plugins)
}

// Run runs terraform in dir, with env beside the environment of the test, and returns what it wrote to
// standard output. The test fails when it fails.
func (tf Terraform) Run(t testing.TB, dir string, env []string, args ...string) []byte {
	t.Helper()
	out, errs, err := tf.Try(t, dir, env, args...)
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	return out
}

// Try is Run for a command that may fail.
func (tf Terraform) Try(t testing.TB, dir string, env []string, args ...string) (stdout, stderr []byte, err error) {
	t.Helper()
	cmd := Command(t, tf.path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), quiet...)
	cmd.Env = append(cmd.Env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.Bytes(), errs.Bytes(), err
}

// Env returns what a script needs in its environment to run terraform as Run does.
func (tf Terraform) Env() []string {
	return append(quiet[:len(quiet):len(quiet)], "TF_INPUT=0", "TF_CLI_ARGS_init=-plugin-dir="+tf.plugins)
}

// quiet keeps terraform from asking anybody.
var quiet = []string{"TF_CLI_CONFIG_FILE=/dev/null", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
	"AWS_EC2_METADATA_DISABLED=true"}
