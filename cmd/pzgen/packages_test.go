package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
	"gopkg.in/yaml.v3"
)

// readYAML reads a file of the root of the project; a field that the type does not have is an error
// when it is strict.
func readYAML[T any](t *testing.T, name string, strict bool) T {
	t.Helper()
	data, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(strict)
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// accepted says what is wrong with a command line: a command or a flag that does not exist.
func accepted(words []string) error {
	if len(words) < 2 || words[0] != "pzgen" {
		return fmt.Errorf("%q is no command line of pzgen", words)
	}
	app := newApp(&env{stdout: io.Discard, stderr: io.Discard})
	if find(app.Commands, words[1]) == nil {
		return fmt.Errorf("there is no command %q", words[1])
	}
	_, err := orderArgs(app, words)
	return err
}

type hook struct {
	ID, Name, Description, Entry, Language, Files string

	PassFilenames bool `yaml:"pass_filenames"`
}

// wrongHooks says what is wrong with the hooks of pre-commit.
func wrongHooks(hooks []hook) (wrong []string) {
	var ids []string
	for _, h := range hooks {
		ids = append(ids, h.ID)
		words := strings.Fields(h.Entry)
		if err := accepted(words); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", h.ID, err))
		} else if h.ID != "pzgen-"+words[1] || h.Name != "pzgen "+words[1] {
			wrong = append(wrong, fmt.Sprintf("%s is called %q and runs %q", h.ID, h.Name, h.Entry))
		}
		files, err := regexp.Compile(h.Files)
		if err != nil || !files.MatchString("pzgen.yaml") || files.MatchString("main.go") {
			wrong = append(wrong, fmt.Sprintf("%s is not for specs alone: %q", h.ID, h.Files))
		}
		if err == nil && h.ID != "pzgen-fmt" && !files.MatchString("policies/present.json") {
			wrong = append(wrong, h.ID+" does not run when a policy changes that a spec names")
		}
		if h.Language != "golang" || h.PassFilenames || h.Description == "" {
			wrong = append(wrong, h.ID+" is not built with Go, or gets names of files")
		}
	}
	for _, name := range []string{"validate", "fmt", "generate", "check", "verify"} {
		known := find(newApp(&env{stdout: io.Discard, stderr: io.Discard}).Commands, name) != nil
		if known && !slices.Contains(ids, "pzgen-"+name) {
			wrong = append(wrong, "there is no hook for "+name)
		}
	}
	return wrong
}

// The hooks of pre-commit run commands that exist, with flags that exist.
func TestHooks(t *testing.T) {
	hooks := readYAML[[]hook](t, ".pre-commit-hooks.yaml", true)
	for _, w := range wrongHooks(hooks) {
		t.Error(w)
	}
	for what, spoil := range map[string]func(*hook){
		"a command that does not exist": func(h *hook) { h.Entry = "pzgen valid" },
		"a flag that does not exist":    func(h *hook) { h.Entry += " --loud" },
		"another name":                  func(h *hook) { h.ID = "pzgen" },
		"another language":              func(h *hook) { h.Language = "system" },
		"every file":                    func(h *hook) { h.Files = "" },
		"no policies":                   func(h *hook) { h.Files = `\.ya?ml$` },
	} {
		spoiled := slices.Clone(hooks)
		if spoil(&spoiled[0]); len(wrongHooks(spoiled)) == 0 {
			t.Errorf("with %s nothing is wrong", what)
		}
	}
	if len(wrongHooks(hooks[1:])) == 0 {
		t.Error("without a hook nothing is wrong")
	}
}

type action struct {
	Name, Description string
	Branding          map[string]string
	Inputs            map[string]struct{ Description, Default string }
	Outputs           map[string]struct{ Description, Value string }
	Runs              struct {
		Using string
		Steps []struct {
			ID, Shell, Run string
			Env            map[string]string
		}
	}
}

