package start

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// plain matches what is a string without quotes, to any reader of YAML, within brackets too: words,
// with what is common in names and ARNs between.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.+=/-]*(:[A-Za-z0-9_.+=/-]+)*/?$`)

// Quoted returns a string as a scalar of YAML on one line.
func Quoted(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return Always(s)
	}
	if plain.MatchString(s) {
		return s
	}
	return Always(s)
}

// Always returns a string in quotes. Strings of JSON are strings of YAML 1.2; what is not
// printable is escaped as well, as in YAML.
func Always(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string has no cycle
	}
	return escaped(strings.TrimSuffix(b.String(), "\n"))
}

// escaped escapes what is not printable and what JSON leaves as it is: control characters, line
// breaks of YAML 1.1, and marks that turn the direction of text around or are not seen at all.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// OneLine returns a text with nothing in it that ends a line of YAML, that a terminal acts on,
// or that is not seen: such characters are escaped as in [Always].
func OneLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' {
			b.WriteString(strings.Trim(Always(string(r)), `"`))
			continue
		}
		b.WriteString(escaped(string(r)))
	}
	return b.String()
}
