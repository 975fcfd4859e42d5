package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file. They are far above any real spec and keep a hostile one from taking all memory.
const (
	maxBytes = 32 << 20
	maxDepth = 64
	// Aliases may make a file ten times as large as it is written, and a small file as large as maxExpanded values.
	maxGrowth   = 10
	maxExpanded = 200_000
)

// parseYAML returns the root mapping of a file, or nil after saying what is wrong with it.
func (r *reader) parseYAML(data []byte) *yaml.Node {
	if !r.checkText(data) {
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := decode(dec, &doc); {
	case errors.Is(err, io.EOF):
		r.at(codeDocument, 1, 1, "begin with `version: 1`, then `setups:` and a setup under it", "file is empty")
		return nil
	case err != nil:
		r.syntax(data, err)
		return nil
	}
	switch err := decode(dec, &second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(data, err)
		return nil
	default:
		r.err(codeDocument, &second, "put all setups of a file under one `setups:`, or write two files", "a second YAML document begins here")
		return nil
	}
	root := doc.Content[0]
	if !r.checkSize(root) {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.err(codeDocument, root, "begin with `version: 1`", "a spec is a mapping, not %s", kindOf(root))
		return nil
	}
	return root
}

// decode reads one document. The parser reports its errors by panics; one that it does not catch itself is a syntax error to a user as well.
func decode(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: the parser cannot read this: %v", p)
		}
	}()
	return dec.Decode(n)
}

// checkText refuses what is not text in UTF-8: positions would be wrong, and a message could not show the line.
func (r *reader) checkText(data []byte) bool {
	if len(data) > maxBytes {
		r.at(codeTooLarge, 1, 1, "split it into several files", "file has %d bytes; the limit is %d", len(data), maxBytes)
		return false
	}
	for _, bom := range []string{"\xFF\xFE", "\xFE\xFF", "\x00\x00\xFE\xFF"} {
		if bytes.HasPrefix(data, []byte(bom)) {
			r.at(codeEncoding, 1, 1, "save it as UTF-8", "file is UTF-16 or UTF-32")
			return false
		}
	}
	line, start := 1, 0
	for i := 0; i < len(data); {
		if c := data[i]; c >= ' ' && c < 0x7F {
			i++
			continue
		}
		if w := breakAt(data[i:]); w > 0 {
			i += w
			line, start = line+1, i
			continue
		}
		c, w := utf8.DecodeRune(data[i:])
		col := func() int { return utf8.RuneCount(data[start:i]) + 1 }
		switch {
		case c == utf8.RuneError && w == 1:
			r.at(codeEncoding, line, col(), "save the file as UTF-8", "byte 0x%02X is not UTF-8", data[i])
			return false
		case c < ' ' && c != '\t' || c >= 0x7F && c < 0xA0 || c == 0xFFFE || c == 0xFFFF:
			r.at(codeEncoding, line, col(), "take it out; if this is not a text file, give another one",
				"control character U+%04X cannot be in a spec", c)
			return false
		case c == 0xFEFF && i > 0:
			r.at(codeEncoding, line, col(), "take it out: it is an invisible character", "byte order mark in the middle of the file")
			return false
		}
		i += w
	}
	return true
}

// syntax reports an error of the parser, which tells a line at best.
func (r *reader) syntax(data []byte, err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line, hint := 1, "see that brackets and quotes are closed and that entries of a mapping begin in the same column"
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		number, what, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, message = n, what
		}
	}
	switch {
	case strings.Contains(message, "exceeded max depth"):
		r.at(codeTooLarge, line, 1, "", "values are nested more than %d deep", maxDepth)
		return
	case strings.HasPrefix(message, "unknown anchor '"):
		name := strings.TrimSuffix(strings.TrimPrefix(message, "unknown anchor '"), "' referenced")
		before := data[:max(0, bytes.Index(data, []byte("*"+name)))]
		r.at(codeSyntax, bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1,
			"define it with &"+clip(name)+" before it is used", "alias %q names nothing", clip("*"+name))
		return
	case strings.Contains(message, "mapping values are not allowed"):
		hint = "put text that has \": \" in it in quotes"
	case strings.Contains(message, "cannot start any token"):
		hint = "put text that begins with @, `, % or & in quotes"
	}
	src := &source{data: data}
	indent := func(line int) (string, bool) {
		start, end := src.span(line)
		return string(data[start : end-len(bytes.TrimLeft(data[start:end], " \t"))]), start != end
	}
	for _, n := range []int{line, line + 1, line - 1} {
		if space, _ := indent(n); strings.Contains(space, "\t") {
			r.at(codeSyntax, n, strings.IndexByte(space, '\t')+1, "use spaces", "a tab indents this line; YAML allows only spaces")
			return
		}
	}
	for line > 1 {
		if _, ok := indent(line); ok {
			break
		}
		line-- // the parser counts the end of the file as a line of its own
	}
	space, _ := indent(line)
	r.at(codeSyntax, line, len(space)+1, hint, "not YAML: %s", message)
}

// kindOf names the type of a value, for messages.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return kindOf(n.Alias)
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "the truth value " + clip(n.Value)
	case "!!int", "!!float":
		return "the number " + clip(n.Value)
	case "!!timestamp":
		return "the date " + clip(n.Value)
	}
	return "the text " + strconv.Quote(clip(n.Value))
}

// clip shortens a value that a message quotes.
func clip(s string) string {
	if len(s) <= 100 {
		return s
	}
	cut := 100
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
