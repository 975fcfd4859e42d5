package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/doctor"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/lint"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

// listed finds the values of a flag in its usage: "`FORMAT`: text, json", "`TYPE` is import, ...".
var listed = regexp.MustCompile("`[A-Z]+`[^`:]*?(?:: | is )([a-z0-9-]+(?:, [a-z0-9-]+)+)")

// filePlaceholders are what usages call values that are files.
var filePlaceholders = [...]string{"FILE", "SPEC", "REFERENCE", "PAGE"}

// placeholder returns what a usage calls the value of a flag: the word in back quotes.
func placeholder(usage string) string {
	_, rest, _ := strings.Cut(usage, "`")
	word, _, _ := strings.Cut(rest, "`")
	return word
}

// flagValues returns the words that are the values of a flag, by what its usage tells people.
func flagValues(f cli.Flag) []string {
	d, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return nil
	}
	m := listed.FindStringSubmatch(d.GetUsage())
	if m == nil {
		return nil
	}
	return strings.Split(m[1], ", ")
}

// valueOf returns what the value of a flag may become.
func valueOf(cmd *cli.Command, f cli.Flag, g given, before, word string) offer {
	usage := f.(cli.DocGenerationFlag).GetUsage()
	name := f.Names()[0]
	switch {
	case name == "setup" && cmd.Name == "init": // it is new
		return offer{kind: offerWords}
	case name == "setup":
		return only(word, before, setupWords(g))
	case findFlag(cmd.Flags, "into") != nil && (name == "bucket" || name == "key"):
		return only(word, before, thingWords(g, name))
	case placeholder(usage) == "FOLDER":
		return offer{kind: offerFolders, before: before}
	case slices.Contains(filePlaceholders[:], placeholder(usage)):
		return offer{kind: offerFiles, before: before}
	}
	values := flagValues(f)
	if name == "target" { // several may be in one word
		if i := strings.LastIndexByte(word, ','); i >= 0 {
			had := strings.Split(word[:i], ",")
			before, word = before+word[:i+1], word[i+1:]
			values = slices.DeleteFunc(values, func(v string) bool { return slices.Contains(had, v) })
		}
	}
	var out []candidate
	for _, v := range values {
		out = append(out, candidate{word: v})
	}
	return only(word, before, out)
}

// specSetups returns the setups of the specs that a command line names, as far as they can be read.
// What waits for a writer, such as a named pipe, is not opened.
func specSetups(g given) []*spec.Setup {
	files := g.flags["file"]
	if len(files) == 0 {
		files = []string{engine.DefaultSpec}
	}
	var regular []string
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f, "~/"); ok {
			f = filepath.Join(os.Getenv("HOME"), rest)
		}
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			regular = append(regular, f)
		}
	}
	specs, _, err := engine.Load(engine.Source{Files: regular})
	if err != nil {
		return nil
	}
	return specs.Setups()
}

func setupWords(g given) []candidate {
	var out []candidate
	for _, s := range specSetups(g) {
		if s.Asker == nil {
			out = append(out, candidate{s.Name, s.Account + " " + s.Region})
		}
	}
	return out
}

// thingWords returns the buckets or keys of the setup that is named, or of all.
func thingWords(g given, kind string) []candidate {
	var names []string
	for _, s := range specSetups(g) {
		if want := g.flags["setup"]; len(want) > 0 && !slices.Contains(want, s.Name) {
			continue
		}
		for _, b := range s.Buckets {
			if kind == "bucket" {
				names = append(names, b.Name)
			}
		}
		for _, k := range s.Keys {
			if kind == "key" {
				names = append(names, k.Name)
			}
		}
	}
	slices.Sort(names)
	var out []candidate
	for _, n := range slices.Compact(names) {
		out = append(out, candidate{word: n})
	}
	return out
}

// checkWords returns the codes that explain knows, once a word looks like one.
func checkWords(word string) []candidate {
	if !strings.HasPrefix(word, "PZ") {
		return nil
	}
	var out []candidate
	for _, c := range spec.Checks() {
		out = append(out, candidate{c.Code, c.Title})
	}
	for _, c := range lint.Checks() {
		out = append(out, candidate{c.ID, c.Title})
	}
	for _, c := range doctor.Causes() {
		out = append(out, candidate{c.ID, c.Title})
	}
	return out
}

// unquote takes the quotes of a shell out of a word, as far as it is complete. Expansions stay as
// they are written.
func unquote(s string) string {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
