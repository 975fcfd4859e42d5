package terraform

import (
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

func (p *printer) outputs() *lines {
	b := p.start()
	put := func(name, about string, value expr) {
		body := b.block("output", name)
		body.set("description", p.str(about))
		body.set("value", value)
	}
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
	if g := p.setup.DatasetGroup; g != nil {
		put(outputCommand, "hashicorp/aws has no resources for Amazon Personalize: this command creates the dataset group, once.", p.text(command(g), plain))
	}
	return b
}

func (p *printer) value(r policy.Ref) expr { return p.text(policy.NewText(r), plain) }

// command creates the dataset group. Its names were checked to be of letters, digits, hyphens and
// underscores, and the ARNs of role and key need no quotes in a shell either: their alphabets
// have no character that is special outside of quotes.
func command(g *model.DatasetGroup) policy.Text {
	parts := []policy.Part{
		policy.Lit("aws personalize create-dataset-group --region "), model.RefRegion, policy.Lit(" --name "), model.RefGroupName,
	}
	if g.Domain != "" {
		parts = append(parts, policy.Lit(" --domain "+g.Domain))
	}
	if g.Key != "" {
		parts = append(parts, policy.Lit(" --role-arn "), model.RefRoleARN,
			policy.Lit(" --kms-key-arn "), model.RefKeyARN(g.Key))
	}
	return policy.NewText(parts...)
}
