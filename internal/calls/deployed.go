package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Statements of others, and those of a spec, name real accounts, buckets and roles, so they
// decide nothing under made-up names. What they decide is asked under the names that the setup
// has in AWS.

// DeployedEnv returns the value that every reference has in AWS. The ARN of a key that is yet to
// be created has the account's form, with an id of zeros and the key's place among them.
func DeployedEnv(m *model.Setup) policy.Env {
	env := m.DeployedEnv()
	for i, k := range m.Keys {
		if ref := model.RefKeyARN(k.ID); env[ref] == "" {
			env[ref] = fmt.Sprintf("arn:%s:kms:%s:%s:key/00000000-0000-0000-0000-%012d",
				m.Partition, m.Region, m.Account, i)
		}
	}
	return env
}

// DeployedDocuments returns the documents of a setup as they are in AWS: of a bucket or a key
// that exists with a policy that is known, the whole policy; where it is not known, pzgen's own
// statements.
func DeployedDocuments(m *model.Setup) Documents {
	env := DeployedEnv(m)
	var out Documents
	for _, d := range Parts(m) {
		if d.Base != nil {
			out.Set(d.Document, d.Whole.Fill(env))
		} else {
			out.Fill(d.Document, d.Whole, env)
		}
	}
	if m.Role.Limits != nil {
		out.Set(OfBoundary(), *m.Role.Limits)
	}
	return out
}

// Deployed returns the calls of a setup under [DeployedEnv], as they are made in AWS: with the
// condition keys that every request has, by each user and role that an operator is attached to,
// on keys that may belong to another account. Required calls are to be decided by
// [DeployedDocuments].
//
// Beside the setup's spec it looks at what its documents name: the paths of users and roles, which
// the spec does not have, and the organization, to which the account is taken to belong.
func Deployed(m *model.Setup) *Table { return deployedWith(m, Document{}, policy.Document{}) }

// deployedWith is Deployed for a setup one of whose policies is another than the spec says.
func deployedWith(m *model.Setup, name Document, whole policy.Document) *Table {
	t := namesOf(m, name, whole)
	t.make()
	return t
}

// namesOf returns a table of real names without calls.
func namesOf(m *model.Setup, name Document, whole policy.Document) *Table {
	t := &Table{m: m, env: DeployedEnv(m), deployed: true, whole: name}
	t.organization, t.named = map[string]string{}, map[string][]string{}
	t.learn(whole)
	for _, d := range Parts(m) {
		t.learn(d.Whole)
	}
	if m.Role.Limits != nil {
		t.learn(*m.Role.Limits)
		t.boundary = []policy.Document{*m.Role.Limits}
	} else if m.Role.Bounded {
		t.boundary = []policy.Document{everything()}
	}
	return t
}

// real returns the table of the real names of the setup.
func (t *Table) real() *Table {
	if t.actual == nil {
		t.actual = namesOf(t.m, Document{}, policy.Document{})
	}
	return t.actual
}

// learn takes from a document which organization there is, and the ARNs of users and roles of the
// account. What is learned first of an organization counts.
func (t *Table) learn(d policy.Document) {
	for _, s := range d.Statements {
		if s.Principal != nil {
			for _, ty := range s.Principal.Types {
				t.learnARNs(ty.Values)
			}
		}
		for _, c := range s.Condition {
			key := strings.ToLower(c.Key)
			if key == "aws:principalarn" {
				t.learnARNs(c.Values)
			}
			isOrganization := strings.HasSuffix(key, "orgid") || strings.HasSuffix(key, "orgpaths")
			if _, known := t.organization[key]; known || !isOrganization || len(c.Values.Values) == 0 ||
				strings.HasPrefix(c.Operator, "Null") {
				continue
			}
			if v, ok := c.Values.Values[0].OnlyLit(); ok {
				t.organization[key] = strings.NewReplacer("*", "x", "?", "x").Replace(v)
			}
		}
	}
}

func (t *Table) learnARNs(values policy.Texts) {
	for _, v := range values.Values {
		rest, ok := strings.CutPrefix(v.Fill(t.env).IAM(), t.iam(""))
		kind, path, isPath := strings.Cut(rest, "/")
		if !ok || !isPath || kind != "user" && kind != "role" || strings.ContainsAny(rest, "*?$") {
			continue
		}
		name := kind + "/" + path[strings.LastIndexByte(path, '/')+1:]
		if arn := t.iam(rest); !slices.Contains(t.named[name], arn) {
			t.named[name] = append(t.named[name], arn)
		}
	}
}

// principals returns the ARNs of whoever has the policies of an operator. Names of users and
// roles are unique within an account, whatever their paths (IAM User Guide, "IAM and AWS STS
// quotas"), so one that a document names by a path has it; one that none names has none that
// matters. For the members of a group, whom the spec does not name, there is a user whom no
// document names.
func (t *Table) principals(o model.Operator) []string {
	if unattached(o) && len(o.Principals) > 0 {
		return nil // see admitted
	}
	if !t.deployed {
		return []string{t.iam("user/operator")}
	}
	out := append(t.arns("user", o.Users), t.arns("role", o.Roles)...)
	for _, g := range o.Groups {
		out = append(out, t.iam("user/"+memberOf+g))
	}
	if out == nil {
		out = []string{t.iam("user/operator")}
	}
	return out
}

// arns returns the ARNs of users or roles.
func (t *Table) arns(kind string, names []string) []string {
	var out []string
	for _, n := range names {
		if arns := t.named[kind+"/"+n]; arns != nil {
			out = append(out, arns...)
		} else {
			out = append(out, t.iam(kind+"/"+n))
		}
	}
	return out
}

// memberOf begins the names of users who stand for the members of a group.
const memberOf = "any-member-of-"

// principalName tells people who an ARN is of: "role Ops", "a member of group Admins".
func (t *Table) principalName(arn string) string {
	kind, path, _ := strings.Cut(strings.TrimPrefix(arn, t.iam("")), "/")
	if group, ok := strings.CutPrefix(path, memberOf); ok {
		return "a member of group " + group
	}
	return kind + " " + path[strings.LastIndexByte(path, '/')+1:]
}

// knows reports whether the whole policy of a key is known.
func (t *Table) knows(k model.Key) bool { return !k.Decisive().Partial || t.whole == OfKey(k.ID) }
