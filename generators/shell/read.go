package shell

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/generators/shell/account"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Read runs apply.sh under env, in a made-up account that holds only what the setup says exists, and gives what the script made of the account. The
// script runs in process: nothing is read or written but memory, and no command or AWS call is known that the printed scripts do not use.
// destroy.sh is parsed, and has to hold the same values and documents; it is not run. When its documents are others, the Reading of apply.sh comes with the
// error.
func Read(s *model.Setup, files []output.File, env policy.Env) (*model.Reading, error) {
	var scripts [2]*syntax.File
	var given [2]policy.Env
	for i, p := range []string{applyPath(s), destroyPath(s)} {
		text, ok := find(files, p)
		if !ok {
			return nil, fmt.Errorf("%s is missing", p)
		}
		script, err := syntax.NewParser().Parse(bytes.NewReader(text), scriptPath+path.Base(p))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		if given[i], err = rebind(script, s, env); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		scripts[i] = script
	}
	m := newMachine(before(s, env))
	for _, u := range s.Uploads {
		m.files[local(u.File)] = []byte("a file to upload")
	}
	if err := m.run(scripts[0], "--yes"); err != nil {
		return nil, fmt.Errorf("%s: %w", applyPath(s), err)
	}
	r, err := look(s, env, m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", applyPath(s), err)
	}
	r.Defaults = given[0]
	text, _ := find(files, applyPath(s))
	r.Places = places(s, text)
	for ref, v := range given[1] {
		if given[0][ref] != v {
			return nil, fmt.Errorf("%s gives %s the value %q, and %s %q", destroyPath(s), ref.Short(), v, applyPath(s), given[0][ref])
		}
	}
	destroy, _ := find(files, destroyPath(s))
	return r, agree(text, destroy, destroyPath(s))
}

func find(files []output.File, path string) ([]byte, bool) {
	for _, f := range files {
		if f.Path == path {
			return f.Data, true
		}
	}
	return nil, false
}

// local is where the script finds a file to upload when it runs in the root folder.
func local(file string) string {
	return path.Clean("/" + file)
}

// foreign stands in the policy of an existing thing whose real one is not known: a statement that is nobody's business.
func foreign() policy.Statement {
	return policy.Statement{Sid: "SomebodyElses", Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.One(policy.Literal("210987654321"))}}},
		Action:    policy.One(policy.Literal("*")), Resource: policy.One(policy.Literal("*"))}
}

func present(base *policy.Document) policy.Document {
	if base != nil {
		return *base
	}
	return policy.Document{Version: policy.Version2012, Statements: []policy.Statement{foreign()}}
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
		a.Roles[env[model.RefRoleName]] = &account.Role{Path: s.Role.Path, Trust: nobody, Inline: map[string]string{}}
	}
	for _, b := range s.Buckets {
		if b.Existing {
			a.Buckets[env[model.RefBucketName(b.ID)]] = &account.Bucket{Region: a.Region, Policy: string(present(b.Base).Compact())}
		}
	}
	for _, k := range s.Keys {
		if k.Existing() {
			a.Keys = append(a.Keys, &account.Key{ARN: env[model.RefKeyARN(k.ID)], State: "Enabled", Policy: string(present(k.Base).Compact())})
		}
	}
	return a
}

// agree checks that the documents in destroy.sh, by which it tells this setup's statements from others, are those of apply.sh.
func agree(apply, destroy []byte, path string) error {
	const open, end = "\npolicy_", "\n}\n"
	text := "\n" + string(destroy)
	for at := 0; ; {
		i := strings.Index(text[at:], open)
		if i < 0 {
			return nil
		}
		at += i + len(open)
		body, _, ok := strings.Cut(text[at:], end)
		name, _, _ := strings.Cut(body, "(")
		if !ok || !strings.Contains(string(apply), open+body+end) {
			line := strings.Count(text[:at], "\n")
			if _, there, ok := strings.Cut(string(apply), open+name+"("); ok {
				line += firstDifference(body, name+"("+there)
			}
			return fmt.Errorf("%s:%d: the document that policy_%s prints is not the one in apply.sh", path, line, name)
		}
		at += len(body)
	}
}

// firstDifference counts the lines before the first one in which two texts differ.
func firstDifference(a, b string) int {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return i
		}
	}
	return 0
}

// places finds the lines of documents and statements: the function that prints a document, and in it the Sid.
func places(s *model.Setup, text []byte) map[string]model.FilePlace {
	at := map[string]model.FilePlace{}
	docs := map[string]string{}
	for doc, function := range namesOf(s).functions {
		docs[function+"() {"] = doc
	}
	doc := ""
	for i, line := range strings.Split(string(text), "\n") {
		if d, ok := docs[line]; ok {
			doc = d
			at[doc] = model.FilePlace{Path: applyPath(s), Line: i + 1}
		}
		if line == "}" {
			doc = ""
		}
		sid, ok := strings.CutPrefix(strings.TrimSpace(line), `"Sid": "`)
		if sid, closed := strings.CutSuffix(sid, `",`); ok && closed && doc != "" {
			at[doc+"/"+sid] = model.FilePlace{Path: applyPath(s), Line: i + 1}
		}
	}
	return at
}
