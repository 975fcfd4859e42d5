package diff

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// What has another address is made anew unless it is moved there, by one move or several.
func TestReaddressed(t *testing.T) {
	state := func(moves []deployed.Move, addresses ...string) deployed.State {
		s := deployed.State{Moves: moves}
		for _, a := range addresses {
			typ, id, _ := strings.Cut(a, " ")
			address, id, _ := strings.Cut(id, " ")
			s.Resources = append(s.Resources, deployed.Resource{Type: typ, Address: address, ID: deployed.Lit(id)})
		}
		return s
	}
	const bucket, role = "aws_s3_bucket aws_s3_bucket.", "aws_iam_role aws_iam_role."
	old := state(nil, bucket+"a shop-a", bucket+"b shop-b", role+"r Shop")
	move := func(way ...string) (out []deployed.Move) {
		for i := range way[1:] {
			out = append(out, deployed.Move{From: "aws_s3_bucket." + way[i], To: "aws_s3_bucket." + way[i+1]})
		}
		return out
	}
	for what, c := range map[string]struct {
		old, new deployed.State
		want     string
	}{
		"the same":              {old, old, ""},
		"another order":         {old, state(nil, role+"r Shop", bucket+"b shop-b", bucket+"a shop-a"), ""},
		"another address":       {old, state(nil, bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), `bucket "shop-a" would be made anew by Terraform: another address, aws_s3_bucket.x in the place of aws_s3_bucket.a`},
		"several":               {old, state(nil, bucket+"x shop-a", bucket+"y shop-b", role+"r Shop"), `bucket "shop-a" and 1 more would`},
		"the one of the other":  {old, state(nil, bucket+"b shop-a", bucket+"a shop-b", role+"r Shop"), `bucket "shop-a" and 1 more would`},
		"moved":                 {old, state(move("a", "x"), bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), ""},
		"moved twice":           {old, state(move("a", "m", "x"), bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), ""},
		"moved elsewhere":       {old, state(move("a", "m"), bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), `bucket "shop-a" would`},
		"moved in a circle":     {old, state(append(move("a", "m"), move("m", "a")...), bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), `bucket "shop-a" would`},
		"moved the other way":   {old, state(move("x", "a"), bucket+"x shop-a", bucket+"b shop-b", role+"r Shop"), `bucket "shop-a" would`},
		"gone":                  {old, state(nil, bucket+"b shop-b", role+"r Shop"), ""},
		"new":                   {state(nil, role+"r Shop"), old, ""},
		"no addresses":          {deployed.State{}, old, ""},
		"another type":          {state(nil, bucket+"a shop"), state(nil, "AWS::S3::Bucket A shop"), ""},
		"another logical ID":    {state(nil, "AWS::S3::Bucket A shop"), state(nil, "AWS::S3::Bucket B shop"), `bucket "shop" would be made anew by CloudFormation: another logical ID, B in the place of A`},
		"a type without a name": {state(nil, "aws_s3_bucket_policy aws_s3_bucket_policy.a shop"), state(nil, "aws_s3_bucket_policy aws_s3_bucket_policy.b shop"), ""},
	} {
		got := ""
		if changes := readdressed(c.old, c.new); len(changes) > 0 {
			got = changes[0].Message
			if changes[0].Kind != Breaking || len(changes) > 1 {
				t.Errorf("%s: %+v", what, changes)
			}
		}
		if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}
