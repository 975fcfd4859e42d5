package shell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/testtool"
)

// stateVariable makes the test binary stand in for the AWS CLI: it names the file with the
// account's state. What is in garbleVariable, "iam get-role <html>", is a call and what it prints
// instead of its answer.
const (
	stateVariable  = "PZGEN_TEST_ACCOUNT"
	garbleVariable = "PZGEN_TEST_GARBLE"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(stateVariable); file != "" {
		os.Exit(fakeAWS(file, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeAWS answers one call from the account in file.
func fakeAWS(file string, args []string) int {
	b, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	a := account.New("", "", "")
	if err := json.Unmarshal(b, a); err != nil {
		panic(err)
	}
	out, err := a.Run(args)
	if b, err := json.Marshal(a); err != nil {
		panic(err)
	} else if err := os.WriteFile(file, b, 0o600); err != nil {
		panic(err)
	}
	log, logErr := os.OpenFile(file+".changes", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if logErr != nil {
		panic(logErr)
	}
	for _, c := range a.Changes {
		fmt.Fprintln(log, c)
	}
	log.Close()
	if garbage, ok := strings.CutPrefix(os.Getenv(garbleVariable), args[0]+" "+args[1]+" "); ok {
		out = garbage
	}
	var refused *account.Error
	_, runErr := fmt.Print(out)
	switch {
	case errors.As(err, &refused):
		fmt.Fprintf(os.Stderr, "\nAn error occurred (%s) when calling the operation: %s\n",
			refused.Code, refused.Message)
		return 254
	case err != nil || runErr != nil:
		fmt.Fprintln(os.Stderr, err, runErr)
		return 252
	}
	return 0
}

// private requires a file or folder to have a mode.
func private(t *testing.T, name string, mode fs.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != mode {
		t.Errorf("%s: %v, %v", name, info.Mode(), err)
	}
}

// TestRealBash runs the scripts under bash with a stand-in for the AWS CLI, and expects the
// account to end as it does in process.
func TestRealBash(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	testtool.Need(t, "bash")
	testtool.Need(t, "jq")
	for _, name := range []string{"hostile", "existing", "managed"} {
		s := setups()[name]
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			write := func(name string, data []byte, mode fs.FileMode) string {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, data, mode); err != nil {
					t.Fatal(err)
				}
				return path
			}
			for _, u := range s.Uploads {
				write(filepath.Join("files", u.File), []byte("a file"), 0o644)
			}
			if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(self, filepath.Join(dir, "bin", "aws")); err != nil {
				t.Fatal(err)
			}
			write("bin/sleep", []byte("#!/bin/sh\n"), 0o755)
			w := newWorld(t, s)
			w.m.Account.KeyARN = nil
			state := write("state", []byte(w.state()), 0o600)
			for _, f := range append(printed(t, s), Shared()...) {
				write(filepath.Join("o u t", f.Path), f.Data, f.Mode)
			}
			// The scripts are called through links, one of them to another folder.
			for _, script := range []string{"apply.sh", "destroy.sh"} {
				link := filepath.Join(dir, "bin", script)
				if err := os.Symlink(filepath.Join("..", "o u t", s.Name, "shell", script),
					link); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(link, filepath.Join(dir, script)); err != nil {
					t.Fatal(err)
				}
			}
			command := func(script string, args ...string) *exec.Cmd {
				cmd := testtool.Command(t, filepath.Join(dir, script), append([]string{"--yes"},
					args...)...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), stateVariable+"="+state, "PATH="+filepath.Join(dir,
					"bin")+":"+os.Getenv("PATH"), "TMPDIR="+dir, "XDG_STATE_HOME=", "HOME="+dir)
				return cmd
			}
			run := func(script string, args ...string) []string {
				t.Helper()
				os.Remove(state + ".changes")
				cmd := command(script, args...)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", script, err, out)
				}
				changes, _ := os.ReadFile(state + ".changes")
				return strings.Fields(string(changes))
			}
			same := func(what string) {
				t.Helper()
				b, err := os.ReadFile(state)
				if err != nil {
					t.Fatal(err)
				}
				got := account.New("", "", "")
				if err := json.Unmarshal(b, got); err != nil {
					t.Fatal(err)
				}
				want := account.New("", "", "")
				if err := json.Unmarshal([]byte(w.state()), want); err != nil {
					t.Fatal(err)
				}
				if g, w := settle(t, got), settle(t, want); g != w {
					t.Errorf("after %s the account is\n%s\nand in process\n%s", what, g, w)
				}
			}
			run("apply.sh", "--files", filepath.Join(dir, "files"))
			w.must(w.apply())
			for _, b := range w.m.Account.Buckets {
				for _, o := range b.Objects {
					clear(o) // the file is another
				}
			}
			same("apply.sh")
			kept := filepath.Join(dir, ".local", "state", "pzgen", s.Account, s.Region, s.Name)
			backups, err := filepath.Glob(filepath.Join(kept, "*"))
			if err != nil || len(backups) != len(w.backups()) {
				t.Errorf("%q are kept, %v, and in process %q", backups, err, w.backups())
			}
			private(t, kept, 0o700)
			for _, b := range backups {
				private(t, b, 0o600)
			}
			if changes := run("apply.sh", "--files=files"); len(changes) > 0 {
				t.Errorf("the second run makes changing calls: %v", changes)
			}
			b, _ := os.ReadFile(state)
			real := account.New("", "", "")
			if err := json.Unmarshal(b, real); err != nil {
				t.Fatal(err)
			}
			real.Datasets, w.m.Account.Datasets = map[string]*account.DatasetGroup{}, map[string]*account.DatasetGroup{}
			b, _ = json.Marshal(real)
			write("state", b, 0o600)
			if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := command("destroy.sh", "--backups", "file/x").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "cannot be kept in ./file/x, so nothing was changed") {
				t.Errorf("a folder that cannot be made is not refused: %v\n%s", err, out)
			}
			same("a refused folder")
			// jq itself finds an answer that is none, and the script ends there.
			for _, garbage := range []string{"", "{}", "<html></html>", `{"Role": {"Ar`} {
				if name != "managed" {
					break
				}
				os.Remove(state + ".changes")
				cmd := command("destroy.sh")
				cmd.Env = append(cmd.Env, garbleVariable+"=iam get-role "+garbage)
				out, err := cmd.CombinedOutput()
				if changes, _ := os.ReadFile(state + ".changes"); err == nil ||
					len(changes) > 0 || !strings.Contains(string(out), "iam get-role ended well") {
					t.Errorf("after %q destroy.sh goes on: %v, %s\n%s", garbage, err, changes, out)
				}
			}
			run("destroy.sh")
			w.must(w.run(destroyPath(s), "--yes"))
			same("destroy.sh")
			left, _ := filepath.Glob(filepath.Join(dir, "tmp.*"))
			if len(left) > 0 {
				t.Errorf("temporary folders are left: %v", left)
			}
		})
	}
}

