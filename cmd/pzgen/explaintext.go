package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/policy"
)

// explained is a statement with why it is there, as JSON has it.
type explained struct {
	Setup     string          `json:"setup"`
	Document  string          `json:"document"`
	Sid       string          `json:"sid"`
	Effect    string          `json:"effect"`
	Statement json.RawMessage `json:"statement"`
	Why       string          `json:"why,omitempty"`
	Source    string          `json:"source,omitempty"`
	Edition   string          `json:"edition,omitempty"`
	Without   string          `json:"without,omitempty"`
	Accepted  string          `json:"accepted,omitempty"`
	Fails     []missed        `json:"fails"`
	Passes    []missed        `json:"passes"`

	oneAction bool // calls of other actions were left out
}

type missed struct {
	Workflow string `json:"workflow"`
	Caller   string `json:"caller"`
	Action   string `json:"action"`
	On       string `json:"on"`
	Source   string `json:"source"`
}

func missedOf(list []proof.Missed) []missed {
	out := []missed{}
	for _, m := range list {
		out = append(out, missed(m))
	}
	return out
}

func explainedOf(setup string, n proof.Need) explained {
	x := explained{Setup: setup, Document: n.Document, Sid: n.Statement.Sid, Effect: n.Statement.Effect,
		Statement: statementJSON(n.Statement), Fails: missedOf(n.Fails), Passes: missedOf(n.Passes)}
	if r := n.Reason; r != nil {
		x.Why, x.Source, x.Edition, x.Without, x.Accepted = r.Why, r.Source, r.Edition, r.Breaks, r.Accepted
		if r.Source == "" {
			x.Source = fmt.Sprintf("the spec, line %d", r.Place.Line)
		}
	}
	return x
}

// statementJSON returns a statement as it is in the document.
func statementJSON(s policy.Statement) json.RawMessage {
	var doc struct{ Statement []json.RawMessage }
	d := policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
	if err := json.Unmarshal(d.JSON(), &doc); err != nil || len(doc.Statement) != 1 {
		panic(fmt.Sprintf("a document that was written cannot be read: %v", err))
	}
	return doc.Statement[0]
}

// mostCalls is how many calls of a statement are shown to people.
const mostCalls = 6

func (x explainer) print(all []explained) error {
	if x.json {
		if all == nil {
			all = []explained{}
		}
		return findings.WriteJSON(x.e.stdout, all)
	}
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteByte('\n')
		}
		name := s.Sid
		if name == "" {
			name = "(no Sid)"
		}
		fmt.Fprintf(&b, "%s/%s/%s\n", s.Setup, s.Document, name)
		field := func(what, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  %-10s%s\n", what, strings.Join(strings.Fields(text), " "))
			}
		}
		field("policy", string(s.Statement))
		field("why", s.Why)
		field("source", strings.TrimSuffix(s.Source+", "+s.Edition, ", "))
		field("accepted", s.Accepted)
		field("without", s.Without)
		calls, word := s.Fails, "fails"
		if s.Effect == policy.Deny {
			calls, word = s.Passes, "lets pass"
		}
		for k, c := range calls {
			if k == mostCalls {
				field("", fmt.Sprintf("and %d more", len(calls)-k))
				break
			}
			field(word, proof.Missed(c).String())
			word = ""
		}
		if len(calls) == 0 && !s.oneAction {
			field(word, "nothing: other statements cover it, or no workflow needs it")
		}
	}
	_, err := io.WriteString(x.e.stdout, findings.Plain(b.String()))
	return err
}
