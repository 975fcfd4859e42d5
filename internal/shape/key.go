// Package shape prints and proves setups that differ in names alone once, and fills the names in.
//
// Printing a setup takes milliseconds and proving it tens of them; copying takes microseconds. Most setups of a large spec are alike but for what
// is theirs alone: name, account, region, role, buckets, prefixes. Such values are the slots of a shape. A shape is made from two probes, setups with
// made-up values in the slots, short in one and long in the other. Both go through the model and the printers like any setup. What they give is
// cut at the made-up values, and has to be the same around them: then nothing in the files depends on a value or its length, and nothing
// escapes it. A proof of a probe holds for every setup of its shape, as the slots of a shape take only values that every target prints as they are, that are
// equal where those of the probe are, and that are distinct where those are.
//
// A setup that cannot be had this way, such as one with statements of its own, is printed and proved by itself. That is slower and gives the
// same bytes.
package shape

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/spec"
)

// Of returns the key of a setup's shape and the values of its slots, the name first. Setups with
// equal keys differ only in the values. It is not ok for a setup that has to be printed by itself.
func Of(s *spec.Setup) (key string, values []string, ok bool) {
	v := visitor{account: s.Account, region: s.Region, setup: s}
	v.visit(s)
	if v.refused || !apart(s) || v.depends() {
		return "", nil, false
	}
	return string(v.key), v.values, true
}

// slot is a place for a value.
type slot struct {
	kind  kind
	digit bool   // the value begins with a digit
	marks string // the special characters in it
}

// visitor goes through a setup. It writes the key, or, with values to put in, puts them in the place of those that it finds.
type visitor struct {
	key     []byte
	slots   []slot
	values  []string
	texts   []string // ends of ARNs
	refused bool

	account, region string      // as the setup has them
	setup           *spec.Setup // as it is

	with []string // the values to put in, in the order of the slots, or nil
}

// visit passes over nothing of a setup but the places of its parts in the file, which no artifact shows.
func (v *visitor) visit(s *spec.Setup) {
	if len(s.Users)+len(s.Owners) > 0 || s.Was != nil || s.Statements != nil || s.Uploads != nil || s.ListByPrefix {
		// Prefixes under a condition are listed in the README in the order of Sids, which hold the name.
		v.refused = true
		return
	}
	if !v.slot(kindSetup, &s.Name) {
		v.refused = true
		return
	}
	v.slot(kindAccount, &s.Account)
	v.slot(kindRegion, &s.Region)
	v.prose(&s.Description)
	v.text(s.Partition, s.Profile, s.ConfusedDeputy)
	v.flags(s.StackSet, s.SharedModule, s.OwnModule)
	v.arn(&s.PermissionsBoundary)
	for _, list := range [][]string{s.Targets, s.OwnFiles} {
		v.count(len(list))
		v.text(list...)
	}
	v.count(len(s.Tags))
	for i := range s.Tags {
		v.text(s.Tags[i].Key)
		v.slot(kindTag, &s.Tags[i].Value)
	}

	r := &s.Role
	v.refused = v.refused || r.BoundaryPolicy != nil // it names what is real
	v.slot(kindIAM, &r.Name)
	v.path(&r.Path)
	v.prose(&r.Description)
	v.flags(r.Existing)
	v.arn(&r.PermissionsBoundary)
	v.managed(r.ManagedPolicies)
	v.refused = v.refused || r.Policy != (spec.PolicyNames{})

	v.count(len(s.Keys))
	for i := range s.Keys {
		v.visitKey(&s.Keys[i])
	}
	v.count(len(s.Buckets))
	for i := range s.Buckets {
		b := &s.Buckets[i]
		v.refused = v.refused || b.Was != nil || b.Logs != nil || b.Policy != nil || b.PolicyFile != ""
		v.text(b.Name, b.Key)
		v.slot(kindBucket, &b.BucketName)
		v.flags(b.Existing, b.Versioning, b.SecureTransport, b.PublicAccess, b.ACLs)
		v.count(b.ExpireAfterDays)
		v.count(b.ExpireOldVersionsAfterDays)
		v.flags(b.Disposable)
	}
	v.count(len(s.Workflows))
	for i := range s.Workflows {
		w := &s.Workflows[i]
		v.text(w.Type)
		v.location(w.From)
		v.location(w.To)
	}
	v.flags(s.DatasetGroup != nil)
	if g := s.DatasetGroup; g != nil {
		v.slot(kindGroup, &g.Name)
		v.text(g.Domain, g.Key)
		v.flags(g.Existing, g.Disposable)
	}
	v.count(len(s.Operators))
	for i := range s.Operators {
		o := &s.Operators[i]
		v.refused = v.refused || o.Was != nil || o.Locations != nil || o.Principals != nil || o.Policy.Name+o.Policy.Description != "" ||
			o.Has(spec.Deploy) // its policies name those of all operators
		v.text(o.Name)
		v.count(len(o.Access))
		v.text(o.Access...)
		for _, names := range [][]string{o.Users, o.Groups, o.Roles} {
			v.count(len(names))
			for j := range names {
				v.slot(kindIAM, &names[j])
			}
		}
		v.managed(o.ManagedPolicies)
	}
}

