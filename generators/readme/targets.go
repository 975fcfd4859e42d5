package readme

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/internal/model"
)

func newCloudFormation(s *model.Setup) (*cloudFormation, error) {
	stack := flag{"stack-name", "personalize-" + s.Name}
	region := flag{"region", s.Region}
	var deploy, outputs, adopt script
	deploy.add("aws", "cloudformation", "deploy", region, flag{"template-file", "cloudformation/template.yaml"}, stack,
		flag{"parameter-overrides", "file://cloudformation/parameters.json"},
		flag{"capabilities", "CAPABILITY_NAMED_IAM"})
	outputs.add("aws", "cloudformation", "describe-stacks", region, stack, flag{"query", "Stacks[0].Outputs"}, flag{"output", "table"})
	if slices.ContainsFunc(s.Buckets, func(b model.Bucket) bool { return b.Existing && whole(b.Policy) }) {
		change := flag{"change-set-name", "import"}
		adopt.add("aws", "cloudformation", "create-change-set", region, stack, change, flag{"change-set-type", "IMPORT"},
			flag{"template-body", "file://cloudformation/import.yaml"}, flag{"resources-to-import", "file://cloudformation/resources-to-import.json"})
		adopt.add("aws", "cloudformation", "wait", "change-set-create-complete", region, stack, change)
		adopt.add("aws", "cloudformation", "execute-change-set", region, stack, change)
		adopt.add("aws", "cloudformation", "wait", "stack-import-complete", region, stack)
	}
	// See groupApart in the package cloudformation.
	var group script
	var key span
	if g := s.MadeGroup(); g != nil {
		for _, k := range s.Keys {
			if k.ID != g.Key || !k.Existing() || k.Owner != nil {
				continue
			}
			if key = code(k.ID); !s.Role.Existing {
				group.add("aws", "cloudformation", "deploy", region, flag{"template-file", "cloudformation/dataset-group.yaml"},
					flag{"stack-name", "personalize-" + s.Name + "-dataset-group"},
					flag{"parameter-overrides", "file://cloudformation/parameters.json"})
			}
		}
	}
	// A template attaches managed policies of AWS to the role that it makes, and to nobody else.
	hand := &hand{setup: s, known: s.DeployedEnv()}
	if s.Role.Existing {
		for _, m := range s.Role.ManagedPolicies {
			hand.add("aws", "iam", "attach-role-policy", region, flag{"role-name", s.Role.Name}, flag{"policy-arn", hand.text(m)})
		}
	}
	for _, o := range s.Operators {
		o.Policies = nil
		hand.operator(o)
	}
	for _, c := range []*script{&deploy, &outputs, &adopt, &group, &hand.script} {
		if c.err != nil {
			return nil, c.err
		}
	}
	return &cloudFormation{Deploy: deploy.block(), Outputs: outputs.block(), Import: adopt.block(),
		Group: group.block(), GroupKey: key, StackSet: s.StackSet, Hand: hand.block()}, nil
}

// whole reports whether a document is a whole policy, so that a target may put it in place of the
// present one.
func whole(d model.Doc) bool { return d.Name != "" && !d.Partial }

func newTerraform(s *model.Setup) (*terraform, error) {
	t := &terraform{}
	for _, b := range s.Buckets {
		t.Adopts = t.Adopts || b.Existing && whole(b.Policy)
	}
	for _, k := range s.Keys {
		t.Adopts = t.Adopts || k.Existing() && whole(k.Policy)
	}
	if g := s.MadeGroup(); g != nil {
		for _, k := range s.Keys {
			if k.ID == g.Key && k.Existing() && !whole(k.Policy) {
				t.GroupKey, t.RoleExists = code(k.ID), s.Role.Existing
			}
		}
	}
	// Terraform writes state, plan, lock file and .terraform where the root module is, so that is a
	// copy outside of what is generated. The account is in its name: a state is of one.
	var root script
	root.lines = append(root.lines, "export AWS_REGION="+root.quote(s.Region),
		"ROOT=${XDG_STATE_HOME:-$HOME/.local/state}/pzgen/"+
			root.quote(s.Account+"/"+s.Region+"/"+s.Name+"/terraform"))
	root.add(raw(`mkdir -p -m 700 "$ROOT"`))
	files := "terraform/*.tf"
	if t.Adopts && !s.SharedModule {
		files += " terraform/*.base.json"
	}
	if t.Shared = s.SharedModule; t.Shared {
		// A module of the setup's own, which was copied there before, has more files. They go first: a
		// file of the user's own may have the name of one.
		root.add(raw(`rm -f "$ROOT/variables.tf" "$ROOT/iam.tf" "$ROOT/s3.tf" "$ROOT/kms.tf"`))
	}
	root.add(raw("cp " + files + ` "$ROOT"`))
	if t.Shared {
		root.add(raw(`cp -R ../_module-* "$ROOT/../.."`))
	}
	root.add(raw(`terraform -chdir="$ROOT" init`))
	root.add(raw(`terraform -chdir="$ROOT" plan -out=setup.plan`))
	root.add(raw(`terraform -chdir="$ROOT" apply setup.plan`))
	if root.err != nil {
		return nil, root.err
	}
	// The name of a setup is made of letters, digits and hyphens, so neither name needs an escape
	// in HCL.
	call := func(name string) string { return "personalize_" + strings.ReplaceAll(name, "-", "_") }
	module := "module \"" + call(s.Name) + "\" {\n  source = \"./" + s.Name + "/terraform\"\n}"
	for i, was := range s.Was {
		to := s.Name
		if i+1 < len(s.Was) {
			to = s.Was[i+1]
		}
		module += "\n\nmoved {\n  from = module." + call(was) + "\n  to   = module." + call(to) + "\n}"
	}
	t.Root, t.Module = root.block(), fence("hcl", module)
	return t, nil
}

