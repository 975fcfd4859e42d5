package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
)

// addressed tells what the types of resources are that are one thing by their name, and that are lost
// with what is in them, or with what others know of them, when they are made anew. It is never written
// to.
var addressed = map[string]string{
	"aws_iam_role": "role", "aws_s3_bucket": "bucket", "aws_kms_alias": "key alias", "aws_iam_policy": "policy",
	"aws_cloudcontrolapi_resource": "dataset group",
	"AWS::IAM::Role":               "role", "AWS::S3::Bucket": "bucket", "AWS::KMS::Alias": "key alias",
	"AWS::IAM::ManagedPolicy": "policy", "AWS::Personalize::DatasetGroup": "dataset group",
}

// readdressed returns a change when things have another address on the new side, and nothing moves them
// there: to Terraform and CloudFormation each is another thing then. It is for two sides that are
// applied one after the other; what is known on deployment alone is not compared.
func readdressed(old, new deployed.State) []Change {
	next := map[string]string{}
	for _, m := range new.Moves {
		next[m.From] = m.To
	}
	moved := func(from, to string) bool {
		for range len(next) + 1 {
			if from == to {
				return true
			}
			from = next[from]
		}
		return false
	}
	type pair struct {
		what     string
		old, new deployed.Resource
	}
	var all []pair
	for _, o := range old.Resources {
		what, known := addressed[o.Type]
		if name, lit := o.ID.V.OnlyLit(); !known || !lit || name == "" {
			continue
		}
		same := func(n deployed.Resource) bool { return n.Type == o.Type && n.ID.V.String() == o.ID.V.String() }
		i := slices.IndexFunc(new.Resources, same)
		if i < 0 || slices.ContainsFunc(new.Resources, func(n deployed.Resource) bool {
			return same(n) && moved(o.Address, n.Address)
		}) {
			continue
		}
		all = append(all, pair{fmt.Sprintf("%s %q", what, o.ID.V.String()), o, new.Resources[i]})
	}
	if all == nil {
		return nil
	}
	slices.SortFunc(all, func(a, b pair) int { return strings.Compare(a.what, b.what) })
	first := all[0]
	tool, address, fix := "Terraform", "address", "a moved block takes it along"
	if strings.Contains(first.old.Type, "::") {
		tool, address, fix = "CloudFormation", "logical ID", "what it made has the name, so that the update fails"
	}
	who := first.what
	if len(all) > 1 {
		who += fmt.Sprintf(" and %d more", len(all)-1)
	}
	about := "made anew by " + tool
	for _, p := range all {
		about += "\x01" + p.what
	}
	c := Change{Kind: Breaking, Severity: Safeguard, Subject: first.what, about: about,
		Old: sideAt(first.old.At), New: sideAt(first.new.At)}
	c.say(who, " ", fmt.Sprintf("would be made anew by %s: another %s, %s in the place of %s; %s", tool, address,
		first.new.Address, first.old.Address, fix))
	return []Change{c}
}