func (v *visitor) visitKey(k *spec.Key) {
	v.refused = v.refused || k.Was != nil || k.Policy != nil || k.PolicyFile != ""
	v.text(k.Name)
	v.count(k.DeletionWindow)
	v.flags(k.Rotation, k.Found, k.Disposable)
	v.count(len(k.Admins))
	for i := range k.Admins {
		v.arn(&k.Admins[i])
	}
	if name, ok := strings.CutPrefix(k.Alias, aliasPrefix); ok {
		v.slot(kindAlias, &name)
		if v.with != nil {
			k.Alias = aliasPrefix + name
		}
	} else {
		v.text(k.Alias)
	}
	v.arn(&k.ARN)
}

func (v *visitor) location(l *spec.Location) {
	v.flags(l != nil)
	if l == nil {
		return
	}
	v.text(l.Bucket)
	// Whether a location is a folder, a file or neither is told by its end, which stays.
	p, end := l.Prefix, ""
	switch {
	case strings.HasSuffix(p, "/"):
		end = "/"
	case l.IsFile():
		end = p[strings.LastIndexByte(p, '.'):]
	}
	p = strings.TrimSuffix(p, end)
	v.flags(end != "")
	v.text(end)
	if end == "" && strings.Contains(p, ".") {
		v.text(p) // another value with a dot may be a file
		return
	}
	v.slot(kindPrefix, &p)
	if v.with == nil {
		return
	}
	l.Prefix = p + end
}

// prose takes a description.
func (v *visitor) prose(p *string) {
	d, stop := strings.CutSuffix(*p, ".")
	stop = stop && !strings.HasSuffix(strings.ToLower(d), "www") // which would be an address
	if !stop {
		d = *p
	}
	v.flags(stop)
	v.slot(kindText, &d)
	if v.with == nil {
		return
	}
	if stop {
		d += "."
	}
	*p = d
}

// slot takes a value as that of a slot if the kind has room for it, else as text.
func (v *visitor) slot(k kind, p *string) bool {
	s, ok := k.fits(*p)
	if !ok && *p == v.account && v.account[0] != '0' {
		// Numbers that begin with another digit are all read alike.
		k = kindAccount
		s, ok = k.fits(*p)
	}
	if !ok {
		v.text(*p)
		return false
	}
	at := len(v.values)
	for i, have := range v.values {
		if v.slots[i].kind == k && have == *p {
			at = i
			break
		}
	}
	if at == len(v.values) {
		v.values, v.slots = append(v.values, *p), append(v.slots, s)
	}
	v.key = append(v.key, '$', byte(k), s.digitByte())
	v.key = append(append(v.key, s.marks...), 0)
	v.count(at)
	if v.with != nil {
		*p = v.with[at]
	}
	return true
}

// path takes the path of a role, which a module that setups share spells out, as it does names in ARNs.
func (v *visitor) path(p *string) {
	inner, ok := strings.CutPrefix(strings.TrimSuffix(*p, "/"), "/")
	v.flags(ok)
	if !ok || v.setup.SharedModule {
		v.text(*p)
		return
	}
	v.slot(kindPath, &inner)
	if v.with != nil {
		*p = "/" + inner + "/"
	}
}