func newJSON(s *model.Setup) (*jsonTarget, error) {
	commands, err := newByHand(s)
	if err != nil {
		return nil, err
	}
	t := &jsonTarget{byHand: commands}
	for _, b := range json.Unresolved(s) {
		t.Blanks = append(t.Blanks, blank{
			Placeholder: code(b.Ref.Short()), File: code(strings.TrimPrefix(b.Path, s.Name+"/")), Fields: codes(b.Fields),
			Key: code(strings.TrimPrefix(b.Ref.ID, "key.")),
		})
	}
	return t, nil
}

// newGroup tells who creates the dataset group: all targets do but the one of JSON, for policies are
// no resources.
func newGroup(s *model.Setup) (*group, error) {
	g := s.DatasetGroup
	v := &group{Name: code(g.Name), Encrypted: g.Key != "", Key: code(g.Key)}
	var creators []string
	for _, c := range [][2]string{{"cloudformation", "CloudFormation"}, {"terraform", "Terraform"},
		{"shell", "`apply.sh`"}} {
		if has(s, c[0]) && !g.Existing {
			creators = append(creators, c[1])
		}
	}
	v.Creators = inline(listed(creators))
	v.Several = len(creators) > 1
	if untagged := untagged(s); untagged != nil {
		v.Untagged = inline(listed(untagged))
		var c script
		c.add("aws", "personalize", "tag-resource", flag{"region", s.Region},
			flag{"resource-arn", model.GroupARN().Fill(s.DeployedEnv()).IAM()},
			flag{"tags", jsonText(tags(s.Tags, "tagKey", "tagValue"))})
		if c.err != nil {
			return nil, c.err
		}
		v.Tag = c.block()
	}
	if !has(s, "json") {
		return v, nil
	}
	var c script
	words := []any{"aws", "personalize", "create-dataset-group", flag{"region", s.Region}, flag{"name", g.Name}}
	if g.Domain != "" {
		words = append(words, flag{"domain", g.Domain})
	}
	if g.Key != "" {
		known := s.DeployedEnv()
		words = append(words, flag{"role-arn", known[model.RefRoleARN]})
		arn := any(known[model.RefKeyARN(g.Key)])
		for _, k := range s.Keys {
			if k.ID == g.Key && k.ARN == "" {
				arn = raw(quoted(keyVariable(k.ID)))
				c.set(keyVariable(k.ID), "aws", "kms", "describe-key", flag{"region", s.Region}, flag{"key-id", k.Alias},
					flag{"query", "KeyMetadata.Arn"}, flag{"output", "text"})
			}
		}
		words = append(words, flag{"kms-key-arn", arn})
	}
	if len(s.Tags) > 0 {
		words = append(words, flag{"tags", jsonText(tags(s.Tags, "tagKey", "tagValue"))})
	}
	c.add(words...)
	v.Create = c.block()
	return v, c.err
}

// untagged returns the targets that make the dataset group without the tags of the spec: the type
// AWS::Personalize::DatasetGroup, by which CloudFormation and Cloud Control make it, takes tags, but
// a change of them replaces the dataset group with all that is in it (AWS CloudFormation Template
// Reference, read on 2026-11-27).
func untagged(s *model.Setup) []string {
	if len(s.Tags) == 0 {
		return nil
	}
	var out []string
	for _, c := range [][2]string{{"cloudformation", "CloudFormation"}, {"terraform", "Terraform"}} {
		if has(s, c[0]) {
			out = append(out, c[1])
		}
	}
	return out
}

// listed returns names as a list in a sentence.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
