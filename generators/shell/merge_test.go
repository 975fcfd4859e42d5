package shell

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/policy"
)

// TestMergeAgrees holds the merge in jq against the one in Go.
func TestMergeAgrees(t *testing.T) {
	s := setup()
	own := s.Buckets[2].Own
	mine := own.Statements[0]
	old := mine
	old.Sid = "PersonalizeOldRetail"
	changed := mine
	changed.Action = texts("s3:GetObject", "s3:PutObject")
	clash := mine
	clash.Principal = aws("210987654321")
	everybody := mine
	everybody.Principal = &policy.Principal{Any: true}
	unnamed := foreign()
	unnamed.Sid = ""
	stranger := policy.Statement{Sid: "PersonalizeOldRetail", Effect: policy.Allow,
		Principal: &policy.Principal{Any: true}, Action: texts("s3:*"), Resource: texts("*")}
	not := policy.Statement{Sid: "Not", Effect: policy.Deny, NotPrincipal: aws("210987654321"),
		NotAction: texts("s3:GetObject"), NotResource: texts("arn:aws:s3:::x")}
	for i, base := range []policy.Document{
		{}, document(), document(foreign()), document(mine), document(foreign(), changed,
			unnamed), document(old, foreign()), document(foreign(), old, not, mine),
		document(clash), document(everybody), document(stranger), document(changed, foreign(),
			changed), document(not, unnamed),
		{Version: policy.Version2008, ID: "theirs", Statements: []policy.Statement{foreign()}},
		{Statements: []policy.Statement{foreign()}},
		{Version: policy.Version2012, Single: true, Statements: []policy.Statement{unnamed}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := newWorld(t, s)
			base, err := base.Resolve(w.env)
			w.must(err)
			own, err := own.Resolve(w.env)
			w.must(err)
			b := w.m.Account.Buckets["acme-results"]
			b.Policy = ""
			if len(base.Statements) > 0 || base.Version != "" {
				b.Policy = string(base.JSON())
			}
			before := b.Policy
			want, conflicts, err := policy.Merge(base, s.Owner(own, false))
			w.must(err)
			err = w.apply()
			if len(conflicts) > 0 {
				w.refuses(err, "rename one of them")
				return
			}
			w.must(err)
			got, err := policy.DecodeJSON([]byte(b.Policy))
			w.must(err)
			order := func(d policy.Document) (sids []string) {
				for _, s := range d.Statements {
					sids = append(sids, s.Normal())
				}
				return sids
			}
			if !got.Equal(want) || got.ID != want.ID || !slices.Equal(order(got), order(want)) {
				t.Errorf("merged is\n%s\nwant\n%s", got.JSON(), want.JSON())
			}
			saved := slices.ContainsFunc(w.backups(),
				func(n string) bool { return strings.Contains(n, "bucket-acme-results") })
			if saved != (before != "" && before != b.Policy) {
				t.Errorf("backups: %v", w.backups())
			}
			w.m.Account.Datasets = map[string]*account.DatasetGroup{}
			w.must(w.run(destroyPath(s), "--yes"))
			left, clashes := policy.Unmerge(want, s.Owner(own, false))
			if len(clashes) > 0 {
				t.Fatal(clashes)
			}
			got = policy.Document{Version: left.Version}
			if b.Policy != "" {
				got, err = policy.DecodeJSON([]byte(b.Policy))
				w.must(err)
			}
			if !got.Equal(left) || got.ID != left.ID {
				t.Errorf("after destroy.sh it is\n%s\nwant\n%s", got.JSON(), left.JSON())
			}
		})
	}
}

