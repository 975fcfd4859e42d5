package shell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pzgen/pzgen/policy"
)

// Every value of a setup that gets into a script goes through this file. There are four places for it, each with its own way of quoting; all of
// them mean the same to every bash from 3.2 on, whatever the locale (Bash Reference Manual, sections "Quoting" and "Here Documents").

// plain refuses what no shell word can hold.
func plain(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("a shell script cannot hold %q: it is not UTF-8", s)
	}
	if strings.ContainsRune(s, 0) {
		return fmt.Errorf("a shell script cannot hold %q: it has a NUL character", s)
	}
	return nil
}

// single gives s as one word that the shell does not look into: 'plain', or $'it\'s\n' where s has a quote or control characters, so that a
// script's lines stay its own.
func single(s string) string {
	if strings.ContainsRune(s, '\'') || strings.IndexFunc(s, control) >= 0 {
		return ansi(s)
	}
	return "'" + s + "'"
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func ansi(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case control(r) || r == '%': // the interpreter of the reader takes % for a format
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// double gives t as a word in double quotes, with ${NAME} for each reference.
func (n names) double(t policy.Text) (string, error) {
	var b strings.Builder
	b.WriteByte('"')
	for _, p := range t.Parts() {
		var s string
		switch p := p.(type) {
		case policy.Lit:
			s = string(p)
		case policy.Var:
			s = p.String()
		case policy.Ref:
			name, err := n.variable(p)
			if err != nil {
				return "", err
			}
			b.WriteString("${" + name + "}")
			continue
		}
		if err := plain(s); err != nil {
			return "", err
		}
		for _, r := range s {
			switch {
			case strings.ContainsRune("\"\\$`", r):
				b.WriteByte('\\')
				b.WriteRune(r)
			case control(r):
				b.WriteString(`"` + ansi(string(r)) + `"`)
			default:
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}

func (n names) variable(r policy.Ref) (string, error) {
	name, ok := n.vars[r]
	if !ok {
		return "", fmt.Errorf("reference %s is not declared in the setup", r)
	}
	return name, nil
}

// here gives s as text of a here-document whose end mark is not quoted. Only these three characters are special there.
func here(s string) string {
	return hereEscapes.Replace(s)
}

var hereEscapes = strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`")

// comment gives s as text of a comment, which ends where the line does.
func comment(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if control(r) || r == utf8.RuneError || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}
