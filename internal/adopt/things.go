package adopt

import (
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/policy"
)

func (d *draft) takeKeys(st deployed.State) {
	var ids []string // of each key in turn: several inputs may tell of one
	for _, k := range st.Keys {
		arn := k.ARN.V.String()
		if i := slices.IndexFunc(d.keys, func(o *key) bool { return o.arn != "" && o.arn == arn }); i >= 0 {
			ids = append(ids, d.keys[i].id)
			continue
		}
		one := &key{id: d.freeID("key")}
		if len(d.keys) == 0 {
			one.id = "main"
		}
		if refs := k.ARN.V.Refs(); len(refs) > 0 {
			one.ref = refs[0]
		} else {
			one.arn = arn
		}
		for _, a := range k.Aliases {
			if name, ok := nameOf(a.V); ok {
				one.alias, one.id = name, d.freeID(name[strings.LastIndexAny(name, "/")+1:])
			}
		}
		if one.arn == "" && one.alias == "" {
			d.note("%s: a key without an alias: it has a made-up one", k.At)
			one.alias = "alias/" + d.name + "-" + one.id
		}
		d.keys, ids = append(d.keys, one), append(ids, one.id)
	}
	for i, k := range st.Keys {
		d.take("keys."+ids[i], k.Policy, !k.Created)
	}
}

// takeGroups takes the first dataset group: a setup has one.
func (d *draft) takeGroups(st deployed.State) {
	for _, g := range st.DatasetGroups {
		name := g.Name.V.String()
		if d.group.name != "" {
			if name != d.group.name {
				d.note("%s: dataset group %s: a setup has one", g.At, name)
			}
			continue
		}
		d.group.name, d.group.domain = name, g.Domain.V.String()
		if arn := g.Key.V; arn.String() != "" {
			if d.group.key = d.keyOf(arn); d.group.key == "" {
				d.note("%s: dataset group %s is under a key that is not known: %s", g.At, name, arn)
			}
		}
	}
}

func (d *draft) takeBuckets(st deployed.State) {
	for _, b := range st.Buckets {
		name, ok := nameOf(b.Name.V)
		if !ok {
			d.note("%s: the name of a bucket is not known: %s", b.At, b.Name.V)
			d.lose("of a bucket whose name is not known", b.Policy)
			continue
		}
		one := d.bucketOf(name)
		one.created = one.created || b.Created
		if key := b.Key.V; key.String() != "" {
			switch id := d.keyOf(key); {
			case id == "":
				d.note("%s: bucket %s is under a key that is not known: %s", b.At, name, key)
			case one.key == "":
				one.key = id
			case one.key != id:
				d.note("%s: bucket %s is under another key here, %s", b.At, name, key)
			}
		}
		d.take("buckets."+one.id, b.Policy, !b.Created)
	}
}

// keyOf returns the name in the spec of the key with this ARN, and takes it in if it is new; "" for
// what is no key of this account.
func (d *draft) keyOf(arn policy.Text) string {
	for _, k := range d.keys {
		if refs := arn.Refs(); len(refs) == 1 && refs[0] == k.ref || k.arn != "" && arn.String() == k.arn {
			return k.id
		}
	}
	a, ok := policy.ParseARN(arn.String())
	if !ok || a.Account != d.account || a.Region != d.region || a.Service != "kms" ||
		!strings.HasPrefix(a.Resource, "key/") || strings.ContainsAny(a.Resource, "*?") {
		return ""
	}
	k := &key{id: d.freeID("main"), arn: arn.String()}
	d.keys = append(d.keys, k)
	return k.id
}

// nameOf returns the name of a thing. It is not ok where that is known on deployment, or has something in
// it that AWS does not take and the spec would fill in.
func nameOf(t policy.Text) (string, bool) {
	name, ok := t.OnlyLit()
	return name, ok && !strings.Contains(name, "<")
}
