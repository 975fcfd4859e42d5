package deployed

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// A reader whose language computes with strings, such as Terraform or CloudFormation, needs a string for a value that
// is known only on deployment. A token is such a string. No artifact holds one: [HasToken] finds it, and readers
// refuse it. It consists of characters from a plane for private use, which JSON, YAML and HCL keep as they are.
const (
	tokenOpen  = '\U000F0000'
	tokenClose = '\U000F0001'
)

// Tokens hands out tokens for references and turns them back. The zero value is ready; it is for one goroutine.
type Tokens struct {
	refs  []policy.Ref
	known map[policy.Ref]int
}

// Token returns the string that stands for ref.
func (t *Tokens) Token(ref policy.Ref) string {
	n, ok := t.known[ref]
	if !ok {
		if t.known == nil {
			t.known = map[policy.Ref]int{}
		}
		n = len(t.refs)
		t.refs, t.known[ref] = append(t.refs, ref), n
	}
	return string(tokenOpen) + strconv.Itoa(n) + string(tokenClose)
}

// HasToken reports whether text holds a character that tokens are made of.
func HasToken(text string) bool {
	return strings.ContainsAny(text, string([]rune{tokenOpen, tokenClose}))
}

// Text returns s with each token as the reference that it stands for.
func (t *Tokens) Text(s string) policy.Text { return policy.NewText(t.parts(s)...) }

// Document returns d with each token as the reference that it stands for.
func (t *Tokens) Document(d policy.Document) policy.Document {
	if len(t.refs) == 0 {
		return d
	}
	return d.MapTexts(func(text policy.Text) policy.Text {
		var parts []policy.Part
		for _, p := range text.Parts() {
			if l, ok := p.(policy.Lit); ok {
				parts = append(parts, t.parts(string(l))...)
			} else {
				parts = append(parts, p)
			}
		}
		return policy.NewText(parts...)
	})
}

func (t *Tokens) parts(s string) []policy.Part {
	var parts []policy.Part
	for {
		before, rest, ok := strings.Cut(s, string(tokenOpen))
		number, after, closed := strings.Cut(rest, string(tokenClose))
		n, err := strconv.Atoi(number)
		if !ok || !closed || err != nil || n < 0 || n >= len(t.refs) {
			return append(parts, policy.Lit(s))
		}
		parts = append(parts, policy.Lit(before), t.refs[n])
		s = after
	}
}
