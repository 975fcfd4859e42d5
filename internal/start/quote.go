package start

import (
	"encoding/json"
	"regexp"
	"strings"
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

// Always returns a string in quotes. Strings of JSON are strings of YAML 1.2; what is no printable
// character to YAML is escaped as well.
func Always(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string has no cycle
	}
	return escapeC1(strings.TrimSuffix(b.String(), "\n"))
}

// escapeC1 escapes control characters that JSON leaves as they are, and line breaks of YAML 1.1.
func escapeC1(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			const hex = "0123456789abcdef"
			b.WriteString(`\u` + string([]byte{hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15]}))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// OneLine returns a text with nothing in it that ends a line of YAML, or that a terminal acts on: such
// characters are escaped as in JSON.
func OneLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' {
			b.WriteString(strings.Trim(Always(string(r)), `"`))
			continue
		}
		b.WriteString(escapeC1(string(r)))
	}
	return b.String()
}
