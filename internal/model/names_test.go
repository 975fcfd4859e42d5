package model

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/pzgen/pzgen/templates"
)

// unmark reads a mark back. That it can be read back shows that no two names share one.
func unmark(mark string) string {
	var b strings.Builder
	for i := 0; i < len(mark); i++ {
		c := mark[i]
		if c < 'A' || c > 'Z' {
			b.WriteByte(c)
			continue
		}
		letter := c - 'A' + 'a'
		if c == 'Z' {
			i++
			if mark[i] == 'd' {
				b.WriteByte('-')
				continue
			}
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letter)
	}
	return b.String()
}

func TestMark(t *testing.T) {
	for name, want := range map[string]string{
		"shop": "Shop", "web-shop": "WebShop", "webshop": "Webshop", "shop-1": "ShopZd1", "shop1": "Shop1", "a--b": "AZdB", "zoo": "Zzoo", "a-z": "AZz",
		"zd": "Zzd", "a-zd": "AZzd", "1a": "1a", "1-a": "1A", "z": "Zz",
	} {
		if got := SidSuffix(name); got != want {
			t.Errorf("SidSuffix(%q) = %q, want %q", name, got, want)
		}
	}
}

// valid reports whether a name is one of a setup: [a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?
func valid(name string) bool {
	return name != "" && len(name) <= 40 && !strings.HasPrefix(name, "-") && !strings.HasSuffix(name, "-")
}

func holdMark(t *testing.T, name string) {
	t.Helper()
	mark := SidSuffix(name)
	if unmark(mark) != name {
		t.Fatalf("mark %q of %q reads back as %q", mark, name, unmark(mark))
	}
	if strings.Contains("PersonalizeP"+mark, sidMarker) {
		t.Fatalf("mark %q of %q has the marker in it", mark, name)
	}
	if strings.Trim(mark, alnum) != "" {
		t.Fatalf("mark %q of %q is not fit for a Sid", mark, name)
	}
}

const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// All names of up to six characters over those that the rules of marks tell apart, and all of up to three.
func TestMarkOfShortNames(t *testing.T) {
	tried := 0
	var all func(alphabet, prefix string, most int)
	all = func(alphabet, prefix string, most int) {
		if valid(prefix) {
			tried++
			holdMark(t, prefix)
		}
		if len(prefix) < most {
			for i := range len(alphabet) {
				all(alphabet, prefix+alphabet[i:i+1], most)
			}
		}
	}
	all("adz1-", "", 6)
	all("abcdefghijklmnopqrstuvwxyz0123456789-", "", 3)
	if tried < 50_000 {
		t.Errorf("only %d names were tried", tried)
	}
}

func randomName(r *rand.Rand) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-----zzd"
	for {
		b := make([]byte, 1+r.IntN(40))
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		if name := string(b); valid(name) {
			return name
		}
	}
}

func TestMarkOfRandomNames(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		holdMark(t, randomName(r))
	}
}

func FuzzMark(f *testing.F) {
	for _, s := range []string{"a", "web-shop", "z--z", "0-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !valid(name) || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Skip()
		}
		holdMark(t, name)
	})
}

// A Sid in a shared policy tells which statement it is and whose: no two pairs of base and setup give the same.
func TestOwnedSidsAreTold(t *testing.T) {
	bases := library(t).OwnedBases()
	if len(bases) < 8 {
		t.Fatalf("bases %q", bases)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		name := randomName(r)
		for _, base := range bases {
			sid := base + SidSuffix(name)
			fits := 0
			for _, other := range bases {
				if mark, ok := strings.CutPrefix(sid, other); ok {
					fits++
					if unmark(mark) != name {
						t.Fatalf("%q is of %q or of %q", sid, name, unmark(mark))
					}
				}
			}
			if fits != 1 {
				t.Fatalf("%q begins with %d bases", sid, fits)
			}
		}
	}
}

