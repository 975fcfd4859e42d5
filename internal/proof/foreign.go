package proof

import (
	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/model"
)

const lockedHint = "a key policy keeps a statement that lets the account, or an administrator, do " +
	"kms:PutKeyPolicy (AWS KMS Developer Guide, \"Default key policy\")"

// foreign tries the workflows on the policies that hold statements of others, under the names that
// those know.
func (p *proof) foreign() {
	for _, d := range p.parts {
		if d.Base == nil {
			continue
		}
		found, err := calls.Obstacles(p.m, d.Document, d.Whole)
		if err != nil {
			p.find(Finding{Check: Fits, Document: d.Name, Message: err.Error(), Place: p.place(d.Place)})
		}
		for _, o := range found {
			if !o.Doubt {
				p.find(Finding{Check: Sufficient, Document: d.Name, Sid: o.Sid, Place: p.place(d.Place),
					Message: o.String(), Details: o.Details(), Hint: o.Hint()})
			}
		}
	}
	env := calls.DeployedEnv(p.m)
	for _, k := range p.m.Keys {
		if k.Base == nil || k.Policy.Name == "" {
			continue
		}
		whole := k.Policy.Document.Fill(env)
		if len(calls.Administrators(whole, env[model.RefKeyARN(k.ID)])) == 0 {
			p.find(Finding{Check: Fits, Document: k.Policy.Name, Place: p.place("keys." + k.ID), Hint: lockedHint,
				Message: k.Policy.Name + " leaves nobody in the key's account who could change it (kms:PutKeyPolicy)"})
		}
	}
}
