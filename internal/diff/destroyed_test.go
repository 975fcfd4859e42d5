package diff

import (
	"fmt"
	"strings"
	"testing"
)

// What a plan deletes is told with what becomes of the data: also where the plan makes another of the same name.
func TestPlanDestroys(t *testing.T) {
	const head = `{"format_version":"1.2","planned_values":{"root_module":{"resources":[`
	resource := func(typ, values string) string {
		return fmt.Sprintf(`{"address":"%s.x","mode":"managed","type":"%s","values":{%s}}`, typ, typ, values)
	}
	change := func(typ, actions, before string) string {
		return fmt.Sprintf(`{"address":"%s.x","mode":"managed","type":"%s","change":{"actions":[%s],"before":{%s}}}`,
			typ, typ, actions, before)
	}
	plan := func(resources, changes string) string {
		return head + resources + `]}},"resource_changes":[` + changes + `]}`
	}
	const (
		bucket, key, alias, role = "aws_s3_bucket", "aws_kms_key", "aws_kms_alias", "aws_iam_role"
		cloud                    = "aws_cloudcontrolapi_resource"
		acme, other              = `"bucket":"acme"`, `"bucket":"other"`
		shop                     = `"arn":"arn:aws:kms:eu-west-1:111122223333:key/k","key_id":"k"`
		named                    = `"name":"alias/shop","target_key_id":"k"`
		group                    = `"type_name":"AWS::Personalize::DatasetGroup","desired_state":"{\"Name\":\"g\"}"`
		replace, first, gone     = `"delete","create"`, `"create","delete"`, `"delete"`
		refuses                  = "AWS refuses that while something is in it, so that applying the plan fails"
		force                    = `,"force_destroy":true`
	)
	keys := resource(key, shop) + "," + resource(alias, named)
	deletesKey := func(actions, more string) string {
		return change(key, actions, shop+more) + "," + change(alias, actions, named)
	}
	const lost = "nothing can be decrypted with it from then on, and after %d days what it encrypted is lost"
	for name, c := range map[string]struct{ old, resources, changes, want string }{
		"a bucket anew": {resource(bucket, acme), resource(bucket, acme), change(bucket, replace, acme),
			`breaking bucket "acme" is deleted and made anew (aws_s3_bucket.x): ` + refuses},
		"a bucket anew, made first": {resource(bucket, acme), resource(bucket, acme), change(bucket, first, acme),
			`breaking bucket "acme" is deleted and made anew (aws_s3_bucket.x): ` + refuses},
		"with force_destroy": {resource(bucket, acme+force), resource(bucket, acme+force), change(bucket, replace, acme+force),
			`breaking bucket "acme" is deleted and made anew (aws_s3_bucket.x): what is in it is deleted with it`},
		"force_destroy is what it was": {resource(bucket, acme), resource(bucket, acme+force), change(bucket, replace, acme),
			`breaking bucket "acme" is deleted and made anew (aws_s3_bucket.x): ` + refuses +
				"\n" + `setting bucket "acme": force destroy "false" becomes "true": its objects may be destroyed with it`},
		"a bucket": {resource(bucket, acme), "", change(bucket, gone, acme),
			`breaking bucket "acme" is deleted (aws_s3_bucket.x): ` + refuses},
		"another bucket": {resource(bucket, acme+force), resource(bucket, other), change(bucket, replace, acme+force),
			`breaking bucket "other" takes the place of bucket "acme": the old one is deleted, and what is in it is deleted with it`},
		"a bucket that the old side lacks": {"", "", change(bucket, gone, acme),
			`breaking bucket "acme" is deleted (aws_s3_bucket.x): ` + refuses},
		"nothing": {resource(bucket, acme), resource(bucket, acme), change(bucket, `"no-op"`, acme), ""},
		"no more": {resource(bucket, acme), "", change(bucket, `"forget"`, acme),
			`setting bucket "acme" is no longer part of it: what is in it stays, unless somebody deletes it`},
		"no more, with force_destroy": {resource(bucket, acme+force), "", "",
			`breaking bucket "acme" is no longer part of it: where its tool deletes it, what is in it is deleted, too`},
		"a key anew": {keys, keys, deletesKey(replace, ""),
			`breaking key "alias/shop" is deleted and made anew (aws_kms_key.x): ` + fmt.Sprintf(lost, 30)},
		"a key": {keys, "", deletesKey(gone, `,"deletion_window_in_days":7`),
			`breaking key "alias/shop" is deleted (aws_kms_key.x): ` + fmt.Sprintf(lost, 7)},
		"a key without an alias": {resource(key, shop), "", change(key, gone, shop),
			`breaking key "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_key.x" is deleted (aws_kms_key.x): ` + fmt.Sprintf(lost, 30)},
		"a role": {resource(role, `"name":"r"`), "", change(role, gone, `"name":"r"`),
			`setting role "r" is no longer part of it`},
		"a bucket left over": {resource(bucket, acme), resource(bucket, acme),
			strings.Replace(change(bucket, gone, other), `"mode"`, `"deposed":"x","mode"`, 1),
			`breaking bucket "other" is deleted (aws_s3_bucket.x): ` + refuses},
		"a role anew": {resource(role, `"name":"r"`), resource(role, `"name":"r"`), change(role, replace, `"name":"r"`),
			`breaking role "r" is deleted and made anew (aws_iam_role.x): policies that name it as principal stay with the deleted one until they are written again`},
		"a dataset group anew": {resource(cloud, group), resource(cloud, group), change(cloud, replace, group),
			`breaking dataset group "g" is deleted and made anew (aws_cloudcontrolapi_resource.x): AWS refuses that while it has datasets, solutions or event trackers, so that applying the plan fails`},
	} {
		got := inputs(t, "old.json", plan(c.old, ""), "new.json", plan(c.resources, c.changes)+"\n")
		if got != c.want {
			t.Errorf("%s:\n%s\nexpected\n%s", name, got, c.want)
		}
		if strings.HasPrefix(c.want, "breaking") && !strings.Contains(c.want, "no longer") { // two plans that delete it
			if got := inputs(t, "old.json", plan(c.resources, c.changes), "new.json", plan(c.resources, c.changes)+"\n"); got != "" {
				t.Errorf("%s, twice: %s", name, got)
			}
		}
	}
}
