package merge

import (
	"slices"
	"testing"
)

// A statement that others make redundant is merged, and told; one that they come close to is not.
func TestRedundant(t *testing.T) {
	const service = `"Principal":{"Service":"personalize.amazonaws.com"}`
	listing := `{"Effect":"Allow",` + service + `,"Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-lake"}`
	reading := `{"Effect":"Allow",` + service + `,"Action":"s3:Get*","Resource":"arn:aws:s3:::acme-lake/*"}`
	elsewhere := `{"Effect":"Allow",` + service + `,"Action":"s3:Get*","Resource":"arn:aws:s3:::acme-lake/in?/*"}`
	only := `{"Effect":"Allow",` + service + `,"Action":"s3:*","Resource":["arn:aws:s3:::acme-lake","arn:aws:s3:::acme-lake/*"],"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`
	thing := find(t, "shop", Bucket, "lake")
	for name, c := range map[string]struct {
		others []string
		want   []string
	}{
		"nothing of it":       {[]string{audit, nobody}, nil},
		"another prefix":      {[]string{elsewhere}, nil},
		"under a condition":   {[]string{only}, nil},
		"listing":             {[]string{listing}, []string{"PersonalizeListBucketShop"}},
		"reading and listing": {[]string{reading, audit, listing}, []string{"PersonalizeReadInputShop", "PersonalizeListBucketShop"}},
	} {
		r := into(t, thing, doc(t, c.others...))
		want := slices.Sorted(slices.Values(c.want))
		if got := slices.Sorted(slices.Values(r.Redundant)); !slices.Equal(got, want) || r.Kept != len(c.others) {
			t.Errorf("%s: redundant %q, want %q, %d kept of %d", name, got, want, r.Kept, len(c.others))
		}
		for _, sid := range want {
			if !slices.Contains(r.Added, sid) {
				t.Errorf("%s: %s is not merged: %q", name, sid, r.Added)
			}
		}
	}
}