func TestDestroy(t *testing.T) {
	for name, s := range setups() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			bucketBefore := map[string]string{}
			for n, b := range w.m.Account.Buckets {
				bucketBefore[n] = b.Policy
			}
			keyBefore := map[string]string{}
			for _, k := range w.m.Account.Keys {
				keyBefore[k.ARN] = k.Policy
			}
			w.must(w.apply())
			if g := s.DatasetGroup; g != nil && g.Key != "" {
				w.refuses(w.run(destroyPath(s), "--yes"), "delete it first")
			}
			w.m.Account.Datasets = map[string]*account.DatasetGroup{}
			w.must(w.run(destroyPath(s), "--yes"))
			for _, b := range s.Buckets {
				made, ok := w.m.Account.Buckets[b.Name]
				if !ok {
					t.Errorf("the bucket %s is gone", b.Name)
				} else if !b.Existing && made.Policy != "" {
					t.Errorf("the bucket %s still has the policy %s", b.Name, made.Policy)
				} else if b.Existing {
					samePolicy(t, w, b.Name, made.Policy, bucketBefore[b.Name], b.Own)
				}
				if !b.Existing && !strings.Contains(w.m.Out.String(),
					"delete-bucket --bucket "+b.Name) {
					t.Errorf("it does not say that it left %s", b.Name)
				}
			}
			for _, k := range w.m.Account.Keys {
				if was, ok := keyBefore[k.ARN]; ok {
					samePolicy(t, w, k.ARN, k.Policy, was, policy.Document{})
				} else if !strings.Contains(k.Policy, ":root") ||
					strings.Contains(k.Policy, s.Role.Name) {
					t.Errorf("the policy of the created key is %s", k.Policy)
				}
			}
			if len(w.m.Account.Policies) > 0 {
				t.Errorf("policies are left: %v", w.m.Account.Policies)
			}
			r, ok := w.m.Account.Roles[s.Role.Name]
			if ok != s.Role.Existing || ok && len(r.Inline) > 0 {
				t.Errorf("the role is %v", r)
			}
			w.must(w.run(destroyPath(s), "--yes"))
			if len(w.m.Account.Changes) > 0 {
				t.Errorf("the second run changes %v", w.m.Account.Changes)
			}
		})
	}
}

// samePolicy checks that a policy is what it was, but for statements that an earlier run had left
// in it.
func samePolicy(t *testing.T, w *world, what, got, was string, own policy.Document) {
	t.Helper()
	before, err := policy.DecodeJSON([]byte(was))
	w.must(err)
	want, conflicts := policy.Unmerge(before, w.setup.Owner(own, false))
	if len(conflicts) > 0 {
		t.Fatal(conflicts)
	}
	if got == "" || compacted(got) != compacted(string(want.JSON())) {
		t.Errorf("the policy of %s is\n%s\nwant\n%s", what, got, want.JSON())
	}
}

// TestDestroyLeavesOthers: somebody gave the role a policy, and made a policy of a name that
// pzgen uses.
func TestDestroyLeavesOthers(t *testing.T) {
	w := newWorld(t, setup())
	w.must(w.apply())
	a := w.m.Account
	a.Datasets = map[string]*account.DatasetGroup{}
	a.Roles["PersonalizeRetail"].Inline["Theirs"] = nobody
	a.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"].Tags = nil
	w.must(w.run(destroyPath(w.setup), "--yes"))
	if a.Roles["PersonalizeRetail"] == nil ||
		a.Policies["arn:aws:iam::111122223333:policy/Personalize-retail-web"] == nil {
		t.Error("something of somebody else's is gone")
	}
	for _, said := range []string{"gave it policies of their own: Theirs",
		"the policy Personalize-retail-web, which has no tag"} {
		if !strings.Contains(w.m.Out.String(), said) {
			t.Errorf("it does not say %q:\n%s", said, w.m.Out.String())
		}
	}
}

