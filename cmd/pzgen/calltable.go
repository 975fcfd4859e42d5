package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/proof"
)

// writeMatrix shows each call of each workflow, whether the targets let it pass, and the statements that decide it. A target that decides by
// others gets a line of its own.
func writeMatrix(w io.Writer, r *proof.Report) {
	calls := make([]string, len(r.Calls))
	width := 0
	for i, c := range r.Calls {
		calls[i] = findings.Plain(fmt.Sprintf("  %s: %s on %s", c.Caller, c.Action, c.On))
		width = max(width, utf8.RuneCountInString(calls[i]))
	}
	var b strings.Builder
	workflow := ""
	for i, c := range r.Calls {
		if c.Workflow != workflow {
			workflow = c.Workflow
			head := findings.Plain(workflow)
			fmt.Fprintf(&b, "\n%s  %s\n", pad(head, width), strings.Join(r.Targets, "  "))
		}
		b.WriteString(pad(calls[i], width))
		decided, shown := "", map[string]bool{}
		for _, t := range r.Targets {
			verdict := "pass"
			switch {
			case !c.Read(t):
				verdict = "?"
			case !c.Passes(t):
				verdict = "FAIL"
			}
			b.WriteString("  " + pad(verdict, len(t)))
			if decided == "" {
				decided = c.Decided(t)
			}
		}
		b.WriteString("  " + findings.Plain(decided) + "\n")
		for _, t := range r.Targets {
			if by := c.Decided(t); by != "" && by != decided && !shown[by] {
				shown[by] = true
				fmt.Fprintf(&b, "%s  %s: %s\n", strings.Repeat(" ", width), t, findings.Plain(by))
			}
		}
	}
	b.WriteByte('\n')
	io.WriteString(w, b.String())
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}
