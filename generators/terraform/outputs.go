package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

func (p *printer) outputs() *lines {
	b := p.start()
	for _, o := range p.outputList() {
		body := b.block("output", o.name)
		body.set("description", p.str(o.about))
		body.set("value", o.value)
	}
	return b
}

// shownValue is what an output shows.
type shownValue struct {
	name, about string
	value       expr
}

func (p *printer) outputList() []shownValue {
	var all []shownValue
	put := func(name, about string, value expr) { all = append(all, shownValue{name, about, value}) }
	put(outputRole, "ARN of the role that Personalize assumes: the roleArn of its jobs.", p.value(model.RefRoleARN))
	for _, bu := range p.setup.Buckets {
		put(p.names.bucketVar(bu.ID), "Name of the bucket "+bu.ID+".", p.value(model.RefBucketName(bu.ID)))
		put(p.names.bucketARN(bu.ID), "ARN of the bucket "+bu.ID+".", p.value(model.RefBucketARN(bu.ID)))
	}
	for _, k := range p.setup.Keys {
		put(p.names.keyARN(k.ID), "ARN of the KMS key "+k.ID+".", p.value(model.RefKeyARN(k.ID)))
	}
	for _, o := range p.setup.Operators {
		if len(o.Policies) == 0 {
			continue
		}
		arns := make([]expr, len(o.Policies))
		for i, d := range o.Policies {
			arns[i] = ref(tfPolicy, p.names.docs[d.Name], "arn")
		}
		put(p.names.policiesOutput(o.ID), "ARNs of the policies of the operator "+o.ID+".", list(arns))
	}
	for _, s := range p.shown {
		put(p.names.statementsOutput(s.doc.Name), "Statements to merge into "+s.of+". This module does not manage it.", s.expr)
	}
	if p.setup.MadeGroup() != nil {
		properties := call("jsondecode", ref(tfCloud, groupLabel, "properties"))
		put(outputGroup, "ARN of the dataset group.", member(properties, groupARN))
	}
	for _, o := range placeOutputs(p.setup) {
		put(o.name, o.about, p.value(o.ref))
	}
	return all
}

func (p *printer) value(r policy.Ref) expr { return p.text(policy.NewText(r), plain) }
