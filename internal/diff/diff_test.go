package diff

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

const account = "111122223333"

// document reads statements as a document in its place.
func document(t *testing.T, statements string) *deployed.Document {
	t.Helper()
	d, err := policy.DecodeJSON([]byte(`{"Version": "2012-10-17", "Statement": [` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	out := &deployed.Document{Document: d, At: deployed.Place{Path: "f", Line: 1}}
	for i := range d.Statements {
		out.Statements = append(out.Statements, deployed.Place{Path: "f", Line: 10 + i})
	}
	return out
}

// state is a role with a policy, a bucket and a key; "" leaves a policy out.
func state(t *testing.T, role, trust, bucket, key string) deployed.State {
	t.Helper()
	s := deployed.State{Scope: deployed.Scope{Account: deployed.Lit(account), Region: deployed.Lit("eu-west-1")}}
	r := deployed.Role{Name: deployed.Lit("Shop"), Created: true}
	if role != "" {
		r.Inline = []deployed.Inline{{Name: deployed.Lit("p"), Policy: document(t, role)}}
	}
	if trust != "" {
		r.Trust = document(t, trust)
	}
	b := deployed.Bucket{Name: deployed.Lit("acme"), Created: true}
	if bucket != "" {
		b.Policy = document(t, bucket)
	}
	s.Roles, s.Buckets = []deployed.Role{r}, []deployed.Bucket{b}
	if key != "" {
		s.Keys = []deployed.Key{{ARN: deployed.Text{V: policy.NewText(policy.Ref{ID: "K", Attr: "arn"})}, Created: true,
			Aliases: []deployed.Text{deployed.Lit("alias/shop")}, Policy: document(t, key)}}
	}
	return s
}

const (
	read       = `{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/a/*"}`
	roleReads  = `{"Sid": "Role", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Shop"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/a/*"}`
	service    = `{"Sid": "Service", "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"`
	forAccount = `, "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}`
	root       = `{"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`
)

func allow(action, resource string) string {
	return fmt.Sprintf(`{"Effect": "Allow", "Action": %q, "Resource": %q}`, action, resource)
}

func letIn(principal, action string) string {
	return fmt.Sprintf(`{"Effect": "Allow", "Principal": %s, "Action": %q, "Resource": "arn:aws:s3:::acme/*"}`, principal, action)
}

func assume(principal string) string {
	return fmt.Sprintf(`{"Effect": "Allow", "Principal": %s, "Action": "sts:AssumeRole"}`, principal)
}

// One change of a policy is one line, of the right kind and severity.
func TestGrants(t *testing.T) {
	for name, c := range map[string]struct {
		old, new deployed.State
		want     []string
	}{
		"nothing": {state(t, read, "", "", ""), state(t, read, "", "", ""), nil},
		"another action": {state(t, read, "", "", ""), state(t, read+","+allow("s3:PutObject", "arn:aws:s3:::acme/*"), "", "", ""),
			[]string{`broader write: role "Shop" may s3:PutObject on arn:aws:s3:::acme/*`}},
		"an action of a service that is not known": {state(t, read, "", "", ""), state(t, read+","+allow("new:Get", "*"), "", "", ""),
			[]string{`broader write: role "Shop" may new:Get on *`}},
		"pass role": {state(t, read, "", "", ""), state(t, read+","+allow("iam:PassRole", "*"), "", "", ""),
			[]string{`broader pass-role: role "Shop" may iam:PassRole on *`}},
		"everything": {state(t, read, "", "", ""), state(t, allow("*", "*"), "", "", ""),
			[]string{`broader pass-role: role "Shop" may * on *`}},
		"administration": {state(t, read, "", "", ""), state(t, read+","+allow("s3:PutBucketPolicy", "*"), "", "", ""),
			[]string{`broader key-administration: role "Shop" may s3:PutBucketPolicy on *`}},
		"less": {state(t, read, "", "", ""), state(t, strings.Replace(read, "a/*", "a/b/*", 1), "", "", ""),
			[]string{`narrower read: role "Shop" may no longer s3:GetObject on arn:aws:s3:::acme/a/*`}},
		"condition lost": {state(t, "", "", service+forAccount+"}", ""), state(t, "", "", service+"}", ""),
			[]string{`broader outside: personalize.amazonaws.com may s3:GetObject on arn:aws:s3:::acme/*; before, only when aws:SourceAccount StringEquals 111122223333`}},
		"condition gained": {state(t, "", "", service+"}", ""), state(t, "", "", service+forAccount+"}", ""),
			[]string{`narrower read: personalize.amazonaws.com may s3:GetObject on arn:aws:s3:::acme/* only when aws:SourceAccount StringEquals 111122223333`}},
		"public": {state(t, "", "", service+"}", ""), state(t, "", "", service+"},"+letIn(`"*"`, "s3:GetObject"), ""),
			[]string{`broader public: everybody may s3:GetObject on arn:aws:s3:::acme/*`}},
		"another account": {state(t, "", "", service+"}", ""), state(t, "", "", service+"},"+letIn(`{"AWS": "arn:aws:iam::999999999999:root"}`, "s3:GetObject"), ""),
			[]string{`broader outside: arn:aws:iam::999999999999:root may s3:GetObject on arn:aws:s3:::acme/*`}},
		"who may act as the role": {state(t, "", assume(`{"Service": "personalize.amazonaws.com"}`), "", ""),
			state(t, "", assume(`{"Service": ["personalize.amazonaws.com", "lambda.amazonaws.com"]}`), "", ""),
			[]string{`broader pass-role: lambda.amazonaws.com may sts:AssumeRole for role "Shop"`}},
		"key": {state(t, "", "", "", root), state(t, "", "", "", root+`,{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:role/X"}, "Action": "kms:Decrypt", "Resource": "*"}`),
			[]string{`broader outside: arn:aws:iam::999999999999:role/X may kms:Decrypt with key "alias/shop"`}},
		"NotAction": {state(t, read, "", "", ""), state(t, `{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`, "", "", ""),
			[]string{`broader pass-role: role "Shop" may do everything but iam:* on *`}},
		"moved to the bucket's policy": {state(t, read, "", service+"}", ""), state(t, "", "", service+"},"+roleReads, ""),
			[]string{`setting none: what role "Shop" may do there is granted by another policy than before, and is the same`}},
		"moved, and wider": {state(t, read, "", service+"}", ""), state(t, "", "", service+"},"+strings.Replace(roleReads, "a/*", "*", 1), ""),
			[]string{`broader read: arn:aws:iam::111122223333:role/Shop may s3:GetObject on arn:aws:s3:::acme/*`,
				`narrower read: role "Shop" may no longer s3:GetObject on arn:aws:s3:::acme/a/*`}},
		"statement deleted": {state(t, read+","+allow("s3:ListBucket", "arn:aws:s3:::acme"), "", "", ""), state(t, read, "", "", ""),
			[]string{`narrower read: role "Shop" may no longer s3:ListBucket on arn:aws:s3:::acme`}},
		"the bucket's policy is gone, and with it a denial": {state(t, "", "", `{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme/*"}`, ""), state(t, "", "", "", ""),
			[]string{`broader key-administration: everybody is no longer denied s3:* on arn:aws:s3:::acme/*`}},
		"a denial gone": {state(t, allow("s3:*", "*")+`,{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}`, "", "", ""), state(t, allow("s3:*", "*"), "", "", ""),
			[]string{`broader write: role "Shop" is no longer denied s3:DeleteObject on *`}},
		"a denial of what others allow": {state(t, read, "", "", ""), state(t, read+`,{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}`, "", "", ""),
			[]string{`narrower key-administration: role "Shop" is denied kms:* on *`}},
	} {
		got := lines(finish(States(c.old, c.new)))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		for _, back := range finish(States(c.new, c.old)) {
			if len(c.want) == 0 || len(c.want) == 1 && strings.HasPrefix(c.want[0], string(Broader)) && back.Kind != Narrower {
				t.Errorf("%s: the other way around it is %s: %s", name, back.Kind, back.Message)
			}
		}
	}
}

func lines(changes []Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s %s: %s", c.Kind, c.Severity, c.Message))
	}
	return out
}

// Settings are changes too, and what is made anew says what becomes of what it replaces.
func TestSettings(t *testing.T) {
	base := func(edit func(*deployed.State)) deployed.State {
		s := state(t, read, "", "", root)
		b, k := &s.Buckets[0], &s.Keys[0]
		yes := deployed.Bool{V: true}
		b.BlockPublicPolicy, b.Versioning, b.Protected, k.Rotation, k.Window = yes, yes, yes, yes, deployed.Int{V: 30}
		s.Roles[0].Boundary = deployed.Lit("arn:aws:iam::111122223333:policy/B")
		s.DatasetGroups = []deployed.DatasetGroup{{Name: deployed.Lit("shop"), Domain: deployed.Lit("ECOMMERCE")}}
		if edit != nil {
			edit(&s)
		}
		return s
	}
	for name, c := range map[string]struct {
		edit func(*deployed.State)
		want string
	}{
		"public policy":  {func(s *deployed.State) { s.Buckets[0].BlockPublicPolicy.V = false }, `broader public: bucket "acme": block public policy "true" becomes "false": public policies are not blocked any more`},
		"versioning":     {func(s *deployed.State) { s.Buckets[0].Versioning.V = false }, `setting safeguard: bucket "acme": versioning "true" becomes "false": old versions are not kept any more`},
		"rotation":       {func(s *deployed.State) { s.Keys[0].Rotation.V = false }, `setting safeguard: key "alias/shop": rotation "true" becomes "false": the key is not rotated any more`},
		"protection":     {func(s *deployed.State) { s.Buckets[0].Protected.V = false }, `setting safeguard: bucket "acme": protected "true" becomes "false": it may be destroyed with the rest`},
		"boundary":       {func(s *deployed.State) { s.Roles[0].Boundary = deployed.Text{} }, `undecided write: role "Shop": boundary "arn:aws:iam::111122223333:policy/B" becomes "": the permissions boundary changes`},
		"bucket renamed": {func(s *deployed.State) { s.Buckets[0].Name = deployed.Lit("other") }, `breaking safeguard: bucket "other" takes the place of bucket "acme": the data stays in the old bucket, and nothing copies it`},
		"role renamed":   {func(s *deployed.State) { s.Roles[0].Name = deployed.Lit("Other") }, `breaking safeguard: role "Other" takes the place of role "Shop": whoever names the old role by its ARN, the dataset group's key and jobs that run among them, has to name the new one`},
		"alias renamed": {func(s *deployed.State) { s.Keys[0].Aliases[0] = deployed.Lit("alias/other") },
			`breaking safeguard: key "alias/other" takes the place of key "alias/shop": what is encrypted with the old key stays so, and is lost when that key is deleted`},
		"domain": {func(s *deployed.State) { s.DatasetGroups[0].Domain = deployed.Lit("VIDEO_ON_DEMAND") },
			`breaking safeguard: dataset group "shop": domain "ECOMMERCE" becomes "VIDEO_ON_DEMAND": datasets, solutions and campaigns stay with the old dataset group, and are not made in the new one`},
		"managed policy": {func(s *deployed.State) {
			s.Attachments = append(s.Attachments, deployed.Attachment{Policy: deployed.Lit("arn:aws:iam::aws:policy/AdministratorAccess"), Kind: deployed.RoleP, To: deployed.Lit("Shop")})
		}, `undecided write: attachment "arn:aws:iam::aws:policy/AdministratorAccess" "role" "Shop": a policy is attached whose text is not among what was read`},
		"tag": {func(s *deployed.State) {
			s.Buckets[0].Tags = append(s.Buckets[0].Tags, deployed.Tag{Key: deployed.Lit("Team"), Value: deployed.Lit("x")})
		},
			`setting none: bucket "acme": tags["Team"] is new`},
		"not understood": {func(s *deployed.State) { s.Unknown = append(s.Unknown, deployed.Unknown{Kind: "block", What: "x"}) }, `undecided write: not understood: block "x"`},
		"account":        {func(s *deployed.State) { s.Scope.Account = deployed.Lit("999999999999") }, `setting none: scope: account "111122223333" becomes "999999999999"`},
	} {
		got := lines(finish(States(base(nil), base(c.edit))))
		if name == "account" { // the ARNs of keys and roles go with it
			got = slices.DeleteFunc(got, func(l string) bool { return !strings.Contains(l, "scope") })
		}
		if name == "alias renamed" {
			got = slices.DeleteFunc(got, func(l string) bool { return strings.Contains(l, "kms:*") })
		}
		if !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), c.want)
		}
	}
}

