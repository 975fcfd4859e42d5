package doctor

import (
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/awscli"
	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/doctor/doctortest"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// stateOf reads what the AWS CLI printed.
func stateOf(t testing.TB, a *doctortest.Account) deployed.State {
	t.Helper()
	s, err := awscli.Read(a.Files(), awscli.Names{Roles: []string{"Shop"}, Buckets: []string{"acme-data"},
		Keys: []string{doctortest.KeyARN}})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Unknown) > 0 {
		t.Fatalf("not understood: %v", s.Unknown)
	}
	return s
}

// diagnose reads an account and diagnoses it.
func diagnose(t testing.TB, a *doctortest.Account, w doctortest.Workflow) Report {
	t.Helper()
	s := stateOf(t, a)
	m, err := Target{Workflow: w.Type, From: w.From, To: w.To, Region: doctortest.Region}.Setup(s)
	if err != nil {
		t.Fatal(err)
	}
	return Diagnose(Question{Setup: m, State: s, Caller: doctortest.UserARN, NoControls: len(s.Controls) == 0})
}

// Each cause is named on the first line, with the policy and the statement; the second is a change
// with which, decided again, all works, or what fails next shows.
func TestCauses(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range doctortest.Failures() {
		a := doctortest.Good()
		f.Break(a)
		r := diagnose(t, a, f.Workflow)
		var b strings.Builder
		r.Text(&b)
		text := b.String()
		var got []string
		for _, x := range r.Faults {
			got = append(got, x.Cause.ID)
		}
		for _, x := range r.Unknown {
			got = append(got, x.Cause.ID)
		}
		if !slices.Equal(got, append([]string{f.Cause}, f.Then...)) {
			t.Errorf("%s: %q, expected %q %q\n%s", f.Name, got, f.Cause, f.Then, text)
			continue
		}
		seen[f.Cause] = true
		lines := strings.Split(text, "\n")
		if !strings.Contains(lines[0], f.Says) || !strings.Contains(lines[0], "["+f.Cause+"]") {
			t.Errorf("%s: the first line does not say %q\n%s", f.Name, f.Says, text)
		}
		if !strings.Contains(lines[1], f.Fix) {
			t.Errorf("%s: the second line does not say %q\n%s", f.Name, f.Fix, text)
		}
		if len(r.Faults) > 0 && f.Review != (len(r.Faults[0].Fix.Commands) == 0) {
			t.Errorf("%s: commands %q, review %q", f.Name, r.Faults[0].Fix.Commands, r.Faults[0].Fix.Review)
		}
		shows(t, r)
	}
	if len(seen) < 25 {
		t.Errorf("only %d causes", len(seen))
	}
}

// shows decides the cases of a report, as simulate does.
func shows(t *testing.T, r Report) {
	t.Helper()
	for _, f := range r.Faults {
		for _, c := range f.Calls {
			if c.Case == nil {
				continue
			}
			cases, err := policy.ReadCases(c.Case)
			if err != nil || len(cases) != 1 {
				t.Errorf("%s: %v", c.Case, err)
			} else if got := cases[0].Decide(); !got.OK() {
				t.Errorf("a case is %v %v\n%s", got.Decision, got.Err, c.Case)
			}
		}
	}
}

