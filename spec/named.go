package spec

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// span is a part of a file.
type span struct{ from, to Place } // the zero to is the end of the file

func (s span) has(line, col int) bool {
	at := Place{line, col}
	return comparePlaces(s.from, at) <= 0 && (s.to == Place{} || comparePlaces(at, s.to) < 0)
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// setSpans sets where each setup of a file stands: from its name to the next name of a setup, or of
// another field of the file.
func setSpans(root *yaml.Node, list []declared) {
	borders := make([]Place, 0, len(list)+len(rootFields))
	for i := 0; i < len(root.Content); i += 2 {
		borders = append(borders, place(root.Content[i]))
	}
	for i := range list {
		borders = append(borders, place(list[i].key))
	}
	slices.SortFunc(borders, comparePlaces)
	for i := range list {
		s := &list[i].span
		s.from = place(list[i].key)
		behind := Place{s.from.Line, s.from.Col + 1}
		if at, _ := slices.BinarySearchFunc(borders, behind, comparePlaces); at < len(borders) {
			s.to = borders[at]
		}
	}
}

// nameSetups says of problems that were found for setups, at places that several setups share, for
// which of them. One sentence is enough for those that say the same of one place. What was found
// for all setups of a file, of which there are total, is not about one of them, and needs no names;
// always asks for the name all the same where there is only one setup.
func nameSetups(problems []problem, total int, always bool) []problem {
	type key struct {
		line, col          int
		code, format, what string
		severity           Severity
	}
	type group struct {
		at     int // of the first, in out
		setups []string
		differ bool
	}
	plain := map[key]bool{}
	for _, p := range problems {
		if p.setup == "" {
			plain[key{p.line, p.col, p.code, p.format, p.message, p.severity}] = true
		}
	}
	groups := map[key]*group{}
	var order []*group
	out := problems[:0:0]
	for _, p := range problems {
		if p.setup == "" {
			out = append(out, p)
			continue
		}
		k := key{p.line, p.col, p.code, p.format, p.message, p.severity}
		if plain[k] {
			continue // it is so where it is written too
		}
		k.what = ""
		g := groups[k]
		if g == nil {
			g = &group{at: len(out)}
			groups[k] = g
			order = append(order, g)
			out = append(out, p)
		}
		g.differ = g.differ || p.message != out[g.at].message
		if n := len(g.setups); n == 0 || g.setups[n-1] != p.setup { // they come setup by setup
			g.setups = append(g.setups, p.setup)
		}
	}
	for _, g := range order {
		p := &out[g.at]
		switch {
		case g.differ:
			p.message += " (in setup " + quoted(g.setups[0])
			if len(g.setups) > 1 {
				p.message += ", and so in " + someOf(g.setups[1:])
			}
			p.message += ")"
		case len(g.setups) == total && !(total == 1 && always):
		case len(g.setups) == 1:
			p.message += " (in setup " + quoted(g.setups[0]) + ")"
		default:
			p.message += " (in setups " + someOf(g.setups) + ")"
		}
	}
	return out
}

const shownSetups = 3

// someOf lists names, not more than a few of them.
func someOf(names []string) string {
	more := ""
	if len(names) > shownSetups {
		names, more = names[:shownSetups], " and more"
	}
	quotedNames := make([]string, len(names))
	for i, n := range names {
		quotedNames[i] = quoted(n)
	}
	return strings.Join(quotedNames, ", ") + more
}