// The action runs its script, and hands every input over in the environment; the script runs commands
// that exist, and reads what is handed over.
func TestAction(t *testing.T) {
	a := readYAML[action](t, "action.yml", true)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) != 1 {
		t.Fatalf("%+v", a.Runs)
	}
	step := a.Runs.Steps[0]
	script, err := os.ReadFile("../../" + strings.TrimPrefix(strings.Trim(step.Run, `"`), "$GITHUB_ACTION_PATH/"))
	if err != nil {
		t.Fatal(err)
	}
	handed := ""
	for name, value := range step.Env {
		handed += value
		if !strings.HasPrefix(name, "PZGEN_") {
			continue
		}
		if !strings.Contains(string(script), "$"+name) {
			t.Errorf("the script does not read %s", name)
		}
	}
	for _, name := range regexp.MustCompile(`PZGEN_[A-Z_]+`).FindAllString(string(script), -1) {
		if _, ok := step.Env[name]; !ok {
			t.Errorf("the script reads %s, which is not handed over", name)
		}
	}
	for name, in := range a.Inputs {
		if !strings.Contains(handed, "inputs."+name) || in.Description == "" {
			t.Errorf("input %s is not handed over, or not described", name)
		}
	}
	if strings.Contains(step.Run, "${{") {
		t.Error("the command holds an expression, which is taken for code")
	}
	commands := regexp.MustCompile(`(?m)(?:^|" | )(pzgen (?:[a-z]+)(?: .*?)?)(?:\s*\\?$)`).FindAllStringSubmatch(string(script), -1)
	ran := map[string]bool{}
	for _, m := range commands {
		_, command, _ := strings.Cut(m[1], `" `)
		if command == "" || !strings.HasPrefix(command, "pzgen ") {
			command = m[1]
		}
		var words []string
		for _, w := range strings.Fields(command) {
			w = strings.Trim(w, `"`)
			if strings.Contains(w, "[@]") {
				continue
			}
			words = append(words, strings.ReplaceAll(w, "$", "x"))
		}
		if err := accepted(words); err != nil {
			t.Errorf("%q: %v", command, err)
		}
		ran[words[1]] = true
	}
	for _, name := range []string{"validate", "check", "verify", "diff"} {
		if !ran[name] {
			t.Errorf("the script does not run %s: %v", name, ran)
		}
	}
}

