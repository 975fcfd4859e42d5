package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

// typed is a line that is typed with a tab after it, and what the shell makes of it. With choices,
// several words are possible and the shell lists them.
type typed struct {
	line, becomes string
	choices       string
}

// shellCases hold for bash and zsh alike, in the folder that completionFolder makes.
func shellCases() []typed {
	return []typed{
		{line: "pzgen gen", becomes: "pzgen generate "},
		{line: "pzgen ver", becomes: "pzgen ver", choices: "verify version"},
		{line: "pzgen templates e", becomes: "pzgen templates export "},
		{line: "pzgen generate --tar", becomes: "pzgen generate --target "},
		{line: "pzgen generate --target te", becomes: "pzgen generate --target terraform "},
		{line: "pzgen generate --target=te", becomes: "pzgen generate --target=terraform "},
		{line: "pzgen generate --target json,te", becomes: "pzgen generate --target json,terraform "},
		{line: "pzgen check --format j", becomes: "pzgen check --format j", choices: "json junit"},
		{line: "pzgen lint --kind tr", becomes: "pzgen lint --kind trust "},
		{line: "pzgen lint --fail-on w", becomes: "pzgen lint --fail-on warning "},
		{line: "pzgen generate --setup re", becomes: "pzgen generate --setup retail "},
		{line: "pzgen generate -f 'other spec.yaml' --setup b", becomes: "pzgen generate -f 'other spec.yaml' --setup books "},
		{line: `pzgen generate -f other\ spec.yaml --setup b`, becomes: `pzgen generate -f other\ spec.yaml --setup books `},
		{line: "pzgen generate --file=other", becomes: `pzgen generate --file=other\ spec.yaml `},
		{line: "pzgen generate -f other", becomes: `pzgen generate -f other\ spec.yaml `},
		{line: "pzgen merge --setup retail --bucket d", becomes: "pzgen merge --setup retail --bucket data "},
		{line: "pzgen completion fi", becomes: "pzgen completion fish "},
		{line: "pzgen explain PZ035", becomes: "pzgen explain PZ035 "},
		{line: "pzgen explain re", becomes: "pzgen explain retail "},
		{line: "pzgen help gener", becomes: "pzgen help generate "},
		// Files and folders where they are expected, and nowhere else: generate, json and retail are
		// folders here.
		{line: "pzgen simulate ret", becomes: "pzgen simulate retail/"},
		{line: "pzgen generate -o ret", becomes: "pzgen generate -o retail/"},
		{line: "pzgen generate -o oth", becomes: "pzgen generate -o oth"},
		{line: "pzgen generate oth", becomes: "pzgen generate oth"},
		{line: "pzgen generate --shard oth", becomes: "pzgen generate --shard oth"},
		{line: "pzgen oth", becomes: "pzgen oth"},
		{line: "pzgen generate --setup oth", becomes: "pzgen generate --setup oth"},
		{line: "pzgen nonsense gen", becomes: "pzgen nonsense gen"},
	}
}

