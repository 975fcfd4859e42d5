package graph

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// operator adds an operator, with what its policies allow, and what the policies of buckets
// allow to the principals that it names.
func (b *builder) operator(m *model.Setup, o model.Operator, role, group int, workflows []int) {
	var who []string
	for _, a := range o.Audiences() {
		for _, name := range a.Names {
			who = append(who, string(a.Kind)+" "+name)
		}
	}
	who = append(who, o.Principals...)
	n := b.node(Node{Kind: Operator, Name: o.ID, Setup: m.Name, More: strings.Join(who, ", ")},
		m.Name+"/"+o.ID, "")
	var own []policy.Statement
	for _, d := range o.Policies {
		own = append(own, d.Document.Statements...)
	}
	if allows(own, passRole) {
		b.edge(n, role, "passes")
	}
	for i, w := range m.Workflows {
		if allows(own, calls.Creates(w.Type)) {
			b.edge(n, workflows[i], "starts")
		}
	}
	var levels []string
	for _, l := range o.Access {
		if l != spec.Uploader && l != spec.Downloader && l != spec.Deploy {
			levels = append(levels, l)
		}
	}
	if group >= 0 && levels != nil {
		b.edge(n, group, "access "+strings.Join(levels, " and "))
	}
	env := m.DeployedEnv()
	for _, k := range m.Buckets {
		for _, s := range k.Own.Statements {
			if slices.ContainsFunc(named(s, env), func(who string) bool {
				return slices.Contains(o.Principals, who)
			}) {
				own = append(own, s)
			}
		}
	}
	b.objects(m, n, own, env, nil)
}

// The actions that edges are about, besides those that start workflows.
const (
	passRole  = "iam:PassRole"
	getObject = "s3:GetObject"
	putObject = "s3:PutObject"
)

// allows reports whether one of the statements allows an action.
func allows(list []policy.Statement, action string) bool {
	return slices.ContainsFunc(list, func(s policy.Statement) bool {
		return s.Effect == policy.Allow && s.CoversAction(action)
	})
}

// objects connects somebody with the places that statements let it read and write, but for those
// of known. What is no place in a bucket of the setup is named as in the policy.
func (b *builder) objects(m *model.Setup, n int, list []policy.Statement, env policy.Env,
	known []spec.Location) {
	verbs := []struct{ action, does string }{{getObject, "reads"}, {putObject, "writes"}}
	for _, s := range list {
		for _, verb := range verbs {
			if !allows([]policy.Statement{s}, verb.action) {
				continue
			}
			if s.NotResource.Values != nil {
				var but []string
				for _, r := range s.NotResource.Values {
					but = append(but, r.Fill(env).IAM())
				}
				b.edge(n, b.elsewhere(m, "all but "+strings.Join(but, ", ")), verb.does)
			}
			for _, r := range s.Resource.Values {
				arn := r.Fill(env).IAM()
				l, ok := place(m, arn)
				switch {
				case !ok:
					b.edge(n, b.elsewhere(m, arn), verb.does)
				case !slices.Contains(known, l):
					b.edge(n, b.location(m, l), verb.does)
				}
			}
		}
	}
}

// place returns the place in a bucket of the setup that a resource of a policy is.
func place(m *model.Setup, arn string) (spec.Location, bool) {
	rest, ok := strings.CutPrefix(arn, "arn:"+m.Partition+":s3:::")
	bucket, key, isObject := strings.Cut(rest, "/")
	i := slices.IndexFunc(m.Buckets, func(k model.Bucket) bool { return k.Name == bucket })
	if !ok || !isObject || i < 0 {
		return spec.Location{}, false
	}
	return spec.Location{Bucket: m.Buckets[i].ID, Prefix: strings.TrimSuffix(key, "*")}, true
}

// elsewhere returns the node of objects that are in no bucket of the setup, or in any.
func (b *builder) elsewhere(m *model.Setup, name string) int {
	return b.node(Node{Kind: Location, Name: name, Setup: m.Name}, m.Name+"\x00"+name, "")
}
