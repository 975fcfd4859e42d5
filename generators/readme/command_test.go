package readme

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
)

// run runs the commands of a README in the shell's own meaning and returns the calls of aws, in
// which "file:///dev/stdin" is what was read.
func run(t *testing.T, markdown string) [][]string {
	t.Helper()
	return runRefused(t, markdown, func([]string) bool { return false })
}

// runRefused is run with calls that AWS refuses.
func runRefused(t *testing.T, markdown string, refuses func(args []string) bool) [][]string {
	t.Helper()
	var all strings.Builder // one session, as the text says
	for _, block := range parse([]byte(markdown)).code {
		if code, ok := strings.CutPrefix(block, "sh\n"); ok {
			all.WriteString(code)
		}
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(all.String()), "")
	if err != nil {
		t.Fatalf("%v in\n%s", err, all.String())
	}
	var calls [][]string
	exec := func(interp.ExecHandlerFunc) interp.ExecHandlerFunc {
		return func(ctx context.Context, args []string) error {
			hc := interp.HandlerCtx(ctx)
			switch args[0] {
			case "aws":
				in := ""
				if slices.Contains(args, "file:///dev/stdin") {
					b, err := io.ReadAll(hc.Stdin)
					if err != nil {
						return err
					}
					in = string(b)
				}
				calls = append(calls, append(slices.Clone(args), in))
				if refuses(args) {
					return interp.ExitStatus(254)
				}
				if slices.Contains(args, "create-key") {
					io.WriteString(hc.Stdout, "arn:made:key\n")
				}
				if slices.Contains(args, "create-policy") {
					io.WriteString(hc.Stdout, "arn:made:policy\n")
				}
			case "sed":
				io.WriteString(hc.Stdout, strings.Join(args, " "))
			}
			return nil
		}
	}
	stay := func(_ context.Context, args []string) ([]string, error) {
		if args[0] == "cd" {
			return []string{"true"}, nil
		}
		return args, nil
	}
	dir := t.TempDir()
	r, err := interp.New(interp.ExecHandlers(exec), interp.CallHandler(stay), interp.StdIO(nil, io.Discard, io.Discard), interp.Dir(dir), interp.Env(expand.ListEnviron()))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(context.Background(), file); err != nil {
		t.Fatalf("%v in\n%s", err, all.String())
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if !strings.HasPrefix(f.Name(), "current-") && !strings.HasPrefix(f.Name(), "merged-") {
			t.Errorf("a command wrote %q:\n%s", f.Name(), all.String())
		}
	}
	return calls
}

// Values reach the AWS CLI verbatim, and it takes none of them for an option or for the address of
// a file.
func TestCommandsUnderHostileValues(t *testing.T) {
	for _, v := range hostile {
		m := build(t, full())
		m.Role.Description = v
		m.Tags = []spec.Tag{{Key: v, Value: v}}
		m.Operators[0].Groups = []string{"-" + v}
		seen := map[string]bool{}
		for _, call := range run(t, readme(t, m)) {
			for _, word := range call {
				switch {
				case word == v && fetched(v):
					t.Errorf("%q is fetched by %q", v, call)
				case strings.HasPrefix(word, "{") && strings.Contains(word, `"Description"`):
					var in struct{ Description string }
					if err := json.Unmarshal([]byte(word), &in); err != nil || in.Description != v {
						t.Errorf("description %q, %v, is not %q", in.Description, err, v)
					}
					seen["description"] = true
				case word == "--group-name=-"+v:
					seen["group"] = true
				}
			}
			if i := slices.Index(call, "--description"); i >= 0 && call[i+1] == v {
				seen["description"] = true
			}
			if slices.Contains(call, "--description="+v) {
				seen["description"] = true
			}
			if i := slices.Index(call, "--tags"); i >= 0 && slices.Contains(call, "create-role") {
				var tags []spec.Tag
				if err := json.Unmarshal([]byte(call[i+1]), &tags); err != nil || len(tags) != 1 || tags[0].Key != strings.ToValidUTF8(v, "\ufffd") {
					t.Errorf("tags %q, %v", call[i+1], err)
				}
				seen["tags"] = true
			}
		}
		if !seen["tags"] || !seen["group"] || !seen["description"] && v != "" {
			t.Errorf("%q: seen %v", v, seen)
		}
	}
}

