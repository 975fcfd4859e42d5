package live

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// key reads a key, its policy and its aliases; region is where a name without one is.
func (g *gatherer) key(ctx context.Context, name, region string) error {
	ref, ok := parseKey(name)
	if !ok {
		g.unseen(name, "it is no ID, ARN or alias of a KMS key")
		return nil
	}
	if ref.region != "" {
		region = ref.region
	}
	if !g.once("key", region+" "+name) {
		return nil
	}
	c := kms.NewFromConfig(g.client.cfg, func(o *kms.Options) { o.Region = region })
	out, err := c.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &name})
	arn := name
	if err == nil && out.KeyMetadata != nil {
		arn = text(out.KeyMetadata.Arn)
	}
	switch {
	case ref.alias():
		subject := g.subject("alias", ref.id, region+":"+ref.account+":"+ref.id)
		if r, err := g.note(ctx, "kms/describe-key", []string{subject}, out, err); err != nil ||
			!r.ok() {
			return err
		}
	case g.once("key described", arn):
		subject := g.subject("key", lastPart(arn), arn)
		if _, err := g.note(ctx, "kms/describe-key", []string{subject}, out, err); err != nil {
			return err
		}
	}
	if arn == "" || !g.once("key policy", arn) {
		return nil
	}
	return g.keyPolicy(ctx, c, arn)
}

func (g *gatherer) keyPolicy(ctx context.Context, c *kms.Client, arn string) error {
	subject, policyName := []string{g.subject("key", lastPart(arn), arn)}, "default"
	text, err := c.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: &policyName})
	if _, err := g.note(ctx, "kms/get-key-policy", subject, text, err); err != nil {
		return err
	}
	list, err := pages(ctx, kms.NewListAliasesPaginator(c, &kms.ListAliasesInput{KeyId: &arn}),
		func(o *kms.ListAliasesOutput) []types.AliasListEntry { return o.Aliases })
	aliases := struct{ Aliases []types.AliasListEntry }{list}
	_, err = g.note(ctx, "kms/list-aliases", subject, aliases, err)
	return err
}

// lastPart returns what follows the last slash.
func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