// A call that AWS refused is decided by what is there: the policy that refuses it is named, and
// where none does, it is said that all passes now.
func TestRefused(t *testing.T) {
	message := "User: " + doctortest.UserARN + " is not authorized to perform: logs:CreateLogGroup on resource: " +
		"arn:aws:logs:eu-west-1:111122223333:log-group:x because no identity-based policy allows the logs:CreateLogGroup action"
	ask := func(a *doctortest.Account, message string) Report {
		s := stateOf(t, a)
		m, err := Target{Workflow: "import", From: "s3://acme-data/data/", Region: doctortest.Region}.Setup(s)
		if err != nil {
			t.Fatal(err)
		}
		d, ok := denial.Parse(message)
		if !ok {
			t.Fatalf("not understood: %s", message)
		}
		return Diagnose(Question{Setup: m, State: s, NoControls: true, Refused: []denial.Denial{d}})
	}
	r := ask(doctortest.Good(), message)
	if len(r.Faults) != 1 || r.Faults[0].Cause.ID != lacksOther || !strings.Contains(r.Faults[0].Message, "logs:CreateLogGroup") ||
		len(r.Faults[0].Fix.Commands) != 1 || !strings.HasPrefix(r.Faults[0].Fix.Commands[0], "aws iam put-user-policy --user-name Ann ") {
		t.Errorf("%+v", r)
	}
	list := "User: arn:aws:sts::111122223333:assumed-role/Shop/session is not authorized to perform: s3:ListBucket on resource: " +
		"\"arn:aws:s3:::acme-data\" with an explicit deny in a resource-based policy"
	if r := ask(doctortest.Good(), list); !r.Works() || len(r.Said) != 1 {
		t.Errorf("nothing denies it now: %+v", r)
	}
	a := doctortest.Good()
	a.Bucket = strings.Replace(a.Bucket, `"Statement": [`, `"Statement": [{"Sid": "No", "Effect": "Deny",
 "Principal": {"AWS": "`+doctortest.RoleARN+`"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme-data"},`, 1)
	r = ask(a, list)
	if len(r.Faults) == 0 || !strings.Contains(r.Faults[0].Message, `statement 1 ("No") of the policy of bucket "acme-data" denies it`) {
		t.Errorf("%+v", r)
	}
}

