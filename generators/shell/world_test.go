package shell

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp"
	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// world is a made-up account with the scripts of a setup to run in it.
type world struct {
	t     testing.TB
	setup *model.Setup
	env   policy.Env
	m     *interp.Machine
}

const outFolder = "/out/"

func newWorld(t testing.TB, s *model.Setup) *world {
	t.Helper()
	w := &world{t: t, setup: s, env: s.DeployedEnv()}
	for _, k := range s.Keys {
		if k.ARN == "" {
			w.env[model.RefKeyARN(k.ID)] = "arn:aws:kms:eu-west-1:111122223333:key/" + k.ID
		}
	}
	w.m = interp.New(before(s, w.env))
	for _, f := range append(printed(t, s), Shared()...) {
		w.m.Files[outFolder+f.Path] = f.Data
	}
	for _, u := range s.Uploads {
		w.m.Files[local(u.File)] = []byte("a file")
	}
	return w
}

func (w *world) run(path string, args ...string) error {
	w.t.Helper()
	w.m.Account.Calls, w.m.Account.Changes = nil, nil
	return w.m.Run(outFolder+path, args...)
}

func (w *world) apply(args ...string) error {
	w.t.Helper()
	return w.run(applyPath(w.setup), append([]string{"--yes"}, args...)...)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state() string {
	b, err := json.MarshalIndent(w.m.Account, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func (w *world) backups() []string {
	var names []string
	for name := range w.m.Files {
		if strings.HasPrefix(name, "/.local/state/pzgen/"+w.setup.Account+"/"+w.setup.Region+"/"+
			w.setup.Name+"/backup-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (w *world) refuses(err error, why string) {
	w.t.Helper()
	if err == nil || !strings.Contains(err.Error(), why) {
		w.t.Errorf("got %v, want an error with %q", err, why)
	}
	if n := len(w.m.Account.Changes); n > 0 {
		w.t.Errorf("it made %d changing calls before it refused: %v", n, w.m.Account.Changes)
	}
}

// local is where the script finds a file to upload when it runs in the root folder.
func local(file string) string {
	return path.Clean("/" + file)
}

// foreign is in the policy of an existing thing whose real one is not known: a statement that
// is nobody's business.
func foreign() policy.Statement {
	return policy.Statement{Sid: "SomebodyElses", Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS",
			Values: policy.One(policy.Literal("210987654321"))}}},
		Action: policy.One(policy.Literal("*")), Resource: policy.One(policy.Literal("*"))}
}

func present(base *policy.Document) policy.Document {
	if base != nil {
		return *base
	}
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{foreign()}}
}

// lent returns the policy of what another setup has, into which it has put the statements of the one
// that uses it.
func lent(d, own policy.Document, o *model.Owner, env policy.Env) policy.Document {
	if o != nil {
		d.Statements = append(d.Statements, own.Fill(env).Statements...)
	}
	return d
}

// nobody is the trust policy of an existing role whose real one is not known.
const nobody = `{"Version":"2012-10-17","Statement":[{"Sid":"SomebodyElses","Effect":"Deny","Principal":"*","Action":"*"}]}`

// before is the account as apply.sh finds it.
func before(s *model.Setup, env policy.Env) *account.Account {
	a := account.New(env[model.RefPartition], env[model.RefAccount], env[model.RefRegion])
	a.MustExist = []string{env[model.RefRoleARN]}
	a.KeyARN = func(tags map[string]string) string { return env[model.RefKeyARN(tags[keyTag])] }
	for _, arn := range s.Role.ManagedPolicies {
		a.Elsewhere = append(a.Elsewhere, arn.Fill(env).IAM())
	}
	for _, o := range s.Operators {
		for _, arn := range o.ManagedPolicies {
			a.Elsewhere = append(a.Elsewhere, arn.Fill(env).IAM())
		}
		for _, n := range o.Users {
			a.Users[n] = &account.Principal{}
		}
		for _, n := range o.Groups {
			a.Groups[n] = &account.Principal{}
		}
		for _, n := range o.Roles {
			a.Roles[n] = &account.Role{Path: "/", Trust: nobody, Inline: map[string]string{}}
		}
	}
	if s.Role.Existing {
		trust := nobody
		if s.Role.Trust.Name != "" { // it lets Personalize in
			trust = string(s.Role.Trust.Document.Fill(env).Compact())
		}
		a.Roles[env[model.RefRoleName]] = &account.Role{Path: s.Role.Path, Trust: trust,
			Inline: map[string]string{}}
	}
	for _, b := range s.Buckets {
		if b.Existing {
			a.Buckets[env[model.RefBucketName(b.ID)]] = &account.Bucket{Region: a.Region,
				Policy: string(lent(present(b.Base), b.Own, b.Owner, env).Compact())}
		}
	}
	for _, k := range s.Keys {
		if k.Existing() {
			a.Keys = append(a.Keys, &account.Key{ARN: env[model.RefKeyARN(k.ID)],
				State: "Enabled", Policy: string(lent(present(k.Base), k.Own, k.Owner, env).Compact())})
			if k.Found {
				a.Aliases[k.Alias] = env[model.RefKeyARN(k.ID)]
			}
		}
	}
	return a
}
