package calls

import (
	"slices"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// refuseOnKeys tries the key policies by themselves.
func (t *Table) refuseOnKeys(needed map[need]bool) {
	ours := t.ours
	for _, k := range t.m.Keys {
		if k.Decisive().Name == "" {
			continue
		}
		arn := t.env[model.RefKeyARN(k.ID)]
		no := t.by(OfKey(k.ID), "keys."+k.ID)
		for _, a := range anyKeyAction {
			if !needed[need{Service, Resource, a, arn}] {
				no(Service, service, a, arn, ours)
			}
			if !needed[need{Role, Resource, a, arn}] {
				no(Role, t.roleARN(), a, arn, nil)
			}
			if t.guarded(k.Owner) {
				t.refuseDeputy(no, a, arn)
			}
		}
		if t.deployed {
			t.refuseOperators(k, no)
		}
		t.refuseAdmittedWith(k, no)
		if k.Owner != nil {
			t.refuseDelegation(k, needed)
		}
		for _, p := range append(t.strangers(), t.iam("role/not-"+t.env[model.RefRoleName])) {
			for _, a := range append(slices.Clone(keyActions), "kms:GenerateDataKeyWithoutPlaintext",
				"kms:AnyAction") {
				no(Stranger, p, a, arn, ours)
			}
		}
	}
}

// refuseDelegation tries to use a key of another setup as the service role, for what no workflow needs
// it for, and as another role of the account. Both may do everything by their own policies, so that the
// key's policy alone is left to refuse them.
func (t *Table) refuseDelegation(k model.Key, needed map[need]bool) {
	arn := t.env[model.RefKeyARN(k.ID)]
	no := func(caller Caller, who, action string) {
		t.refuse(Call{Workflow: nobody, Caller: caller, Side: Resource, Action: action,
			On: Target{Named, arn}, Place: "keys." + k.ID, Resource: OfKey(k.ID), theirs: t.all,
			request: policy.Request{Principal: who, Resource: arn}})
	}
	for _, a := range anyKeyAction {
		if !needed[need{Role, Identity, a, arn}] {
			no(Role, t.roleARN(), a)
		}
	}
	for _, a := range append(slices.Clone(keyActions), "kms:GenerateDataKeyWithoutPlaintext", "kms:AnyAction") {
		no(User, t.iam("role/not-"+t.env[model.RefRoleName]), a)
	}
}

// refuseElsewhere is refuseDelegation for a bucket of another account.
func (t *Table) refuseElsewhere(b model.Bucket, keys []string, needed map[need]bool) {
	arn := t.env[model.RefBucketARN(b.ID)]
	no := func(caller Caller, who, action, on string, in *context) {
		t.refuse(Call{Workflow: nobody, Caller: caller, Side: Resource, Action: action,
			On: Target{Named, on}, Place: "buckets." + b.ID, Resource: OfBucket(b.ID), theirs: t.all, context: in,
			request: policy.Request{Principal: who, Resource: on}})
	}
	other := t.iam("role/not-" + t.env[model.RefRoleName])
	for _, a := range bucketActions {
		if !needed[need{Role, Identity, a, arn}] {
			no(Role, t.roleARN(), a, arn, nil)
		}
		no(User, other, a, arn, nil)
		for _, prefix := range t.listed(b.ID) {
			no(User, other, a, arn, t.with(t.plain, "s3:prefix", prefix))
		}
	}
	if t.m.ListByPrefix && !slices.Contains(t.listed(b.ID), "") {
		for _, prefix := range []string{"", made + "/"} {
			no(Role, t.roleARN(), "s3:ListBucket", arn, t.with(t.plain, "s3:prefix", prefix))
		}
		no(Role, t.roleARN(), "s3:ListBucket", arn, nil)
	}
	for _, key := range keys {
		for _, a := range objectActions {
			if !t.within(a, b.ID, key) {
				no(Role, t.roleARN(), a, arn+"/"+key, nil)
			}
			no(User, other, a, arn+"/"+key, nil)
		}
	}
}

// refuseOperators tries what an operator needs no key for, by a key's policy that names him.
// Whoever administers the key may do that, operator or not.
func (t *Table) refuseOperators(k model.Key, no refusal) {
	for _, o := range t.byOperators {
		if o.who == t.roleARN() || slices.ContainsFunc(k.Admins, func(admin policy.Text) bool {
			return admin.Fill(t.env).IAM() == o.who
		}) {
			continue
		}
		var needed []string // for all that he is an operator for
		for i := range t.byOperators {
			if other := &t.byOperators[i]; other.who == o.who {
				actions, _, _ := t.keyNeeds(other.o, k)
				needed = append(needed, actions...)
			}
		}
		for _, a := range anyKeyAction {
			if !slices.Contains(needed, a) {
				no(Operator, o.who, a, t.env[model.RefKeyARN(k.ID)], nil)
			}
		}
	}
}

// refuseTrust tries to assume the service role.
func (t *Table) refuseTrust() {
	if t.m.Role.Trust.Name == "" {
		return
	}
	ours := t.ours
	no := t.by(t.trustPolicy(), "role")
	for _, p := range append(t.strangers(), t.iam("role/other")) {
		no(Stranger, p, "sts:AssumeRole", t.roleARN(), ours)
	}
	for _, a := range trustActions {
		no(Service, service, a, t.roleARN(), ours)
	}
	switch t.m.Deputy {
	case spec.DeputyNone:
	case spec.DeputyAccount:
		t.refuseOthers(no, "sts:AssumeRole", t.roleARN())
	default:
		t.refuseDeputy(no, "sts:AssumeRole", t.roleARN())
	}
}
