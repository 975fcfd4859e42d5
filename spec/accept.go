package spec

import (
	"time"
)

// Approval says that a change that `pzgen diff` shows is wanted.
type Approval struct {
	Change string // its fingerprint
	Reason string
	Until  string // the last day on which it counts, YYYY-MM-DD; "" for no end
	Place  Place
}

// Expired reports whether the last day is over, in UTC.
func (a Approval) Expired(now time.Time) bool { return Over(a.Until, now) }

// Over reports whether a last day, as YYYY-MM-DD, is over in UTC; "" never is.
func Over(until string, now time.Time) bool {
	return until != "" && now.UTC().Format(time.DateOnly) > until
}

type approvalDraft struct{ change, reason, until text }

var (
	fingerprintForm = &form{says: "the fingerprint that pzgen diff shows: 12 of 0-9 and a-f",
		pattern: "^[0-9a-f]{12}$", max: 12, ok: func(s string) bool { return len(s) == 12 && only(s, classOf("0-9a-f")) }}
	dayForm = &form{says: "a day, as 2027-01-31", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", max: 10, ok: func(s string) bool {
		return len(s) == 10 && s[4] == '-' && s[7] == '-' && only(s[:4]+s[5:7]+s[8:], classOf("0-9"))
	}}
)

var approvalObject = &object[approvalDraft]{
	doc: "A change of who may do what that is wanted, so that pzgen diff --fail-on does not fail for it.",
	fields: []field[approvalDraft]{
		stringField("change", func(d *approvalDraft) *text { return &d.change }, fingerprintForm,
			"The change's fingerprint, as pzgen diff shows it.", required, example("0a1b2c3d4e5f")),
		stringField("reason", func(d *approvalDraft) *text { return &d.reason }, reasonText,
			"Why it is wanted.", required, example("the new shop reads last year's orders, PLAT-1234")),
		stringField("until", func(d *approvalDraft) *text { return &d.until }, dayForm,
			"The last day on which this counts, in UTC.", example("2027-01-31")),
	},
}

func (c *checker) checkApprovals() {
	seen := map[string]bool{}
	for i, item := range c.d.accept {
		d := &item.v
		c.setPlace("accept"+index(i), item.n)
		if !d.change.ok || !d.reason.ok || d.until.given() && !d.until.ok {
			continue
		}
		if seen[d.change.v] {
			c.err(codeTwice, d.change.n, "leave one of them out", "change %q is accepted twice", d.change.v)
			continue
		}
		seen[d.change.v] = true
		if !c.checkDay(d.until) {
			continue
		}
		c.s.Accept = append(c.s.Accept, Approval{d.change.v, d.reason.v, d.until.v, place(item.n)})
	}
}
