package modeltest

import (
	"strings"
	"testing"
)

// KeyThere is the ARN of the key that exists, in FirstSpec.
const KeyThere = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"

// FirstSpec is a spec with one of everything that can leave it.
const FirstSpec = `version: 1
defaults: {account: "111122223333", region: eu-west-1}
setups:
  reco:
    role: {name: Service, managedPolicies: [CloudWatchFullAccessV2]}
    keys:
      corp: {arn: "` + KeyThere + `"}
      own: {alias: alias/reco-own}
    buckets:
      data: {name: acme-data}
      more: {name: acme-more, key: own}
      lake: {name: acme-lake, existing: true}
      results: {name: acme-results, key: corp}
    workflows:
      - {type: import, from: data/in/}
      - {type: import, from: more/in/}
      - {type: import, from: lake/in/}
      - {type: batch-inference, from: data/batch/, to: results/batch/}
      - {type: export, to: results/out/}
    datasetGroup: {name: reco}
    operators:
      ci: {access: operate, roles: [CI], managedPolicies: [AmazonPersonalizeFullAccess]}
      boss: {access: full, roles: [Boss], users: ["ann,=1"]}
      eyes: {access: read, groups: [analysts]}
    statements:
      role:
        - {sid: AuditRole, effect: Allow, action: "s3:GetBucketLocation", resource: "<data.arn>", accepted: the auditors want it}
      buckets:
        data:
          - {sid: AuditData, effect: Allow, principal: {AWS: "arn:aws:iam::111122223333:role/Audit"}, action: "s3:GetObjectTagging", resource: "<data.arn>/*", accepted: the auditors want it}
        lake:
          - {sid: AuditLake, effect: Allow, principal: {AWS: "arn:aws:iam::111122223333:role/Audit"}, action: "s3:GetObject", resource: "<lake.arn>/*", accepted: the auditors want it}
      keys:
        corp:
          - {sid: AuditKey, effect: Allow, principal: {AWS: "arn:aws:iam::111122223333:role/Audit"}, action: "kms:GetKeyRotationStatus", resource: "*", accepted: the auditors want it}
`

// Change is what somebody does to FirstSpec.
type Change struct {
	Name  string
	Edits []string // pairs: what is replaced by what
	Left  []string // buckets, and keys by alias or ARN, that stay without a statement of the setup's
	Back  bool     // it is the other way round: what is replaced by it comes back
}

// Specs returns FirstSpec and what a change makes of it, in the order of the change.
func (c Change) Specs(t testing.TB) (first, second string) {
	first, second = FirstSpec, c.Apply(t, FirstSpec)
	if c.Back {
		return second, first
	}
	return first, second
}

