package snapshot

import (
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

// openPolicy reads one policy document, or what the AWS CLI prints of one.
func openPolicy(name string, data []byte) (*Input, error) {
	decode := policy.DecodeOutput
	switch members := outermost(data); {
	case members["PolicyVersion"]:
		decode = policy.DecodeVersion
	case members["Role"]:
		decode = policy.DecodeTrust
	}
	doc, err := decode(data)
	if err != nil {
		return nil, policy.InFile(name, err)
	}
	d := &deployed.Document{Document: doc, At: deployed.Place{Path: name, Line: 1, Col: 1}}
	for _, s := range doc.Statements {
		d.Statements = append(d.Statements, deployed.Place{Path: name, Line: s.Pos.Line, Col: s.Pos.Col})
	}
	state := deployed.State{Documents: []deployed.Shown{{Name: policyName, Policy: d}}}
	return openState("policy document", "json", []file{{path: name, data: data}},
		func() (deployed.State, error) { return state, nil })
}

// openState is an input without setups whose reader depends on no values. Its places are as the user finds them.
func openState(kind, target string, files []file, read func() (deployed.State, error)) (*Input, error) {
	state, err := read()
	if err != nil {
		return nil, err
	}
	parse := func(deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
		return func(deployed.Values) (deployed.State, error) { return state, nil }, nil
	}
	return one(kind, files, target, ".", parse, func(p string) string { return p }), nil
}

// planTarget is the target of plans and states of Terraform.
const planTarget = "terraform plan"

// policyName is what a single policy document is called: two of them are one policy, before and after.
const policyName = "policy"