// A fingerprint is that of the grant: where it is read and how it is written does not change it, and what is granted
// does.
func TestFingerprint(t *testing.T) {
	first := func(old, new deployed.State) Change { return finish(States(old, new))[0] }
	put := allow("s3:PutObject", "arn:aws:s3:::acme/*")
	want := first(state(t, read, "", "", ""), state(t, read+","+put, "", "", "")).Fingerprint
	moved := state(t, read+","+put, "", "", "").MapPlaces(func(p deployed.Place) deployed.Place { p.Path, p.Line = "g", p.Line+7; return p })
	for name, c := range map[string]Change{
		"order": first(state(t, read, "", "", ""), state(t, put+","+read, "", "", "")),
		"file":  first(state(t, read, "", "", ""), moved),
		"Sid":   first(state(t, read, "", "", ""), state(t, read+","+strings.Replace(put, "{", `{"Sid": "Put", `, 1), "", "", "")),
	} {
		if c.Fingerprint != want {
			t.Errorf("%s changes the fingerprint", name)
		}
	}
	for name, other := range map[string]string{
		"action":    allow("s3:PutObjectAcl", "arn:aws:s3:::acme/*"),
		"resource":  allow("s3:PutObject", "arn:aws:s3:::acme/b/*"),
		"condition": strings.Replace(put, "}", `, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}`, 1),
	} {
		if first(state(t, read, "", "", ""), state(t, read+","+other, "", "", "")).Fingerprint == want {
			t.Errorf("%s does not change the fingerprint", name)
		}
	}
}

