package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/lint"
	"github.com/urfave/cli/v2"
)

func completionCommand(e *env) *cli.Command {
	shells := map[string]func([]completable) string{"bash": completeBash, "zsh": completeZsh, "fish": completeFish, "pwsh": completePwsh}
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell",
		ArgsUsage: "bash|zsh|fish|pwsh",
		Description: "bash: source <(pzgen completion bash)\n\nzsh: source <(pzgen completion zsh)\n\nfish: pzgen completion fish | source\n\n" +
			"pwsh: pzgen completion pwsh | Out-String | Invoke-Expression",
		Action: takes(1, func(c *cli.Context) error {
			shell := c.Args().First()
			script, ok := shells[shell]
			if !ok {
				return usagef("there are: bash, zsh, fish, pwsh", "no completion for shell %q", shell)
			}
			_, err := fmt.Fprint(e.stdout, script(completables(c.App)))
			return err
		}),
	}
}

// completable is a command as a completion script needs it. The scripts are made from the table of commands, so they know what it knows.
type completable struct {
	path  string // "templates export"; "" for pzgen itself
	usage string
	words []option // commands below it, or fixed arguments
	flags []option
	files bool // arguments are files
}

type option struct {
	names  []string // with hyphens
	usage  string
	values []string // of a flag; nil: none, or files
	files  bool
}

func completables(app *cli.App) []completable {
	root := completable{}
	out := []completable{}
	var walk func(path string, commands []*cli.Command, parent *completable)
	walk = func(path string, commands []*cli.Command, parent *completable) {
		for _, c := range commands {
			if c.Hidden || c.Name == "help" {
				continue
			}
			parent.words = append(parent.words, option{names: []string{c.Name}, usage: c.Usage})
			item := completable{path: strings.TrimSpace(path + " " + c.Name), usage: c.Usage}
			for _, f := range c.Flags {
				item.flags = append(item.flags, flagOption(c, f))
			}
			item.flags = append(item.flags, option{names: []string{"--help"}, usage: "show help"})
			walk(item.path, c.Subcommands, &item)
			if c.Name == "completion" {
				for _, s := range strings.Split(c.ArgsUsage, "|") {
					item.words = append(item.words, option{names: []string{s}})
				}
			}
			item.files = c.ArgsUsage != "" && item.words == nil
			out = append(out, item)
		}
	}
	walk("", app.Commands, &root)
	root.words = append(root.words, option{names: []string{"help"}, usage: "show help"})
	return append([]completable{root}, out...)
}

func flagOption(c *cli.Command, f cli.Flag) option {
	var o option
	for _, n := range f.Names() {
		if len(n) == 1 {
			o.names = append(o.names, "-"+n)
		} else {
			o.names = append(o.names, "--"+n)
		}
	}
	if d, ok := f.(cli.DocGenerationFlag); ok {
		o.usage = strings.ReplaceAll(d.GetUsage(), "`", "")
		o.files = d.TakesValue() && f.Names()[0] != "jobs" && f.Names()[0] != "setup"
	}
	switch f.Names()[0] {
	case "format":
		o.values = findings.Formats()
		switch c.Name {
		case "version", "simulate":
			o.values = []string{"text", "json"}
		case "graph":
			o.values = graphFormats()
		}
	case "target":
		o.values = generators.Names()
	case "kind":
		o.values = lint.Kinds()
	case "fail-on":
		if o.values = failKinds(); c.Name == "lint" {
			o.values = lintLevels()
		}
	}
	o.files = o.files && o.values == nil
	return o
}

func allNames(options []option) string {
	var out []string
	for _, o := range options {
		out = append(out, o.names...)
	}
	return strings.Join(out, " ")
}

