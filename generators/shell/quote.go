package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pzgen/pzgen/policy"
)

// Every value of a setup that gets into a script goes through this file. There are four places
// for it, each with its own way of quoting; all of them mean the same to every bash from 3.2 on,
// whatever the locale (Bash Reference Manual, sections "Quoting" and "Here Documents").

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

// single returns s as one word that the shell does not look into: 'plain', or $'it\'s\n' where s
// has a quote or characters that do not print, so that a script's lines stay its own and a
// reviewer sees all that there is.
func single(s string) string {
	if strings.ContainsRune(s, '\'') || strings.IndexFunc(s, hidden) >= 0 {
		return ansi(s)
	}
	return "'" + s + "'"
}

// hidden reports whether a character does not print: control characters, marks of direction,
// spaces but the common one.
func hidden(r rune) bool { return !unicode.IsPrint(r) }

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
		case hidden(r) || r == '%': // some shells take % for a format here
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// double returns t as a word in double quotes, with ${NAME} for each reference.
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
			case hidden(r):
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

// here returns s, a part of a JSON text, as text of a here-document whose end mark is not quoted.
// Only three characters are special there. What does not print can only be in a JSON string,
// which has an escape for it.
func here(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return hidden(r) && r != '\n' }) >= 0 {
		var b strings.Builder
		for _, r := range s {
			switch {
			case !hidden(r) || r == '\n':
				b.WriteRune(r)
			case r > 0xffff:
				high, low := utf16.EncodeRune(r)
				fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
			default:
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		s = b.String()
	}
	return hereEscapes.Replace(s)
}

var hereEscapes = strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`")

// comment returns s as text of a comment, which ends where the line does. No line ends in a
// backslash, which elsewhere would join it with the next.
func comment(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if hidden(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s))
	if strings.HasSuffix(s, `\`) {
		s += "."
	}
	return s
}
