package spec

import (
	"cmp"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// owned is something in AWS by what makes it unique there. Fields that do not count for a kind of thing are empty.
type owned struct{ kind, partition, account, region, name string }

// claim is what a setup says about it.
type claim struct {
	file    string // "" where there is one alone
	setup   string
	n       *yaml.Node
	created bool
	means   string // all that it says; two setups that say different things contradict each other
	whole   bool   // the setup writes its whole policy
	foreign bool   // it is written outside of the setup
	of      string // how another setup says that it uses it
}

// acrossSetups checks what no setup can see alone: names that two of them would create, and one thing that they mean differently.
func acrossSetups(r *reader, results []result) {
	if len(results) < 2 {
		return
	}
	all := make(across, 4*len(results))
	for i := range results {
		claimsOf(&results[i], func(o owned, what string, c claim) { all.add(r, o, what, c) })
	}
}

// across is what setups claim.
type across map[owned]claim

// add notes a claim, and reports it where it contradicts one before.
func (a across) add(r *reader, o owned, what string, c claim) {
	before, ok := a[o]
	where := func() string {
		if before.file != c.file {
			return fmt.Sprintf("at %s:%d", before.file, before.n.Line)
		}
		return fmt.Sprintf("at line %d", before.n.Line)
	}
	told := len(r.problems)
	switch {
	case o.name == "":
	case !ok:
		a[o] = c
	case o.kind == "setup":
		if before.created || c.created {
			r.err(codeWas, c.n, "a name is one setup's: take it out of `was` of the other",
				"%s is, or was, the name of setup %q, %s", what, before.setup, where())
		}
	case before.created && c.created:
		hint := "give one of them another name"
		if before.of != "" && before.setup != c.setup {
			hint += ", or write `" + before.of + "` here if it is the same one"
		}
		if c.foreign && before.file == c.file && place(before.n) == place(c.n) {
			hint = "put <setup> into the name"
		}
		r.err(codeSameName, c.n, hint, "%s is created by setup %q already, %s", what, before.setup,
			where())
	case before.means != c.means:
		r.err(codeTwoMeanings, c.n, "declare it in both in the same way",
			"%s is declared otherwise in setup %q, %s", what, before.setup, where())
	case before.whole && c.whole:
		r.warn(warnWholeFile, c.n, "leave policy out in one of them and merge its statements",
			"%s has its whole policy written by setup %q too: what is applied last wins", what, before.setup)
	}
	if c.foreign && len(r.problems) > told {
		r.problems[told].setup = c.setup
	}
}

func claimsOf(res *result, add func(owned, string, claim)) {
	s, d := res.setup, res.draft
	if s.Account == "" || s.Region == "" {
		return
	}
	mine := func(n *yaml.Node) claim {
		return claim{setup: s.Name, n: n, foreign: !res.span.has(n.Line, n.Column)}
	}
	account := owned{partition: s.Partition, account: s.Account}
	regional := account
	regional.region = s.Region
	of := func(o owned, kind, name string) owned {
		o.kind, o.name = kind, name
		return o
	}

	is := mine(res.at)
	is.means = "is"
	add(owned{kind: "setup", name: s.Name}, quoted(s.Name), is)
	for _, t := range d.was {
		if !t.ok || t.v == s.Name {
			continue
		}
		c := mine(t.n)
		c.created, c.means = true, "was"
		add(owned{kind: "setup", name: t.v}, quoted(t.v), c)
	}
	if !s.Role.Existing {
		c := mine(res.at)
		if d.role.v.name.given() {
			c = mine(d.role.v.name.n)
		}
		c.created, c.of = true, "role: {of: "+s.Name+"}"
		add(of(account, "role", strings.ToLower(s.Role.Name)), "role "+quoted(s.Role.Name), c)
	}
	if p := s.Role.Policy; p.Managed {
		c := mine(d.role.v.policy.n)
		c.created = true
		name := cmp.Or(p.Name, "Personalize-"+s.Name)
		add(of(account, "policy", strings.ToLower(name)), "policy of role "+quoted(s.Role.Name), c)
	}
	for i, o := range s.Operators {
		// The names of an operator's policies are made of both names, and IAM does not tell cases apart.
		c := mine(d.operators[i].n)
		c.created = true
		name := cmp.Or(o.Policy.Name, "Personalize-"+s.Name+"-"+o.Name)
		add(of(account, "policy", strings.ToLower(name)), "policy of operator "+quoted(o.Name), c)
	}
	for i, k := range s.Keys {
		if d.keys[i].v.of.given() {
			continue // it is what its owner says
		}
		c := mine(d.keys[i].n)
		if k.Existing() {
			c.means, c.whole = k.PolicyFile, k.Policy != nil
			if k.Found {
				add(of(regional, "key", k.Alias), "key "+quoted(k.Alias), c)
			} else {
				add(owned{kind: "key", name: k.ARN}, "key "+quoted(k.ARN), c)
			}
			continue
		}
		c.created, c.of = true, "of: "+s.Name+"/"+k.Name
		add(of(regional, "alias", k.Alias), "alias "+quoted(k.Alias), c)
	}
	for i, b := range s.Buckets {
		if d.buckets[i].v.of.given() {
			continue
		}
		c := mine(d.buckets[i].n)
		c.created, c.of = !b.Existing, "of: "+s.Name+"/"+b.Name
		c.whole = b.Policy != nil
		c.means = strings.Join([]string{existence(b.Existing), cmp.Or(b.Account, s.Account), s.Region, identityOf(d, b.Key), b.PolicyFile}, "|")
		add(owned{kind: "bucket", partition: s.Partition, name: b.BucketName}, "bucket "+quoted(b.BucketName), c)
	}
	if g := s.DatasetGroup; g != nil {
		c := mine(d.group.n)
		c.means = g.Domain + "|" + identityOf(d, g.Key)
		add(of(regional, "datasetGroup", g.Name), "dataset group "+quoted(g.Name), c)
	}
}

// identityOf returns what a key is in AWS: its ARN, or the alias that it will have.
func identityOf(d *setupDraft, name string) string {
	if k := find(d.keys, name); k != nil {
		return k.arn.v + k.alias.v
	}
	return ""
}

func existence(existing bool) string {
	if existing {
		return "existing"
	}
	return "created"
}

func quoted(s string) string { return "\"" + s + "\"" }
