package spec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// placeholders are what names may hold, in angle brackets, for what differs from setup to setup.
var placeholders = []string{"setup", "account", "region"}

// placeholderPattern is what the JSON Schema says of a value with placeholders: it cannot know what
// they stand for.
const placeholderPattern = "^[^<>]*(<(setup|account|region)>[^<>]*)+$"

// filler knows what placeholders stand for in one setup.
type filler struct {
	setup           string
	body            *yaml.Node // of the setup
	defaults        *setupDraft
	account, region text // once they were looked for
	looked          bool
}

// value returns what a placeholder stands for. It is not ok where the setup has no such value, or a
// wrong one, which is reported where that is read.
func (f *filler) value(name string) (string, bool) {
	if name == "setup" {
		return f.setup, true
	}
	if !f.looked {
		f.look()
	}
	if name == "account" {
		return f.account.v, f.account.ok
	}
	return f.region.v, f.region.ok
}

// look finds account and region, of which the setup's own come before those of defaults.
func (f *filler) look() {
	f.looked = true
	f.account, f.region = f.defaults.account, f.defaults.region
	m := deref(f.body)
	if m.Kind != yaml.MappingNode {
		return
	}
	entries := new(reader).entries(m)
	for i := len(entries) - 2; i >= 0; i -= 2 { // of two, the first counts
		switch deref(entries[i]).Value {
		case "account":
			f.account = new(reader).text(entries[i+1], "account", accountForm)
		case "region":
			f.region = new(reader).text(entries[i+1], "region", regionForm)
		}
	}
}

// filled returns a value with its placeholders filled in. It is not ok when one of them is wrong,
// which it reports, or cannot be filled in: in defaults before it is known for which setup.
func (r *reader) filled(v *yaml.Node, what string, f *form) (string, bool) {
	if f == nil || !f.fills || !strings.Contains(v.Value, "<") {
		return v.Value, true
	}
	var b strings.Builder
	ok := true
	for rest := v.Value; ; {
		before, after, found := strings.Cut(rest, "<")
		b.WriteString(before)
		if !found {
			break
		}
		name := placeholderIn(after)
		switch {
		case name == "" && f.angles && !r.inDefaults:
			b.WriteByte('<')
			rest = after
			continue
		case name == "":
			name, _, closed := strings.Cut(after, ">")
			r.wrongPlaceholder(v, what, name, closed)
			return "", false
		}
		rest = after[len(name)+1:]
		if r.fill == nil {
			r.held++
			ok = false
			continue
		}
		value, known := r.fill.value(name)
		ok = ok && known
		b.WriteString(value)
	}
	if !ok {
		r.unfilled = true
		return "", false
	}
	return b.String(), true
}

// placeholderIn returns the placeholder whose name s begins with, or "".
func placeholderIn(s string) string {
	for _, p := range placeholders {
		if rest, ok := strings.CutPrefix(s, p); ok && strings.HasPrefix(rest, ">") {
			return p
		}
	}
	return ""
}

const placeholderHint = "placeholders are <setup>, <account> and <region>"

func (r *reader) wrongPlaceholder(v *yaml.Node, what, name string, closed bool) {
	switch inner := name[strings.LastIndexByte(name, '<')+1:]; {
	case !closed:
		r.err(codePlaceholder, v, "write > behind its name; "+placeholderHint,
			"%s %q has a placeholder that is not closed: %q", what, clip(v.Value), clip("<"+name))
	case len(inner) < len(name):
		r.err(codePlaceholder, v, "write each between one < and one >; "+placeholderHint,
			"%s %q has a < inside of a placeholder: %q", what, clip(v.Value), clip("<"+name+">"))
	default:
		hint := placeholderHint
		if s := suggest(name, placeholders); s != "" {
			hint = "did you mean `<" + strings.Split(s, "`")[1] + ">`?"
		}
		r.err(codePlaceholder, v, hint, "%s %q has the placeholder %q, which is not known", what,
			clip(v.Value), clip("<"+name+">"))
	}
}

// hasPlaceholder reports whether a value that takes none has one.
func hasPlaceholder(s string) bool {
	return slices.ContainsFunc(placeholders, func(p string) bool {
		return strings.Contains(s, "<"+p+">")
	})
}

const noPlaceholder = "write it out: <setup>, <account> and <region> are filled in in names of " +
	"AWS, ARNs, paths, locations and values of tags alone"
