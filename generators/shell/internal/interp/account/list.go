package account

import (
	"slices"
	"strconv"
	"strings"
)

// paged notes a call for each page that the AWS CLI asks for after the first one, of a list of n,
// and returns how many of them it reads.
func (a *Account) paged(in *input, n int) int {
	number := func(name string, otherwise int) int {
		text := in.str(name)
		if text == "" {
			return otherwise
		}
		v, err := strconv.Atoi(text)
		if err != nil || v < 1 {
			in.fail(name)
			return otherwise
		}
		return v
	}
	read := min(n, number("max-items", n))
	const most = 100 // on a page, of IAM (IAM API Reference, "MaxItems")
	for at := number("page-size", most); at < read; at += number("page-size", most) {
		a.Calls = append(a.Calls, a.Calls[len(a.Calls)-1])
	}
	return read
}

func listRoles(a *Account, in *input) (any, error) {
	list := []any{}
	for _, name := range sortedKeys(a.Roles) {
		r := a.Roles[name]
		list = append(list, object{"RoleName": name, "Path": r.Path, "Arn": a.roleARN(name, r),
			"AssumeRolePolicyDocument": raw(r.Trust)})
	}
	a.paged(in, len(list))
	return object{"Roles": list}, nil
}

func listPolicies(a *Account, in *input) (any, error) {
	if in.str("scope") != "Local" {
		in.fail("scope")
	}
	list := []any{}
	for _, arn := range sortedKeys(a.Policies) {
		list = append(list, object{"PolicyName": a.Policies[arn].Name, "Path": "/", "Arn": arn})
	}
	a.paged(in, len(list))
	return object{"Policies": list}, nil
}

// getResources is GetResources of the Resource Groups Tagging API: things that have, for each
// filter, its tag with one of its values. It knows no roles.
func getResources(a *Account, in *input) (any, error) {
	var filters []struct {
		Key    string
		Values []string
	}
	in.into("tag-filters", &filters)
	list := []any{}
	add := func(kind, arn string, tags map[string]string) {
		if only := strings.Fields(in.str("resource-type-filters")); len(only) > 0 && !slices.Contains(only, kind) {
			return
		}
		for _, f := range filters {
			if value, ok := tags[f.Key]; !ok || !slices.Contains(f.Values, value) {
				return
			}
		}
		list = append(list, object{"ResourceARN": arn, "Tags": tagList(tags, "Key", "Value")})
	}
	for _, name := range sortedKeys(a.Buckets) {
		if a.Buckets[name].Region != a.Region {
			continue
		}
		add("s3", a.arn("s3", "", "", name), a.Buckets[name].Tags)
	}
	for _, k := range a.Keys {
		if parts := strings.Split(k.ARN, ":"); parts[3] != a.Region {
			continue
		}
		add("kms:key", k.ARN, k.Tags)
	}
	for _, name := range sortedKeys(a.Datasets) {
		add("personalize:dataset-group", a.arn("personalize", a.Region, a.ID, "dataset-group/"+name),
			a.Datasets[name].Tags)
	}
	for _, arn := range sortedKeys(a.Policies) {
		if strings.HasPrefix(a.Region, "us-east-1") { // where what is global is
			add("iam:policy", arn, a.Policies[arn].Tags)
		}
	}
	return object{"ResourceTagMappingList": list}, nil
}
