// Package doctor says why Amazon Personalize cannot do its work: it decides every call of every
// workflow by the policies that are really there, names the first that fails, the policy and the
// statement at fault and the smallest change, makes that change in memory and decides again.
//
// It decides as AWS does (package policy), not as the guide asks: what the guide wants beside that
// is advice. What was not seen is unknown and never fine. What it takes to be true of the requests
// themselves is in package calls.
//
// Reading order: doctor.go, question.go, documents.go, decide.go, states.go, lacking.go, denied.go,
// fix.go, causes.go.
package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/calls"
	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// Question is what has to work, and by what it is decided.
type Question struct {
	// Setup has the names, workflows, buckets, keys and dataset group; see [Target.Setup]. Its
	// documents are not looked at.
	Setup *model.Setup

	State      deployed.State // what is there
	Account    string         // whose State it is; "" for the setup's
	Caller     string         // ARN of the user or role that begins the workflows, or ""
	Job        string         // ARN of the job that failed, or ""
	Refused    []denial.Denial
	NoControls bool // no service or resource control policy applies: the user says so
	Elsewhere  bool // the State is of an artifact, where commands of the AWS CLI change nothing
}

// Fault is why calls fail, and what to do.
type Fault struct {
	Cause   Cause
	Message string // one line
	At      deployed.Place
	Calls   []Call // which fail so, the first one first
	Fix     Fix
}

// Call is one call for people and for pzgen simulate.
type Call struct {
	Workflow, Source string
	Request          policy.Request
	Case             []byte // the decision as a case of pzgen simulate; nil where no policy decided
}

// Fix is what makes calls pass.
type Fix struct {
	Text string // one line: what to do, with the command where there is one

	// Commands only add to what is there, and may be given twice. Review are changes of what
	// somebody else wrote or decided.
	Commands, Review []string
}

// Unknown is something that was not seen and that a decision depends on.
type Unknown struct {
	Cause  Cause // zero for what would have to be looked at first
	What   string
	Action string // the permission that shows it, or ""
	Why    string // what AWS said, or ""
	At     deployed.Place
}

// Report is the diagnosis. Faults are in the order in which they show: the second one is what
// fails when the first is fixed.
type Report struct {
	Faults    []Fault
	Unknown   []Unknown
	Advice    []string // what the guide asks for and AWS does not need
	Assumed   []string
	Said      []denial.Denial // what messages of AWS mean
	Calls     int             // decided
	Workflows int
}

// Works reports whether every call passes, by everything that has a part in deciding it.
func (r Report) Works() bool { return len(r.Faults) == 0 && len(r.Unknown) == 0 && r.Calls > 0 }

// Verdict returns the last line: what it comes to.
func (r Report) Verdict() string {
	calls := fmt.Sprintf("%d calls", r.Calls)
	if r.Calls == 1 {
		calls = "1 call"
	}
	switch n := len(r.Faults); {
	case n == 0 && len(r.Unknown) == 0 && r.Calls > 0:
		return "works: " + calls + " pass"
	case n == 0:
		return fmt.Sprintf("unknown: of %s none is known to fail, but not everything was seen", calls)
	case n == 1:
		return "does not work: 1 cause" + r.rest()
	default:
		return fmt.Sprintf("does not work: %d causes, one behind the other%s", n, r.rest())
	}
}

func (r Report) rest() string {
	if len(r.Unknown) > 0 {
		return "; not everything was seen"
	}
	return ""
}

// call is one call that is asked about.
type call struct {
	calls.Made
	workflow string // for people
}

// diagnosis is one run of Diagnose.
type diagnosis struct {
	q     Question
	world *world
	asked []*call
	found []Fault
	open  []Unknown

	fixed   map[string]bool // states of resources that are taken to be put right
	settled map[string]bool // ARNs of what is to be replaced by something else
	tried   map[*call]bool  // calls whose fix did not help
}

// Diagnose answers a question. It is quick: some thousand decisions at most.
func Diagnose(q Question) Report {
	d := &diagnosis{q: q, fixed: map[string]bool{}, settled: map[string]bool{}, tried: map[*call]bool{}}
	d.world = newWorld(q)
	d.ask()
	r := Report{Calls: len(d.asked), Workflows: len(q.Setup.Workflows), Said: q.Refused}
	for range 3 * (len(d.asked) + 1) { // each round fixes something, or gives a call up
		f, ok := d.next()
		if !ok {
			break
		}
		d.found = append(d.found, f)
	}
	if len(d.found) == 0 {
		r.Advice = d.advice()
	}
	d.settings()
	d.controls()
	r.Faults, r.Unknown, r.Assumed = d.found, d.open, d.assumed()
	return r
}

// next returns the first fault that is left, having fixed it in memory.
func (d *diagnosis) next() (Fault, bool) {
	for _, c := range d.asked {
		if d.tried[c] || d.settled[thing(c.Request.Resource)] {
			continue
		}
		if f, ok := d.state(c); ok {
			return f, true
		}
		a := d.world.decide(c.Request)
		switch {
		case a.faulty != nil:
			return d.faulty(c, a.faulty), true
		case a.err != nil:
			d.tried[c] = true
			d.unknown(Unknown{What: fmt.Sprintf("%s on %s cannot be decided", c.Action, c.Request.Resource),
				Why: a.err.Error()})
		case a.unseen != nil:
			d.tried[c] = true
			for _, u := range a.unseen {
				d.unknown(u)
			}
		case d.undocumented(c, a):
		case a.Outcome == policy.ExplicitlyDenied:
			return d.fixing(c, a, d.denied), true
		case a.Outcome != policy.Allowed:
			return d.fixing(c, a, d.lacking), true
		}
	}
	return Fault{}, false
}

// fixing returns the fault of a call, and gives the call up where the fix changed nothing.
func (d *diagnosis) fixing(c *call, a answer, find func(*call, answer) Fault) Fault {
	f := find(c, a)
	b := d.world.decide(c.Request)
	if b.Outcome == a.Outcome && slices.Equal(a.Missing, b.Missing) && slices.Equal(a.Because, b.Because) {
		d.tried[c] = true
	}
	return f
}

// thing returns what a call works on as a whole: of an object its bucket.
func thing(resource string) string {
	if a, ok := policy.ParseARN(resource); ok && a.Service == "s3" {
		a.Resource, _, _ = strings.Cut(a.Resource, "/")
		return a.String()
	}
	return resource
}

func (d *diagnosis) unknown(u Unknown) {
	if !slices.ContainsFunc(d.open, func(o Unknown) bool { return o.What == u.What }) {
		d.open = append(d.open, u)
	}
}

// alike returns the calls that are still asked and that a predicate holds of, c first.
func (d *diagnosis) alike(c *call, is func(*call, answer) bool) []*call {
	out := []*call{c}
	for _, o := range d.asked {
		if o == c || d.tried[o] || d.settled[thing(o.Request.Resource)] {
			continue
		}
		if a := d.world.decide(o.Request); a.err == nil && a.faulty == nil && is(o, a) {
			out = append(out, o)
		}
	}
	return out
}

// shown returns calls as a report has them.
func (d *diagnosis) shown(list []*call) []Call {
	var out []Call
	for _, c := range list {
		out = append(out, Call{c.workflow, c.Source, c.Request, d.world.simulated(c.Request)})
	}
	return out
}