// The action as a runner of GitHub runs it, apart from its network: it is built from its own commit,
// and a comment is what it would hand to gh.
func TestRealAction(t *testing.T) {
	bash := testtool.Need(t, "bash")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	repo(t)
	dir, runner := filepath.Join("some", "folder"), t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(runner, "gh"), "#!/bin/sh\n"+
		"echo \"gh $*\" >&2\n"+
		"for last; do :; done\n"+
		"case \"$*\" in\n"+
		"*--paginate*) cat "+runner+"/known 2>/dev/null || : ;;\n"+
		"*) cat \"${last#body=@}\" > "+runner+"/comment;;\n"+
		"esac\n", 0o755)
	sh := func(command string) {
		t.Helper()
		cmd := testtool.Command(t, bash, "-e", "-c", command)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	write(filepath.Join(dir, "my spec.yaml"), strings.Replace(twoSetups, "data/}", "data/in/}", 1), 0o600)
	sh("pzgen generate -q -f 'my spec.yaml' -o out && git add . && git commit -qm a && git branch -M main && git branch base")
	run := func(env ...string) (string, int) {
		t.Helper()
		cmd := testtool.Command(t, bash, "-c", `"$GITHUB_ACTION_PATH/.ci/action"`)
		cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+runner,
			"PATH="+runner+string(os.PathListSeparator)+os.Getenv("PATH"), "PZGEN_VERSION=",
			"GITHUB_PATH="+runner+"/path", "GITHUB_OUTPUT="+runner+"/output", "GITHUB_STEP_SUMMARY="+runner+"/summary",
			"PZGEN_DIRECTORY="+dir, "PZGEN_FILE=my spec.yaml", "PZGEN_OUT=out", "PZGEN_AGAINST=", "PZGEN_FAIL_ON=",
			"PZGEN_COMMENT=false", "PZGEN_PULL_REQUEST=", "GITHUB_REPOSITORY=a/b")
		cmd.Env = append(cmd.Env, env...)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if said, code := run(); code != 0 || !strings.Contains(said, "::group::pzgen verify\n") {
		t.Errorf("exit code %d: %s", code, said)
	}
	// Somebody may do more: that is told, commented, and fails where it is to.
	write(filepath.Join(dir, "my spec.yaml"), twoSetups, 0o600)
	if said, code := run(); code != 1 || !strings.Contains(said, ",file=out/retail/") {
		t.Errorf("with an out/ that is not fresh: exit code %d: %s", code, said)
	}
	sh("pzgen generate -q -f 'my spec.yaml' -o out")
	said, code := run("PZGEN_AGAINST=base", "PZGEN_COMMENT=true", "PZGEN_PULL_REQUEST=7")
	comment, err := os.ReadFile(filepath.Join(runner, "comment"))
	if code != 0 || err != nil || !strings.Contains(string(comment), "acme-retail-data") ||
		!strings.HasPrefix(string(comment), "<!-- pzgen ") ||
		!strings.Contains(said, "gh api --paginate repos/a/b/issues/7/comments ") ||
		!strings.Contains(said, "gh pr comment 7 --body-file ") {
		t.Errorf("exit code %d, %v: %s\n%s", code, err, said, comment)
	}
	// A comparison that fails is no news of nothing.
	said, code = run("PZGEN_AGAINST=base", "PZGEN_COMMENT=true", "PZGEN_PULL_REQUEST=7", "PZGEN_FAIL_ON=nonsense")
	comment, err = os.ReadFile(filepath.Join(runner, "comment"))
	if code != 1 || err != nil || !strings.Contains(string(comment), "What changes is not known") {
		t.Errorf("exit code %d, %v: %s\n%s", code, err, said, comment)
	}
	if said, code := run("PZGEN_AGAINST=base", "PZGEN_FAIL_ON=broadened"); code != 1 {
		t.Errorf("with --fail-on: exit code %d: %s", code, said)
	}
	if said, code := run("PZGEN_AGAINST=nowhere"); code != 0 || !strings.Contains(said, "::warning::nothing is compared") {
		t.Errorf("against what is not there: exit code %d: %s", code, said)
	}
	if said, code := run("PZGEN_AGAINST=nowhere", "PZGEN_FAIL_ON=any"); code != 1 || !strings.Contains(said, "::error::nothing is compared") {
		t.Errorf("--fail-on against what is not there: exit code %d: %s", code, said)
	}
	// A comment that is too long is cut after a line. That of an earlier run is edited, and no other.
	write(filepath.Join(runner, "known"), "12\n34\n", 0o600)
	sh("sed -n '/^  retail:/,$p' 'my spec.yaml' > rest; for i in $(seq 40); do sed \"s/retail/retail$i/g; s/news/news$i/g\" rest; done >> 'my spec.yaml'; " +
		"pzgen generate -q -f 'my spec.yaml' -o out")
	said, code = run("PZGEN_AGAINST=base", "PZGEN_COMMENT=true", "PZGEN_PULL_REQUEST=7")
	comment, err = os.ReadFile(filepath.Join(runner, "comment"))
	if code != 0 || err != nil || len(comment) > 65_536 || !strings.HasSuffix(string(comment), "|\n\n**There is more**: the log of the run has all of it.\n") ||
		!strings.Contains(said, "gh api --silent --method PATCH repos/a/b/issues/comments/34 --field body=@") {
		t.Errorf("exit code %d, %v, %d bytes: %s", code, err, len(comment), said)
	}
	// An input is never taken for a command.
	if _, code := run("PZGEN_FILE=$(touch hacked); touch hacked", "PZGEN_OUT=`touch hacked`"); code == 0 {
		t.Error("a spec that does not exist is fine")
	}
	if found, _ := filepath.Glob("*/*/hacked"); found != nil {
		t.Error("an input was run")
	}
}