// completeBash keeps to bash 3.2, which macOS has.
func completeBash(commands []completable) string {
	var b strings.Builder
	b.WriteString("# bash completion for pzgen\n_pzgen() {\n  local cur prev path i\n  COMPREPLY=()\n  cur=${COMP_WORDS[COMP_CWORD]}\n  prev=${COMP_WORDS[COMP_CWORD-1]}\n" +
		"  path=\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$path ${COMP_WORDS[i]}\" in\n")
	for _, c := range commands[1:] {
		fmt.Fprintf(&b, "      %q) path=%q ;;\n", " "+c.path, " "+c.path)
	}
	b.WriteString("    esac\n  done\n  case \"$path $prev\" in\n")
	for _, c := range commands[1:] {
		for _, f := range c.flags {
			var reply string
			switch {
			case f.values != nil:
				reply = fmt.Sprintf("-W %q", strings.Join(f.values, " "))
			case f.files:
				reply = "-f"
			default:
				continue
			}
			for _, n := range f.names {
				fmt.Fprintf(&b, "    %q)\n      while IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen %s -- \"$cur\")\n      return ;;\n", " "+c.path+" "+n, reply)
			}
		}
	}
	b.WriteString("  esac\n  local words='' files=''\n  case \"$path\" in\n")
	for _, c := range commands {
		path := c.path
		if path != "" {
			path = " " + path
		}
		files := ""
		if c.files {
			files = " files=1"
		}
		fmt.Fprintf(&b, "    %q) words=%q%s ;;\n", path, strings.TrimSpace(allNames(c.words)+" "+allNames(c.flags)), files)
	}
	b.WriteString("  esac\n  while IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen -W \"$words\" -- \"$cur\")\n" +
		"  if [ -n \"$files\" ]; then\n    while IFS= read -r i; do COMPREPLY+=(\"$i\"); done < <(compgen -f -- \"$cur\")\n  fi\n}\ncomplete -o filenames -F _pzgen pzgen\n")
	return b.String()
}

// completeZsh uses the bash script: zsh reads it after bashcompinit.
func completeZsh(commands []completable) string {
	return "# zsh completion for pzgen\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" + completeBash(commands)
}

func completeFish(commands []completable) string {
	quote := func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	var b strings.Builder
	b.WriteString("# fish completion for pzgen\ncomplete -c pzgen -f\n")
	for _, c := range commands {
		var under []string
		for _, other := range commands[1:] {
			if other.path != c.path && strings.HasPrefix(other.path, c.path) && strings.Count(other.path, " ") == strings.Count(c.path+" x", " ")-boolInt(c.path == "") {
				under = append(under, other.path[strings.LastIndexByte(other.path, ' ')+1:])
			}
		}
		condition := "__fish_use_subcommand"
		if c.path != "" {
			var seen []string
			for w := range strings.FieldsSeq(c.path) {
				seen = append(seen, "__fish_seen_subcommand_from "+w)
			}
			if under != nil {
				seen = append(seen, "not __fish_seen_subcommand_from "+strings.Join(under, " "))
			}
			condition = strings.Join(seen, "; and ")
		}
		start := "complete -c pzgen -n " + quote(condition)
		for _, w := range c.words {
			fmt.Fprintf(&b, "%s -a %s -d %s\n", start, quote(w.names[0]), quote(w.usage))
		}
		for _, f := range c.flags {
			line := start
			for _, n := range f.names {
				if strings.HasPrefix(n, "--") {
					line += " -l " + n[2:]
				} else {
					line += " -s " + n[1:]
				}
			}
			switch {
			case f.values != nil:
				line += " -x -a " + quote(strings.Join(f.values, " "))
			case f.files:
				line += " -r -F"
			}
			b.WriteString(line + " -d " + quote(f.usage) + "\n")
		}
		if c.files {
			b.WriteString(start + " -F\n")
		}
	}
	return b.String()
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func completePwsh(commands []completable) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	words := func(list []string) string {
		quoted := make([]string, len(list))
		for i, s := range list {
			quoted[i] = quote(s)
		}
		return "@(" + strings.Join(quoted, ", ") + ")"
	}
	var b strings.Builder
	b.WriteString("# PowerShell completion for pzgen\nRegister-ArgumentCompleter -Native -CommandName pzgen -ScriptBlock {\n" +
		"  param($wordToComplete, $commandAst, $cursorPosition)\n  $commands = @{\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "    %s = %s\n", quote(c.path), words(strings.Fields(allNames(c.words)+" "+allNames(c.flags))))
	}
	b.WriteString("  }\n  $values = @{\n")
	var seen []string
	for _, c := range commands {
		for _, f := range c.flags {
			for _, n := range f.names {
				if key := c.path + " " + n; f.values != nil && !slices.Contains(seen, key) {
					seen = append(seen, key)
					fmt.Fprintf(&b, "    %s = %s\n", quote(key), words(f.values))
				}
			}
		}
	}
	b.WriteString(`  }
  $path = ''
  $previous = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
    $previous = $element.ToString()
    $next = ($path + ' ' + $previous).Trim()
    if ($commands.ContainsKey($next)) { $path = $next }
  }
  $candidates = $commands[$path]
  if ($values.ContainsKey("$path $previous")) { $candidates = $values["$path $previous"] }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`)
	return b.String()
}
