package terraform

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/pzgen/pzgen/internal/deployed"
)

// segment is a piece of a string: text that stands for itself, or an expression whose value is
// there.
type segment struct {
	lit  string
	expr code
}

// quoted returns the expression whose value is the pieces joined: a lone expression stands without
// quotes, everything else is one template.
//
// It is the only place where a string of a setup becomes Terraform syntax. It fails for strings that Terraform cannot hold: it turns every
// string into Unicode normal form C (terraform language, "Strings and Templates"), so another spelling of the same
// characters, which is another key to S3, would be changed without a word.
func quoted(segs []segment) (expr, error) {
	segs = merged(segs)
	if len(segs) == 1 && segs[0].expr != "" {
		return expr{first: segs[0].expr}, nil
	}
	b := append(make([]byte, 0, 256), '"')
	for i, s := range segs {
		if s.expr != "" {
			b = append(append(append(b, "${"...), s.expr...), '}')
			continue
		}
		if err := expressible(s.lit, i > 0); err != nil {
			return expr{}, err
		}
		b = escape(b, s.lit, i == len(segs)-1)
	}
	return expr{first: code(append(b, '"'))}, nil
}

// merged joins neighbouring literals, so that no escape can form across a seam, and drops empty ones.
func merged(segs []segment) []segment {
	out := make([]segment, 0, len(segs))
	for _, s := range segs {
		switch {
		case s.expr == "" && s.lit == "":
		case s.expr == "" && len(out) > 0 && out[len(out)-1].expr == "":
			out[len(out)-1].lit += s.lit
		default:
			out = append(out, s)
		}
	}
	return out
}

func expressible(s string, follows bool) error {
	switch {
	case ascii(s):
		return nil
	case !utf8.ValidString(s):
		return fmt.Errorf("terraform cannot hold %q: it is not UTF-8", s)
	case deployed.HasToken(s):
		return fmt.Errorf("%q has a character of a plane for private use (U+F0000, U+F0001) that pzgen needs itself", s)
	case !norm.NFC.IsNormalString(s), follows && !norm.NFC.PropertiesString(s).BoundaryBefore():
		return fmt.Errorf("terraform cannot hold %q: it would change it to Unicode normal form C; "+
			"write %q in the spec or leave terraform out of the setup's targets", s, norm.NFC.String(s))
	}
	return nil
}

func ascii[T ~string](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escape appends s for a quoted template. last: nothing follows before the closing quote.
//
// A dollar or percent sign begins a sequence when a brace follows it, and is itself doubled to take that meaning away; runs of
// them are read differently by different releases. So a sign is doubled only where it stands alone before a brace, written
// as a code point where a sign, a brace of a run or an expression follows, and as it is everywhere else.
func escape(b []byte, s string, last bool) []byte {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '$' || r == '%':
			b = appendSign(b, s, i, last)
		case r > 0xffff && !unicode.IsPrint(r):
			b = fmt.Appendf(b, `\U%08x`, r)
		case r != ' ' && !unicode.IsPrint(r):
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}

func appendSign(b []byte, s string, i int, last bool) []byte {
	sign := func(j int) bool { return j >= 0 && j < len(s) && (s[j] == '$' || s[j] == '%') }
	end := i == len(s)-1
	switch {
	case end && last, !end && s[i+1] != '{' && !sign(i+1):
		return append(b, s[i])
	case !end && s[i+1] == '{' && !sign(i-1):
		return append(b, s[i], s[i])
	}
	return fmt.Appendf(b, `\u%04x`, s[i])
}

// oneLine makes s fit for a comment: it cannot end the comment, nor turn around how the line is read.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}
