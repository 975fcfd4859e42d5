package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/engine"
)

// messagesSpecs makes a folder of specs: one that is fine, one with errors, one that grants too much,
// one with other setups, and one with the keys that the questions name.
const messagesSpecs = `mkdir folder && cd folder
cat > two.yaml <<'.'
version: 1
defaults:
  account: "111122223333"
  region: eu-west-1
setups:
  shop:
    buckets: {data: {name: acme-shop}}
    workflows: [{type: import, from: data/in/}]
  news:
    buckets: {data: {name: acme-news}}
    workflows: [{type: import, from: data/in/}]
.
sed 's/acme-.*}}/ACME}}/' two.yaml > wrong.yaml
sed 's/shop/food/; s/news/film/' two.yaml > other.yaml
more='{sid: More, effect: Allow, action: "s3:PutObject", resource: ["<data.arn>/*"]}'
sed "/workflows/a\\
    statements: {role: [$more]}" two.yaml > more.yaml
sed 's/acme-shop/&, existing: true, policy: given.json, key: none/
/^defaults/a\
  confusedDeputy: everywhere\
  targets: [terraform]\
  ownFiles: [notes.txt]' more.yaml > every.yaml
cat > given.json <<'.'
{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
  "Resource": "arn:aws:s3:::acme-shop/private/*"}]}
.
`

// everySpec is the command that shows that a quote is in a spec without errors.
var everySpec = comes{"pzgen validate -f every.yaml 2>&1 && cat every.yaml",
	`no errors, 0 warnings\n(?s:.*)QUOTE`}

// comes is a command, and a regular expression of what it prints, in which QUOTE is the quote, and N
// in that a number. An empty one is the quote alone.
type comes struct{ command, prints string }

// messages say how what a page quotes comes about.
var messages = map[string]comes{
	"there is no pzgen.yaml in this folder": {"pzgen generate", ""},
	"N errors in the spec":                  {"pzgen generate -f wrong.yaml", ""},
	"the proof fails: N findings":           {"pzgen generate -f more.yaml", ""},
	"N files are not as generated":          {"pzgen check -f two.yaml", ""},
	"would remove every file of N setups": {
		"pzgen generate -f two.yaml && pzgen generate -f other.yaml", ""},
	"pzgen did not write": {
		"mkdir -p out/shop && touch out/shop/README.md && pzgen generate -f two.yaml", ""},
	"move these files away": {
		"mkdir -p out/shop && touch out/shop/README.md && pzgen generate -f two.yaml", ""},

	"edited": {"pzgen generate -f two.yaml; echo >> out/shop/README.md; pzgen check -f two.yaml",
		`1 edited`},
	"check":         {"pzgen help", `(?m)^ +check `},
	"out/":          {"pzgen generate -q -f two.yaml; ls -d out/", ""},
	"out/.pzgen":    {"pzgen generate -q -f two.yaml; ls -d out/.pzgen", ""},
	"apply.sh":      {"pzgen generate -q -f two.yaml; find out", `shell/apply\.sh`},
	"pzgen check":   {"pzgen help check", `what the spec`},
	"pzgen doctor":  {"pzgen help doctor", `Decides every call`},
	"doctor --live": {"pzgen help doctor", `--live .*read the account`},
	"--target terraform": {"pzgen generate -f two.yaml --target terraform; ls -1 out/shop",
		`(?m)^terraform$`},
	"targets: [terraform]":           everySpec,
	"ownFiles":                       everySpec,
	"statements":                     everySpec,
	"existing: true":                 everySpec,
	"confusedDeputy: everywhere":     everySpec,
	"pzgen explain SETUP/DOCUMENT":   {"pzgen explain -f two.yaml shop/role-trust", `sts:AssumeRole`},
	"pzgen generate --remove-setups": {"pzgen help generate", `--remove-setups`},
	"pzgen explain SETUP":            {"pzgen explain -f two.yaml shop", `(?m)^  source    \S+, 20\d\d-\d\d$`},
}

// constants are where the text is that no command prints here: scripts that run in an account, AWS,
// whose answers doctor knows, and the go command.
var constants = map[string]func(string) error{
	"the credentials are for account": inScripts,
	"hand it over with --adopt":       inScripts,
	"interrupted": func(quote string) error {
		for signal, code := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
			var i interruption
			i.signal.Store(&signal)
			if f := i.failure(engine.ErrInterrupted); f.code != code || f.err.Error() != quote {
				return fmt.Errorf("%v ends with exit code %d and %q", signal, f.code, f.err)
			}
		}
		return nil
	},
	"insufficient privileges for accessing data in Amazon S3": inDenial,
	"MalformedPolicyDocument":                                 inDenial,
	"Invalid principal in policy":                             inDenial,
	"go: go.mod requires go >= 1.26.0": func(quote string) error {
		version := quote[strings.LastIndexByte(quote, ' ')+1:]
		mod, err := os.ReadFile("../../go.mod")
		if err == nil && !strings.Contains(string(mod), "\ngo "+version+"\n") {
			err = errors.New("go.mod requires another")
		}
		return err
	},
}