// Changes returns changes that take something out of FirstSpec, or put it elsewhere.
func Changes() []Change {
	const (
		boss    = "      boss: {access: full, roles: [Boss], users: [\"ann,=1\"]}\n"
		ci      = "      ci: {access: operate, roles: [CI], managedPolicies: [AmazonPersonalizeFullAccess]}\n"
		lake    = "      lake: {name: acme-lake, existing: true}\n"
		lakeUse = "      - {type: import, from: lake/in/}\n"
		more    = "      more: {name: acme-more, key: own}\n"
		moreUse = "      - {type: import, from: more/in/}\n"
		export  = "      - {type: export, to: results/out/}\n"
		own     = "      own: {alias: alias/reco-own}\n"
		role    = "    role: {name: Service, managedPolicies: [CloudWatchFullAccessV2]}\n"
	)
	// Another setup, which uses a bucket, a key and the role of the first one.
	user := []string{"  reco:\n", `  user:
    role: {of: reco}
    keys: {theirs: {of: reco/own}, corp: {of: reco/corp}}
    buckets: {theirs: {of: reco/more}, data: {of: reco/data}, out: {of: reco/results}, pool: {of: reco/lake}}
    workflows:
      - {type: import, from: theirs/user/}
      - {type: import, from: data/user/}
      - {type: import, from: pool/user/}
      - {type: export, to: out/user/}
    operators:
      partner: {access: upload, locations: [data/user/], principals: ["arn:aws:iam::111122223333:role/Audit"]}
  reco:
`}
	corp := "      corp: {arn: \"" + KeyThere + "\"}\n"
	ofRole := part("      role:\n", "      buckets:\n        data:")
	ofData := part("        data:\n", "        lake:\n")
	ofLake := part("        lake:\n", "      keys:\n        corp:")
	ofCorp := part("      keys:\n        corp:", "")
	return []Change{
		{Name: "operator dropped", Edits: []string{boss, ""}},
		{Name: "operator moved", Edits: []string{"roles: [CI]", "roles: [CI2]"}},
		{Name: "operator moved to nobody", Edits: []string{"roles: [CI], ", ""}},
		{Name: "operator of one more", Edits: []string{"roles: [CI]", "roles: [CI, CI2]"}},
		{Name: "operator lowered", Edits: []string{"access: full", "access: read"}},
		{Name: "operator raised", Edits: []string{"access: read", "access: operate"}},
		{Name: "operator renamed", Edits: []string{"      boss:", "      chief:"}},
		{Name: "user dropped", Edits: []string{", users: [\"ann,=1\"]", ""}},
		{Name: "group dropped", Edits: []string{", groups: [analysts]", ""}},
		{Name: "managed policy of an operator dropped",
			Edits: []string{", managedPolicies: [AmazonPersonalizeFullAccess]", ""}},
		{Name: "operator with a managed policy dropped", Edits: []string{ci, ""}},
		{Name: "all operators dropped", Edits: []string{part("    operators:\n", "    statements:\n"), ""}},
		{Name: "managed policy of the role dropped",
			Edits: []string{", managedPolicies: [CloudWatchFullAccessV2]", ""}},
		{Name: "managed policy of the role exchanged",
			Edits: []string{"CloudWatchFullAccessV2", "CloudWatchFullAccess"}},
		{Name: "workflow dropped", Edits: []string{export, ""}},
		{Name: "prefix changed", Edits: []string{"lake/in/", "lake/elsewhere/"}},
		{Name: "workflow in another bucket", Edits: []string{"from: more/in/", "from: data/more/"}},
		{Name: "bucket dropped", Edits: []string{more, "", moreUse, ""}, Left: []string{"acme-more"}},
		{Name: "bucket and key dropped", Edits: []string{more, "", moreUse, "", own, ""},
			Left: []string{"acme-more", "alias/reco-own"}},
		{Name: "bucket renamed", Edits: []string{"acme-more", "acme-most"}, Left: []string{"acme-more"}},
		{Name: "existing bucket dropped", Edits: []string{lake, "", lakeUse, "", ofLake, ""},
			Left: []string{"acme-lake"}},
		{Name: "existing bucket exchanged", Edits: []string{"acme-lake", "acme-other-lake"},
			Left: []string{"acme-lake"}},
		{Name: "existing bucket not used", Edits: []string{lakeUse, "", ofLake, ""}},
		{Name: "bucket exchanged for an existing one",
			Edits: []string{"{name: acme-more, key: own}", "{name: acme-other-lake, existing: true, key: own}"},
			Left:  []string{"acme-more"}},
		{Name: "key changed", Edits: []string{"acme-more, key: own", "acme-more, key: corp", own, ""},
			Left: []string{"alias/reco-own"}},
		{Name: "key dropped", Edits: []string{"acme-more, key: own", "acme-more", own, ""},
			Left: []string{"alias/reco-own"}},
		{Name: "existing key dropped", Edits: []string{corp, "", ", key: corp", "", ofCorp, ""},
			Left: []string{KeyThere}},
		{Name: "another setup uses what it has", Edits: user},
		{Name: "another setup uses nothing any more", Edits: user, Back: true},
		{Name: "role renamed", Edits: []string{"name: Service", "name: Service2"}},
		{Name: "role exchanged for an existing one",
			Edits: []string{"name: Service,", "name: Theirs, existing: true,"}},
		{Name: "own statement of the role dropped", Edits: []string{ofRole, ""}},
		{Name: "own statement of a created bucket dropped", Edits: []string{ofData, ""}},
		{Name: "own statement of an existing bucket dropped", Edits: []string{ofLake, ""}},
		{Name: "own statement of an existing bucket renamed", Edits: []string{"AuditLake", "AuditWater"}},
		{Name: "own statement of an existing key dropped", Edits: []string{ofCorp, ""}},
		{Name: "all own statements dropped", Edits: []string{part("    statements:\n", ""), ""}},
		{Name: "profile switched", Edits: []string{role, "    profile: documented\n" + role}},
		{Name: "conditions in every policy", Edits: []string{role, "    confusedDeputy: everywhere\n" + role}},
		{Name: "listing by prefix", Edits: []string{role, "    listByPrefix: true\n" + role}},
		{Name: "everything at once", Edits: []string{boss, "", "roles: [CI]", "roles: [CI2]", more, "",
			moreUse, "", own, "", ofLake, "", "name: Service", "name: Service2", "acme-data", "acme-date"},
			Left: []string{"acme-more", "alias/reco-own", "acme-data"}},
		Renamings()[0], Renamings()[1],
		{Name: "setup renamed", Edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n"}},
		{Name: "setup and role renamed", Edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n",
			"name: Service", "name: Service2"}},
		{Name: "setup renamed and bucket dropped", Edits: []string{"  reco:\n", "  shop:\n    was: [reco]\n",
			lake, "", lakeUse, "", ofLake, ""}, Left: []string{"acme-lake"}},
	}
}

// Renamings returns changes by which things get other names in FirstSpec, once and twice, and nothing
// else: what holds data stays what it is.
func Renamings() []Change {
	once := func(bucket, key, operator, was, wasKey, wasOperator string) []string {
		return []string{
			"      own: {alias", "      " + key + ": {was: [" + wasKey + "], alias",
			"      more: {name: acme-more, key: own}",
			"      " + bucket + ": {was: [" + was + "], name: acme-more, key: " + key + "}",
			"from: more/in/", "from: " + bucket + "/in/",
			"      ci: {access", "      " + operator + ": {was: [" + wasOperator + "], access",
		}
	}
	return []Change{
		{Name: "bucket, key and operator renamed in the spec", Edits: once("most", "mine", "builds", "more", "own", "ci")},
		{Name: "bucket, key and operator renamed in the spec twice",
			Edits: once("lots", "ours", "builders", "more, most", "own, mine", "ci, builds")},
	}
}

// Apply returns a spec with the change in it, which has to be possible there.
func (c Change) Apply(t testing.TB, text string) string {
	t.Helper()
	for i := 0; i < len(c.Edits); i += 2 {
		if !strings.Contains(text, c.Edits[i]) {
			t.Fatalf("%s: the spec has no %q", c.Name, c.Edits[i])
		}
		text = strings.Replace(text, c.Edits[i], c.Edits[i+1], 1)
	}
	return text
}

// part returns a part of FirstSpec: from what it begins with to before what comes next, or to the
// end.
func part(begin, next string) string {
	_, after, _ := strings.Cut(FirstSpec, begin)
	if next != "" {
		after, _, _ = strings.Cut(after, next)
	}
	return begin + after
}
