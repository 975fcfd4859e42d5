package diff

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/policy"
)

// fixed are the condition keys with which a grant to everybody is not public, as long as their values are fixed
// (Amazon S3 User Guide, access-control-block-public-access, "The meaning of "public"").
var fixed = []string{"aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount", "aws:sourceowner",
	"aws:sourceip", "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn",
	"aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "kms:calleraccount"}

// public returns what the policy of a resource allows to anonymous callers, or to principals of an account that it
// does not name and that allows them everything. Each statement is asked by itself, with all that is denied.
func (v view) public(h *held) []Change {
	own := *h.policies().Resource
	stranger := "999999999999"
	if strings.Contains(string(own.JSON()), stranger) {
		stranger = "888888888888"
	}
	everything := []policy.Document{policy.Everything()}
	var out []Change
	for i, s := range own.Statements {
		if s.Effect != policy.Allow || slices.ContainsFunc(s.Condition, Limits) {
			continue
		}
		one, none := policy.Document{Version: own.Version}, policy.Document{Version: own.Version}
		for j, o := range own.Statements {
			if o.Effect == policy.Deny || i == j {
				one.Statements = append(one.Statements, o)
			}
		}
		for _, who := range []struct {
			principal string
			identity  []policy.Document
		}{{"*", nil}, {"arn:" + v.partition + ":iam::" + stranger + ":user/Somebody", everything}} {
			c, err := policy.Compare(policy.Policies{Identity: who.identity, Resource: &none},
				policy.Policies{Identity: who.identity, Resource: &one},
				policy.Setting{Principal: who.principal, ResourceAccount: v.account})
			if err == nil && len(c.Changes)+len(c.Undecided) == 0 {
				continue
			}
			found := policy.Change{Kind: policy.Broader, Principals: []string{"*"}, Actions: s.Action.Written(),
				NotActions: s.NotAction.Written(), Resources: s.Resource.Written(), NotResources: s.NotResource.Written(),
				Conditions: s.Condition, New: []policy.Cause{{Policy: "resource", Sid: s.Sid, Statement: i}}}
			if len(c.Changes) > 0 {
				found.Witness = c.Changes[0].Witness
			}
			change := granted(v.account, nil, h, h, found)
			change.Severity = Public
			change.say(change.who, change.join, change.does+", which makes it public")
			if len(c.Changes) == 0 {
				change.Kind, change.Witness = Undecided, nil
			}
			out = append(out, change)
			break
		}
	}
	return out
}

// Limits reports whether with a condition a grant to everybody is not public, as Amazon S3 says: one on a key such as
// aws:PrincipalOrgID or aws:SourceAccount, with fixed values.
func Limits(c policy.Condition) bool {
	operator := strings.TrimPrefix(strings.ToLower(c.Operator), "foranyvalue:")
	if operator == "ipaddress" {
		return strings.EqualFold(c.Key, "aws:SourceIp") && !slices.ContainsFunc(c.Values.Values, broad)
	}
	return slices.Contains(fixed, strings.ToLower(c.Key)) && !strings.Contains(operator, "not") &&
		(strings.HasPrefix(operator, "string") || strings.HasPrefix(operator, "arn")) &&
		!strings.HasSuffix(operator, "ifexists") && !strings.HasPrefix(operator, "null") &&
		!strings.HasPrefix(operator, "forallvalues") && !slices.ContainsFunc(c.Values.Values, func(t policy.Text) bool {
		return strings.ContainsAny(t.IAM(), "*?$")
	})
}

// broad reports whether a range of addresses is so wide that a grant to it is public: wider than /8, or than /32 of
// IPv6, and not private (Amazon S3 User Guide, access-control-block-public-access, "The meaning of "public"").
func broad(t policy.Text) bool {
	written := t.IAM()
	if _, err := netip.ParseAddr(written); err == nil {
		return false
	}
	p, err := netip.ParsePrefix(written)
	if err != nil {
		return true
	}
	least := 8
	if p.Addr().Is6() {
		least = 32
	}
	return p.Bits() < least
}
