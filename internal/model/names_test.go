package model

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
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
	if !slices.IsSorted(m.OwnedSids) || slices.Contains(m.OwnedSids, "OnlyForTheRole") || !slices.Contains(m.OwnedSids, "AllowAudit") {
		t.Errorf("owned %q", m.OwnedSids)
	}
	n := 0
	for _, d := range shared(m) {
		for _, st := range d.Statements {
			n++
			if !slices.Contains(m.OwnedSids, st.Sid) {
				t.Errorf("%q is not owned", st.Sid)
			}
			if st.Sid != "AllowAudit" && slices.Contains(other.OwnedSids, st.Sid) {
				t.Errorf("%q is owned by another setup too", st.Sid)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d statements", n)
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
