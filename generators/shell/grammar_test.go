package shell

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
)

// edited returns the scripts of a setup with one of them changed.
func edited(t testing.TB, s *model.Setup, entry string, edit func(string) string) deployed.Input {
	t.Helper()
	in := input(s, t)
	for i, f := range in.Files {
		if strings.HasSuffix(f.Path, "/"+entry) {
			text := edit(string(f.Data))
			if text == string(f.Data) {
				t.Fatalf("%s is not changed", entry)
			}
			in.Files[i].Data = []byte(text)
		}
	}
	return in
}

// TestRefusedByName: what is not of the form is refused, by its name and at its place, whatever
// it would do.
func TestRefusedByName(t *testing.T) {
	for _, c := range []struct {
		kind     string
		old, new string
	}{
		{"shebang", "#!/usr/bin/env bash\n", "#!/bin/sh\n"},
		{"shebang", "#!/usr/bin/env bash\n", "#!/usr/bin/env -S bash -x\n"},
		{"shebang", "#!/usr/bin/env bash\n", "\n#!/usr/bin/env bash\n"},
		{"prologue", "set -euo pipefail\n", "set -eu\n"},
		{"prologue", "set -euo pipefail\n", "alias safe=true\nset -euo pipefail\n"},
		{"prologue", "PZGEN_LIBRARY=''\n", ""},
		{"prologue", "/../../_lib/apply.sh", "/../_lib/apply.sh"},
		{"prologue", "/../../_lib/destroy.sh", "/../_lib/destroy.sh"},
		{"character", "SETUP='retail'", "SETUP='re\x00tail'"},
		{"character", "SETUP='retail'\n", "SETUP='retail'\r\n"},
		{"character", "SETUP='retail'", "SETUP=\t'retail'"},
		{"character", "SETUP='retail'", "SETUP='ret\u202eail'"},
		{"character", "SETUP='retail'", "SETUP='ret\u200bail'"},
		{"character", "SETUP='retail'", "SETUP='ret\ufeffail'"},
		{"character", "SETUP='retail'", "SETUP='ret\xffail'"},
		{"character", "SETUP='retail'", "SETUP='ret\x1b[2Kail'"},
		{"character", "SETUP='retail'", "SETUP='ret\u00a0ail'"},
		{"line continuation", "SETUP='retail'\n", "SETUP='retail'\\\n"},
		{"line continuation", "\nsteps() {\n", "\n# a comment \\\nsteps() {\n"},
		{"end", "main \"$@\"\n", "main \"$@\""},
		{"end", "main \"$@\"\n", "main \"$@\"\ncurl evil\n"},
		{"end", "main \"$@\"\n", "main \"$@\"\n# done\n"},
		{"end", "main \"$@\"\n", "main \"$@\"\n\n"},
		{"end", "main \"$@\"\n", "\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nPATH='/tmp'\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nIFS='x'\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nBASH_ENV='x'\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nPZGEN_LIBRARY='1'\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nAWS_ENDPOINT_URL='http://x'\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nPLANNING=''\n"},
		{"name", "SETUP='retail'\n", "SETUP='retail'\nSETUP='retail'\n"},
		{"name", "SETUP='retail'\n", ""},
		{"name", "\"arn:${PARTITION}:s3:::${DATA_BUCKET}\"", "\"arn:${PARTITION}:s3:::${HOME}\""},
		{"name", "\"arn:${PARTITION}:s3:::${DATA_BUCKET}\"",
			"\"arn:${PARTITION}:s3:::${OPEN_BUCKET}\""},
		{"value", "SETUP='retail'", "SETUP=retail"},
		{"value", "SETUP='retail'", "SETUP=\"$(summary)\""},
		{"value", "${ACCOUNT}:role${ROLE_PATH}", "${ACCOUNT}:role/x/"},
		{"assignment", "SETUP='retail'", "SETUP=re\\tail"},
		{"assignment", "SETUP='retail'", "SETUP+='retail'"},
		{"array", "SETUP='retail'", "SETUP=('retail' 'x')"},
		{"assignment", "SETUP='retail'", "SETUP='retail' ACCOUNT='1'"},
		{"separator", "SETUP='retail'", "SETUP='retail'; ACCOUNT='1'"},
		{"separator", "\n  ensure_inline ", "\n  ensure_inline x; ensure_inline "},
		{"environment of a command", "\n  safe ", "\n  IFS=x safe "},
		{"expansion", "SETUP='retail'", "SETUP=\"${HOME:-retail}\""},
		{"expansion", "SETUP='retail'", "SETUP=\"${!HOME}\""},
		{"expansion", "SETUP='retail'", "SETUP=\"${#HOME}\""},
		{"expansion", "SETUP='retail'", "SETUP=\"$HOME.x\""},
		{"expansion", "SETUP='retail'", "SETUP=\"$1\""},
		{"expansion", "SETUP='retail'", "SETUP=\"${HOME/x/y}\""},
		{"command substitution", "SETUP='retail'", "SETUP=\"$(id -un)\""},
		{"command substitution", "SETUP='retail'", "SETUP=\"x`id`\""},
		{"arithmetic expansion", "SETUP='retail'", "SETUP=\"$((1+1))\""},
		{"arithmetic expansion", "SETUP='retail'", "SETUP=\"x$((a[$(id)]))\""},
		{"escape", "SETUP='retail'", "SETUP=$'re\\x74ail'"},
		{"escape", "SETUP='retail'", "SETUP=$'re\\u0074ail'"},
		{"escape", "SETUP='retail'", "SETUP=$'re\\000tail'"},
		{"escape", "SETUP='retail'", "SETUP=$'re\\377tail'"},
		{"escape", "SETUP='retail'", "SETUP=\"re\\tail\""},
		{"translated text", "SETUP='retail'", "SETUP=$\"retail\""},
		{"quote", "SETUP='retail'", "SETUP='retail"},
		{"quote", "SETUP='retail'", "SETUP=\"retail"},
		{"function", "\nsteps() {\n", "\nextra() {\n  safe \"$ACCOUNT\"\n}\n\nsteps() {\n"},
		{"function", "\nsteps() {\n", "\naws() {\n  cat <<EOF\nx\nEOF\n}\n\nsteps() {\n"},
		{"function", "\nsteps() {\n", "\nfunction steps {\n"},
		{"function", "\ncheck_setup() {\n", "\ncheck_setup() {\n}\n\ncheck_setup() {\n"},
		{"syntax", "\nsteps() {\n", "\nsteps() (\n"},
		{"subshell", "\nmain \"$@\"\n", "\n(main \"$@\")\n"},
		{"subshell", "\n  ensure_inline ", "\n  (exit 0)\n  ensure_inline "},
		{"group", "\n  ensure_inline ", "\n  { true; }\n  ensure_inline "},
		{"condition", "\n  ensure_inline ",
			"\n  if [[ $USER == root ]]; then safe x; fi\n  ensure_inline "},
		{"condition", "\n  ensure_inline ", "\n  [[ -n $CI ]] || ensure_inline "},
		{"condition", "\n  ensure_inline ", "\n  true && ensure_inline "},
		{"condition", "SETUP='retail'\n", "SETUP='retail'\n[[ $USER == x ]]\n"},
		{"case", "SETUP='retail'\n", "SETUP='retail'\ncase $USER in x) ;; esac\n"},
		{"loop", "SETUP='retail'\n", "SETUP='retail'\nwhile true; do\n  x\ndone\n"},
		{"loop", "SETUP='retail'\n", "SETUP='retail'\nfor i in 1 2; do x; done\n"},
		{"arithmetic", "SETUP='retail'\n", "SETUP='retail'\n((x = 1))\n"},
		{"arithmetic", "SETUP='retail'\n", "SETUP='retail'\nlet x=1\n"},
		{"declaration", "SETUP='retail'\n", "export SETUP='retail'\n"},
		{"declaration", "SETUP='retail'\n", "readonly SETUP='retail'\n"},
		{"declaration", "SETUP='retail'\n", "SETUP='retail'\ndeclare -n x=SETUP\n"},
		{"trap", "SETUP='retail'\n",
			"SETUP='retail'\ntrap 'aws iam create-user --user-name x' EXIT\n"},
		{"alias", "SETUP='retail'\n", "SETUP='retail'\nalias aws=echo\n"},
		{"shell option", "SETUP='retail'\n", "SETUP='retail'\nset +e\n"},
		{"shell option", "SETUP='retail'\n", "SETUP='retail'\nshopt -s expand_aliases\n"},
		{"exit", "SETUP='retail'\n", "SETUP='retail'\nexit 0\n"},
		{"eval", "SETUP='retail'\n", "SETUP='retail'\neval \"$1\"\n"},
		{"exec", "SETUP='retail'\n", "SETUP='retail'\nexec true\n"},
		{"return", "\n  ensure_inline ", "\n  return 0\n  ensure_inline "},
		{"source", "SETUP='retail'\n", "SETUP='retail'\n. /tmp/x\n"},
		{"source", "SETUP='retail'\n", "SETUP='retail'\nsource /tmp/x\n"},
		{"command", "SETUP='retail'\n", "SETUP='retail'\ncurl https://example.com\n"},
		{"command", "\n  ensure_inline ",
			"\n  aws iam create-user --user-name x\n  ensure_inline "},
		{"command", "\n  ensure_inline ",
			"\n  change 'x' iam create-user --user-name x\n  ensure_inline "},
		{"command", "\n  ensure_inline ", "\n   ensure_inline "},
		{"command", "\n  ensure_inline ", "\n  ensure_inline  "},
		{"command", "\n  ensure_role ", "\n  ensure_rolé "},
		{"command substitution", "\n  ensure_inline 'Personalize-retail'",
			"\n  ensure_inline \"$(id)x\""},
		{"command substitution", "\n  ensure_inline 'Personalize-retail'",
			"\n  ensure_inline $(id)"},
		{"process substitution", "\n  ensure_inline 'Personalize-retail'",
			"\n  ensure_inline <(id)"},
		{"arithmetic expansion", "true true true 30", "true true true $((30))"},
		{"redirection", "\n  ensure_inline ", "\n  >/etc/passwd ensure_inline "},
		{"redirection", "\n  cat <<EOF\n", "\n  cat <<EOF >&2\n"},
		{"redirection", "\n  cat <<EOF\n", "\n  cat <<-EOF\n"},
		{"redirection", "\n  cat <<EOF\n", "\n  cat <<'EOF'\n"},
		{"redirection", "\n  cat <<EOF\n", "\n  tac <<EOF\n"},
		{"background job", "\n  ensure_inline ", "\n  sleep 1 &\n  ensure_inline "},
		{"pipe", "\n  ensure_inline ", "\n  yes | head\n  ensure_inline "},
		{"negation", "\n  ensure_inline ", "\n  ! ensure_inline "},
		{"coprocess", "\n  ensure_inline ", "\n  coproc cat\n  ensure_inline "},
		{"time", "\n  ensure_inline ", "\n  time ensure_inline "},
		{"syntax", "\n  ensure_inline ", "\n  ) ensure_inline "},
		{"expansion", "\"aws:SourceAccount\": \"${ACCOUNT}\"",
			"\"aws:SourceAccount\": \"$ACCOUNT\""},
		{"expansion", "\"aws:SourceAccount\": \"${ACCOUNT}\"",
			"\"aws:SourceAccount\": \"${ACCOUNT%1}\""},
		{"command substitution", "\"aws:SourceAccount\": \"${ACCOUNT}\"",
			"\"aws:SourceAccount\": \"$(id)\""},
		{"command substitution", "\"aws:SourceAccount\": \"${ACCOUNT}\"",
			"\"aws:SourceAccount\": \"`id`\""},
		{"escape", "\"aws:SourceAccount\": \"${ACCOUNT}\"", "\"aws:SourceAccount\": \"\\u0031\""},
		{"name", "\"aws:SourceAccount\": \"${ACCOUNT}\"", "\"aws:SourceAccount\": \"${HOME}\""},
		{"policy", "\"Sid\": \"PersonalizeReadInputData\"", "\"Sid\": \"X${ACCOUNT}\""},
		{"policy", "\"Sid\": \"PersonalizeReadInputData\"", "\"Sid\": \"x\", \"Sid\": \"y\""},
		{"policy", "\"Effect\": \"Allow\"", "\"Effect\": \"Maybe\""},
		{"character", "${ACCOUNT}\"\n        }",
			"\\\\udb80\\\\udc000\\\\udb80\\\\udc01\"\n        }"},
		{"tags", "{\"Key\": \"pzgen:setup\", \"Value\": \"retail\"}",
			"{\"Key\": \"pzgen:setup\", \"Value\": \"other\"}"},
		{"tags", "\"Value\": \"personalization\"}", "\"value\": \"personalization\"}"},
		{"tags", "\"Value\": \"personalization\"}", "\"Value\": \"${ACCOUNT}\"}"},
		{"tags", "\"Value\": \"personalization\"}", "\"Value\": null}"},
		{"tags", "\n]\nEOF\n}\n\npolicy_role_trust", "\n] }\nEOF\n}\n\npolicy_role_trust"},
		{"arguments", "true true true 30", "true true true 30 30"},
		{"arguments", "true true true 30", "true true true"},
		{"argument", "true true true 30", "true true yes 30"},
		{"argument", "true true true 30", "true true true 030"},
		{"argument", "true true true 30", "true true true '30'"},
		{"argument", "[\"group/PersonalizeAdmins", "[\"account/PersonalizeAdmins"},
		{"argument", "merge_policy bucket", "merge_policy key"},
		{"argument", "ensure_inline 'Personalize-retail'", "ensure_inline \"$ACCOUNT\""},
		{"argument", "ensure_key SHOP_KEY_ARN", "ensure_key DATA_BUCKET"},
		{"argument", "ensure_key SHOP_KEY_ARN", "ensure_key TAGS"},
		{"argument", "undo_bucket \"$OPEN_BUCKET\" '' 'created'",
			"undo_bucket \"$OPEN_BUCKET\" '' ''"},
		{"argument", "\"$(policy_key_shop)\" '30'", "\"$(policy_key_shop)\" ''"},
		{"argument", "'retail' 'encrypted'", "'retail' ''"},
		{"argument", `undo_role "[\"arn`, `undo_role "[\"arn:x\",\"arn`},
		{"argument", `undo_role "[\"arn:${PARTITION}:iam::aws:policy/CloudWatchFullAccess`,
			`undo_role "[\"arn:${PARTITION}:iam::aws:policy/AdministratorAccess`},
		{"step", "\n  role_policies ", "\n  # role_policies "},
		{"step", "\n  role_policies ", "\n  role_policies '[]'\n  role_policies "},
		{"command substitution", "\"$(policy_role_policy)\"", "\"$(policy_role_polic)\""},
		{"command substitution", "\"$(policy_role_policy)\"", "\"$(setup_tags)\""},
		{"order", "\n  ensure_role ",
			"\n  ensure_inline 'x' \"$(policy_bucket_data)\"\n  ensure_role "},
		{"order", "\n  ensure_bucket \"$DATA",
			"\n  merge_policy bucket \"$DATA_BUCKET\" \"$(policy_bucket_data)\"\n  ensure_bucket \"$DATA"},
		{"order", "\n  ensure_role ",
			"\n  existing_key \"$CORP_KEY_ARN\" \"$(policy_key_corp)\" '[]'\n  ensure_role "},
		{"order", "\n  ensure_role ",
			"\n  ensure_dataset_group 'retail' '' \"$CORP_KEY_ARN\"\n  ensure_role "},
		{"order", "\n  ensure_role ", "\n  upload 'x' \"$DATA_BUCKET\" 'x'\n  ensure_role "},
		{"order", "\n  ensure_role ",
			"\n  role_policies '[\"arn:aws:iam::aws:policy/X\"]'\n  ensure_role "},
		{"order", "\n  ensure_managed 'Personalize-retail-web'",
			"\n  ensure_managed 'x' \"$(policy_operator_web)\" '[\"user/ann\"]'" +
				" \"[\\\"arn:${PARTITION}:iam::${ACCOUNT}:policy/Personalize-retail-web\\\"]\" ''" +
				"\n  ensure_managed 'Personalize-retail-web'"},
		{"order", "\n  undo_key \"$CORP", "\n  undo_role '[]'\n  undo_key \"$CORP"},
		{"order", "\n  look_at_role\n", "\n"},
		{"check", " \"$DATA_BUCKET\" \"$OPEN_BUCKET\" ", " \"$OPEN_BUCKET\" "},
		{"check", "\n  need_file 'data/interactions.csv'\n", "\n"},
		{"removal", "\n  undo_bucket \"$OPEN", "\n  undo_managed 'Theirs'\n  undo_bucket \"$OPEN"},
		{"removal", "\n  undo_managed 'Personalize-retail-web'\n", "\n"},
		{"syntax", "\nSHOP_KEY_ARN=''\n", "\n"},
		{"removal", "\n  undo_bucket \"$OPEN_BUCKET\" '' 'created'\n", "\n"},
		{"removal", "\n  attached_before user 'ann'", "\n  attached_before user 'eve'"},
		{"removal", "\n  undo_dataset_group 'retail'", "\n  undo_dataset_group 'other'"},
	} {
		t.Run(fmt.Sprintf("%s: %.40q", c.kind, c.new), func(t *testing.T) {
			s := setup()
			tried := 0
			for _, entry := range []string{"apply.sh", "destroy.sh"} {
				in := input(s, t)
				text := string(in.Files[0].Data)
				if entry == "destroy.sh" {
					text = string(in.Files[1].Data)
				}
				if !strings.Contains(text, c.old) {
					continue
				}
				tried++
				in = edited(t, s, entry, func(text string) string {
					return strings.Replace(text,
						c.old, c.new, 1)
				})
				read, err := Parse(in)
				if err != nil {
					t.Fatal(err)
				}
				state, err := read(deployed.Values{})
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, u := range state.Unknown {
					found = found || u.Kind == c.kind && strings.HasSuffix(u.At.Path,
						"/"+entry) && u.At.Line > 0 && u.At.Col > 0
				}
				if !found {
					t.Errorf("%s: %v", entry, state.Unknown)
				}
			}
			if tried == 0 {
				t.Errorf("no script holds %q", c.old)
			}
		})
	}
}

