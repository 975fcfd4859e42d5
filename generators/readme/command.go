package readme

import (
	"encoding/json"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/spec"
)

// script is a list of commands for a person to run, in the notation of bash and zsh. It keeps its
// first error.
type script struct {
	lines []string
	err   error
}

// raw is a word that the shell is to expand, "$SHOP_KEY" for example. It is never made from a
// value.
type raw string

// add appends a command. A word is a string, which is quoted, a raw, or a flag.
func (s *script) add(words ...any) { s.lines = append(s.lines, s.command(words...)) }

// set appends a command whose output goes into a variable.
func (s *script) set(variable string, words ...any) {
	s.lines = append(s.lines, variable+"=$("+s.command(words...)+")")
}

// pipe appends two commands of which the second reads what the first writes.
func (s *script) pipe(first, second []any) {
	s.lines = append(s.lines, s.command(first...)+" |\n  "+s.command(second...))
}

// again appends the command that add appends, to be tried six times in a minute until it passes.
func (s *script) again(add func()) {
	before := len(s.lines)
	add()
	command := strings.ReplaceAll(strings.Join(s.lines[before:], "\n"), "\n", "\n  ")
	s.lines = append(s.lines[:before], "for WAIT in 2 4 8 16 32 0\ndo\n  "+command+
		" && break\n  sleep \"$WAIT\"\ndone")
}

// block returns the commands as a fenced block, and nothing when there are none.
func (s *script) block() block {
	if len(s.lines) == 0 {
		return ""
	}
	return fence("sh", strings.Join(s.lines, "\n"))
}

// manyFlags is how many flags a command has that is broken before each of them. Its length does
// not count: the same commands look the same in every setup, whatever its names.
const manyFlags = 3

func (s *script) command(words ...any) string {
	var parts []string
	for _, w := range words {
		switch w := w.(type) {
		case raw:
			parts = append(parts, string(w))
		case string:
			parts = append(parts, s.quote(w))
		case flag:
			parts = append(parts, "--"+w.name+w.seal(s))
		default:
			panic(fmt.Sprintf("a word of a command is a %T", w))
		}
	}
	flags := 0
	for _, p := range parts {
		if strings.HasPrefix(p, "--") {
			flags++
		}
	}
	if flags < manyFlags {
		return strings.Join(parts, " ")
	}
	for i, p := range parts {
		switch {
		case i > 0 && strings.HasPrefix(p, "--"):
			parts[i] = " \\\n  " + p
		case i > 0:
			parts[i] = " " + p
		}
	}
	return strings.Join(parts, "")
}

func (s *script) quote(w string) string {
	q, err := syntax.Quote(w, syntax.LangBash)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("%q cannot be in a command: %w", w, err)
	}
	return q
}

// flag is an option of the AWS CLI with its value, a string or a raw.
type flag struct {
	name  string
	value any
}

func (f flag) seal(s *script) string {
	switch v := f.value.(type) {
	case raw:
		return " " + string(v)
	case string:
		if strings.HasPrefix(v, "-") { // argparse would take it for the next option
			return "=" + s.quote(v)
		}
		return " " + s.quote(v)
	}
	panic(fmt.Sprintf("the value of --%s is a %T", f.name, f.value))
}

// fetched reports whether the AWS CLI would take a value for the address of a file to read the
// value from (AWS CLI User Guide, "Load a parameter from a file"; version 1 reads web addresses
// too).
func fetched(value string) bool {
	for _, p := range []string{"file://", "fileb://", "http://", "https://"} {
		if strings.HasPrefix(value, p) {
			return true
		}
	}
	return false
}

// free returns an option whose value is free text. Inside of JSON the AWS CLI does not look for
// addresses.
func free(name, member, value string) flag {
	if !fetched(value) {
		return flag{name, value}
	}
	return flag{"cli-input-json", jsonText(map[string]string{member: value})}
}

// tags returns the tags in the notation of an API, whose members are called key and value.
func tags(list []spec.Tag, key, value string) []map[string]string {
	out := make([]map[string]string, len(list))
	for i, t := range list {
		out[i] = map[string]string{key: t.Key, value: t.Value}
	}
	return out
}

// jsonText returns v, which is made of strings, numbers, booleans, lists and maps, on one line.
// Members are sorted.
func jsonText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
