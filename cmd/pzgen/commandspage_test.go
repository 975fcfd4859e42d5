package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

var update = flag.Bool("update", false, "write docs/commands.md")

// docs/commands.md is what the help texts say. Accept a change with: go test ./cmd/pzgen -run TestCommandsPage -update
func TestCommandsPage(t *testing.T) {
	const name = "../../docs/commands.md"
	want := commandsPage(t)
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s is not what the help texts say (%v): run the test with -update", name, err)
	}
	for _, command := range newApp(&env{}).Commands {
		if !strings.Contains(want, "\n## pzgen "+command.Name+"\n") {
			t.Errorf("the page has no section for %s", command.Name)
		}
	}
}

func commandsPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the help texts: `pzgen help COMMAND` prints the same. Exit codes and files are in the manual page, `pzgen man`.\n")
	var walk func(path string, list []*cli.Command)
	walk = func(path string, list []*cli.Command) {
		for _, c := range list {
			full := strings.TrimSpace(path + " " + c.Name)
			var out, said bytes.Buffer
			args := append(append([]string{"pzgen"}, strings.Fields(full)...), "--help")
			if code := run(args, strings.NewReader(""), &out, &said); code != 0 {
				t.Fatalf("%q: %s", args, said.String())
			}
			fmt.Fprintf(&b, "\n## pzgen %s\n\n```text\n%s\n```\n", full, trimmed(out.String()))
			walk(full, c.Subcommands)
		}
	}
	walk("", newApp(&env{}).Commands)
	return b.String()
}

// trimmed returns a text without spaces at the ends of its lines, and empty lines around it.
func trimmed(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
