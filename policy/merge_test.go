package policy

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const pz = "rds.amazonaws.com"

// owner is one with three statements, for the service, for a role and a denial for everybody, and one that it had once.
func owner(t testing.TB) Owner {
	return Owner{
		Name: "Acme",
		Own: doc(t,
			`{"Sid":"PzReadShop","Effect":"Allow","Principal":{"Service":"`+pz+`"},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/in/*"]}`,
			`{"Sid":"PzRoleShop","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/New"]},"Action":["kms:Decrypt"],"Resource":["*"]}`,
			`{"Sid":"PzTLSShop","Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":["arn:aws:s3:::b"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`,
		),
		Sids:    []string{"PzReadShop", "PzRoleShop", "PzTLSShop", "PzOldShop"},
		Service: pz,
	}
}

func sidsOf(d Document) string {
	var out []string
	for _, s := range d.Statements {
		out = append(out, s.Sid)
	}
	return strings.Join(out, " ")
}

func merged(t testing.TB, base Document, o Owner) Document {
	t.Helper()
	m, conflicts, err := Merge(base, o)
	if err != nil || conflicts != nil {
		t.Fatalf("conflicts %v, error %v", conflicts, err)
	}
	return m
}

func unmerged(t testing.TB, base Document, o Owner) Document {
	t.Helper()
	m, conflicts := Unmerge(base, o)
	if conflicts != nil {
		t.Fatalf("conflicts %v", conflicts)
	}
	return m
}

