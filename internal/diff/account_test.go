package diff

import (
	"slices"
	"testing"

	"github.com/pzgen/pzgen/internal/deployed"
)

// Who joins or leaves a group may do something else, and so may everybody below another policy of an organization.
func TestAccount(t *testing.T) {
	const may = `{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`
	const deny = `{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}`
	account := func(group string, members []deployed.Member, controls ...deployed.Control) deployed.State {
		s := state(t, read, "", "", "")
		s.Inline = []deployed.PrincipalInline{{Kind: deployed.Group, To: deployed.Lit("g"), Name: deployed.Lit("p"), Policy: document(t, group)}}
		s.Members, s.Controls = members, controls
		return s
	}
	ann := []deployed.Member{{User: deployed.Lit("ann"), Group: deployed.Lit("g")}}
	attached := account(may, ann)
	attached.Attachments = []deployed.Attachment{{Policy: deployed.Lit("arn:aws:iam::aws:policy/X"), Kind: deployed.Group, To: deployed.Lit("g")}}
	left := attached
	left.Members = nil
	control := func(name, level, statements string, resource bool) deployed.Control {
		return deployed.Control{Name: name, Level: level, Resource: resource, Policy: document(t, statements)}
	}
	unread := control("p", "root", may, false)
	unread.Policy.Unread = true
	const isNew, isGone = `is new at "root", or says something else`, `is gone from "root", or said something else`
	for name, c := range map[string]struct {
		old, new deployed.State
		want     []string
	}{
		"the same":                 {account(may, ann), account(may, ann), nil},
		"joins":                    {account(may, nil), account(may, ann), []string{`broader write: user "ann" is put into group "g", and may do what its policies allow`}},
		"leaves":                   {account(may, ann), account(may, nil), []string{`narrower write: user "ann" is taken out of group "g", and its policies count no longer`}},
		"leaves denials":           {account(may+","+deny, ann), account(may+","+deny, nil), []string{`undecided write: user "ann" is taken out of group "g", and its policies count no longer`}},
		"leaves what is not known": {attached, left, []string{`undecided write: user "ann" is taken out of group "g", and its policies count no longer`}},
		"a control":                {account(may, nil), account(may, nil, control("p", "root", may, false)), []string{`undecided write: service control policy "p" ` + isNew}},
		"another one": {account(may, nil, control("p", "root", deny, false)), account(may, nil, control("p", "root", may, false)),
			[]string{`undecided write: service control policy "p" ` + isGone, `undecided write: service control policy "p" ` + isNew}},
		"of resources": {account(may, nil, control("p", "root", may, false)), account(may, nil, control("p", "root", may, true)),
			[]string{`undecided write: resource control policy "p" ` + isNew, `undecided write: service control policy "p" ` + isGone}},
		"the same control": {account(may, nil, control("p", "root", may, false)), account(may, nil, control("p", "root", may, false)), nil},
		"one that is not known": {account(may, nil, unread), account(may, nil, unread),
			[]string{`undecided write: service control policy "p" ` + isGone, `undecided write: service control policy "p" ` + isNew}},
	} {
		got := lines(finish(States(c.old, c.new)))
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, expected %q", name, got, c.want)
		}
	}
}

// The denials of a thing that exists by itself are lost when nothing has a policy for it any more; those of a thing
// that is not made any more go with it.
func TestDenialsThatLeave(t *testing.T) {
	const tls = `{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`
	for _, created := range []bool{true, false} {
		old, new := state(t, read, "", tls, ""), state(t, read, "", "", "")
		old.Buckets[0].Created, new.Buckets = created, nil
		lost := slices.ContainsFunc(States(old, new), func(c Change) bool { return c.Kind == Broader && c.byDenial })
		if lost == created {
			t.Errorf("created %t: %q", created, lines(States(old, new)))
		}
	}
}
