package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// Fix returns a document in which some of what checks find is put right: what is there twice or
// is redundant, Sids with characters that IAM refuses, an Id that is not to be there, and a
// missing Version. It says what it did. A step after which anybody could do more, by
// [policy.Compare], or of which that is not known, is left out. kind is what the document is
// attached to; name is that of its file, which says it where kind is "".
func Fix(d policy.Document, kind Kind, name string) (policy.Document, []string) {
	grammar, said := kind.grammar()
	if !said {
		grammar = deployed.LooksLike(name, d)
	}
	var done []string
	for _, step := range []func(policy.Kind, policy.Document) (policy.Document, []string){
		fixVersion, fixID, fixSids, fixValues, fixStatements,
	} {
		next, what := step(grammar, clone(d))
		if len(what) > 0 && noBroader(grammar, d, next) {
			d, done = next, append(done, what...)
		}
	}
	return d, done
}

// noBroader reports whether a document is proved to allow nothing that another does not.
func noBroader(kind policy.Kind, old, new policy.Document) bool {
	for _, denials := range []bool{false, true} {
		if r := relation(kind, old, new, denials); r != policy.Same && r != policy.Narrower {
			return false
		}
	}
	return true
}

func clone(d policy.Document) policy.Document {
	return d.MapTexts(func(t policy.Text) policy.Text { return t })
}

func fixVersion(_ policy.Kind, d policy.Document) (policy.Document, []string) {
	if d.Version != "" || strings.Contains(string(d.JSON()), "${") {
		return d, nil // what looks like a variable would become one
	}
	d.Version = policy.Version2012
	return d, []string{"added Version " + policy.Version2012}
}

func fixID(kind policy.Kind, d policy.Document) (policy.Document, []string) {
	if d.ID == "" || kind.Elements().ID {
		return d, nil
	}
	what := fmt.Sprintf("took out Id %q", d.ID)
	d.ID = ""
	return d, []string{what}
}

func fixSids(kind policy.Kind, d policy.Document) (policy.Document, []string) {
	if !kind.Elements().PlainSids {
		return d, nil
	}
	taken := map[string]bool{}
	for _, s := range d.Statements {
		taken[s.Sid] = true
	}
	var what []string
	for i := range d.Statements {
		s := &d.Statements[i]
		plain := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s.Sid)
		if plain == s.Sid || plain == "" || taken[plain] {
			continue
		}
		what = append(what, fmt.Sprintf("statement %d: Sid %q is %q", i+1, s.Sid, plain))
		taken[plain], s.Sid = true, plain
	}
	return d, what
}

func fixValues(_ policy.Kind, d policy.Document) (policy.Document, []string) {
	var what []string
	for i := range d.Statements {
		s := &d.Statements[i]
		for _, e := range elements(s) {
			for at := covered(*e.values, e.covers); at >= 0; at = covered(*e.values, e.covers) {
				what = append(what, fmt.Sprintf("statement %d: took %s %q out", i+1, e.name,
					e.values.Values[at].IAM()))
				e.values.Values = slices.Delete(slices.Clone(e.values.Values), at, at+1)
			}
		}
	}
	return d, what
}

func fixStatements(kind policy.Kind, d policy.Document) (policy.Document, []string) {
	var what []string
	gone := map[int]bool{}
	for _, i := range redundant(kind, d) {
		gone[i] = true
		what = append(what, fmt.Sprintf("took statement %d out, which changed nothing", i+1))
	}
	return without(d, gone), what
}