// named takes what an ARN of IAM in the setup's own account names, without the type before it, for
// a slot. It does not when that may be something of the setup itself, or of AWS: what is allowed
// then depends on the name.
func (v *visitor) named(p *string) bool {
	kind, name, ok := strings.Cut(*p, "/")
	if _, fits := kindNamed.fits(name); !ok || !fits || strings.HasPrefix(name, "aws-") ||
		v.isOwn(name[strings.LastIndexByte(name, '/')+1:]) {
		v.flags(false)
		return false
	}
	v.flags(true)
	v.text(kind)
	v.slot(kindNamed, &name)
	*p = kind + "/" + name
	return true
}

// isOwn reports whether a role, a user, a group or a policy of the setup has or may have a name.
func (v *visitor) isOwn(name string) bool {
	s := v.setup
	if strings.EqualFold(name, s.Role.Name) ||
		len(name) >= len(ownNames) && strings.EqualFold(name[:len(ownNames)], ownNames) {
		return true
	}
	for i := range s.Operators {
		o := &s.Operators[i]
		for _, list := range [3][]string{o.Users, o.Groups, o.Roles} {
			for _, own := range list {
				if strings.EqualFold(name, own) {
					return true
				}
			}
		}
	}
	return false
}

// ownNames is how the names of all policies begin that pzgen makes, and that of a role without one.
const ownNames = "Personalize-"

// arn takes the setup's own account and region, and what is named in them, for slots.
func (v *visitor) arn(p *string) { v.ofAccount(p, true) }

// ofAccount takes the account and region of an ARN for slots, the id of a key, and with names what
// an ARN of IAM names.
func (v *visitor) ofAccount(p *string, names bool) {
	f := strings.SplitN(*p, ":", 6)
	if len(f) != 6 {
		v.text(*p)
		return
	}
	id, isKey := strings.CutPrefix(f[5], "key/")
	own := f[4] == v.account
	isKey = isKey && f[2] == "kms" && f[3] == v.region && own
	v.text(f[0], f[1], f[2])
	if f[3] != "" && f[3] == v.region {
		v.slot(kindRegion, &f[3])
	} else {
		v.text(f[3])
	}
	if own {
		v.slot(kindAccount, &f[4])
	} else {
		v.text(f[4])
	}
	v.flags(isKey)
	switch {
	case isKey:
		v.slot(kindKeyID, &id)
		f[5] = "key/" + id
	case names && own && f[2] == "iam" && !v.setup.SharedModule && v.named(&f[5]):
	default:
		v.text(f[5])
		v.texts = append(v.texts, f[5])
	}
	if v.with != nil {
		*p = strings.Join(f, ":")
	}
}

// managed takes managed policies, of which Terraform has names in its addresses: they are text.
func (v *visitor) managed(list []string) {
	v.count(len(list))
	for i := range list {
		v.ofAccount(&list[i], false)
	}
}

func (v *visitor) text(list ...string) {
	for _, s := range list {
		v.count(len(s))
		v.key = append(v.key, s...)
	}
}

func (v *visitor) flags(list ...bool) {
	for _, f := range list {
		if f {
			v.key = append(v.key, '1')
		} else {
			v.key = append(v.key, '0')
		}
	}
}

func (v *visitor) count(n int) {
	v.key = append(strconv.AppendInt(v.key, int64(n), 10), ' ')
}

// depends reports whether an ARN that is no slot ends in the value of one: a key whose
// administrator is the service role, for example. What is allowed then depends on a name.
func (v *visitor) depends() bool {
	for _, t := range v.texts {
		for _, value := range v.values {
			if strings.HasSuffix(t, value) {
				return true
			}
		}
	}
	return false
}

// apart reports whether no prefix in a bucket is inside another one there: statements for the inner
// one are left out.
func apart(s *spec.Setup) bool {
	var all [16]*spec.Location
	n := 0
	for i := range s.Workflows {
		for _, l := range [2]*spec.Location{s.Workflows[i].From, s.Workflows[i].To} {
			if l == nil {
				continue
			}
			for _, other := range all[:n] {
				if l.Bucket == other.Bucket && l.Prefix != other.Prefix &&
					(strings.HasPrefix(l.Prefix, other.Prefix) || strings.HasPrefix(other.Prefix, l.Prefix)) {
					return false
				}
			}
			if n == len(all) {
				return false // too many to look at for each setup
			}
			all[n] = l
			n++
		}
	}
	return true
}