// What init writes calls the action with inputs that it has, and hooks that exist.
func TestInitFits(t *testing.T) {
	inputs := readYAML[action](t, "action.yml", true).Inputs
	hooks := readYAML[[]hook](t, ".pre-commit-hooks.yaml", true)
	t.Chdir(t.TempDir())
	printed(t, "pzgen", "init", "--yes", "-q")
	read := func(pattern string, into any) {
		t.Helper()
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		data, err := os.ReadFile(found[0])
		if err == nil {
			err = yaml.Unmarshal(data, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
			}
		}
	}
	read(".github/workflows/*", &workflow)
	calls := 0
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if !strings.HasPrefix(step.Uses, "pzgen/pzgen@") {
				continue
			}
			calls++
			for name := range step.With {
				if _, ok := inputs[name]; !ok {
					t.Errorf("the action has no input %s", name)
				}
			}
		}
	}
	var config struct {
		Repos []struct{ Hooks []struct{ ID string } }
	}
	read(".pre-commit-config.yaml", &config)
	for _, repo := range config.Repos {
		for _, h := range repo.Hooks {
			calls++
			if !slices.ContainsFunc(hooks, func(known hook) bool { return known.ID == h.ID }) {
				t.Errorf("there is no hook %s", h.ID)
			}
		}
	}
	if calls < 3 {
		t.Errorf("%d calls", calls)
	}

	// The pipeline for GitLab is one of merge requests too, and no exit code is lost in a pipe.
	t.Chdir(t.TempDir())
	printed(t, "pzgen", "init", "--yes", "-q", "--ci", "gitlab")
	var pipeline struct {
		Pzgen struct {
			Rules  []struct{ If string }
			Script []string
		}
	}
	read(".gitlab-ci.yml", &pipeline)
	job := pipeline.Pzgen
	if len(job.Rules) == 0 || job.Rules[0].If != `$CI_PIPELINE_SOURCE == "merge_request_event"` ||
		len(job.Script) < 4 || strings.Contains(strings.Join(job.Script, "\n"), " | ") {
		t.Errorf("%+v", job)
	}
}

type release struct {
	Before struct{ Hooks []string }
	Builds []struct {
		Main                string
		Env, Flags, Ldflags []string
		Goos, Goarch        []string
		ModTimestamp        string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		Files []struct{ Src string }
	}
	Nfpms []struct {
		Formats  []string
		Contents []struct{ Src, Dst string }
	}
	Sboms         []struct{ Artifacts string }
	HomebrewCasks []struct {
		Manpages    []string
		Completions map[string]string
	} `yaml:"homebrew_casks"`
	Dockers []struct {
		Dockerfile string
		Platforms  []string
	} `yaml:"dockers_v2"`
}

