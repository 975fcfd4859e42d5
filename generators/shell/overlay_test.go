package shell

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// What a State means for an account, written down a second time: neither as steps nor as calls.
// Tests hold the reader and the library against it.

// copied returns an account with the same in it.
func copied(t testing.TB, a *account.Account) *account.Account {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	out := account.New("", "", "")
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func plainTags(tags []deployed.Tag) map[string]string {
	out := map[string]string{}
	for _, t := range tags {
		out[str(t.Key)] = str(t.Value)
	}
	return out
}

func tagged(into *map[string]string, tags []deployed.Tag) {
	if *into == nil {
		*into = map[string]string{}
	}
	maps.Copy(*into, plainTags(tags))
}

// str returns a text as the scripts have it: a dollar sign is one.
func str(t deployed.Text) string { return strings.ReplaceAll(t.V.IAM(), "${$}", "$") }

type overlay struct {
	t     testing.TB
	setup *model.Setup
}

func (o overlay) merged(present string, d *deployed.Document, created bool) string {
	o.t.Helper()
	base := policy.Document{}
	if present != "" {
		var err error
		if base, err = policy.DecodeJSON([]byte(present)); err != nil {
			o.t.Fatal(err)
		}
	}
	owner := o.setup.Owner(d.Document, created)
	out, conflicts, err := policy.Merge(base, owner)
	if err != nil || len(conflicts) > 0 {
		o.t.Fatal(err, conflicts)
	}
	if len(out.Statements) == 0 {
		return ""
	}
	return string(out.JSON())
}

// applied returns the account that a State makes of another.
func (o overlay) applied(before *account.Account, s deployed.State) *account.Account {
	o.t.Helper()
	a := copied(o.t, before)
	for _, r := range s.Roles {
		name := str(r.Name)
		role := a.Roles[name]
		if role == nil {
			role = &account.Role{Path: str(r.Path), Inline: map[string]string{}}
			a.Roles[name] = role
		}
		if r.Created {
			role.Trust, role.Description = string(r.Trust.Document.JSON()), str(r.Description)
			if b := str(r.Boundary); b != "" {
				role.Boundary = b
			}
			tagged(&role.Tags, r.Tags)
		}
		for _, in := range r.Inline {
			role.Inline[str(in.Name)] = string(in.Policy.Document.JSON())
		}
	}
	for _, p := range s.Policies {
		arn := fmt.Sprintf("arn:%s:iam::%s:policy/%s", a.Partition, a.ID, str(p.Name))
		made := a.Policies[arn]
		if made == nil {
			made = &account.Policy{Name: str(p.Name), About: str(p.Description)}
			a.Policies[arn] = made
		}
		made.Versions, made.Default = []account.Version{{ID: "v1",
			Document: string(p.Policy.Document.JSON())}}, "v1"
		tagged(&made.Tags, p.Tags)
	}
	for _, at := range s.Attachments {
		p := principal(a, at)
		if arn := str(at.Policy); !slices.Contains(p.Attached, arn) {
			p.Attached = append(p.Attached, arn)
		}
	}
	for _, k := range s.Keys {
		arn := str(k.ARN)
		i := slices.IndexFunc(a.Keys, func(k *account.Key) bool { return k.ARN == arn })
		if i < 0 {
			i = len(a.Keys)
			a.Keys = append(a.Keys, &account.Key{ARN: arn, State: "Enabled"})
		}
		key := a.Keys[i]
		if k.Policy != nil {
			key.Policy = o.merged(key.Policy, k.Policy, k.Created)
		}
		if k.Created {
			key.Rotation = k.Rotation.V
			tagged(&key.Tags, k.Tags)
			for _, alias := range k.Aliases {
				a.Aliases[str(alias)] = arn
			}
		}
	}
	for _, b := range s.Buckets {
		o.bucket(a, b)
	}
	for _, g := range s.DatasetGroups {
		a.Datasets[str(g.Name)] = &account.DatasetGroup{Name: str(g.Name), Domain: str(g.Domain),
			Key: str(g.Key), Role: str(g.Role),
			Status: "ACTIVE", Tags: plainTags(g.Tags)}
	}
	for _, ob := range s.Objects {
		b := a.Buckets[str(ob.Bucket)]
		if b.Objects == nil {
			b.Objects = map[string]map[string]string{}
		}
		b.Objects[str(ob.Key)] = nil
	}
	return a
}

func (o overlay) bucket(a *account.Account, b deployed.Bucket) {
	name := str(b.Name)
	made := a.Buckets[name]
	if made == nil {
		made = &account.Bucket{Region: a.Region}
		a.Buckets[name] = made
	}
	if b.Policy != nil {
		made.Policy = o.merged(made.Policy, b.Policy, b.Created)
	}
	if !b.Created {
		return
	}
	made.Algorithm, made.Key, made.BucketKey = str(b.Algorithm), str(b.Key), b.BucketKey.V
	made.Block = map[string]bool{"BlockPublicAcls": b.BlockPublicAcls.V,
		"IgnorePublicAcls":  b.IgnorePublicAcls.V,
		"BlockPublicPolicy": b.BlockPublicPolicy.V, "RestrictPublicBuckets": b.RestrictPublicBuckets.V}
	made.Ownership = str(b.Ownership)
	switch {
	case b.Versioning.V:
		made.Versioning = "Enabled"
	case made.Versioning == "Enabled":
		made.Versioning = "Suspended"
	}
	made.Lifecycle = slices.DeleteFunc(made.Lifecycle,
		func(r any) bool { return r.(map[string]any)["ID"] == expireRule })
	for _, r := range b.Lifecycle {
		rule := map[string]any{"ID": str(r.ID), "Filter": map[string]any{"Prefix": str(r.Prefix)},
			"Status": map[bool]string{true: "Enabled", false: "Disabled"}[r.Enabled.V]}
		if days := r.ExpireDays.V; days > 0 {
			rule["Expiration"] = map[string]any{"Days": days}
		}
		if days := r.NoncurrentDays.V; days > 0 {
			rule["NoncurrentVersionExpiration"] = map[string]any{"NoncurrentDays": days}
		}
		made.Lifecycle = append(made.Lifecycle, rule)
	}
	if to := str(b.LogsTo); to != "" {
		made.Logging = &account.Logging{TargetBucket: to, TargetPrefix: str(b.LogsPrefix)}
	}
	tagged(&made.Tags, b.Tags)
}

func principal(a *account.Account, at deployed.Attachment) *account.Principal {
	switch name := str(at.To); at.Kind {
	case deployed.User:
		return a.Users[name]
	case deployed.Group:
		return a.Groups[name]
	default:
		return &a.Roles[name].Principal
	}
}

// destroyed returns the account that is left of one when what is not protected goes.
func (o overlay) destroyed(before *account.Account, s deployed.State) *account.Account {
	a := copied(o.t, before)
	without := func(present string, d *deployed.Document,
		keep func(policy.Statement) bool) string {
		if present == "" || d == nil {
			return present
		}
		base, err := policy.DecodeJSON([]byte(present))
		if err != nil {
			o.t.Fatal(err)
		}
		var kept []policy.Statement
		for _, st := range base.Statements {
			own := slices.ContainsFunc(d.Document.Statements,
				func(mine policy.Statement) bool {
					return mine.Sid == st.Sid &&
						mine.Normal() == st.Normal()
				})
			old := st.Sid != "" && o.setup.Owner(policy.Document{}, false).Owns(st.Sid)
			if !own && !old || keep(st) {
				kept = append(kept, st)
			}
		}
		if base.Statements = kept; len(kept) == 0 {
			return ""
		}
		if base.ID == d.Document.ID {
			base.ID = ""
		}
		return string(base.JSON())
	}
	for _, b := range s.Buckets {
		if !b.PolicyProtected.V {
			made := a.Buckets[str(b.Name)]
			made.Policy = without(made.Policy, b.Policy,
				func(policy.Statement) bool { return false })
		}
	}
	for _, k := range s.Keys {
		for _, made := range a.Keys {
			if made.ARN == str(k.ARN) && !k.PolicyProtected.V {
				made.Policy = without(made.Policy, k.Policy, administers)
			}
		}
	}
	detach := func(p *account.Principal, arn string) {
		p.Attached = slices.DeleteFunc(p.Attached, func(a string) bool { return a == arn })
	}
	for _, p := range s.Policies {
		arn := fmt.Sprintf("arn:%s:iam::%s:policy/%s", a.Partition, a.ID, str(p.Name))
		if made := a.Policies[arn]; made != nil {
			for _, entry := range recordOf(made.Tags) {
				f := strings.SplitN(entry, "/", 3)
				if len(f) == 3 {
					detach(principal(a, deployed.Attachment{Kind: deployed.PrincipalKind(f[0]),
						To: deployed.Lit(f[1])}), f[2])
				}
			}
		}
		delete(a.Policies, arn)
		for _, all := range []map[string]*account.Principal{a.Users, a.Groups} {
			for _, u := range all {
				detach(u, arn)
			}
		}
		for _, r := range a.Roles {
			detach(&r.Principal, arn)
		}
	}
	for _, r := range s.Roles {
		switch role := a.Roles[str(r.Name)]; {
		case r.Created && !r.Protected.V:
			delete(a.Roles, str(r.Name))
		case role != nil:
			for _, in := range r.Inline {
				delete(role.Inline, str(in.Name))
			}
		}
	}
	return a
}

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	return list
}