// Whatever file is taken away, the answer is never that it works; what would have shown it is named.
func TestUnseen(t *testing.T) {
	a := doctortest.Good()
	a.Boundary = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`
	if r := diagnose(t, a, doctortest.Batch); !r.Works() {
		t.Fatalf("%+v", r)
	}
	needless := map[string]bool{"caller.json": true, "public.json": true}
	tried := 0
	for _, f := range a.Files() {
		if needless[f.Path] {
			continue
		}
		tried++
		var left []output.File
		for _, o := range a.Files() {
			if o.Path != f.Path {
				left = append(left, o)
			}
		}
		s, err := awscli.Read(left, awscli.Names{Roles: []string{"Shop"}, Buckets: []string{"acme-data"},
			Keys: []string{doctortest.KeyARN}})
		if err != nil {
			t.Fatal(err)
		}
		w := doctortest.Batch
		m, err := Target{Workflow: w.Type, From: w.From, To: w.To, Region: doctortest.Region, Role: doctortest.RoleARN}.Setup(s)
		if err != nil {
			t.Fatal(err)
		}
		r := Diagnose(Question{Setup: m, State: s, Caller: doctortest.UserARN, NoControls: true})
		if r.Works() || len(r.Unknown) == 0 || len(r.Faults) > 0 {
			t.Errorf("without %s: %s, faults %v, unknown %v", f.Path, r.Verdict(), r.Faults, r.Unknown)
		}
		if len(r.Unknown) > 0 && r.Unknown[0].Action == "" {
			t.Errorf("without %s no permission is named: %v", f.Path, r.Unknown)
		}
	}
	if tried < 14 {
		t.Errorf("only %d files", tried)
	}
	s := stateOf(t, a)
	m, err := Target{Workflow: "import", From: "s3://acme-data/data/", Region: doctortest.Region}.Setup(s)
	if err != nil {
		t.Fatal(err)
	}
	if r := Diagnose(Question{Setup: m, State: s}); r.Works() || r.Unknown[0].Action != "organizations:ListPoliciesForTarget" {
		t.Errorf("control policies that nobody looked at: %+v", r.Unknown)
	}
}

// From what the AWS CLI printed to the diagnosis, with a cause and what is behind it.
func BenchmarkDiagnose(b *testing.B) {
	a := doctortest.Good()
	a.Bucket = ""
	a.Role = strings.Replace(a.Role, "s3:PutObject", "s3:PutObjectAcl", 1)
	for b.Loop() {
		if r := diagnose(b, a, doctortest.Batch); len(r.Faults) != 2 {
			b.Fatal(r.Verdict())
		}
	}
}

// Whatever the answers are, there is a diagnosis, and none that works without having seen all.
func FuzzDiagnose(f *testing.F) {
	for _, x := range doctortest.Failures() {
		a := doctortest.Good()
		x.Break(a)
		f.Add(a.Role, a.Bucket, a.Key, a.Trust, a.Encryption)
	}
	f.Fuzz(func(t *testing.T, role, bucket, key, trust, encryption string) {
		a := doctortest.Good()
		a.Role, a.Bucket, a.Key, a.Trust, a.Encryption = role, bucket, key, trust, encryption
		s, err := awscli.Read(a.Files(), awscli.Names{Roles: []string{"Shop"}, Buckets: []string{"acme-data"}})
		if err != nil {
			return
		}
		m, err := Target{Workflow: "batch-inference", From: "s3://acme-data/data/", To: "s3://acme-data/results/",
			Region: doctortest.Region}.Setup(s)
		if err != nil {
			return
		}
		r := Diagnose(Question{Setup: m, State: s, Caller: doctortest.UserARN, NoControls: true})
		shows(t, r)
		var b strings.Builder
		if err := r.Text(&b); err != nil || r.JSON(&b) != nil {
			t.Fatal(err)
		}
	})
}

// What is put in place keeps every statement that is there as it is, whatever was tried in memory
// before.
func TestCommandsKeepWhatIsThere(t *testing.T) {
	a := doctortest.Good()
	a.Bucket = `{"Version": "2012-10-17", "Statement": [
 {"Sid": "Vpc", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/*"],
  "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}},
 {"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/data/*",
  "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}, "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}}},
 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/it's"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme-data/*"}]}`
	before, err := policy.DecodeJSON([]byte(a.Bucket))
	if err != nil {
		t.Fatal(err)
	}
	r := diagnose(t, a, doctortest.Importing)
	commands, reviews := 0, 0
	for _, f := range r.Faults {
		for _, list := range [][]string{f.Fix.Commands, f.Fix.Review} {
			for _, c := range list {
				_, quoted, ok := strings.Cut(c, "put-bucket-policy --bucket acme-data --policy '")
				if !ok {
					continue
				}
				put, err := policy.DecodeJSON([]byte(strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `'\''`, "'")))
				if err != nil || len(put.Statements) < len(before.Statements) {
					t.Fatalf("%v: %s", err, c)
				}
				changed := 0
				for i, s := range before.Statements {
					if s.Normal() != put.Statements[i].Normal() {
						changed++
					}
				}
				if len(f.Fix.Commands) > 0 {
					commands++
				} else {
					reviews++
				}
				if changed > 0 && len(f.Fix.Commands) > 0 || changed > 1 {
					t.Errorf("%s changes %d statements that are there: %s", f.Cause.ID, changed, c)
				}
			}
		}
	}
	if commands == 0 || reviews == 0 {
		t.Errorf("%d commands and %d reviews: %+v", commands, reviews, r.Faults)
	}
}

// A policy that would be too large is not put in place.
func TestTooLarge(t *testing.T) {
	a := doctortest.Good()
	a.Bucket = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
 "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::acme-data/` + strings.Repeat("x", 20_200) + `"]}]}`
	r := diagnose(t, a, doctortest.Importing)
	if len(r.Faults) != 1 || len(r.Faults[0].Fix.Commands) > 0 || !strings.Contains(r.Faults[0].Fix.Text, "AWS takes it only when") {
		t.Errorf("%.3000v", r.Faults)
	}
}

// Where AWS does not document what a call has, it is unknown whether a condition on it holds.
func TestUndocumented(t *testing.T) {
	for name, condition := range map[string]string{
		"allow": `"Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, "Resource": "*"}]}`,
		"deny": `"Resource": "*"}, {"Sid": "Via", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
  "Condition": {"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}]}`,
	} {
		a := doctortest.Good()
		a.Key = strings.Replace(a.Key, `"Resource": "*"}]}`, condition, 1)
		r := diagnose(t, a, doctortest.Importing)
		if len(r.Faults) > 0 || len(r.Unknown) == 0 || !strings.Contains(r.Unknown[0].What, "kms:ViaService") {
			t.Errorf("%s: faults %v, unknown %v", name, r.Faults, r.Unknown)
		}
	}
}