func compacted(doc string) string {
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		panic(err)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// A Sid that is not this setup's alone, such as the guide's, does not tell whose statement it is:
// apply.sh replaces one under it only when nobody loses anything, and refuses otherwise, as
// [policy.Merge] does.
func TestMergeUnmarkedSid(t *testing.T) {
	s := setup()
	guide := s.Buckets[2].Own.Statements[0]
	guide.Sid = "PersonalizeS3BucketAccessPolicy"
	s.Buckets[2].Own.Statements = append(slices.Clone(s.Buckets[2].Own.Statements), guide)
	s.Buckets[2].Policy.Document = s.Buckets[2].Own
	more, other := guide, guide
	more.Action = texts("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject")
	other.Resource = texts("arn:aws:s3:::acme-results/somebody-else/*")
	for i, base := range []policy.Document{document(guide), document(more), document(other),
		document(foreign(), guide)} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := newWorld(t, s)
			base, err := base.Resolve(w.env)
			w.must(err)
			own, err := s.Buckets[2].Own.Resolve(w.env)
			w.must(err)
			b := w.m.Account.Buckets["acme-results"]
			b.Policy = string(base.JSON())
			want, conflicts, err := policy.Merge(base, s.Owner(own, false))
			w.must(err)
			if (i == 1 || i == 2) != (len(conflicts) > 0) {
				t.Fatalf("conflicts: %v", conflicts)
			}
			err = w.apply()
			if len(conflicts) > 0 {
				w.refuses(err, "rename one of them")
				return
			}
			w.must(err)
			got, err := policy.DecodeJSON([]byte(b.Policy))
			w.must(err)
			if !got.Equal(want) {
				t.Errorf("merged is\n%s\nwant\n%s", got.JSON(), want.JSON())
			}
		})
	}
}

// TestMergeMarks: statements under a mark are this setup's, also those that it has no more; those
// under another's mark are not; one that was there before its Sid was marked is replaced where
// nothing is lost, and refused where it has more. The merge in jq and the one in Go agree.
func TestMergeMarks(t *testing.T) {
	s := setup()
	audit := allow("AuditPZgenRetail", aws("arn:aws:iam::111122223333:role/Audit"), "s3:GetObject",
		"arn:aws:s3:::acme-results/*")
	s.Buckets[2].Own.Statements = append(slices.Clone(s.Buckets[2].Own.Statements), audit)
	s.Buckets[2].Policy.Document = s.Buckets[2].Own
	named := func(sid string, actions ...string) policy.Statement {
		out := audit
		out.Sid = sid
		if len(actions) > 0 {
			out.Action = texts(actions...)
		}
		return out
	}
	denied := named("Audit")
	denied.Effect = policy.Deny
	for i, base := range []policy.Document{
		document(named("WaterPZgenRetail"), foreign()), document(named("AuditPZgenRetails")),
		document(named("AuditPZgenXPZgenRetail")), document(named("AuditPZgenShop"), named("Audit")),
		document(named("AuditRetail"), foreign()), document(named("Audit", "s3:PutObject")),
		document(denied), document(named("AuditPZgenRetail", "s3:PutObject"), named("Audit")),
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := newWorld(t, s)
			base, err := base.Resolve(w.env)
			w.must(err)
			own, err := s.Buckets[2].Own.Resolve(w.env)
			w.must(err)
			b := w.m.Account.Buckets["acme-results"]
			b.Policy = string(base.JSON())
			want, conflicts, err := policy.Merge(base, s.Owner(own, false))
			w.must(err)
			if (i == 5) != (len(conflicts) > 0) {
				t.Fatalf("conflicts: %v", conflicts)
			}
			err = w.apply()
			if len(conflicts) > 0 {
				w.refuses(err, "rename one of them")
				return
			}
			w.must(err)
			got, err := policy.DecodeJSON([]byte(b.Policy))
			w.must(err)
			if !got.Equal(want) {
				t.Errorf("merged is\n%s\nwant\n%s", got.JSON(), want.JSON())
			}
			foreign := map[int]int{0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 6: 1}[i]
			if n := len(want.Statements) - len(own.Statements); n != foreign {
				t.Errorf("%d statements of others are kept, not %d", n, foreign)
			}
		})
	}
}