const (
	foreignA   = `{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/Audit"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}`
	foreignB   = `{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/Audit"},"NotAction":"s3:List*","NotResource":"arn:aws:s3:::b/x/*"}`
	foreignC   = `{"Sid":"PzReadOther","Effect":"Allow","Principal":{"Service":"` + pz + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/other/*"}`
	oldReading = `{"Sid":"PzOldShop","Effect":"Allow","Principal":{"Service":"` + pz + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/gone/*"}`
	oldRole    = `{"Sid":"PzRoleShop","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/Renamed"},"Action":"kms:*","Resource":"*"}`
	deadRole   = `{"Sid":"PzRoleShop","Effect":"Allow","Principal":{"AWS":"AROAEXAMPLEEXAMPLE"},"Action":"kms:Decrypt","Resource":"*"}`
	tlsAsAWS   = `{"Sid":"PzTLSShop","Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
)

func TestMerge(t *testing.T) {
	all := "PzReadShop PzRoleShop PzTLSShop"
	for name, c := range map[string]struct {
		base []string
		want string // Sids of the merged document; "" is a statement without one
	}{
		"empty":             {nil, all},
		"foreign":           {[]string{foreignA, foreignB, foreignC}, "Audit  PzReadOther " + all},
		"other order":       {[]string{foreignC, foreignA}, "PzReadOther Audit " + all},
		"old one goes":      {[]string{oldReading, foreignA}, "Audit " + all},
		"renamed role":      {[]string{foreignA, oldRole, foreignC}, "Audit PzRoleShop PzReadOther PzReadShop PzTLSShop"},
		"deleted role":      {[]string{deadRole, foreignA}, "PzRoleShop Audit PzReadShop PzTLSShop"},
		"same in other way": {[]string{tlsAsAWS, foreignA}, "PzTLSShop Audit PzReadShop PzRoleShop"},
	} {
		t.Run(name, func(t *testing.T) {
			o := owner(t)
			base := Document{}
			if c.base != nil {
				base = doc(t, c.base...)
			}
			m := merged(t, base, o)
			if got := sidsOf(m); got != c.want {
				t.Fatalf("sids %q, want %q", got, c.want)
			}
			for _, own := range o.Own.Statements {
				if !slices.ContainsFunc(m.Statements, func(s Statement) bool { return s.Sid == own.Sid && s.Normal() == own.Normal() }) {
					t.Errorf("%s is not as the owner's:\n%s", own.Sid, m.JSON())
				}
			}
			if m.Version != Version2012 {
				t.Errorf("version %q", m.Version)
			}
			if again := merged(t, m, o); string(again.JSON()) != string(m.JSON()) {
				t.Errorf("merged twice:\n%s\nonce:\n%s", again.JSON(), m.JSON())
			}
			left := unmerged(t, m, o)
			want := unmerged(t, base, o)
			if string(left.JSON()) != string(want.JSON()) && base.Version != "" {
				t.Errorf("taken out again:\n%s\nwant\n%s", left.JSON(), want.JSON())
			}
		})
	}
}

// What is somebody else's under an owned Sid is shown, and nothing is merged.
func TestMergeConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		own       bool // the owner has a statement of this Sid at present
	}{
		"other service":    {`{"Sid":"PzReadShop","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetObject","Resource":"*"}`, true},
		"service and more": {`{"Sid":"PzReadShop","Effect":"Allow","Principal":{"Service":["` + pz + `","ec2.amazonaws.com"]},"Action":"s3:GetObject","Resource":"*"}`, true},
		"other effect":     {`{"Sid":"PzReadShop","Effect":"Deny","Principal":{"Service":"` + pz + `"},"Action":"s3:GetObject","Resource":"*"}`, true},
		"everybody":        {`{"Sid":"PzRoleShop","Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*"}`, true},
		"star":             {`{"Sid":"PzRoleShop","Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}`, true},
		"one denied":       {`{"Sid":"PzTLSShop","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/X"},"Action":"s3:*","Resource":"*"}`, true},
		"not principal":    {`{"Sid":"PzReadShop","Effect":"Allow","NotPrincipal":{"Service":"` + pz + `"},"Action":"s3:GetObject","Resource":"*"}`, true},
		"no principal":     {`{"Sid":"PzReadShop","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, true},
		"role and service": {`{"Sid":"PzRoleShop","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/X","Service":"` + pz + `"},"Action":"kms:Decrypt","Resource":"*"}`, true},
		"old, federated":   {`{"Sid":"PzOldShop","Effect":"Allow","Principal":{"Federated":"x"},"Action":"s3:GetObject","Resource":"*"}`, false},
		"old, everybody":   {`{"Sid":"PzOldShop","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`, false},
		"old, not":         {`{"Sid":"PzOldShop","Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"*"}`, false},
		"old, none":        {`{"Sid":"PzOldShop","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, false},
		"old, service":     {`{"Sid":"PzOldShop","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"s3:GetObject","Resource":"*"}`, false},
	} {
		o := owner(t)
		base := doc(t, foreignA, c.statement, foreignC)
		m, conflicts, err := Merge(base, o)
		_, out := Unmerge(base, o)
		if err != nil || len(conflicts) != 1 || len(out) != 1 || m.Statements != nil {
			t.Errorf("%s: merged to %d statements, conflicts %v and %v, error %v", name, len(m.Statements), conflicts, out, err)
			continue
		}
		text := conflicts[0].Error()
		sid := base.Statements[1].Sid
		if conflicts[0].Foreign.Sid != sid || (conflicts[0].Own.Sid == sid) != c.own || !strings.Contains(text, `"`+sid+`"`) || strings.Contains(text, "Acme's own is") != c.own {
			t.Errorf("%s: %s", name, text)
		}
	}
	two := doc(t, `{"Sid":"PzReadShop","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`, `{"Sid":"PzTLSShop","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`)
	if _, conflicts, _ := Merge(two, owner(t)); len(conflicts) != 2 {
		t.Errorf("%d conflicts, not 2", len(conflicts))
	}
}

// A list with "*" in it lets in everybody, and is not of the kind that names roles; neither way round.
func TestMergeWild(t *testing.T) {
	named := `{"Sid":"Mine","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/A","111122223333"]},"Action":"s3:ListBucket","Resource":"*"}`
	open := strings.Replace(named, `"111122223333"`, `"*"`, 1)
	for own, present := range map[string]string{named: open, open: named} {
		if _, conflicts, _ := Merge(doc(t, present), Owner{Own: doc(t, own), Sids: []string{"Mine"}, Service: pz}); len(conflicts) != 1 {
			t.Errorf("%s over %s: conflicts %v", own, present, conflicts)
		}
	}
}

// A Sid that AWS's documentation prints is used by others too: a statement under it is replaced only where nobody loses anything.
func TestMergeSharedSid(t *testing.T) {
	const own = `{"Sid":"Guide","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/A","Service":"` + pz + `"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`
	o := Owner{Own: doc(t, own), Sids: []string{"Mine"}, Service: pz}
	for old, conflict := range map[string]bool{
		own: false,
		strings.Replace(own, `["s3:GetObject","s3:ListBucket"]`, `"s3:GetObject"`, 1):                               false,
		strings.Replace(own, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, `["arn:aws:s3:::b/*"]`, 1):                    false,
		strings.Replace(own, `"s3:ListBucket"`, `"s3:PutObject"`, 1):                                                true,
		strings.Replace(own, `arn:aws:s3:::b/*`, `arn:aws:s3:::c/*`, 1):                                             true,
		strings.Replace(own, `role/A`, `role/B`, 1):                                                                 true,
		strings.Replace(own, `"Action"`, `"Condition":{"Bool":{"aws:SecureTransport":"true"}},"Action"`, 1):         true,
		strings.Replace(own, `"Action":["s3:GetObject","s3:ListBucket"]`, `"NotAction":["s3:DeleteBucket"]`, 1):     true,
		strings.Replace(own, `"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, `"NotResource":["arn:aws:s3"]`, 1): true,
	} {
		m, conflicts, err := Merge(doc(t, foreignA, old), o)
		if err != nil || (len(conflicts) > 0) != conflict {
			t.Errorf("%s: conflicts %v, %v", old, conflicts, err)
			continue
		}
		if !conflict && (len(m.Statements) != 2 || m.Statements[1].Normal() != o.Own.Statements[0].Normal()) {
			t.Errorf("%s became\n%s", old, m.JSON())
		}
		if _, out := Unmerge(doc(t, foreignA, old), o); (len(out) > 0) != conflict {
			t.Errorf("%s: taking out, conflicts %v", old, out)
		}
	}
}

// Id, the form of Statement and the version.
func TestMergeDocument(t *testing.T) {
	o := owner(t)
	single := doc(t, foreignA)
	single.Single, single.ID = true, "mine"
	m := merged(t, single, o)
	if m.Single || m.ID != "mine" || len(m.Statements) != 4 || !strings.Contains(string(m.JSON()), "\"Statement\": [") {
		t.Errorf("of one statement:\n%s", m.JSON())
	}
	if !single.Single || len(single.Statements) != 1 {
		t.Error("the base was changed")
	}
	withID := o
	withID.Own.ID = "PzPolicy"
	if m := merged(t, doc(t, foreignA), withID); m.ID != "PzPolicy" {
		t.Errorf("Id %q", m.ID)
	} else if left := unmerged(t, m, withID); left.ID != "" {
		t.Errorf("Id %q is left", left.ID)
	}
	if m := merged(t, single, withID); m.ID != "mine" || unmerged(t, m, withID).ID != "mine" {
		t.Errorf("Id %q", m.ID)
	}
	for _, version := range []string{"", Version2008} {
		base := docOf(t, version, `{"Sid":"Money","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/$x"}`)
		m := merged(t, base, o)
		if m.Version != version || !strings.Contains(string(m.JSON()), `"arn:aws:s3:::b/${aws:username}/$x"`) {
			t.Errorf("version %q:\n%s", version, m.JSON())
		}
		vars := o
		vars.Own = doc(t, `{"Sid":"PzReadShop","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}`)
		if _, _, err := Merge(base, vars); err == nil || !strings.Contains(err.Error(), "variables") {
			t.Errorf("variables in version %q: %v", version, err)
		}
		dollar := o
		dollar.Own = doc(t, `{"Sid":"PzReadShop","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/cost${$}/*"}`)
		m = merged(t, base, dollar)
		back, err := DecodeJSON(m.JSON())
		if err != nil || !strings.Contains(string(m.JSON()), `b/cost$/*`) || back.Normal() != m.Normal() {
			t.Errorf("a dollar sign in version %q: %v\n%s", version, err, m.JSON())
		}
	}
}

// Statements that could not be told apart later are refused before they get into a policy.
func TestMergeRefuses(t *testing.T) {
	o := owner(t)
	o.Own.Statements[1].Sid = ""
	if _, _, err := Merge(doc(t, foreignA), o); err == nil || !strings.Contains(err.Error(), "no sid") {
		t.Errorf("error %v", err)
	}
	o.Own.Statements[1].Sid = "PzReadShop"
	if _, _, err := Merge(doc(t, foreignA), o); err == nil || !strings.Contains(err.Error(), `"PzReadShop"`) {
		t.Errorf("error %v", err)
	}
}

// An own statement of any kind is known again, with NotPrincipal too.
func TestMergeNotPrincipal(t *testing.T) {
	o := Owner{Own: doc(t, strings.Replace(foreignB, `{"Effect"`, `{"Sid":"Mine","Effect"`, 1)), Sids: []string{"Mine"}, Service: pz}
	m := merged(t, merged(t, doc(t, foreignA), o), o)
	if sidsOf(m) != "Audit Mine" || sidsOf(unmerged(t, m, o)) != "Audit" {
		t.Errorf("sids %q", sidsOf(m))
	}
}

// maker makes documents from bytes, so that a fuzzer steers it.
type maker struct {
	bytes []byte
	t     testing.TB
}

func (m *maker) n(n int) int {
	if len(m.bytes) == 0 {
		return 0
	}
	b := m.bytes[0]
	m.bytes = m.bytes[1:]
	return int(b) % n
}

func (m *maker) of(list ...string) string { return list[m.n(len(list))] }

func (m *maker) principal() *Principal {
	if m.n(4) == 0 {
		return &Principal{Any: true}
	}
	p := &Principal{}
	for i, typ := range []string{"AWS", "Service", "Federated", "CanonicalUser"} {
		if m.n(3) == 0 || i == 3 && p.Types == nil {
			v := Texts{Scalar: m.n(2) == 0}
			for range 1 + m.n(2) {
				v.Values = append(v.Values, Literal(m.of("*", pz, "arn:aws:iam::111122223333:role/A", "111122223333", "ec2.amazonaws.com", "x$y")))
			}
			v.Scalar = v.Scalar && len(v.Values) == 1
			p.Types = append(p.Types, PrincipalType{typ, v})
		}
	}
	return p
}

func (m *maker) texts(version string) Texts {
	var t Texts
	for range 1 + m.n(3) {
		v, err := ParseIAM(m.of("s3:GetObject", "kms:*", "*", "arn:aws:s3:::b/$x", "a\n\"b", "${aws:username}", "ü<x.arn>"), version)
		if err != nil {
			m.t.Fatal(err)
		}
		t.Values = append(t.Values, v)
	}
	t.Scalar = len(t.Values) == 1 && m.n(2) == 0
	return t
}

func (m *maker) document(sids ...string) Document {
	d := Document{Version: m.of(Version2012, Version2012, Version2008, ""), ID: m.of("", "", "mine", "theirs")}
	used := map[string]bool{}
	for range m.n(6) {
		s := Statement{Sid: m.of(sids...), Effect: m.of(Allow, Allow, Deny)}
		if s.Sid != "" && used[s.Sid] {
			continue // AWS refuses such a policy
		}
		used[s.Sid] = true
		switch m.n(8) {
		case 0:
			s.NotPrincipal = m.principal()
		case 1:
		default:
			s.Principal = m.principal()
		}
		s.Action, s.Resource = m.texts(d.Version), m.texts(d.Version)
		if m.n(4) == 0 {
			s.NotAction, s.Action = s.Action, Texts{}
		}
		if m.n(3) == 0 {
			s.Condition = append(s.Condition, Condition{"StringLike", "s3:prefix", m.texts(d.Version)})
		}
		d.Statements = append(d.Statements, s)
	}
	d.Single = len(d.Statements) == 1 && m.n(2) == 0
	return d
}

// holdMerge checks what merging promises for a policy, whatever is in it.
func holdMerge(t *testing.T, base Document, o Owner) (done bool) {
	t.Helper()
	before := string(base.Compact())
	m, conflicts, err := Merge(base, o)
	left, out := Unmerge(base, o)
	if string(base.Compact()) != before {
		t.Fatal("the base was changed")
	}
	if err == nil && (len(conflicts) > 0) != (len(out) > 0) {
		t.Fatalf("conflicts %v in merging and %v in taking out", conflicts, out)
	}
	if err != nil || len(conflicts) > 0 {
		if m.Statements != nil || m.Version != "" {
			t.Fatal("a document beside a refusal")
		}
		return false
	}
	again, conflicts, err := Merge(m, o)
	if err != nil || conflicts != nil || string(again.Compact()) != string(m.Compact()) {
		t.Fatalf("merged twice: conflicts %v, error %v\n%s\nonce:\n%s", conflicts, err, again.JSON(), m.JSON())
	}
	back, out := Unmerge(m, o)
	if out != nil || back.Version != left.Version && len(base.Statements) > 0 || !slices.EqualFunc(back.Statements, left.Statements, same) {
		t.Fatalf("taken out again: conflicts %v\n%s\nwant\n%s", out, back.JSON(), left.JSON())
	}
	owned := false
	for _, s := range base.Statements {
		owned = owned || s.Sid != "" && slices.Contains(o.Sids, s.Sid)
	}
	if !owned && len(base.Statements) > 0 && (back.Normal() != base.Normal() || !slices.EqualFunc(back.Statements, base.Statements, same)) {
		t.Fatalf("taken out again:\n%s\nwas\n%s", back.JSON(), base.JSON())
	}
	// Foreign statements are in the merged document as before, in their order; of the others each
	// owned one is there once.
	var foreigners []Statement
	count := map[string]int{}
	for _, s := range m.Statements {
		if s.Sid != "" && slices.Contains(o.Sids, s.Sid) {
			count[s.Sid]++
			i := slices.IndexFunc(o.Own.Statements, func(own Statement) bool { return own.Sid == s.Sid })
			if i < 0 || !same(o.Own.Statements[i], s) {
				t.Fatalf("%s is not the owner's:\n%s", s.Sid, m.JSON())
			}
			continue
		}
		foreigners = append(foreigners, s)
	}
	if !slices.EqualFunc(foreigners, left.Statements, same) {
		t.Fatalf("statements of others:\n%s\nwere\n%s", m.JSON(), base.JSON())
	}
	for _, own := range o.Own.Statements {
		if count[own.Sid] != 1 {
			t.Fatalf("%s stands %d times:\n%s", own.Sid, count[own.Sid], m.JSON())
		}
	}
	if len(m.Statements) > 0 {
		read, err := DecodeJSON(m.JSON())
		if err != nil || read.Normal() != m.Normal() {
			t.Fatalf("read back: %v\n%s", err, m.JSON())
		}
	}
	return true
}

func same(a, b Statement) bool { return a.Sid == b.Sid && string(a.JSON()) == string(b.JSON()) }

// made returns a base and an owner from bytes. Half of the owners are made up too.
func made(t testing.TB, data []byte) (Document, Owner) {
	m := &maker{bytes: data, t: t}
	o := owner(t)
	if m.n(2) == 1 {
		d := m.document("PzReadShop", "PzRoleShop", "PzTLSShop", "AllowAudit")
		o.Own, o.Sids = d, append(o.Sids, "AllowAudit")
		o.Own.Version = Version2012
	}
	return m.document("", "", "Audit", "Money $", "PzReadShop", "PzRoleShop", "PzTLSShop", "PzOldShop", "AllowAudit", "PzReadOther"), o
}

func TestMergeRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	done := 0
	const rounds = 4000 // FuzzMerge tries more
	for range rounds {
		data := make([]byte, r.IntN(120))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		base, o := made(t, data)
		if holdMerge(t, base, o) {
			done++
		}
	}
	if done < rounds/4 || done == rounds {
		t.Errorf("%d of %d were merged: the rest tells nothing", done, rounds)
	}
}

func FuzzMerge(f *testing.F) {
	for _, s := range []string{"", "0", "\x00\x00\x00\x05abcdefghijklmnopqrstuvwxyz", "\x01\x00\x00\x05zyxwvutsrqponmlkjihgfedcba0123456789"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		base, o := made(t, data)
		holdMerge(t, base, o)
	})
}
