package shell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// What a word of a script stands for is read from its bytes, by rules that are stricter than
// those of any shell, so that no two shells can differ about it.

// word is a word of a script: a text in which names are references, or the output of a function.
type word struct {
	text     policy.Text
	value    string // of a text without references
	function string // "$(function)": the word is what it prints; text is empty
	bare     bool   // without quotes
	raw      string
	at       int // offset in the script
}

// fault is what is wrong at a place of a script.
type fault struct {
	kind, what, why string
	at              int // offset in the line or text that was scanned
}

// nameAttr is the attribute of a reference to a name of the script; its ID is the name.
const nameAttr = "value"

func nameRef(name string) policy.Ref { return policy.Ref{ID: name, Attr: nameAttr} }

// scanWord reads the word that begins at an offset of a line, and returns the offset behind it. A
// word is bare, of letters, digits and "_" alone; or 'literal'; or "$(function)"; or parts "with
// ${NAME}" and $'with \n escapes' in a row.
func scanWord(line string, at int) (word, int, *fault) {
	begin := at
	if at < len(line) && line[at] == '\'' {
		end := strings.IndexByte(line[at+1:], '\'')
		if end < 0 {
			return word{}, 0, &fault{"quote", line[at:], "it is not closed", at}
		}
		next := at + end + 2
		value := line[at+1 : next-1]
		return word{text: policy.Literal(value), value: value, raw: line[at:next]}, next, nil
	}
	if n := span(line[at:], isNameByte); n > 0 {
		value := line[at : at+n]
		return word{text: policy.Literal(value), value: value, bare: true, raw: value}, at + n, nil
	}
	if rest, ok := strings.CutPrefix(line[at:], `"$(`); ok {
		n := span(rest, isNameByte)
		if n == 0 || !strings.HasPrefix(rest[n:], `)"`) {
			return word{}, 0,
				&fault{expansionKind(line[at+1:]), excerpt(line[at:]),
					`only "$(function)" is read`, at}
		}
		next := at + len(`"$(`) + n + len(`)"`)
		return word{function: rest[:n], raw: line[at:next]}, next, nil
	}
	if rest, ok := strings.CutPrefix(line[at:], `"$`); ok {
		if n := span(rest, isNameByte); n > 0 && strings.HasPrefix(rest[n:], `"`) &&
			isName(rest[:n]) {
			next := at + len(`"$`) + n + 1
			return word{text: policy.NewText(nameRef(rest[:n])), raw: line[at:next]}, next, nil
		}
	}
	var parts []policy.Part
	for at < len(line) && line[at] != ' ' {
		var more []policy.Part
		var f *fault
		switch {
		case line[at] == '"':
			more, at, f = scanDouble(line, at+1)
		case strings.HasPrefix(line[at:], "$'"):
			more, at, f = scanANSI(line, at+2)
		default:
			f = &fault{"word", excerpt(line[at:]),
				"what is not quoted has letters, digits and _ alone", at}
		}
		if f != nil {
			return word{}, 0, f
		}
		parts = append(parts, more...)
	}
	if at == begin {
		return word{}, 0, &fault{"word", "", "a word is missing", at}
	}
	w := word{text: policy.NewText(parts...), raw: line[begin:at]}
	for _, part := range parts {
		if l, ok := part.(policy.Lit); ok && len(w.text.Refs()) == 0 {
			w.value += string(l)
		}
	}
	return w, at, nil
}

// scanDouble reads what is in double quotes, from behind the first of them.
func scanDouble(line string, at int) ([]policy.Part, int, *fault) {
	var parts []policy.Part
	for {
		n := strings.IndexAny(line[at:], "\"$`\\")
		if n < 0 {
			return nil, 0, &fault{"quote", excerpt(line[at:]), "it is not closed", at}
		}
		parts = append(parts, policy.Lit(line[at:at+n]))
		at += n
		switch line[at] {
		case '"':
			return parts, at + 1, nil
		case '\\':
			if at+1 == len(line) || strings.IndexByte("\"$`\\", line[at+1]) < 0 {
				return nil, 0, escapeFault(line, at)
			}
			parts = append(parts, policy.Lit(line[at+1:at+2]))
			at += 2
		default:
			name, next, f := scanName(line, at)
			if f != nil {
				return nil, 0, f
			}
			parts, at = append(parts, nameRef(name)), next
		}
	}
}

