package spec

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestMany: only so many findings are told, and never does a warning become an error or hide one.
func TestMany(t *testing.T) {
	setups := func(n int, extra string) string {
		var b strings.Builder
		b.WriteString("version: 1\ndefaults: {account: \"111122223333\", region: eu-west-1}\nsetups:\n")
		for i := range n {
			b.WriteString("  s" + strconv.Itoa(i) + ": {}\n") // a setup that does nothing is a warning
		}
		return b.String() + extra
	}
	var keys strings.Builder
	for i := range 5000 {
		keys.WriteString("      k" + strconv.Itoa(i) + ": {arn: \"arn:aws:kms:eu-west-1:111122223333:key/" + strconv.Itoa(i) + "\"}\n")
	}
	for name, c := range map[string]struct {
		data string
		code string // of the only error, or ""
	}{
		"warnings":                  {setups(3000, ""), ""},
		"an error behind":           {setups(3000, "  x: {regoin: a}\n"), codeUnknownField},
		"an error across setups":    {setups(3000, "  x: {role: {name: Personalize-s1}}\n"), codeSameName},
		"an error in a noisy setup": {header + "    keys:\n" + keys.String() + "    datasetGroup: {name: x, key: none}\n", codeUndeclared},
	} {
		s, ds := Parse("f", []byte(c.data), nil)
		if len(ds) != maxProblems+1 || (s == nil) != (c.code != "") || ds.HasErrors() != (c.code != "") {
			t.Errorf("%s: %d findings, errors: %v, spec: %v", name, len(ds), ds.HasErrors(), s != nil)
		}
		for _, d := range ds {
			if d.Severity == Error && d.Code != c.code {
				t.Errorf("%s: %s", name, d)
			}
		}
		if !strings.Contains(ds[len(ds)-1].Message, "more problems follow") {
			t.Errorf("%s: last is %s", name, ds[len(ds)-1])
		}
	}
}

// TestBytes: what is not text, and what is text in another dress.
func TestBytes(t *testing.T) {
	fine := header + "    buckets: {data: {name: acme-data}}\n    workflows: [{type: import, from: data/in/}]\n"
	for name, data := range map[string]string{
		"byte order mark": "\uFEFF" + fine,
		"CRLF":            strings.ReplaceAll(fine, "\n", "\r\n"),
		"CR":              strings.ReplaceAll(fine, "\n", "\r"),
		"no last newline": strings.TrimSuffix(fine, "\n"),
		"markers":         "%YAML 1.1\n---\n" + fine + "...\n",
		"tabs inside":     strings.ReplaceAll(fine, ": {", ":\t{"),
	} {
		if s, ds := Parse("f", []byte(data), nil); s == nil || len(ds) > 0 {
			t.Errorf("%s: %s", name, ds)
		}
	}
	for name, c := range map[string]struct{ data, want string }{
		"UTF-16":           {"\xFF\xFEv\x00", "f:1:1: file is UTF-16 or UTF-32"},
		"UTF-16 BE":        {"\xFE\xFF\x00v", "f:1:1: file is UTF-16 or UTF-32"},
		"NUL":              {"version: 1\nab\x00c", "f:2:3: control character U+0000"},
		"escape":           {"version: 1\r\n\x1b[31m", "f:2:1: control character U+001B"},
		"C1":               {"é: \u0085\n\u009b", "f:3:1: control character U+009B"},
		"invalid UTF-8":    {"a: é\xE9x", "f:1:5: byte 0xE9 is not UTF-8"},
		"binary":           {"\x7fELF\x02\x01", "f:1:1: control character U+007F"},
		"mark in between":  {"a: \uFEFFb", "f:1:4: byte order mark"},
		"ends in a string": {"a: \"b", "f:1:1: not YAML"},
	} {
		s, ds := Parse("f", []byte(c.data), nil)
		if s != nil || len(ds) != 1 || !strings.HasPrefix(ds.String(), c.want) {
			t.Errorf("%s: %s, want %s", name, ds, c.want)
		}
	}
}