// inScripts returns an error when no part of the shell scripts holds a text.
func inScripts(quote string) error {
	parts, err := filepath.Glob("../../generators/shell/lib/*.sh")
	for _, p := range parts {
		text, err := os.ReadFile(p)
		if err != nil || strings.Contains(string(text), quote) {
			return err
		}
	}
	return errors.Join(err, errors.New("no script says it"))
}

// inDenial returns an error when doctor does not know a message of AWS.
func inDenial(quote string) error {
	message := "An error occurred (" + quote + ") when calling the PutKeyPolicy operation: " + quote
	if _, ok := denial.Parse(message); !ok {
		return errors.New("pzgen doctor does not know it")
	}
	return nil
}

var quoted = regexp.MustCompile("`([^`]+)`|\"([^\"]+)\"")

// quotes returns what the page about messages quotes as such, and all that the questions quote.
func quotes(messagesPage, questions string) []string {
	var list []string
	add := func(text string) {
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			list = append(list, m[1]+m[2])
		}
	}
	for line := range strings.Lines(messagesPage) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			add(cells[1])
		}
	}
	add(questions)
	slices.Sort(list)
	return slices.Compact(list)
}

// unsaid returns what is wrong with a quote, or "".
func unsaid(quote string) string {
	message, isMessage := messages[quote]
	constant, isConstant := constants[quote]
	if !isMessage && !isConstant {
		return fmt.Sprintf("nothing shows that %q is what pzgen says", quote)
	}
	if isConstant {
		if err := constant(quote); err != nil {
			return fmt.Sprintf("%q: %v", quote, err)
		}
	}
	if !isMessage {
		return ""
	}
	return notPrinted(quote, message.command, message.prints)
}

// notPrinted runs a command among the specs, in a folder of its own.
func notPrinted(quote, command, prints string) string {
	text := strings.ReplaceAll(regexp.QuoteMeta(quote), "N ", "[0-9]+ ")
	prints = strings.ReplaceAll(cmp.Or(prints, "QUOTE"), "QUOTE", text)
	dir, err := os.MkdirTemp("", "messages")
	if err != nil {
		return err.Error()
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("sh", "-c", messagesSpecs+command)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	if !regexp.MustCompile(prints).Match(out) {
		return fmt.Sprintf("%s does not print %q:\n%s", command, prints, out)
	}
	return ""
}

// Whatever the pages quote is what pzgen says, AWS or the go command, and what this test knows to be
// comes is quoted.
func TestQuotedMessages(t *testing.T) {
	pages := map[string]string{}
	for _, name := range []string{"troubleshooting", "faq"} {
		text, err := os.ReadFile("../../docs/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(text)
	}
	list := quotes(pages["troubleshooting"], pages["faq"])
	for _, quote := range list {
		if wrong := unsaid(quote); wrong != "" {
			t.Error(wrong)
		}
	}
	for quote := range messages {
		if !slices.Contains(list, quote) {
			t.Errorf("no page quotes %q", quote)
		}
	}
	for quote := range constants {
		if !slices.Contains(list, quote) {
			t.Errorf("no page quotes %q", quote)
		}
	}

	// A page that quotes something else is found, and so is a message that has changed.
	changed := strings.Replace(pages["troubleshooting"], "N errors in", "N faults in", 1)
	if more := quotes(changed, ""); !slices.Contains(more, "N faults in the spec") {
		t.Errorf("%q", more)
	}
	for _, wrong := range []string{
		unsaid("N faults in the spec"),
		notPrinted("N faults in the spec", messages["N errors in the spec"].command, ""),
		fmt.Sprint(inScripts("the credentials are of account")), fmt.Sprint(inDenial("enough privileges")),
		fmt.Sprint(constants["interrupted"]("stopped")),
		fmt.Sprint(constants["go: go.mod requires go >= 1.26.0"]("go: go.mod requires go >= 1.25.0")),
	} {
		if wrong == "" || wrong == "<nil>" {
			t.Error("a wrong quote is fine")
		}
	}
}