// recordTag begins the tags in which apply.sh notes what it attached.
const recordTag = "pzgen:attached-"

// recordOf returns what is noted in tags.
func recordOf(tags map[string]string) []string {
	var out []string
	for k, v := range tags {
		if strings.HasPrefix(k, recordTag) {
			for _, e := range strings.Fields(v) {
				if strings.HasPrefix(e, "region/") {
					continue
				}
				out = append(out, strings.NewReplacer("=2C", ",", "=3D", "=").Replace(e))
			}
		}
	}
	slices.Sort(out)
	return out
}

// administers reports whether a statement of a key's policy lets anybody change the policy.
func administers(s policy.Statement) bool {
	return s.Effect == policy.Allow && slices.ContainsFunc(s.Action.Values,
		func(t policy.Text) bool { return t.IAM() == "kms:*" })
}

// normal returns an account as text, without what does not matter: the order of lists and of
// members, how a document is written, versions of policies but the default one, sums of uploaded
// files, what is noted of attachments.
func normal(t testing.TB, a *account.Account) string {
	t.Helper()
	a = copied(t, a)
	doc := func(s string) string {
		if s == "" {
			return ""
		}
		d, err := policy.DecodeJSON([]byte(s))
		if err != nil {
			t.Fatal(err, s)
		}
		lines := []string{d.Version, d.ID}
		for _, st := range d.Statements {
			lines = append(lines, st.Sid+" "+st.Normal())
		}
		sort.Strings(lines)
		return strings.Join(lines, "\n")
	}
	for _, all := range []map[string]*account.Principal{a.Users, a.Groups} {
		for _, p := range all {
			p.Attached = sorted(p.Attached)
		}
	}
	unrecorded := func(tags map[string]string) {
		maps.DeleteFunc(tags, func(k, _ string) bool { return strings.HasPrefix(k, recordTag) })
	}
	for _, p := range a.Policies {
		unrecorded(p.Tags)
	}
	for _, r := range a.Roles {
		unrecorded(r.Tags)
		r.Attached = sorted(r.Attached)
		r.Trust = doc(r.Trust)
		for n := range r.Inline {
			r.Inline[n] = doc(r.Inline[n])
		}
	}
	for _, p := range a.Policies {
		for _, v := range p.Versions {
			if v.ID == p.Default {
				p.Versions, p.Default, p.Next = []account.Version{{Document: doc(v.Document)}}, "", 0
				break
			}
		}
	}
	for _, b := range a.Buckets {
		b.Policy = doc(b.Policy)
		for k := range b.Objects {
			b.Objects[k] = nil
		}
		if len(b.Objects) == 0 {
			b.Objects = nil
		}
		if b.Block == nil { // blocks nothing (Amazon S3 API Reference, GetPublicAccessBlock)
			b.Block = map[string]bool{"BlockPublicAcls": false, "IgnorePublicAcls": false,
				"BlockPublicPolicy": false, "RestrictPublicBuckets": false}
		}
		if len(b.Lifecycle) == 0 {
			b.Lifecycle = nil
		}
		if len(b.Tags) == 0 {
			b.Tags = nil
		}
	}
	for _, k := range a.Keys {
		k.Policy = doc(k.Policy)
		if len(k.Tags) == 0 {
			k.Tags = nil
		}
	}
	slices.SortFunc(a.Keys, func(x, y *account.Key) int { return strings.Compare(x.ARN, y.ARN) })
	out, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