// completionFolder makes a folder with specs and with folders that are called like commands, values
// and setups, and puts pzgen on PATH. It returns the folder.
func completionFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"work/generate", "work/json", "work/retail", "bin"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"pzgen.yaml": twoSetups,
		"other spec.yaml": strings.Replace(twoSetups, "retail:", "books:", 1)} {
		if err := os.WriteFile(filepath.Join(dir, "work", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOME", dir)
	return dir
}

// shell is a shell on a terminal. At control-t it prints its line between « and », and begins anew.
type shell struct {
	t    *testing.T
	term *os.File
	seen string
}

// startShell starts a shell in a folder and has it read the commands first.
func startShell(t *testing.T, dir string, cmd *exec.Cmd, commands string) *shell {
	t.Helper()
	cmd.Dir = filepath.Join(dir, "work")
	cmd.Env = append(os.Environ(), "TERM=dumb", "PS1=", "LC_ALL=C.UTF-8")
	s := &shell{t: t, term: testtool.Terminal(t, cmd)}
	s.write(commands + "\nprintf 'rea%s\\n' dy\n")
	s.until("ready")
	return s
}

func (s *shell) write(text string) {
	s.t.Helper()
	if _, err := s.term.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// until reads up to a text and returns what was shown before it.
func (s *shell) until(end string) string {
	s.t.Helper()
	buf := make([]byte, 4096)
	for {
		if shown, rest, ok := strings.Cut(s.seen, end); ok {
			s.seen = rest
			return shown
		}
		n, err := s.term.Read(buf)
		if s.seen += string(buf[:n]); err != nil {
			s.t.Fatalf("the shell ended before it showed %q: %q", end, s.seen)
		}
	}
}

// complete types a line and tabs, and returns the line that the shell has then and what it showed.
func (s *shell) complete(line, tabs string) (becomes, shown string) {
	s.t.Helper()
	s.write(line + tabs + "\x14")
	shown = s.until("«")
	return s.until("»"), shown
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|\x07|\x0f`)

// try holds a shell against the cases and returns what is wrong.
func (s *shell) try(cases []typed) []string {
	s.t.Helper()
	var wrong []string
	for _, c := range cases {
		tabs := "\t"
		if c.choices != "" {
			tabs = "\t\t"
		}
		becomes, shown := s.complete(c.line, tabs)
		if becomes != c.becomes {
			wrong = append(wrong, c.line+" becomes "+becomes+"|, not "+c.becomes+"|")
		}
		listed := strings.Fields(escapes.ReplaceAllString(shown, " "))
		for _, w := range strings.Fields(c.choices) {
			if !slices.Contains(listed, w) {
				wrong = append(wrong, c.line+" does not list "+w+": "+shown)
			}
		}
	}
	return wrong
}

const bashKey = `bind 'set enable-bracketed-paste off'; bind -x '"\C-t": printf "«%s»" "$READLINE_LINE"; READLINE_LINE='`

func TestRealBashCompletion(t *testing.T) {
	bash := testtool.Need(t, "bash")
	dir := completionFolder(t)
	start := func(commands string) *shell {
		return startShell(t, dir, testtool.Command(t, bash, "--noprofile", "--norc", "-i"), commands+"\n"+bashKey)
	}
	for _, w := range start("source <(pzgen completion bash)").try(shellCases()) {
		t.Error(w)
	}
	// A shell without compopt, as bash 3.2 is, has the same names of files, without a slash after folders.
	old := []typed{
		{line: "pzgen generate -f oth", becomes: `pzgen generate -f other\ spec.yaml `},
		{line: "pzgen generate -o ret", becomes: "pzgen generate -o retail "},
		{line: "pzgen gen", becomes: "pzgen generate "},
		{line: "pzgen generate oth", becomes: "pzgen generate oth"},
	}
	for _, w := range start("enable -n compopt; source <(pzgen completion bash)").try(old) {
		t.Error("without compopt: " + w)
	}
	// A script that has every name taken for one of a file is found.
	spoiled := `source <(pzgen completion bash | sed 's/^complete -F/complete -o filenames -o default -F/')`
	if wrong := start(spoiled).try(shellCases()); len(wrong) < 3 {
		t.Errorf("with -o filenames: %q", wrong)
	}
}

const zshKey = `show-line() { print -rn -- "«$BUFFER»"; BUFFER= }; zle -N show-line; bindkey '^T' show-line; ` +
	`unsetopt list_beep auto_remove_slash auto_menu; setopt no_prompt_sp no_prompt_cr; PROMPT=`

func TestRealZshCompletion(t *testing.T) {
	zsh := testtool.Need(t, "zsh")
	dir := completionFolder(t)
	start := func(commands string) *shell {
		return startShell(t, dir, testtool.Command(t, zsh, "-f", "-i"), commands+"; "+zshKey)
	}
	const fpath = `mkdir ../fpath && pzgen completion zsh > ../fpath/_pzgen && fpath=(../fpath $fpath) && ` +
		`autoload -Uz compinit && compinit -D`
	for how, commands := range map[string]string{
		"sourced":                 "autoload -Uz compinit && compinit -D && source <(pzgen completion zsh)",
		"sourced before compinit": "source <(pzgen completion zsh)",
		"from fpath":              fpath,
	} {
		for _, w := range start(commands).try(shellCases()) {
			t.Error(how + ": " + w)
		}
	}
	// Without the first line compinit does not know what the function is for.
	if wrong := start(strings.Replace(fpath, "mkdir ../fpath && pzgen completion zsh",
		"mkdir ../lost; pzgen completion zsh | sed 1d", 1) + "; rm ../fpath/_pzgen").try(shellCases()[:1]); len(wrong) == 0 {
		t.Error("without #compdef nothing is wrong")
	}
}

func TestRealFishCompletion(t *testing.T) {
	fish := testtool.Need(t, "fish")
	dir := completionFolder(t)
	ask := func(script string, lines []string) []string {
		var commands strings.Builder
		commands.WriteString(script + "\n")
		for _, line := range lines {
			commands.WriteString("complete -C '" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(line) + "'\necho ===\n")
		}
		cmd := testtool.Command(t, fish, "--no-config", "-c", commands.String())
		cmd.Dir = filepath.Join(dir, "work")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.Split(string(out), "===\n")
	}
	cases := []struct{ line, want string }{
		{"pzgen gen", "generate"},
		{"pzgen ver", "verify version"},
		{"pzgen generate --tar", "--target"},
		{"pzgen generate --target te", "terraform"},
		{"pzgen generate --target=te", "--target=terraform"},
		{"pzgen check --format j", "json junit"},
		{"pzgen generate --setup ", "news retail"},
		{"pzgen generate -f 'other spec.yaml' --setup ", "books news"},
		{"pzgen generate -f oth", `other spec.yaml`},
		{"pzgen generate --file=oth", `--file=other spec.yaml`},
		{"pzgen generate -o ", "generate/ json/ retail/"},
		{"pzgen completion ", "bash fish pwsh zsh"},
		{"pzgen help gener", "generate"},
		{"pzgen help templates ", "export list"},
		{"pzgen generate oth", ""},
		{"pzgen oth", ""},
		{"pzgen generate --shard oth", ""},
	}
	var lines []string
	for _, c := range cases {
		lines = append(lines, c.line)
	}
	try := func(script string) (wrong int) {
		for i, out := range ask(script, lines)[:len(lines)] {
			var words []string
			for line := range strings.Lines(out) {
				word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
				words = append(words, word)
			}
			slices.Sort(words)
			if got := strings.Join(words, " "); got != cases[i].want {
				wrong++
				if script == "pzgen completion fish | source" {
					t.Errorf("%q may become %q, not %q", lines[i], got, cases[i].want)
				}
			}
		}
		return wrong
	}
	try("pzgen completion fish | source")
	if try("pzgen completion fish | string replace -- ' -f ' ' ' | source") == 0 {
		t.Error("a script that offers files everywhere is taken for right")
	}
}
