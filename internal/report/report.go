// Package report writes a page for a security review: what an output folder grants to whom, that
// it was proved, what changed since the last review, and what is not proved.
//
// A page is one file without references to others. It holds no time, so that it is the same
// to the byte for the same folder; the last day of an approval or of an ignored check is compared with the
// day of the run alone.
//
// Reading order: report.go, grants.go, questions.go, calls.go, exceptions.go, html.go,
// manifest.go, verify.go.
package report

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pzgen/pzgen/docs"
	"github.com/pzgen/pzgen/internal/diff"
	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/internal/snapshot"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// ErrMoving is the error for an output folder that changes while it is read: what was proved is
// not what would be shown.
var ErrMoving = errors.New("the output folder was changed while it was read")

// Source says what a page is about.
type Source struct {
	Run     *engine.Run   // all setups of the specs
	Specs   []string      // the files, as the user named them
	Setups  []*spec.Setup // of the specs
	Out     string        // the output folder
	Version string        // of pzgen
	Now     time.Time     // against which last days are held

	// Against is what the folder is compared with, as the user named it, and Old the same, opened;
	// nil for a page that compares nothing.
	Against string
	Old     *snapshot.Input
}

// Page is what a page says.
type Page struct {
	Specs, Out, Version string
	Verdict             verdict
	Facts               []fact
	Outside             outside
	Writes, Passes      []grant
	Acts                []grant // who may act as the role
	Setups              []setup
	Keys                []key
	Changes             *changes // nil: nothing was compared
	Exceptions          []exception
	Limits              []string // of every proof, in Markdown
	Undecided           []note   // of this one
	Unread              string   // why what is granted is not known; "" when it was read
	Files               string   // the manifest
	Sum                 string   // its hash

	// Failed are errors of setups that cannot be built: there is no page then.
	Failed []findings.Finding
}

// verdict is what the proof came to.
type verdict struct {
	Proved        bool
	Calls, Refuse int // calls that pass, and that were tried and do not
	Targets       []string
	Found         []findings.Finding
}

// fact is a figure of the summary.
type fact struct {
	N     int
	Label string
	Names []string // nil: they are not listed
}

// setup is what a page says of one setup.
type setup struct {
	Name, Description, Account, Region string
	Role, Group, Profile               string
	Buckets, Targets                   []string
	Holders                            []holder
	Denied                             []grant
	Workflows                          []workflow
}

// Make proves the output folder, as `pzgen verify` does, and returns what the page says of it.
// The error is [fs.ErrNotExist] when there is no such folder, [ErrMoving], or one of reading;
// that a proof fails is none.
func Make(ctx context.Context, s Source) (*Page, error) {
	covered := covers(s)
	before, err := readManifest(s.Out, covered)
	if err != nil {
		return nil, err
	}
	p := &Page{Specs: strings.Join(s.Specs, ", "), Out: s.Out, Version: s.Version}
	proved, err := p.prove(ctx, s)
	if err != nil {
		return p, err
	}
	in, err := snapshot.Open(ctx, s.Out, snapshot.Options{Dir: "."})
	if err != nil {
		return nil, err
	}
	// Targets of which one was not found to be like the others each say what they grant.
	standing, err := diff.Standing(ctx, in, !p.Verdict.Proved)
	var unread *policy.Error
	switch {
	case errors.As(err, &unread) && !p.Verdict.Proved:
		p.Unread = unread.Error()
	case err != nil:
		return nil, err
	}
	b := builder{page: p, source: s, proofs: proved}
	for i := range s.Run.Names() {
		m, found := s.Run.Model(i)
		if m == nil {
			return nil, fmt.Errorf("%s", found[0].Text())
		}
		b.models = append(b.models, m)
	}
	b.grants(standing)
	b.facts()
	b.questions()
	b.keys()
	b.exceptions()
	p.Limits = docs.NotProved()
	if s.Old != nil && p.Unread == "" {
		if err := b.changes(ctx, in); err != nil {
			return nil, err
		}
	}
	after, err := readManifest(s.Out, covered)
	if err != nil {
		return nil, err
	}
	if p.Files, p.Sum = before.text(), before.sum(); p.Sum != after.sum() {
		return nil, ErrMoving
	}
	return p, nil
}

// covers returns the setups that a page is about: nil for the whole output folder, which it is
// not about where specs are in it too.
func covers(s Source) []string {
	if !s.Run.Among(s.Out) {
		return nil
	}
	return s.Run.Names()
}

// Has reports whether a file of this name is, or would be, one of those that the page is about.
func (s Source) Has(name string) bool {
	out, err := resolved(s.Out)
	dir, err2 := resolved(filepath.Dir(name))
	if err != nil || err2 != nil {
		return false // there is no such folder, which whoever reads or writes there tells
	}
	in, err := filepath.Rel(out, filepath.Join(dir, filepath.Base(name)))
	if err != nil || !filepath.IsLocal(in) {
		return false
	}
	top, _, _ := strings.Cut(filepath.ToSlash(in), "/")
	return !strings.HasPrefix(top, ".") && isCovered(top, covers(s))
}

// resolved returns a folder as an absolute path without links.
func resolved(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// builder makes a page.
type builder struct {
	page   *Page
	source Source
	models []*model.Setup
	proofs map[string]*proof.Report // by setup
	rows   []row                    // everything that is granted
}

// prove runs the proof. It returns what it says of each setup.
func (p *Page) prove(ctx context.Context, s Source) (map[string]*proof.Report, error) {
	reports, targets := map[string]*proof.Report{}, map[string]bool{}
	err := s.Run.Verify(ctx, s.Out, func(v engine.Verified) error {
		p.Failed = append(p.Failed, v.Failed...)
		p.Verdict.Found = append(p.Verdict.Found, v.Found...)
		for _, n := range v.Notes {
			if n.Rule == engine.RuleUnproved {
				p.Undecided = append(p.Undecided,
					note{v.Setup, withoutSetup(n.Message, v.Setup), n.Place()})
			}
		}
		if v.Report == nil {
			return nil
		}
		reports[v.Setup] = v.Report
		p.Verdict.Calls += len(v.Report.Calls)
		p.Verdict.Refuse += v.Report.Refused
		for _, t := range v.Report.Targets {
			targets[t] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range spec.TargetNames() {
		if targets[t] {
			p.Verdict.Targets = append(p.Verdict.Targets, t)
		}
	}
	p.Verdict.Proved = len(p.Verdict.Found) == 0
	return reports, nil
}

// withoutSetup returns a message without the setup that it begins with, which the page has in front
// of it.
func withoutSetup(message, setup string) string {
	return strings.TrimPrefix(message, "setup "+setup+": ")
}

// facts counts what the page is about.
func (b *builder) facts() {
	accounts, regions, buckets, keys := set{}, set{}, set{}, set{}
	who := set{}
	for _, m := range b.models {
		accounts.add(m.Account)
		regions.add(m.Region)
		for _, k := range m.Buckets {
			buckets.add(k.Name)
		}
		for _, k := range m.Keys {
			keys.add(keyLabel(m, k))
		}
	}
	for _, r := range b.rows {
		who.add(r.who)
	}
	b.page.Facts = []fact{
		{len(b.models), "setups", nil},
		{len(accounts), "accounts", accounts.sorted()},
		{len(regions), "regions", regions.sorted()},
		{len(buckets), "buckets", nil},
		{len(keys), "keys", nil},
		{len(who), "principals", nil},
	}
}

// set is a set of texts.
type set map[string]bool

func (s set) add(v string) { s[v] = true }

func (s set) sorted() []string {
	var out []string
	for v := range s {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}
