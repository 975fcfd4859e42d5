package shell

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// The interpreter gives every here-document and here-string a pipe of the operating system, which is most of the time of a run. So before a run
// they are turned into commands with arguments: the names below, which no script can have printed without quotes, then the text, then the command.
const (
	hereDocument = "<<"
	hereString   = "<<<"
)

// rewrite turns the here-documents and here-strings of simple commands into arguments. It leaves alone what it does not understand: that takes the slow way.
func (m *machine) rewrite(script *syntax.File) {
	m.heres = nil
	syntax.Walk(script, func(node syntax.Node) bool {
		stmt, ok := node.(*syntax.Stmt)
		if !ok || len(stmt.Redirs) != 1 {
			return true
		}
		call, ok := stmt.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 {
			return true
		}
		name := call.Args[0].Lit()
		redirect := stmt.Redirs[0]
		switch {
		case redirect.Op == syntax.WordHdoc && name == "jq":
			call.Args = append([]*syntax.Word{quoted(hereString), redirect.Word}, call.Args...)
		case redirect.Op == syntax.Hdoc && name == "cat" && redirect.Hdoc != nil && expands(redirect.Word, redirect.Hdoc):
			call.Args = append([]*syntax.Word{quoted(hereDocument), quoted(strconv.Itoa(len(m.heres)))}, call.Args...)
			m.heres = append(m.heres, redirect.Hdoc)
		default:
			return true
		}
		stmt.Redirs = nil
		return true
	})
}

func quoted(s string) *syntax.Word {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: s}}}
}

// expands reports whether a here-document is one whose variables are expanded, and holds nothing but text and variables.
func expands(mark, text *syntax.Word) bool {
	for _, p := range text.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
		case *syntax.ParamExp:
			if p.Param == nil || p.Excl || p.Length || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Exp != nil {
				return false
			}
		default:
			return false
		}
	}
	return mark.Lit() != "" && !strings.ContainsRune(mark.Lit(), '\\')
}

// input undoes what rewrite did: it gives the command, and what it finds on its standard input.
func (m *machine) input(args []string, hc interp.HandlerContext) ([]string, io.Reader, error) {
	if len(args) < 3 {
		return nil, nil, fmt.Errorf("%q is not a command of pzgen's scripts", args)
	}
	if args[0] == hereString {
		return args[2:], strings.NewReader(args[1] + "\n"), nil
	}
	i, err := strconv.Atoi(args[1])
	if err != nil || i < 0 || i >= len(m.heres) {
		return nil, nil, fmt.Errorf("%q is not a command of pzgen's scripts", args)
	}
	text, err := expand.Document(&expand.Config{Env: hc.Env, NoUnset: true}, m.heres[i])
	return args[2:], strings.NewReader(text), err
}
