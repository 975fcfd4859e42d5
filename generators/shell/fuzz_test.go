package shell

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// FuzzText puts random texts into every place of a script that takes one, and reads them back.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "x", hostile, "EOF", "\nEOF\n", "<bucket.data.arn>/${aws:username}", "cost${$}<bucket.data.arn>", "\\", "'", "\"", "`", "%s", "$'", "a\\<role.arn>\\", "${aws:x, '`y`'}", "\r\n", "~", "\\\n", "{\"a\":1}"} {
		f.Add(s)
	}
	s := smallSetup()
	s.OwnedSids = nil
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) || len(in) > 500 {
			return
		}
		value, err := policy.ParseText(in)
		if err != nil {
			value = policy.Literal(in)
		}
		for _, r := range value.Refs() {
			if _, ok := s.DeployedEnv()[r]; !ok {
				return
			}
		}
		s := *s
		s.Buckets = append([]model.Bucket(nil), s.Buckets...)
		s.Role.Policies = append([]model.Doc(nil), s.Role.Policies...)
		st := policy.Statement{Sid: "Sid", Effect: policy.Allow, Action: texts("s3:GetObject"), Resource: policy.List(after("a", value), after("", value), text("x")),
			Condition: []policy.Condition{{Operator: "StringLike", Key: "aws:x" + in, Values: policy.List(after("b", value))}}}
		s.Role.Policies[0].Document = document(st)
		st.Principal = service()
		s.Buckets[0].Policy.Document = document(st)
		s.Buckets[0].Own = s.Buckets[0].Policy.Document
		s.Description, s.Role.Description = in, in
		files, err := Print(&s)
		if err != nil {
			if !strings.ContainsRune(in, 0) {
				t.Fatal(err)
			}
			return
		}
		env := s.SyntheticEnv(1)
		r, err := Read(&s, files, env)
		if err != nil {
			t.Fatalf("%q: %v", in, err)
		}
		equal(t, &s, env, r)
	})
}

// after puts a literal before a text, and after an empty one.
func after(s string, t policy.Text) policy.Text {
	if len(t.Parts()) == 0 {
		s += "x"
	}
	return policy.NewText(append([]policy.Part{policy.Lit(s)}, t.Parts()...)...)
}

// TestMutations changes the scripts one place after another, and expects the reading to fail or to be another.
func TestMutations(t *testing.T) {
	s := setup()
	files := printed(t, s)
	env := s.SyntheticEnv(1)
	tried := 0
	mutate := func(what, from, to string) {
		text := string(files[0].Data)
		for at := 0; ; {
			i := strings.Index(text[at:], from)
			if i < 0 {
				break
			}
			i += at
			at = i + len(from)
			tried++
			changed := append(files[:0:0], files...)
			changed[0].Data = []byte(text[:i] + to + text[i+len(from):])
			changed[1].Data = []byte(strings.Replace(string(files[1].Data), from, from, 1))
			r, err := Read(s, changed, env)
			if err != nil {
				continue
			}
			if same(s, env, r) {
				t.Errorf("%s: %q for %q at byte %d changes nothing: %s", what, to, from, i, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
	mutate("action", `"s3:GetObject"`, `"s3:*"`)
	mutate("action", `"kms:Decrypt"`, `"kms:*"`)
	mutate("action", `"iam:PassRole"`, `"iam:*"`)
	mutate("effect", `"Effect": "Allow"`, `"Effect": "Deny"`)
	mutate("service", `"Service": "personalize.amazonaws.com"`, `"Service": "s3.amazonaws.com"`)
	mutate("condition", `"aws:SourceAccount": "${ACCOUNT}"`, `"aws:SourceAccount": "111122223333"`)
	mutate("condition value", `"aws:SecureTransport": "false"`, `"aws:SecureTransport": "true"`)
	mutate("resource", `"${DATA_BUCKET_ARN}/in/*"`, `"${DATA_BUCKET_ARN}/*"`)
	mutate("resource", `"${DATA_BUCKET_ARN}/in/*"`, `"arn:aws:s3:::acme-data/in/*"`)
	mutate("resource", `"${SHOP_KEY_ARN}"`, `"*"`)
	mutate("principal", `"${ROLE_ARN}"`, `"*"`)
	mutate("variable", `\${aws:username}`, `x`)
	mutate("hard-coded", `"arn:${PARTITION}:s3:::${DATA_BUCKET}"`, `"arn:aws:s3:::acme-data"`)
	mutate("hard-coded", `"arn:${PARTITION}:iam::${ACCOUNT}:role`, `"arn:aws:iam::111122223333:role`)
	mutate("step", "  ensure_inline ", "  : ")
	mutate("step", "  merge_policy bucket", "  :")
	mutate("step", "  ensure_managed ", "  : ")
	mutate("step", "  attach role \"", "  : \"")
	mutate("step", "  attach group ", "  : ")
	mutate("step", "  attach user ", "  : ")
	mutate("step", "  ensure_bucket ", "  : ")
	mutate("step", "  existing_key ", "  : ")
	mutate("attachment", "attach group 'PersonalizeAdmins'", "attach role 'WebShop'")
	mutate("bucket setting", `"$SHOP_KEY_ARN" true true true 30`, `'' true true true 30`)
	mutate("bucket setting", `"$SHOP_KEY_ARN" true true true 30`, `"$SHOP_KEY_ARN" false true true 30`)
	mutate("bucket setting", `"$SHOP_KEY_ARN" true true true 30`, `"$SHOP_KEY_ARN" true false true 30`)
	mutate("bucket setting", `"$SHOP_KEY_ARN" true true true 30`, `"$SHOP_KEY_ARN" true true false 30`)
	mutate("bucket setting", `"$SHOP_KEY_ARN" true true true 30`, `"$SHOP_KEY_ARN" true true true 31`)
	mutate("tag", `"Value": "personalization"`, `"Value": "other"`)
	mutate("boundary", "policy/Boundary", "policy/Other")
	mutate("command", "  show ", "  curl https://example.com ")
	mutate("command", "\n  safe ", "\n  rm -rf /\n  safe ")
	mutate("command", "\n  safe ", "\n  aws iam create-user --user-name x\n  safe ")
	mutate("command", "\n  safe ", "\n  echo x >/etc/passwd\n  safe ")
	mutate("command", "\n  safe ", "\n  while true; do true; done\n  safe ")
	if tried < 60 {
		t.Errorf("only %d mutations were tried", tried)
	}
	t.Logf("%d mutations", tried)
	changed := append(files[:0:0], files...)
	changed[1].Data = []byte(strings.Replace(string(files[1].Data), `"s3:GetObject"`, `"s3:*"`, 1))
	if _, err := Read(s, changed, env); err == nil {
		t.Error("a changed document in destroy.sh is not found")
	}
	if _, err := Read(s, files[:1], env); err == nil {
		t.Error("a missing destroy.sh is not found")
	}
}

// same reports whether a reading is what the model says.
func same(s *model.Setup, env policy.Env, r *model.Reading) bool {
	if len(r.Documents) != len(s.Docs()) {
		return false
	}
	for _, d := range s.Docs() {
		if want, err := d.Document.Resolve(env); err != nil || !r.Documents[d.Name].Equal(want) {
			return false
		}
	}
	for k, v := range s.Settings(env) {
		if r.Settings[k] != v {
			return false
		}
	}
	return true
}