// scanANSI reads what is in $'…', from behind the quote. It knows the escapes that a text needs
// which is one line of printing characters, and no others.
func scanANSI(line string, at int) ([]policy.Part, int, *fault) {
	var b strings.Builder
	begin := at
	for {
		n := strings.IndexAny(line[at:], `'\`)
		if n < 0 {
			return nil, 0, &fault{"quote", excerpt(line[at:]), "it is not closed", at}
		}
		b.WriteString(line[at : at+n])
		at += n
		if line[at] == '\'' {
			if !utf8.ValidString(b.String()) {
				return nil, 0,
					&fault{"escape", excerpt(line[begin:at]), "what it stands for is not UTF-8",
						begin}
			}
			return []policy.Part{policy.Lit(b.String())}, at + 1, nil
		}
		rest := line[at+1:]
		switch {
		case rest == "":
			return nil, 0, escapeFault(line, at)
		case strings.IndexByte(`'\`, rest[0]) >= 0:
			b.WriteByte(rest[0])
			at += 2
		case rest[0] == 'n', rest[0] == 'r', rest[0] == 't':
			b.WriteByte(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t'}[rest[0]])
			at += 2
		default:
			c, ok := octal(rest)
			if !ok || c == 0 {
				return nil, 0, escapeFault(line, at)
			}
			b.WriteByte(c)
			at += 4
		}
	}
}

// octal reads three octal digits.
func octal(s string) (byte, bool) {
	if len(s) < 3 || s[0] > '3' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s[:3]) {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = n*8 + int(c-'0')
	}
	return byte(n), true
}

// scanName reads ${NAME}.
func scanName(line string, at int) (string, int, *fault) {
	if rest, ok := strings.CutPrefix(line[at:], "${"); ok {
		if n := span(rest, isNameByte); n > 0 && strings.HasPrefix(rest[n:], "}") &&
			isName(rest[:n]) {
			return rest[:n], at + len("${") + n + 1, nil
		}
	}
	return "", 0, &fault{expansionKind(line[at:]), excerpt(line[at:]), "only ${NAME} is read", at}
}

// expansionKind names what begins with "$" or "`".
func expansionKind(s string) string {
	switch {
	case strings.HasPrefix(s, "$(("), strings.HasPrefix(s, "$["):
		return "arithmetic expansion"
	case strings.HasPrefix(s, "`"), strings.HasPrefix(s, "$("):
		return "command substitution"
	}
	return "expansion"
}

func escapeFault(line string, at int) *fault {
	return &fault{"escape", excerpt(line[at:]), "it is not one that is read here", at}
}

// scanHere reads the lines of a here-document. References are tokens in what it returns; it counts
// them.
func scanHere(text string, tokens *deployed.Tokens) (string, int, *fault) {
	var b strings.Builder
	b.Grow(len(text))
	names := 0
	for at := 0; ; {
		n := strings.IndexAny(text[at:], "$`\\")
		if n < 0 {
			b.WriteString(text[at:])
			return b.String(), names, nil
		}
		b.WriteString(text[at : at+n])
		at += n
		if text[at] == '\\' {
			if at+1 == len(text) || strings.IndexByte("$`\\", text[at+1]) < 0 {
				return "", 0, escapeFault(text, at)
			}
			b.WriteByte(text[at+1])
			at += 2
			continue
		}
		name, next, f := scanName(text, at)
		if f != nil {
			return "", 0, f
		}
		names++
		b.WriteString(tokens.Token(nameRef(name)))
		at = next
	}
}

// span counts the bytes at the begin of s that ok accepts.
func span(s string, ok func(byte) bool) int {
	for i := 0; i < len(s); i++ {
		if !ok(s[i]) {
			return i
		}
	}
	return len(s)
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// isName reports whether a script's own name can be s: what begins with a digit is a parameter.
func isName(s string) bool {
	upper := func(c byte) bool { return isNameByte(c) && (c < 'a' || c > 'z') }
	return s != "" && s[0] > '9' && span(s, upper) == len(s)
}

// excerpt returns the begin of a text, for a message.
func excerpt(s string) string {
	const most = 60
	s, _, _ = strings.Cut(s, "\n")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return fmt.Sprintf("%s…", string([]rune(s)[:most]))
}
