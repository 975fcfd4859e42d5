package findings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
)

// WriteJSON writes v as indented JSON. What a terminal would act on, and what changes the direction of
// text, is escaped, as [Plain] replaces it elsewhere: text from files must not act on who looks at it.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(EscapeJSON(b.Bytes()))
	return err
}

// EscapeJSON returns JSON in which characters that are [Hidden] are escaped. They can be in strings
// alone, where \u and four digits mean the same (RFC 8259, section 7).
func EscapeJSON(data []byte) []byte {
	acts := func(r rune) bool { return r >= 0x7f && Hidden(r) }
	if bytes.IndexFunc(data, acts) < 0 {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(data) {
		if !acts(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}