// Releases are built so that anybody can build the same bytes, for all systems, and pack what exists.
func TestRelease(t *testing.T) {
	r := readYAML[release](t, ".goreleaser.yaml", false)
	if len(r.Builds) != 1 || len(r.Archives) != 1 || len(r.Nfpms) != 1 || len(r.Dockers) != 1 || len(r.HomebrewCasks) != 1 || len(r.Sboms) != 1 {
		t.Fatalf("%+v", r)
	}
	b := r.Builds[0]
	if !slices.Contains(b.Env, "CGO_ENABLED=0") || !slices.Contains(b.Flags, "-trimpath") || b.ModTimestamp != "{{ .CommitTimestamp }}" ||
		strings.Join(b.Goos, " ") != "linux darwin windows" || strings.Join(b.Goarch, " ") != "amd64 arm64" {
		t.Errorf("%+v", b)
	}
	made := []string{"bin/release/pzgen.1"}
	for _, name := range made {
		if !strings.Contains(strings.Join(r.Before.Hooks, "\n"), "go run ./cmd/pzgen man > "+name) {
			t.Errorf("no hook makes %s", name)
		}
	}
	var sources []string
	for _, f := range r.Archives[0].Files {
		sources = append(sources, f.Src)
	}
	var packed []string
	for _, c := range r.Nfpms[0].Contents {
		sources, packed = append(sources, c.Src), append(packed, c.Dst)
	}
	for _, src := range append(sources, b.Main, r.Dockers[0].Dockerfile) {
		if found, err := filepath.Glob("../../" + src); (err != nil || found == nil) && !slices.Contains(made, src) {
			t.Errorf("there is no %s", src)
		}
	}
	for _, want := range []string{"LICENSE", "README.md", made[0], "cmd/pzgen/completion/*"} {
		if !slices.Contains(sources, want) {
			t.Errorf("archives lack %s", want)
		}
	}
	for _, want := range []string{"/usr/share/man/man1/pzgen.1", "/usr/share/zsh/vendor-completions/_pzgen", "/usr/share/bash-completion/completions/pzgen"} {
		if !slices.Contains(packed, want) {
			t.Errorf("packages lack %s", want)
		}
	}
	for shell, name := range r.HomebrewCasks[0].Completions {
		if _, err := os.Stat("completion/" + filepath.Base(name)); err != nil {
			t.Errorf("%s: %v", shell, err)
		}
	}
	image, err := os.ReadFile("../../" + r.Dockers[0].Dockerfile)
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(image), "\nFROM scratch\n")
	for _, want := range []string{"USER 65532:65532\n", "COPY $TARGETPLATFORM/pzgen /usr/bin/pzgen\n", `ENTRYPOINT ["/usr/bin/pzgen"]`} {
		if !strings.Contains(last, want) {
			t.Errorf("the image lacks %s", want)
		}
	}
}

