//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/testtool"
	"github.com/pzgen/pzgen/policy"
)

// cloud is an account that moto makes up, and the proxy that stands before it.
type cloud struct {
	t       testing.TB
	account string
	region  string
	moto    string // its address
	proxy   *proxy
	front   string // the proxy's address
	dir     string // of this test
	bin     string // a folder with aws and sleep
	socket  string // of the AWS CLI
	python  string
	calls   string // the file that takes the calls of scripts
}

// newCloud starts an empty account.
func newCloud(t testing.TB, socket, account, region string) *cloud {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	c := &cloud{t: t, account: account, region: region, moto: "http://127.0.0.1:" + port, dir: t.TempDir(), socket: socket, python: python(t)}
	start(t, "Running on", []string{"MOTO_ACCOUNT_ID=" + account, "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "MOTO_PORT=" + port, "NO_COLOR=1"},
		c.python, "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	c.proxy = newProxy(t, c.moto, account, region)
	server := httptest.NewServer(c.proxy)
	t.Cleanup(server.Close)
	c.front = server.URL
	c.bin, c.calls = filepath.Join(c.dir, "bin"), filepath.Join(c.dir, "calls")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(c.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(c.bin, "aws")); err != nil {
		t.Fatal(err)
	}
	c.write("bin/sleep", []byte("#!/bin/sh\n"))
	return c
}

func (c *cloud) write(name string, data []byte) string {
	c.t.Helper()
	path := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o755); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// env is the environment of a program that takes the server at endpoint for AWS.
func (c *cloud) env(endpoint string) []string {
	return []string{"PATH=" + c.bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + c.dir, "TMPDIR=" + c.dir, "LC_ALL=C.UTF-8",
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1",
		socketVariable + "=" + c.socket}
}

// aws runs the AWS CLI past the proxy, as somebody else would.
func (c *cloud) aws(args ...string) []byte {
	c.t.Helper()
	cmd := testtool.Command(c.t, filepath.Join(c.bin, "aws"), append(args, "--output=json", "--region="+c.region)...)
	cmd.Env = c.env(c.moto)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("aws %q: %v\n%s%s", args, err, out.String(), errs.String())
	}
	return out.Bytes()
}

// state is all that is in an account.
type state struct {
	Roles, Users, Groups, Policies map[string]*identity
	Buckets                        map[string]*bucket
	Keys                           map[string]*key // by ARN
}

type identity struct {
	Arn, Description, Boundary string
	Trust, Document            json.RawMessage
	Inline                     map[string]json.RawMessage
	Attached                   []string
	Tags                       map[string]string
	Versions                   int
}

type bucket struct {
	Region, Versioning                      string
	Policy                                  string
	Tags, Objects                           map[string]string
	Block, Ownership, Encryption, Lifecycle json.RawMessage
	Logging                                 struct{ TargetBucket, TargetPrefix string }
}

type key struct {
	Aliases       []string
	State, Policy string
	Rotation      bool
	Tags          map[string]string
}

// state reads the account.
func (c *cloud) state() *state {
	c.t.Helper()
	cmd := testtool.Command(c.t, filepath.Join(c.bin, "aws"), "snapshot", c.moto, c.region)
	cmd.Env = c.env(c.moto)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("snapshot: %v\n%s", err, errs.String())
	}
	s := &state{}
	if err := json.Unmarshal(out, s); err != nil {
		c.t.Fatal(err)
	}
	return s
}

// text returns a state as text, in which a key that a setup made goes by its name there. There is
// no more than one other key.
func (s *state) text(t testing.TB) string {
	t.Helper()
	named := *s
	named.Keys = map[string]*key{}
	var ids []string
	for arn, k := range s.Keys {
		id := strings.Join(append([]string{"key", k.Tags["pzgen:key"]}, k.Aliases...), " ")
		named.Keys[id] = k
		ids = append(ids, arn[strings.LastIndex(arn, "/")+1:], id)
	}
	if len(named.Keys) != len(s.Keys) {
		t.Fatal("two keys have one name")
	}
	b, err := json.MarshalIndent(named, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(ids...).Replace(string(b))
}

// references returns the values that the references of a setup have in the account.
func (s *state) references(m *model.Setup) policy.Env {
	env := m.DeployedEnv()
	for _, k := range m.Keys {
		for arn, there := range s.Keys {
			if k.ARN == "" && len(there.Aliases) == 1 && there.Aliases[0] == k.Alias {
				env[model.RefKeyARN(k.ID)] = arn
			}
		}
	}
	return env
}

// document returns the policy that is in the account for one of a setup's documents, or none.
func (s *state) document(m *model.Setup, name string, env policy.Env) []byte {
	if r := s.Roles[m.Role.Name]; r != nil {
		if name == m.Role.Trust.Name {
			return r.Trust
		}
		for _, d := range m.Role.Policies {
			if d.Name == name && m.Role.Inline {
				return r.Inline[d.PolicyName]
			}
		}
	}
	for _, b := range m.Buckets {
		if there := s.Buckets[b.Name]; b.Policy.Name == name && there != nil {
			return []byte(there.Policy)
		}
	}
	for _, k := range m.Keys {
		if there := s.Keys[env[model.RefKeyARN(k.ID)]]; k.Policy.Name == name && there != nil {
			return []byte(there.Policy)
		}
	}
	for _, d := range m.Docs() {
		if p := s.Policies[d.PolicyName]; d.Name == name && d.PolicyName != "" && p != nil {
			return p.Document
		}
	}
	return nil
}