// TestHostile: files made to take time or memory are refused, or read, at once.
func TestHostile(t *testing.T) {
	var bomb, merges, chain strings.Builder
	bomb.WriteString("version: 1\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	merges.WriteString("version: 1\na0: &a0 {b: c}\n")
	chain.WriteString("version: 1\na0: &a0 {k0: c}\n")
	for i := 1; i < 40; i++ {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		before := string(rune('0'+(i-1)/10)) + string(rune('0'+(i-1)%10))
		if i == 1 {
			before = "0"
		}
		bomb.WriteString("a" + n + ": &a" + n + " [" + strings.Repeat("*a"+before+",", 10) + "]\n")
		merges.WriteString("a" + n + ": &a" + n + " {<<: [" + strings.Repeat("*a"+before+",", 10) + "]}\n")
		chain.WriteString("a" + n + ": &a" + n + " {<<: *a" + before + ", k" + n + ": v}\n")
	}
	many := func(n int, f func(b *strings.Builder, i int)) string {
		var b strings.Builder
		for i := range n {
			f(&b, i)
		}
		return b.String()
	}
	for name, data := range map[string]string{
		"bomb":            bomb.String(),
		"merges":          merges.String(),
		"chain":           chain.String(),
		"brackets":        strings.Repeat("[", 20000),
		"closed brackets": strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"braces":          strings.Repeat("{a: ", 20000),
		"dashes":          strings.Repeat("- ", 200000),
		"questions":       strings.Repeat("? ", 20000),
		"indents": many(3000, func(b *strings.Builder, i int) {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}),
		"unknown fields": header + strings.Repeat("    nmae: 1\n", 60000),
		"one line":       "version: 1\nsetups: {" + strings.Repeat("A: {},", 60000) + "}",
		"long key":       strings.Repeat("a", 5<<20) + ": b",
		"long value":     header + "    description: " + strings.Repeat("é", 1<<20),
		"too large":      strings.Repeat("#", maxBytes+1),
		"documents":      strings.Repeat("---\n", 100000),
		"anchors":        "version: 1\nsetups: {" + many(5000, func(b *strings.Builder, i int) { b.WriteString("a: &a {}, b: *a,") }) + "}",
		"locations":      header + "    buckets: {" + strings.Repeat("b: {name: acme},", 10000) + "}\n    workflows: [" + strings.Repeat("{type: import, from: nowhere/},", 10000) + "]",
		"statements":     header + "    statements: {role: [" + strings.Repeat("{sid: a, effect: Allow, action: 's3:*', resource: '<a.arn>'},", 5000) + "]}",
		"keys and buckets": "version: 1\nsetups: {" + many(2, func(b *strings.Builder, i int) {
			b.WriteString("s" + strconv.Itoa(i) + ": {account: '111122223333', region: eu-west-1, keys: {" + many(8000, func(b *strings.Builder, i int) {
				b.WriteString("k" + strconv.Itoa(i) + ": {alias: alias/k},")
			}) + "}, buckets: {" + many(8000, func(b *strings.Builder, i int) {
				b.WriteString("b" + strconv.Itoa(i) + ": {name: acme, key: k" + strconv.Itoa(i) + "},")
			}) + "}},")
		}) + "}",
		"tags":            header + "    tags: {" + many(10000, func(b *strings.Builder, i int) { b.WriteString("t" + strings.Repeat("x", i%50) + ": a,") }) + "}",
		"nested policies": header + "    statements: {role: [{condition: {" + strings.Repeat("a: {b: c},", 10000) + "}}]}",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, ds := Parse("f", []byte(data), nil)
		runtime.ReadMemStats(&after)
		if s != nil || !ds.HasErrors() {
			t.Errorf("%s is taken", name)
		}
		// So many bytes for each byte of input, and some for the rest: no work grows faster than the input.
		taken := int(after.TotalAlloc - before.TotalAlloc)
		if most := 16<<20 + 1000*len(data); taken > most {
			t.Errorf("%s of %d bytes takes %d bytes of memory, more than %d", name, len(data), taken, most)
		}
		if len(ds) > maxProblems+1 {
			t.Errorf("%s: %d findings", name, len(ds))
		}
		for _, d := range ds {
			if len(d.Source) > 4*excerptWidth || len(d.Message) > 2000 {
				t.Errorf("%s: finding of %d bytes", name, len(d.Source)+len(d.Message))
				break
			}
		}
		t.Logf("%-16s %8d bytes, %4d MB taken, %4d findings", name, len(data), taken>>20, len(ds))
	}
}
