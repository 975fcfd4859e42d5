package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// mostParsed is how many bytes of a strange line are parsed to say what it is: a parser goes as
// deep as its input, and a long enough input takes more than any stack has.
const mostParsed = 2 << 10

// stranger refuses a line that is not of the form, by the name of what begins at from, and
// returns the offset of the line on which to go on.
func (p *program) stranger(at, from int) int {
	_, next := p.line(at)
	text := p.text[from:min(from+mostParsed, len(p.text))]
	var first *syntax.Stmt
	for stmt := range syntax.NewParser().StmtsSeq(strings.NewReader(text)) {
		if first == nil { // the parser panics when a loop over what it finds ends early
			first = stmt
		}
	}
	kind := "syntax"
	if first != nil {
		kind = statementKind(first)
		if stop := from + int(first.End().Offset()); stop > next {
			_, next = p.line(min(stop, len(p.text)-1))
		}
	}
	p.refuse(from, kind, excerpt(text),
		"a script has no such line; take it out, or generate again")
	return next
}

// statementKind names what keeps a statement from being of the form.
func statementKind(s *syntax.Stmt) string {
	switch {
	case s.Background, s.Coprocess, s.Disown:
		return "background job"
	case s.Negated:
		return "negation"
	case len(s.Redirs) > 0:
		return "redirection"
	}
	kind := commandKind(s.Cmd)
	if call, ok := s.Cmd.(*syntax.CallExpr); ok {
		syntax.Walk(call, func(node syntax.Node) bool {
			if k := partKind(node); k != "" {
				kind = k
			}
			return true
		})
	}
	if s.Semicolon.IsValid() && (kind == "command" || kind == "assignment") {
		return "separator"
	}
	return kind
}

func commandKind(c syntax.Command) string {
	switch c := c.(type) {
	case *syntax.CallExpr:
		return callKind(c)
	case *syntax.IfClause, *syntax.TestClause, *syntax.TestDecl:
		return "condition"
	case *syntax.CaseClause:
		return "case"
	case *syntax.WhileClause, *syntax.ForClause:
		return "loop"
	case *syntax.Subshell:
		return "subshell"
	case *syntax.Block:
		return "group"
	case *syntax.BinaryCmd:
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			return "pipe"
		}
		return "condition"
	case *syntax.FuncDecl:
		return "function"
	case *syntax.ArithmCmd, *syntax.LetClause:
		return "arithmetic"
	case *syntax.DeclClause:
		return "declaration"
	case *syntax.CoprocClause:
		return "coprocess"
	case *syntax.TimeClause:
		return "time"
	}
	return "command"
}

func callKind(c *syntax.CallExpr) string {
	switch {
	case len(c.Args) == 0 && len(c.Assigns) == 1 && c.Assigns[0].Array != nil:
		return "array"
	case len(c.Args) == 0:
		return "assignment"
	case len(c.Assigns) > 0:
		return "environment of a command"
	}
	switch name := c.Args[0].Lit(); name {
	case "trap", "alias", "exit", "return", "eval", "exec":
		return name
	case "set", "shopt":
		return "shell option"
	case "source", ".":
		return "source"
	}
	return "command"
}

// partKind names a part of a word, "" for those that the form has.
func partKind(node syntax.Node) string {
	switch n := node.(type) {
	case *syntax.ProcSubst:
		return "process substitution"
	case *syntax.ArithmExp:
		return "arithmetic expansion"
	case *syntax.ExtGlob:
		return "pattern"
	case *syntax.CmdSubst:
		if !printsPolicy(n) {
			return "command substitution"
		}
	case *syntax.ParamExp:
		braces := len("${}")
		if !n.Short && (n.Param == nil ||
			int(n.End().Offset()-n.Pos().Offset()) != len(n.Param.Value)+braces) {
			return "expansion"
		}
	case *syntax.DblQuoted:
		if n.Dollar {
			return "translated text"
		}
	}
	return ""
}

// printsPolicy reports whether a command substitution is $(policy_x).
func printsPolicy(n *syntax.CmdSubst) bool {
	if len(n.Stmts) != 1 || len(n.Stmts[0].Redirs) > 0 {
		return false
	}
	call, ok := n.Stmts[0].Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) == 1 && strings.HasPrefix(call.Args[0].Lit(), policyFunction)
}

// seen counts what a shell parser finds in a script.
type seen struct{ names, functions, blocks, calls int }

// tree parses the script once more, by a shell parser, and refuses what it sees beside names,
// functions and calls. It is asked only when every line is of the form, so that what it sees is no
// deeper than that.
func (p *program) tree() {
	file, err := syntax.NewParser().Parse(strings.NewReader(p.text), "")
	if err != nil {
		p.refuse(0, "syntax", p.path, err.Error())
		return
	}
	after := func(s *syntax.Stmt) bool { return int(s.Pos().Offset()) >= p.after }
	body := max(0, slices.IndexFunc(file.Stmts, after))
	var have seen
	for _, s := range file.Stmts[body:] {
		syntax.Walk(s, func(node syntax.Node) bool {
			ok := node == nil || p.allowed(node, &have)
			if !ok {
				at := int(node.Pos().Offset())
				p.refuse(at, "syntax", excerpt(p.text[at:]),
					fmt.Sprintf("a shell parser takes it for %T", node))
			}
			return ok
		})
	}
	functions := len(p.docs) + len(p.calls)
	want := seen{len(p.names), functions, functions,
		len(p.docs) + 1} // cat in each of these, and main
	for _, list := range p.calls {
		want.calls += max(1, len(list)) // a function without a call has ":"
		for _, c := range list {
			for _, w := range c.args {
				if w.function != "" {
					want.calls++
				}
			}
		}
	}
	if have != want {
		p.refuse(p.after, "syntax", p.path,
			fmt.Sprintf("a shell parser sees %+v in it, and this reader %+v", have, want))
	}
}

// allowed reports whether a node is one that the form has, and counts it. Others are refused, also
// those that the parser may have one day.
func (p *program) allowed(node syntax.Node, have *seen) bool {
	switch n := node.(type) {
	case *syntax.Word, *syntax.Lit, *syntax.SglQuoted:
		return true
	case *syntax.Stmt:
		return !n.Negated && !n.Background && !n.Coprocess && !n.Disown && !n.Semicolon.IsValid()
	case *syntax.CallExpr:
		if len(n.Args) > 0 {
			have.calls++
		}
		return len(n.Args) == 0 != (len(n.Assigns) == 0)
	case *syntax.Assign:
		have.names++
		return !n.Append && !n.Naked && n.Index == nil && n.Array == nil
	case *syntax.FuncDecl:
		have.functions++
		return !n.RsrvWord && n.Parens
	case *syntax.Block:
		have.blocks++ // of functions: there are as many
		return true
	case *syntax.Redirect:
		return n.Op == syntax.Hdoc && n.N == nil
	case *syntax.DblQuoted:
		return !n.Dollar
	case *syntax.ParamExp:
		// A name without a value ends a script in the middle: each has to be assigned above.
		raw := strings.Trim(p.text[node.Pos().Offset():node.End().Offset()], "${}")
		return raw == "@" || p.names[raw] != nil
	case *syntax.CmdSubst:
		raw := strings.Trim(p.text[node.Pos().Offset():node.End().Offset()], "$()")
		return span(raw, isNameByte) == len(raw)
	}
	return false
}