// TestEditsAreFoundAnywhere puts lines that do something anywhere into the scripts: they are
// refused, or are another meaning.
func TestEditsAreFoundAnywhere(t *testing.T) {
	s := setup()
	lines := []string{"(exit 0)", "trap 'x' DEBUG", "alias aws=x", "aws() { :; }",
		"  role_policies '[\"arn:aws:iam::aws:policy/AdministratorAccess\"]'", "PATH='x'",
		"  \"${ACCOUNT}\"", "set -x", "EOF", "}", "main \"$@\"", "x() {", "  cat <<EOF", "'", "\"", "`id`", "$(id)", "  :", "<(id)", ":(){ :|:& };:", "[[ $A ]]", "((A))", "'\\", "  safe", "  undo_managed 'x'"}
	tried := 0
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		base := input(s, t)
		text := string(base.Files[0].Data)
		if entry == "destroy.sh" {
			text = string(base.Files[1].Data)
		}
		for at := 0; at < len(text); {
			for i, l := range lines {
				if (at+i)%7 != 0 { // each line meets each kind of place all the same
					continue
				}
				tried++
				in := edited(t, s, entry, func(text string) string {
					return text[:at] + l + "\n" +
						text[at:]
				})
				if differences(t, s, in) == nil {
					t.Errorf("%s: %q before %q is not found", entry, l, excerpt(text[at:]))
				}
			}
			at += strings.IndexByte(text[at:], '\n') + 1
		}
	}
	t.Logf("%d edits", tried)
	if tried < 500 {
		t.Errorf("only %d edits", tried)
	}
}