// Every witness is decided differently by the policies of the two sides, as a case of simulate.
func TestWitness(t *testing.T) {
	old, new := state(t, read, "", service+forAccount+"}", ""), state(t, read+","+allow("s3:PutObject", "arn:aws:s3:::acme/*"), "", service+"}", "")
	seen := 0
	for _, c := range finish(States(old, new)) {
		if c.Witness == nil {
			t.Fatalf("%s has no witness", c.Message)
		}
		r := policy.Request(*c.Witness)
		decide := func(s deployed.State) string {
			p := policy.Policies{Resource: &s.Buckets[0].Policy.Document}
			if strings.HasPrefix(c.Subject, "role") {
				p = policy.Policies{Identity: []policy.Document{s.Roles[0].Inline[0].Policy.Document}}
			}
			d, err := policy.Evaluate(r, p)
			if err != nil {
				t.Fatal(err)
			}
			return d.Outcome
		}
		if decide(old) == policy.Allowed || decide(new) != policy.Allowed {
			t.Errorf("%s: %+v is %s and %s", c.Message, r, decide(old), decide(new))
		}
		seen++
	}
	if seen != 2 {
		t.Errorf("%d changes, want 2", seen)
	}
}

// Nothing between two setups of out/ is undecided, and no setup differs from itself. A usual run compares neighbours.
func TestExamples(t *testing.T) {
	in, err := snapshot.Open(t.Context(), "../../out", snapshot.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var states []deployed.State
	for _, name := range in.Setups() {
		list, err := in.Read(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(r snapshot.Reading) bool { return r.Target != "json" })
		if i < 0 {
			continue
		}
		states = append(states, list[i].State)
	}
	if len(states) < 20 {
		t.Fatalf("only %d setups", len(states))
	}
	all := os.Getenv("PZGEN_ALL_CASES") != ""
	for i, a := range states {
		if same := States(a, a); len(same) > 0 {
			t.Errorf("setup %d differs from itself: %v", i, lines(same))
		}
		for j := range states {
			if !all && j != (i+1)%len(states) {
				continue
			}
			for _, c := range States(a, states[j]) {
				if c.Kind == Undecided && c.Witness == nil && strings.Contains(c.Message, "may differ") {
					t.Errorf("%d and %d: %s", i, j, c.Message)
				}
			}
		}
	}
}

func TestAccept(t *testing.T) {
	changes := finish(States(state(t, read, "", "", ""), state(t, read+","+allow("s3:PutObject", "*"), "", "", "")))
	changes[0].Setup = "shop"
	report := NewReport(changes)
	id := report.Changes[0].Fingerprint
	now := day(t, "2027-01-31")
	setups := func(a ...spec.Approval) []*spec.Setup { return []*spec.Setup{{Name: "shop", Accept: a}} }
	if found := report.Accept("f", setups(spec.Approval{Change: id, Reason: "wanted", Until: "2027-01-30"}), now); len(found) != 1 || found[0].Rule != RuleExpired || report.Changes[0].Accepted != nil {
		t.Errorf("%v, %v", found, report.Changes[0].Accepted)
	}
	if found := report.Accept("f", setups(spec.Approval{Change: "000000000000", Reason: "wanted"}), now); len(found) != 1 || found[0].Rule != RuleUnused {
		t.Error(found)
	}
	if found := report.Accept("f", []*spec.Setup{{Name: "other", Accept: []spec.Approval{{Change: id}}}}, now); len(found) != 1 || report.Changes[0].Accepted != nil {
		t.Error("the approval of one setup counts in another")
	}
	if found := report.Accept("f", setups(spec.Approval{Change: id, Reason: "wanted", Until: "2027-01-31"}), now); len(found) != 0 || report.Changes[0].Accepted == nil {
		t.Error(found)
	}
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
