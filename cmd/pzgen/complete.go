package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/urfave/cli/v2"
)

// completing is the word after which the scripts of the shells ask what a command line may go on
// with: pzgen __complete SHELL WORD..., where the last word is to be completed and may be empty.
const completing = "__complete"

// offer is what a word may become.
type offer struct {
	kind   offerKind
	before string // what of the word stays, such as --file=
	words  []candidate
}

type offerKind string

// What is offered: the words of the offer, or what the shell itself finds.
const (
	offerWords   offerKind = "words"
	offerFiles   offerKind = "files"
	offerFolders offerKind = "folders"
)

type candidate struct{ word, about string }

// complete answers a shell. The first line is the kind of the offer and, after a tab, what of the
// word stays; a line for each candidate follows. Whatever is wrong offers nothing: a shell that
// waits for a word has no place for messages.
func (e *env) complete(app *cli.App, args []string) {
	shell, words := args[0], slices.Clone(args[1:])
	if shell == "bash" { // it hands words over as they were typed
		for i := range words {
			words[i] = unquote(words[i])
		}
	}
	o := offer{kind: offerWords}
	if len(words) > 0 {
		o = completion{app.Commands}.of(words[:len(words)-1], words[len(words)-1])
	}
	fmt.Fprintf(e.stdout, "%s\t%s\n", o.kind, o.before)
	for _, c := range o.words {
		line := o.before + c.word
		about := strings.Join(strings.Fields(findings.Plain(strings.ReplaceAll(c.about, "`", ""))), " ")
		switch {
		case shell == "zsh":
			line = strings.ReplaceAll(line, ":", `\:`)
			if about != "" {
				line += ":" + about
			}
		case shell != "bash" && about != "":
			line += "\t" + about
		}
		io.WriteString(e.stdout, line+"\n")
	}
}

// completion finds offers in the table of commands.
type completion struct{ commands []*cli.Command }

// of returns what the word may become after the words before it.
func (cs completion) of(before []string, word string) offer {
	commands := cs.commands
	var cmd *cli.Command
	for len(before) > 0 && (cmd == nil || len(cmd.Subcommands) > 0) {
		next := find(commands, before[0])
		if next == nil {
			return offer{kind: offerWords}
		}
		cmd, commands, before = next, next.Subcommands, before[1:]
		if cmd.Name == helpName {
			return cs.help(before, word)
		}
	}
	if cmd == nil || len(cmd.Subcommands) > 0 {
		if len(before) == 0 && strings.HasPrefix(word, "-") {
			return only(word, "", []candidate{{"--help", "show help"}})
		}
		return only(word, "", commandWords(commands))
	}
	return inCommand(cmd, before, word)
}

// help returns the commands that help may be asked about.
func (cs completion) help(before []string, word string) offer {
	commands := cs.commands
	for _, name := range before {
		c := find(commands, name)
		if c == nil {
			return offer{kind: offerWords}
		}
		commands = c.Subcommands
	}
	return only(word, "", commandWords(commands))
}

func commandWords(commands []*cli.Command) []candidate {
	var out []candidate
	for _, c := range commands {
		if !c.Hidden {
			out = append(out, candidate{c.Name, c.Usage})
		}
	}
	return out
}

// given is what the words of a command line say already.
type given struct {
	flags map[string][]string // by the first name of the flag
	plain int
	open  cli.Flag // a flag whose value is the next word
	ended bool     // by "--"
}

func readGiven(cmd *cli.Command, words []string) given {
	g := given{flags: map[string][]string{}}
	for _, w := range words {
		switch {
		case g.open != nil:
			name := g.open.Names()[0]
			g.flags[name] = append(g.flags[name], w)
			g.open = nil
		case g.ended || w == "-" || !strings.HasPrefix(w, "-"):
			g.plain++
		case w == "--":
			g.ended = true
		default:
			name, value, has := strings.Cut(strings.TrimLeft(w, "-"), "=")
			f := findFlag(cmd.Flags, name)
			switch {
			case f == nil:
			case has:
				g.flags[f.Names()[0]] = append(g.flags[f.Names()[0]], value)
			case takesValue(f):
				g.open = f
			default:
				g.flags[f.Names()[0]] = append(g.flags[f.Names()[0]], "true")
			}
		}
	}
	return g
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

// inCommand returns what a word may become that a command without commands below it has.
func inCommand(cmd *cli.Command, before []string, word string) offer {
	g := readGiven(cmd, before)
	if g.open != nil {
		return valueOf(cmd, g.open, g, "", word)
	}
	if !g.ended && strings.HasPrefix(word, "-") {
		if name, value, has := strings.Cut(word, "="); has {
			f := findFlag(cmd.Flags, strings.TrimLeft(name, "-"))
			if f == nil || !takesValue(f) {
				return offer{kind: offerWords}
			}
			return valueOf(cmd, f, g, name+"=", value)
		}
		return only(word, "", flagWords(cmd, g, word))
	}
	usage := cmd.ArgsUsage
	switch most := mostArgs(usage); {
	case g.plain >= most && (g.ended || word != ""):
		return offer{kind: offerWords}
	case g.plain >= most:
		return only(word, "", flagWords(cmd, g, "--"))
	case fixedWords.MatchString(usage):
		var out []candidate
		for w := range strings.SplitSeq(usage, "|") {
			out = append(out, candidate{word: w})
		}
		return only(word, "", out)
	case cmd.Name == "explain":
		return only(word, "", append(setupWords(g), checkWords(word)...))
	case strings.Contains(usage, "DIR"):
		return offer{kind: offerFolders}
	}
	return offer{kind: offerFiles}
}

var fixedWords = regexp.MustCompile(`^[a-z]+(\|[a-z]+)+$`)

// mostArgs returns how many arguments a usage asks for.
func mostArgs(usage string) int {
	switch {
	case usage == "":
		return 0
	case strings.Contains(usage, "..."):
		return 1 << 20
	case strings.Contains(usage, "|"):
		return 1
	}
	return len(strings.Fields(usage))
}

// flagWords returns the flags that may follow: those that were not given, or may be repeated. One
// hyphen asks for short ones too.
func flagWords(cmd *cli.Command, g given, word string) []candidate {
	var out []candidate
	for _, f := range cmd.Flags {
		d, ok := f.(cli.DocGenerationFlag)
		if v, can := f.(cli.VisibleFlag); !ok || can && !v.IsVisible() {
			continue
		}
		_, again := f.(cli.DocGenerationSliceFlag)
		if len(g.flags[f.Names()[0]]) > 0 && !again {
			continue
		}
		for _, n := range f.Names() {
			if len(n) > 1 {
				out = append(out, candidate{"--" + n, d.GetUsage()})
			} else if word == "-" {
				out = append(out, candidate{"-" + n, d.GetUsage()})
			}
		}
	}
	return append(out, candidate{"--help", "show help"})
}

// only returns the candidates that begin with the word.
func only(word, before string, all []candidate) offer {
	o := offer{kind: offerWords, before: before}
	for _, c := range all {
		if strings.HasPrefix(c.word, word) {
			o.words = append(o.words, c)
		}
	}
	return o
}