// sameBytes builds a package of two folders and says whether the programs are the same.
func sameBytes(t *testing.T, dirs [2]string, pkg string, flags ...string) bool {
	t.Helper()
	var built [2][]byte
	for i, dir := range dirs {
		out := filepath.Join(t.TempDir(), "program")
		cmd := exec.Command("go", append(append([]string{"build", "-o", out}, flags...), pkg)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		built[i] = data
	}
	return bytes.Equal(built[0], built[1])
}

// copySources copies a module without what is generated or built.
func copySources(t *testing.T, here, there string) {
	t.Helper()
	entries, err := os.ReadDir(here)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(there, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		from, to := filepath.Join(here, e.Name()), filepath.Join(there, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), slices.Contains([]string{"out", "bin", "dist", "linux"}, e.Name()):
		case e.IsDir():
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		default:
			data, err := os.ReadFile(from)
			if err == nil {
				err = os.WriteFile(to, data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// linkAll makes a folder that has what another has, as links; some of the folders in it are real ones, so
// that they may have more.
func linkAll(t *testing.T, from, to string, folders ...string) {
	t.Helper()
	var link func(name string)
	link = func(name string) {
		if err := os.MkdirAll(filepath.Join(to, name), 0o755); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			path := filepath.ToSlash(filepath.Join(name, e.Name()))
			real := func(f string) bool { return f == path || strings.HasPrefix(f, path+"/") }
			if slices.ContainsFunc(folders, real) {
				link(path)
			} else if err := os.Symlink(filepath.Join(from, path), filepath.Join(to, path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	link(".")
}

// A module proxy that has version v1.9.8 of pzgen: go install makes a program of it that tells the
// version.
func TestRealGoInstall(t *testing.T) {
	testtool.Need(t, "go")
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if all, err := zip.CheckDir(here); err != nil || len(all.Invalid) > 0 {
		t.Errorf("a module proxy does not take %v: %v", all.Invalid, err)
	}
	dir := t.TempDir()
	copySources(t, here, filepath.Join(dir, "sources"))
	proxy := filepath.Join(dir, "proxy/github.com/pzgen/pzgen/@v")
	if err := os.MkdirAll(proxy, 0o755); err != nil {
		t.Fatal(err)
	}
	version := module.Version{Path: "github.com/pzgen/pzgen", Version: "v1.9.8"}
	packed, err := os.Create(filepath.Join(proxy, "v1.9.8.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	if err := zip.CreateFromDir(packed, version, filepath.Join(dir, "sources")); err != nil {
		t.Fatal(err)
	}
	gomod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"list": "v1.9.8\n", "v1.9.8.mod": string(gomod),
		"v1.9.8.info": `{"Version": "v1.9.8", "Time": "2026-01-02T03:04:05Z"}`} {
		if err := os.WriteFile(filepath.Join(proxy, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cache, err := testtool.Command(t, "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	// The module cache that is here, and one place in it for the version that is made up.
	modules := filepath.Join(dir, "modules")
	linkAll(t, strings.TrimSpace(string(cache)), modules, "github.com", "cache/download/github.com")
	install := testtool.Command(t, "go", "install", "github.com/pzgen/pzgen/cmd/pzgen@v1.9.8")
	install.Dir = dir
	install.Env = append(os.Environ(), "GOBIN="+filepath.Join(dir, "bin"), "GOMODCACHE="+modules,
		"GONOSUMDB=*", "GOFLAGS=-modcacherw -trimpath", "CGO_ENABLED=0",
		"GOPROXY=file://"+filepath.Join(dir, "proxy")+",off")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := testtool.Command(t, filepath.Join(dir, "bin", "pzgen"), "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "pzgen v1.9.8 (go1.") {
		t.Errorf("%s, %v", out, err)
	}
}

// Two builds in two folders are the same, byte for byte.
func TestBuildsAreTheSame(t *testing.T) {
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(t.TempDir(), "a folder with another name")
	copySources(t, here, there)
	if !sameBytes(t, [2]string{here, there}, "./cmd/pzgen", "-trimpath") {
		t.Error("two builds differ")
	}
	// Without -trimpath the folder is in the program.
	var dirs [2]string
	for i := range dirs {
		dirs[i] = t.TempDir()
		for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { panic(1) }\n"} {
			if err := os.WriteFile(filepath.Join(dirs[i], name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if sameBytes(t, dirs, ".") || !sameBytes(t, dirs, ".", "-trimpath") {
		t.Error("builds with their folders in them are taken for the same")
	}
}

var shellFence = regexp.MustCompile("(?ms)^```(?:sh|bash|console)[^\n]*\n(.*?)^```$")

// pzgenLines returns the commands of pzgen that a page shows, as words, with what is quoted as one word.
func pzgenLines(page string) (lines [][]string) {
	quoted := regexp.MustCompile(`'[^']*'|"[^"]*"`)
	for _, m := range shellFence.FindAllStringSubmatch(page, -1) {
		text := strings.ReplaceAll(m[1], "\\\n", " ")
		for line := range strings.Lines(text) {
			line = quoted.ReplaceAllString(strings.TrimPrefix(line, "$ "), "x")
			words := strings.Fields(line)
			if i := slices.IndexFunc(words, func(w string) bool { return strings.ContainsAny(w[:1], "|<>&;") || w == "2>&1" }); i >= 0 {
				words = words[:i]
			}
			if len(words) > 1 && words[0] == "pzgen" {
				lines = append(lines, words)
			}
		}
	}
	return lines
}

// Each command of pzgen in the documentation exists, and so does each of its flags.
func TestCommandsOfDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range pzgenLines(string(page)) {
			n++
			if err := accepted(words); err != nil {
				t.Errorf("%s: %q: %v", name, words, err)
			}
		}
	}
	if n < 60 {
		t.Errorf("%d commands", n)
	}
	if lines := pzgenLines("```sh\npzgen check --loud 'a b' | tee x\n```\n"); len(lines) != 1 || accepted(lines[0]) == nil {
		t.Errorf("a flag that does not exist is fine: %q", lines)
	}
}