// A setup owns every Sid that it gives to a statement of a bucket or key, whatever the workflows were, and its custom ones; never one of another setup.
func TestOwnedSids(t *testing.T) {
	s := rich("web-shop")
	s.Statements = []spec.CustomStatement{
		{Owner: "bucket.data", Statement: custom("AllowAudit")},
		{Owner: "key.shop", Statement: custom("AllowAudit")},
		{Owner: "role", Statement: custom("OnlyForTheRole")},
	}
	m := build(t, s)
	other := build(t, rich("web-shop-2"))
	if !slices.IsSorted(m.OwnedSids) {
		t.Errorf("owned %q", m.OwnedSids)
	}
	owns := func(m *Setup, sid string) bool { return m.Owner(policy.Document{}, false).Owns(sid) }
	if owns(m, "OnlyForTheRole") || owns(m, "AllowAudit") || !owns(m, "AllowAuditPZgenWebShop") {
		t.Errorf("owned %q, marks %q", m.OwnedSids, m.SidMarks())
	}
	n := 0
	for _, d := range shared(m) {
		for _, st := range d.Statements {
			n++
			if !owns(m, st.Sid) {
				t.Errorf("%q is not owned", st.Sid)
			}
			if owns(other, st.Sid) {
				t.Errorf("%q is owned by another setup too", st.Sid)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d statements", n)
	}
}

// A mark tells whose a statement is, also where the end of one setup's is another's, and where a
// setup is called as the marker is.
func TestSidMarks(t *testing.T) {
	names := []string{"shop", "book-shop", "web-shop", "shop-eu", "a1", "a-1", "x-pzgen-shop", "pzgen-shop"}
	for _, name := range names {
		m := build(t, rich(name))
		for _, other := range names {
			sid := markSid("Audit", other)
			if got := m.Owner(policy.Document{}, false).Owns(sid); got != (name == other) {
				t.Errorf("that %q is of setup %q is %v", sid, name, got)
			}
		}
	}
	s := rich("shop")
	s.Was = []string{"store"}
	m := build(t, s)
	for sid, want := range map[string]bool{"AuditPZgenShop": true, "AuditPZgenStore": true,
		"PersonalizeReadInputStore": true, "PersonalizeReadInputShop": true,
		"PersonalizeReadInputStores": false, "AuditPZgenStores": false, "Audit": false} {
		if got := m.Owner(policy.Document{}, false).Owns(sid); got != want {
			t.Errorf("that %q is owned is %v", sid, got)
		}
	}
}

// In what a setup created the Sids of the guide are its own; in what exists they are anybody's, so
// that two setups of profile documented meet there under Sids of their own.
func TestGuideSids(t *testing.T) {
	lib := library(t)
	var guide []string
	for _, tmpl := range lib.Templates {
		if tmpl.Profile == spec.Documented && (slices.Contains(tmpl.In, "bucket") || slices.Contains(tmpl.In, "key")) {
			guide = append(guide, tmpl.Sid)
		}
	}
	slices.Sort(guide)
	if guide = slices.Compact(guide); !slices.Equal(guide, templates.GuideSids()) {
		t.Errorf("the templates have %q, and GuideSids is %q", guide, templates.GuideSids())
	}
	var both policy.Document
	for _, name := range []string{"shop", "book-shop"} {
		s := rich(name)
		s.Profile, s.ConfusedDeputy = spec.Documented, spec.DeputyNone
		for i := range s.Buckets {
			s.Buckets[i].SecureTransport = false
		}
		created := build(t, s)
		for i := range s.Buckets {
			s.Buckets[i].Existing = true
		}
		m := build(t, s)
		for i, b := range m.Buckets {
			for j, st := range b.Own.Statements {
				if st.Sid != "PersonalizeS3BucketAccessPolicyPZgen"+SidSuffix(name) {
					t.Errorf("the existing bucket gets %q", st.Sid)
				}
				if st := created.Buckets[i].Own.Statements[j]; !rich(name).Buckets[i].Existing &&
					!slices.Contains(guide, st.Sid) {
					t.Errorf("the created bucket gets %q", st.Sid)
				}
			}
		}
		merged, conflicts, err := policy.Merge(both, m.Owner(m.Buckets[0].Own, false))
		if err != nil || len(conflicts) > 0 {
			t.Fatal(err, conflicts)
		}
		both = merged
	}
	if len(both.Statements) != 2 {
		t.Errorf("merged is\n%s", both.JSON())
	}
}

// shared are the setup's own documents in policies that others may share.
func shared(m *Setup) []policy.Document {
	var out []policy.Document
	for _, b := range m.Buckets {
		out = append(out, b.Own)
	}
	for _, k := range m.Keys {
		out = append(out, k.Own)
	}
	return out
}

func custom(sid string) policy.Statement {
	return policy.Statement{
		Sid: sid, Effect: policy.Allow,
		Principal: &policy.Principal{Types: []policy.PrincipalType{{Type: "AWS", Values: policy.One(policy.Literal("arn:aws:iam::111122223333:role/Audit"))}}},
		Action:    policy.List(policy.Literal("s3:ListBucket")), Resource: policy.List(policy.NewText(RefBucketARN("data"))),
	}
}
