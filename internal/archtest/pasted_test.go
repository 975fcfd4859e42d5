package archtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

var shellBlock = regexp.MustCompile("(?ms)^```(sh|bash|shell|console)[^\n]*\n(.*?)^```$")

// notPasted says what is wrong with the commands of a page for those who paste them into a shell:
// a zsh as it comes takes what is behind # for arguments, and a semicolon there for a new command.
func notPasted(page string) (wrong []string) {
	for _, m := range shellBlock.FindAllStringSubmatch(page, -1) {
		text := m[2]
		if m[1] == "console" { // what follows is what is printed
			var commands strings.Builder
			for line := range strings.Lines(text) {
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					commands.WriteString(command)
				}
			}
			text = commands.String()
		}
		file, err := syntax.NewParser(syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%v: %s", err, text))
			continue
		}
		// What is quoted is data, whatever it holds.
		bare := []byte(text)
		syntax.Walk(file, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Comment:
				wrong = append(wrong, fmt.Sprintf("a comment: #%s", n.Text))
			case *syntax.SglQuoted, *syntax.DblQuoted:
				blank(bare, n)
			case *syntax.Redirect:
				if n.Hdoc != nil {
					blank(bare, n.Hdoc)
				}
			}
			return true
		})
		for line := range bytes.Lines(bare) {
			if bytes.ContainsAny(line, ";#") {
				wrong = append(wrong, fmt.Sprintf("a semicolon or #: %s", line))
			}
		}
	}
	return wrong
}

func blank(text []byte, n syntax.Node) {
	for i := n.Pos().Offset(); i < n.End().Offset() && int(i) < len(text); i++ {
		if text[i] != '\n' {
			text[i] = 'x'
		}
	}
}

// What is to be pasted holds no comments and no semicolons, in the documentation and in the pages that
// are generated.
func TestPasting(t *testing.T) {
	pages := []string{"../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../out/*/README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) < 10 {
			t.Fatalf("%s: %d pages, %v", pattern, len(found), err)
		}
		pages = append(pages, found...)
	}
	blocks := 0
	for _, name := range pages {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks += len(shellBlock.FindAll(page, -1))
		for _, w := range notPasted(string(page)) {
			t.Errorf("%s: %s", name, w)
		}
	}
	if blocks < 100 {
		t.Errorf("%d blocks", blocks)
	}
	for text, ok := range map[string]bool{
		"make test    # tests\n":                 false,
		"# first\nmake test\n":                   false,
		"a; b\n":                                 false,
		"a;\n":                                   false,
		"for i in 1 2; do\n  a\ndone\n":          false,
		"for i in 1 2\ndo\n  a\ndone\n":          true,
		"sed 's#a#b#; s#c#d#' \"$x;y\" file\n":   true,
		"cat <<'E'\na; b # c\nE\n":               true,
		"aws s3api get-object --key $'a;#b' x\n": true,
		"a $(b; c)\n":                            false,
	} {
		if got := notPasted("text\n```sh\n" + text + "```\n"); (len(got) == 0) != ok {
			t.Errorf("%q: %q", text, got)
		}
	}
	console := "```console\n$ make test\n# it prints; this\n```\n"
	if got := notPasted(console); got != nil {
		t.Errorf("what is printed is taken for a command: %q", got)
	}
	if got := notPasted(strings.Replace(console, "test\n", "test; echo $?\n", 1)); got == nil {
		t.Error("a command with a semicolon is fine")
	}
}
