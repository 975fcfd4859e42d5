package shell

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// program is a script that was read.
type program struct {
	path  string
	entry string // apply.sh or destroy.sh
	text  string
	lines []int // offsets at which lines begin
	after int   // offset behind the prologue

	names map[string]*name
	docs  map[string]*heredoc
	calls map[string][]call // by function
	order []string          // functions with here-documents, in the order of the script

	unknown []deployed.Unknown
}

// name is a name that the script assigns.
type name struct {
	text    policy.Text // in terms of names that are assigned a literal, which stand for themselves
	literal bool
	value   string // of a literal
	key     bool   // it is assigned '', and a step gives it the ARN of a key
	known   bool   // that step was taken
	at      int
}

// pending reports whether the value of a name is not known yet.
func (n *name) pending() bool { return n.key && !n.known }

// keyText is the ARN of a created key, which is known on deployment alone. id is its name.
func keyText(id string) policy.Text { return policy.NewText(policy.Ref{ID: id, Attr: "arn"}) }

// heredoc is what a function prints with a here-document.
type heredoc struct {
	text   string // references are tokens
	names  int    // how many they are
	tokens *deployed.Tokens
	at     int // offset of the function
	body   int // offset of the text
	raw    string

	policy *policy.Document // decoded, when it is used
	wrong  bool
	used   bool
}

// call is a call of a step.
type call struct {
	name string
	args []word
	at   int
}

// Limits of what is read. What pzgen prints stays far below them.
const (
	mostBytes  = 8 << 20
	mostFaults = 20
)

// functions are those that a script of a kind has, beside those that print policies.
func functions(entry string) []string {
	if entry == "destroy.sh" {
		return []string{"check_setup", "steps"}
	}
	return []string{"check_setup", tagsFunction, "steps", "summary"}
}

const (
	tagsFunction   = "setup_tags" // prints the tags of everything that is made
	policyFunction = "policy_"    // begins the name of a function that prints a policy document
)

// fixedNames are the names that every script assigns.
func fixedNames() []string {
	return []string{
		"SETUP", "ACCOUNT", "REGION", "PARTITION", "ROLE_NAME", "ROLE_PATH", "ROLE_ARN",
		wasName, sidsName, marksName,
	}
}

// isList reports whether a name is assigned a JSON list.
func isList(id string) bool { return id == wasName || id == sidsName || id == marksName }

// assignable reports whether a script may assign a name: no other has a meaning for the library,
// or for bash.
func assignable(id string) bool {
	for _, fixed := range fixedNames() {
		if id == fixed {
			return true
		}
	}
	for _, end := range []string{"_BUCKET", "_BUCKET_ARN", "_KEY_ARN", "_KEY_ALIAS"} {
		if len(id) > len(end) && strings.HasSuffix(id, end) {
			return isName(id)
		}
	}
	return false
}

// readScript reads a script. What is not of the form is in unknown, and what is of it is read all
// the same.
func readScript(path, entry string, data []byte) *program {
	p := &program{path: path, entry: entry, text: string(data), lines: []int{0},
		names: map[string]*name{}, docs: map[string]*heredoc{}, calls: map[string][]call{}}
	if len(data) > mostBytes {
		p.text = ""
		p.refuse(0, "file", path,
			fmt.Sprintf("it has %d bytes, and no script of pzgen's has more than %d",
				len(data), mostBytes))
		return p
	}
	for i := 0; i < len(p.text); i++ {
		if p.text[i] == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	p.characters()
	if p.after = p.head(); p.after >= 0 {
		p.body(p.after)
		p.complete()
	}
	if len(p.unknown) == 0 {
		p.tree()
	}
	return p
}

// place returns the place of an offset. Columns count characters.
func (p *program) place(at int) deployed.Place {
	n := sort.SearchInts(p.lines, at+1)
	if n == 0 {
		return deployed.Place{Path: p.path}
	}
	line := p.text[p.lines[n-1]:min(at, len(p.text))]
	return deployed.Place{Path: p.path, Line: n, Col: utf8.RuneCountInString(line) + 1}
}

// refuse notes what is not understood. Beyond a number of faults there is nothing more to learn.
func (p *program) refuse(at int, kind, what, why string) {
	p.refuseAt(p.place(at), kind, what, why)
}

func (p *program) refuseAt(at deployed.Place, kind, what, why string) {
	if len(p.unknown) < mostFaults {
		p.unknown = append(p.unknown, deployed.Unknown{Kind: kind, What: what, Why: why, At: at})
	}
}

// complete refuses a script that lacks something.
func (p *program) complete() {
	for _, id := range fixedNames() {
		if p.names[id] == nil {
			p.refuse(p.after, "name", id, "the script assigns it no value")
		}
	}
	for _, id := range functions(p.entry) {
		if p.calls[id] == nil && p.docs[id] == nil {
			p.refuse(p.after, "function", id, "the script does not have it")
		}
	}
}
