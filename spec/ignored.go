package spec

import "time"

// Ignored says that what a check of `pzgen lint` finds is known, and stays.
type Ignored struct {
	Check  string // PZ104 for example
	About  string // the name of the bucket, key, role or policy, or the Sid of the statement
	Reason string
	Until  string // the last day on which it counts, YYYY-MM-DD; "" for no end
	Place  Place
}

type ignoredDraft struct{ check, about, reason, until text }

var checkForm = &form{says: "a check of pzgen lint, PZ104 for example", pattern: "^PZ1[0-9]{2}$",
	max: 5,
	ok:  func(s string) bool { return len(s) == 5 && s[:3] == "PZ1" && only(s[3:], classOf("0-9")) }}

var ignoredObject = &object[ignoredDraft]{
	doc: "What pzgen lint finds and is known. A key that nobody could manage, and what everybody may write, cannot be ignored.",
	fields: []field[ignoredDraft]{
		stringField("check", func(d *ignoredDraft) *text { return &d.check }, checkForm,
			"The check, as pzgen lint shows it.", required, example("PZ171")),
		stringField("about", func(d *ignoredDraft) *text { return &d.about }, reasonText,
			"What it is about: the name of the bucket, key, role or policy, or the Sid of the statement.", required, example("acme-shop-data")),
		stringField("reason", func(d *ignoredDraft) *text { return &d.reason }, reasonText,
			"Why it stays.", required, example("CloudTrail records data events of it, PLAT-1234")),
		stringField("until", func(d *ignoredDraft) *text { return &d.until }, dayForm,
			"The last day on which this counts, in UTC.", example("2027-01-31")),
	},
}

func (c *checker) checkIgnored() {
	type entry struct{ check, about string }
	seen := map[entry]bool{}
	for i, item := range c.d.ignore {
		d := &item.v
		c.setPlace("ignore"+index(i), item.n)
		if !d.check.ok || !d.about.ok || !d.reason.ok || d.until.given() && !d.until.ok {
			continue
		}
		key := entry{d.check.v, d.about.v}
		if seen[key] {
			c.err(codeTwice, d.check.n, "leave one of them out", "check %q of %q is ignored twice",
				d.check.v, d.about.v)
			continue
		}
		seen[key] = true
		if !c.checkDay(d.until) {
			continue
		}
		c.s.Ignore = append(c.s.Ignore, Ignored{d.check.v, d.about.v, d.reason.v, d.until.v,
			place(item.n)})
	}
}

// checkDay reports whether a last day, if there is one, is a day of the calendar.
func (c *checker) checkDay(until text) bool {
	if !until.given() {
		return true
	}
	if _, err := time.Parse(time.DateOnly, until.v); err != nil {
		c.err(codeForm, until.n, "write a day as 2027-01-31", "%q is not a day of the calendar",
			until.v)
		return false
	}
	return true
}