// settle returns an account without what differs between jq and gojq (the order of an object's
// keys) and between the uploaded files.
func settle(t *testing.T, a *account.Account) string {
	t.Helper()
	for _, b := range a.Buckets {
		for _, o := range b.Objects {
			clear(o)
		}
		if b.Policy != "" {
			b.Policy = compacted(b.Policy)
		}
	}
	for _, k := range a.Keys {
		k.Policy = compacted(k.Policy)
	}
	for _, r := range a.Roles {
		r.Trust = compacted(r.Trust)
	}
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRealScriptTools holds the scripts against shellcheck, shfmt and bash's own parser.
func TestRealScriptTools(t *testing.T) {
	dir := t.TempDir()
	write := func(folder string, files []output.File) (names []string) {
		for _, f := range files {
			name := filepath.Join(dir, folder, filepath.FromSlash(f.Path))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, f.Mode); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return names
	}
	scripts := write("managed", Shared())
	for name, s := range setups() {
		scripts = append(scripts, write(name, printed(t, s))...)
	}
	for _, c := range [][]string{{"bash", "-n"}, {"shellcheck"}, {"shfmt", "-i", "2", "-ci",
		"-d"}} {
		t.Run(c[0], func(t *testing.T) { clean(t, c, scripts) })
	}
	t.Run("shellcheck with the library", func(t *testing.T) {
		clean(t, []string{"shellcheck", "-x"}, write("managed", printed(t, setups()["managed"])))
	})
}

// clean requires a tool to find nothing in files, each by itself.
func clean(t *testing.T, command, files []string) {
	t.Helper()
	path := testtool.Need(t, command[0])
	for _, file := range files {
		testtool.Clean(t, testtool.Command(t, path, append(slices.Clone(command[1:]), file)...))
	}
}

// TestBash32 looks for what bash 3.2 does not have, or has with faults: the version that macOS
// has.
func TestBash32(t *testing.T) {
	all := setups()
	maps.Copy(all, examples(t))
	files := Shared()
	for _, s := range all {
		files = append(files, printed(t, s)...)
	}
	for _, f := range files {
		for _, found := range newer(t, f.Data) {
			t.Errorf("%s: %s", f.Path, found)
		}
	}
	for _, bad := range []string{"declare -A x", "local -n y=x", "echo ${x,,}", "echo ${x^}",
		"mapfile -t x", "x=(a b)", "a |& b", "a &>> b", "case a in b) ;& esac", "[[ -v x ]]", "echo ${x@Q}",
		"readarray x", "coproc a", `x=$'\u00e9'`, "wait -n", "printf '%(%Y)T'", "echo ${x: -1}", "a <(b)", "echo $EPOCHSECONDS", "shopt -s globstar"} {
		if bad = "f() { " + bad + "\n}"; len(newer(t, []byte(bad))) == 0 {
			t.Errorf("%s is not found", bad)
		}
	}
}

func newer(t *testing.T, text []byte) []string {
	t.Helper()
	script, err := syntax.NewParser().Parse(bytes.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	bad := func(n syntax.Node, what string) {
		found = append(found, fmt.Sprintf("line %d: %s", n.Pos().Line(), what))
	}
	syntax.Walk(script, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.DeclClause:
			for _, a := range n.Args {
				if a.Value != nil && a.Naked && a.Name == nil {
					if lit := a.Value.Lit(); strings.HasPrefix(lit, "-") {
						bad(n, n.Variant.Value+" "+lit)
					}
				}
			}
		case *syntax.ParamExp:
			switch {
			case n.Exp != nil && (n.Exp.Op >= syntax.UpperFirst &&
				n.Exp.Op <= syntax.OtherParamOps):
				bad(n, "change of case, or ${x@...}")
			case n.Index != nil && n.Param.Value == "BASH_SOURCE":
			case n.Slice != nil, n.Index != nil, n.Excl, n.Names != 0:
				bad(n, "arrays, substrings, indirect names")
			case n.Param != nil && slices.Contains([]string{"EPOCHSECONDS", "EPOCHREALTIME",
				"BASHPID", "SRANDOM"}, n.Param.Value):
				bad(n, n.Param.Value)
			}
		case *syntax.ArrayExpr:
			bad(n, "array")
		case *syntax.BinaryCmd:
			if n.Op == syntax.PipeAll {
				bad(n, "|&")
			}
		case *syntax.Redirect:
			if n.Op == syntax.AppAll {
				bad(n, "&>>")
			}
		case *syntax.CaseItem:
			if n.Op != syntax.Break {
				bad(n, n.Op.String())
			}
		case *syntax.UnaryTest:
			if n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar {
				bad(n, n.Op.String())
			}
		case *syntax.CoprocClause:
			bad(n, "coproc")
		case *syntax.ProcSubst:
			bad(n, "process substitution")
		case *syntax.SglQuoted:
			if v := strings.ReplaceAll(n.Value, `\\`, ""); n.Dollar && (strings.Contains(v,
				`\u`) || strings.Contains(v, `\U`)) {
				bad(n, `\u in $''`)
			}
			if strings.Contains(n.Value, "%(") {
				bad(n, "a time in printf")
			}
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				switch name := n.Args[0].Lit(); name {
				case "mapfile", "readarray", "shopt", "compgen", "wait", "declare":
					bad(n, name)
				}
			}
		}
		return true
	})
	return found
}