// The commands of the target json bring about everything that the setup decides, once each, and in
// an order that AWS takes.
func TestByHandIsComplete(t *testing.T) {
	m := build(t, full())
	m.Targets = []string{"json"}
	var got []string
	for _, call := range run(t, readme(t, m)) {
		line := strings.Join(call, " ")
		if strings.Contains(line, "$") || strings.Contains(line, "<") && !strings.Contains(line, "sed") && !strings.Contains(line, "|arn:made:key|g") {
			t.Errorf("something is left open in %q", line)
		}
		if !slices.Contains(call, "--region") {
			t.Errorf("no region in %q", line)
		}
		got = append(got, line)
	}
	index := func(words ...string) int {
		at := -1
		for i, line := range got {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				if at >= 0 {
					t.Errorf("%v is there twice", words)
				}
				at = i
			}
		}
		if at < 0 {
			t.Errorf("no command with %v", words)
		}
		return at
	}
	role := index("create-role", "--path /personalize/", "role-trust.json", "--permissions-boundary")
	key := index("create-key", "policies/key-shop.json")
	alias := index("create-alias", "alias/retail-personalize", "arn:made:key")
	index("enable-key-rotation", "arn:made:key")
	rolePolicy := index("put-role-policy", "s|<shop\\.arn>|arn:made:key|g", "policies/role-policy.json")
	create := index("s3 mb --region eu-west-1 s3://acme-retail-personalize-data")
	index("put-bucket-encryption", "acme-retail-personalize-data", `"KMSMasterKeyID":"arn:made:key"`)
	index("put-bucket-versioning", "acme-retail-personalize-data")
	index("put-bucket-lifecycle-configuration", "acme-retail-personalize-data", `"Days":90`)
	policyOf := index("put-bucket-policy", "policies/bucket-data.json")
	index("put-public-access-block", "acme-retail-deletions")
	index("attach-group-policy", "PersonalizeAdmins", "CloudWatchFullAccessV2")
	index("attach-group-policy", "PersonalizeAdmins", "arn:made:policy")
	index("attach-role-policy", "WebShop", "arn:made:policy")
	index("create-policy", "policies/operator-web.json")
	index("put-key-policy", "merged-key-corp.json")
	index("put-bucket-policy", "merged-bucket-results.json")
	index("put-bucket-policy", "bucket-results.statements.json")
	index("create-dataset-group", "--role-arn arn:aws:iam::111122223333:role/personalize/PersonalizeRetail")
	if !(role < key && key < alias && key < rolePolicy && create < policyOf) {
		t.Errorf("order:\n%s", strings.Join(got, "\n"))
	}
	for _, d := range m.Docs() {
		if name := fileOf(d); !strings.Contains(strings.Join(got, "\n"), name) && d.Name != "key-corp" {
			t.Errorf("no command uses %s", name)
		}
	}
}

// A policy that names the key it belongs to cannot be given when the key is made.
func TestKeyPolicyThatNamesItsKey(t *testing.T) {
	s := full()
	m := build(t, s)
	i := slices.IndexFunc(m.Keys, func(k model.Key) bool { return k.ID == "shop" })
	m.Keys[i].Policy.Document = m.Role.Policies[0].Document // it names the key
	calls := run(t, readme(t, m))
	var lines []string
	for _, c := range calls {
		lines = append(lines, strings.Join(c, " "))
	}
	all := strings.Join(lines, "\n")
	if strings.Contains(all, "file://policies/key-shop.json") || !strings.Contains(all, "put-key-policy --region eu-west-1 --key-id arn:made:key --policy-name default --policy file:///dev/stdin") {
		t.Error(all)
	}
}
