package start

import "strings"

// LongestName is the length of the longest name that [NameFor] returns.
const LongestName = 24

// NameFor returns a name for a setup, or for a thing of one, that is made of a text: letters in lower
// case and digits with single hyphens between, a letter first; "shop" where the text has none of them.
func NameFor(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch last := strings.HasSuffix(b.String(), "-"); {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !last:
			b.WriteByte('-')
		}
	}
	name := b.String()
	if name = strings.Trim(name[:min(LongestName, len(name))], "-"); name == "" {
		return "shop"
	}
	return name
}
