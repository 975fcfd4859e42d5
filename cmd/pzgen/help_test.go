package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// twoSetups has two setups.
const twoSetups = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  retail:
    buckets: {data: {name: acme-retail-data}}
    workflows: [{type: import, from: data/}]
  news:
    buckets: {data: {name: acme-news-data}}
    workflows: [{type: import, from: data/}]
`

// everyCommand calls f for each command with its full name.
func everyCommand(f func(path string, c *cli.Command)) {
	var walk func(path string, list []*cli.Command)
	walk = func(path string, list []*cli.Command) {
		for _, c := range list {
			name := strings.TrimSpace(path + " " + c.Name)
			f(name, c)
			walk(name, c.Subcommands)
		}
	}
	walk("", newApp(&env{stdout: io.Discard, stderr: io.Discard}).Commands)
}

// printed returns what a command prints that ends well.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := run(args, strings.NewReader(""), &out, &out); code != exitFine {
		t.Fatalf("%q: exit code %d: %s", args, code, out.String())
	}
	return out.String()
}

// Each command has examples, at the end of its help text.
func TestExamples(t *testing.T) {
	n := 0
	everyCommand(func(path string, c *cli.Command) {
		help := printed(t, append(append([]string{"pzgen"}, "help"), strings.Fields(path)...)...)
		_, shown, ok := strings.Cut(help, "\nEXAMPLES:\n")
		if !ok || len(examplesOf(path)) == 0 {
			t.Errorf("%s has no examples: see examplesOf", path)
		}
		for _, x := range examplesOf(path) {
			n++
			if !strings.Contains(shown, "      "+x.command+"\n") {
				t.Errorf("the help of %s does not show %q", path, x.command)
			}
			if !strings.Contains(x.command, "pzgen "+path) && !strings.HasPrefix(path, "templates") {
				t.Errorf("%q is no example of %s", x.command, path)
			}
		}
	})
	if n < 30 {
		t.Errorf("%d examples", n)
	}
}

// The examples run as they are, in a folder that has what they name.
func TestExamplesRun(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	repo(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, dir := range []string{"answers", filepath.Join(home, ".zfunc"), filepath.Join(home, ".config/fish/completions"),
		filepath.Join(home, ".local/share/man/man1")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	one := strings.Replace(twoSetups, "news:", "music:", 1)
	for name, text := range map[string]string{
		"pzgen.yaml":        strings.Replace(twoSetups, "{name: acme-retail-data}", "{name: acme-retail-data, existing: true, key: none, policy: current.json}", 1),
		"shops.yaml":        strings.NewReplacer("retail", "shop", "news", "toys").Replace(twoSetups),
		"news.yaml":         strings.NewReplacer("retail", "world", "news", "sports").Replace(one),
		"policy.json":       trust,
		"role.json":         trust,
		"current.json":      `{"Version":"2012-10-17","Statement":[{"Sid":"Ours","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-retail-data"}]}`,
		"answers/role.json": `{"Role":{"RoleName":"Shop","Path":"/","Arn":"arn:aws:iam::111122223333:role/Shop","AssumeRolePolicyDocument":` + trust + `}}`,
		"cases.json":        simulateExample,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sh := func(command string) (string, int) {
		cmd := exec.Command(bash, "-c", command)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if said, code := sh("pzgen generate -q && git add . && git commit -qm a && git branch -M main && " +
		"git update-ref refs/remotes/origin/main main"); code != 0 {
		t.Fatal(said)
	}
	everyCommand(func(path string, _ *cli.Command) {
		for _, x := range examplesOf(path) {
			if _, err := exec.LookPath("man"); err != nil && strings.Contains(x.command, "| man") {
				continue
			}
			said, code := sh("set -o pipefail; " + x.command)
			if code > exitFindings || strings.Contains(said, "pzgen: ") {
				t.Errorf("%s: exit code %d: %s", x.command, code, said)
			}
		}
	})
}

// The sections of the manual page are in the order of man-pages(7), and the examples in it are all.
func TestManSections(t *testing.T) {
	page := printed(t, "pzgen", "man")
	var sections []string
	for _, m := range regexp.MustCompile(`(?m)^\.SH ([A-Z ]+)$`).FindAllStringSubmatch(page, -1) {
		sections = append(sections, m[1])
	}
	const want = "NAME, SYNOPSIS, DESCRIPTION, GLOBAL OPTIONS, COMMANDS, EXIT STATUS, ENVIRONMENT, FILES, EXAMPLES"
	if got := strings.Join(sections, ", "); got != want {
		t.Errorf("sections %s, not %s", got, want)
	}
	_, synopsis, _ := strings.Cut(page, ".SH SYNOPSIS\n")
	synopsis, _, _ = strings.Cut(synopsis, ".SH")
	if !strings.Contains(synopsis, "COMMAND [flags]") || strings.Contains(page, `\fBUsage\fP`) {
		t.Errorf("the synopsis is %s", synopsis)
	}
	_, examples, _ := strings.Cut(page, ".SH EXAMPLES\n")
	everyCommand(func(path string, _ *cli.Command) {
		for _, x := range examplesOf(path) {
			if !strings.Contains(examples, ".B "+roff(x.command)+"\n") {
				t.Errorf("the manual page lacks %s", x.command)
			}
		}
	})
	if got := roff(`.a-b 'c' \d`); got != `\&.a\-b \(aqc\(aq \ed` {
		t.Errorf("roff: %s", got)
	}
}

// Flags that take one of a few words say which, so that shells can offer them; and what they say is
// what the command takes.
func TestListedValues(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("pzgen.yaml", []byte(twoSetups), 0o600); err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile("`(FORMAT|KIND|LEVEL|TYPE|TARGETS|PRESET)`")
	n := 0
	everyCommand(func(path string, c *cli.Command) {
		for _, f := range c.Flags {
			usage := f.(cli.DocGenerationFlag).GetUsage()
			if !word.MatchString(usage) {
				continue
			}
			values := flagValues(f)
			if len(values) < 2 {
				t.Errorf("pzgen %s --%s does not list its values as completion reads them: %q", path, f.Names()[0], usage)
			}
			for _, v := range append(values, "nonsense") {
				n++
				known := v != "nonsense"
				args := append([]string{"pzgen"}, strings.Fields(path)...)
				args = append(args, "--"+f.Names()[0], v)
				var out bytes.Buffer
				run(args, strings.NewReader(""), io.Discard, &out)
				refused := strings.Contains(out.String(), strconv.Quote(v))
				if refused == known {
					t.Errorf("%q: %s", args, out.String())
				}
			}
		}
	})
	if n < 40 {
		t.Errorf("%d values", n)
	}
}

// Completion knows what a flag takes by what its usage calls it. A word that is new is either among
// those of files, lists its values, or is here, where nothing can be offered.
func TestPlaceholders(t *testing.T) {
	nothing := []string{"ACCOUNT", "ACTION", "ARN", "I/N", "N", "NAME", "NAME=ARN", "PROFILE", "REGION", "TEXT",
		"s3://BUCKET/FOLDER/"}
	everyCommand(func(path string, c *cli.Command) {
		for _, f := range c.Flags {
			if !takesValue(f) {
				continue
			}
			word := placeholder(f.(cli.DocGenerationFlag).GetUsage())
			if word != "FOLDER" && !slices.Contains(filePlaceholders[:], word) && flagValues(f) == nil &&
				!slices.Contains(nothing, word) {
				t.Errorf("pzgen %s --%s: what is offered for %q?", path, f.Names()[0], word)
			}
		}
	})
}

// Pzgen by itself says the next step, by what is in the folder.
func TestNextStep(t *testing.T) {
	t.Chdir(t.TempDir())
	next := func() string {
		_, next, _ := strings.Cut(printed(t, "pzgen"), "\nNEXT:\n")
		return next
	}
	write := func(text string) {
		if err := os.WriteFile("pzgen.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(); !strings.Contains(got, "\n   pzgen init\n") {
		t.Errorf("in an empty folder: %s", got)
	}
	write("version: 1\nsetups: 3\n")
	if got := next(); !strings.Contains(got, "\n   pzgen validate\n") {
		t.Errorf("with a spec that is wrong: %s", got)
	}
	write(twoSetups)
	if got := next(); !strings.Contains(got, "\n   pzgen generate\n") {
		t.Errorf("with a spec: %s", got)
	}
	printed(t, "pzgen", "generate", "-q")
	if got := next(); !strings.Contains(got, "\n   pzgen check && pzgen verify\n") {
		t.Errorf("with out/: %s", got)
	}
	if got := printed(t, "pzgen", "help"); strings.Contains(got, "NEXT:") {
		t.Errorf("pzgen help: %s", got)
	}
	if got := printed(t, "pzgen", "help", "help"); !strings.Contains(got, "pzgen help - ") {
		t.Errorf("pzgen help help: %s", got)
	}
	if got := printed(t, "pzgen", "check", "--help"); strings.Contains(got, "without proof") {
		t.Errorf("check --help offers to write without proof: %s", got)
	}
}