// TestBytesMatter changes single bytes: what is not found is in a comment, or is white space that
// JSON does not have.
func TestBytesMatter(t *testing.T) {
	s := setup()
	passed := 0
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		base := input(s, t)
		text := string(base.Files[0].Data)
		if entry == "destroy.sh" {
			text = string(base.Files[1].Data)
		}
		for at := 0; at < len(text); at += 61 {
			for _, c := range []string{"", "x", " ", "\\", "$", "'", "\n"} {
				changed := text[:at] + c + text[at+1:]
				if changed == text {
					continue
				}
				in := edited(t, s, entry, func(string) string { return changed })
				if differences(t, s, in) != nil {
					continue
				}
				passed++
				begin := strings.LastIndexByte(text[:at], '\n') + 1
				line, _, _ := strings.Cut(text[begin:], "\n")
				space := strings.TrimSpace(text[at:at+1]) == "" && strings.TrimSpace(c) == ""
				if !strings.HasPrefix(line, "#") && !space && line != "" {
					t.Errorf("%s: %q for %q in %q is not found", entry, c, text[at:at+1], line)
				}
			}
		}
	}
	t.Logf("%d edits change nothing", passed)
}

// FuzzParse reads anything as a script: without a panic, and in time that its length bounds.
func FuzzParse(f *testing.F) {
	s := setup()
	in := input(s, f)
	for _, file := range in.Files {
		f.Add(file.Data)
	}
	head := string(in.Files[0].Data[:bytes.Index(in.Files[0].Data, []byte("SETUP="))])
	for _, deep := range []string{"(", "{ ", "$(", "`", "((", "if ", "${a:-", "\"$(", "[[ ( ", "case x in (", "f() ", "<<E\n", "!"} {
		f.Add([]byte(head + strings.Repeat(deep, 2000)))
		f.Add([]byte(head + strings.Repeat(deep, 2000) + "\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := in
		in.Files = append(in.Files[:0:0], in.Files...)
		in.Files[0].Data = data
		read, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(deployed.Values{}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestDeepScripts: what a parser would go into as deep as a script is long is refused without it.
func TestDeepScripts(t *testing.T) {
	s := setup()
	for _, deep := range []string{"(", "((", "{\n", "if\n", "$(", "f() {\n"} {
		in := edited(t, s, "apply.sh", func(text string) string {
			return strings.Replace(text, "\nSETUP=", "\n"+strings.Repeat(deep, 1<<20)+"\nSETUP=", 1)
		})
		if found := differences(t, s, in); len(found) == 0 || len(found) > 100 {
			t.Errorf("%d findings", len(found))
		}
	}
}

// TestLibraryIsCompared: a script means what the library makes of it, so that has to be the one
// which is known.
func TestLibraryIsCompared(t *testing.T) {
	s := setup()
	for name, change := range map[string]func(*deployed.Input){
		"no library": func(in *deployed.Input) { in.Shared = nil },
		"one less":   func(in *deployed.Input) { in.Shared = in.Shared[1:] },
		"one more": func(in *deployed.Input) {
			in.Shared = append(in.Shared, in.Shared[0])
			in.Shared[len(in.Shared)-1].Path = "_lib/x.sh"
		},
		"another":      func(in *deployed.Input) { in.Shared[3].Data = append(bytes.Clone(in.Shared[3].Data), '\n') },
		"no apply.sh":  func(in *deployed.Input) { in.Files = in.Files[1:] },
		"no destroy":   func(in *deployed.Input) { in.Files = in.Files[:1] },
		"nothing":      func(in *deployed.Input) { in.Files = nil },
		"empty script": func(in *deployed.Input) { in.Files[1].Data = nil },
	} {
		in := input(s, t)
		change(&in)
		if found := differences(t, s, in); len(found) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}
