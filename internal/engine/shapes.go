package engine

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/generators/json"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/shape"
	"github.com/pzgen/pzgen/spec"
)

// shapes are the setups of a run, sorted by shape: those of one shape are printed and proved once
// for all.
type shapes struct {
	run     *Run
	shared  shared
	groups  []*group   // of each setup; nil for one that is rendered by itself
	values  [][]string // of each setup
	buffers sync.Pool
	lenders lenders
}

// group is the setups of one shape. Shape and proof are made when the first setup needs them.
type group struct {
	*shape.Group
	first int // one of its setups

	making, proving sync.Once
	shape           *shape.Shape // nil when its setups have to be rendered one by one
	proved          bool
}

// worthwhile is how many setups a shape needs so that making it, which takes two renderings and
// one proof, costs less than to do without.
func worthwhile(proving bool) int {
	if proving {
		return 2
	}
	return 3
}

// group sorts the setups of a run by their shapes.
func (r *Run) group(proving bool) (*shapes, error) {
	n := len(r.jobs)
	s := &shapes{run: r, groups: make([]*group, n), values: make([][]string, n)}
	s.lenders = lenders{run: r, look: r.printed}
	s.buffers.New = func() any { return new(shape.Buffer) }
	var err error
	if s.shared, err = r.shared(); err != nil || len(r.jobs) < worthwhile(proving) {
		return s, err
	}
	all := map[string]*group{}
	for i := range r.jobs {
		j := &r.jobs[i]
		key, values, ok := shape.Of(j.setup)
		if !ok {
			continue
		}
		var targets strings.Builder
		for _, g := range j.gens {
			targets.WriteString(g.Name + " ")
		}
		// No name of a file or target has a slash.
		key = filepath.Base(j.file) + "/" + targets.String() + "/" + key
		g := all[key]
		if g == nil {
			g = &group{Group: shape.NewGroup(j.setup), first: i}
			all[key] = g
		}
		g.Add(values)
		s.groups[i], s.values[i] = g, values
	}
	for i, g := range s.groups {
		if g != nil && g.Count < worthwhile(proving) {
			s.groups[i], s.values[i] = nil, nil
		}
	}
	return s, nil
}

// buffer returns a buffer to render into; done takes it back when its files are no longer needed.
func (s *shapes) buffer() *shape.Buffer { return s.buffers.Get().(*shape.Buffer) }

func (s *shapes) done(b *shape.Buffer) { s.buffers.Put(b) }

// errFound says that a probe could not be rendered. What was found is about made-up names; it is
// found again in the setups themselves.
var errFound = errors.New("the probe cannot be rendered")

// of returns the shape of a setup, or nil.
func (s *shapes) of(i int) *shape.Shape {
	g := s.groups[i]
	if g == nil {
		return nil
	}
	g.making.Do(func() {
		j := s.run.jobs[g.first]
		probed := func(probe *spec.Setup) (*model.Setup, []output.File, error) {
			r := render(job{j.file, probe, j.gens}, s.run.lib)
			if r.found != nil {
				return nil, nil, errFound
			}
			return r.model, r.all(), nil
		}
		g.shape, _ = shape.New(g.Group, probed)
	})
	return g.shape
}

// render returns the files of a setup, which may be in b.
func (s *shapes) render(i int, b *shape.Buffer) rendered {
	if sh := s.of(i); sh != nil {
		own, module := splitModules(sh.Fill(s.values[i], b))
		return rendered{files: own, module: module}
	}
	return render(s.run.jobs[i], s.run.lib)
}

// prove proves what render returned. The proof of a shape is that of all its setups; where it
// fails, each is proved by itself, so that what is found names it.
func (s *shapes) prove(i int, r rendered) []findings.Finding {
	g, sh := s.groups[i], s.of(i)
	if sh != nil {
		g.proving.Do(func() {
			j := s.run.jobs[g.first]
			j.setup = sh.Probe
			g.proved = s.shared.prove(j, rendered{model: sh.Model, files: sh.ProbeFiles}, nil) == nil
		})
		if g.proved {
			return nil
		}
		var found []findings.Finding
		if r.model, found = s.run.Model(i); found != nil {
			return found
		}
	}
	return s.shared.prove(s.run.jobs[i], r, s.lenders.of(s.run.jobs[i]))
}

// placeholders returns those that the plain JSON of a setup that was rendered without problems
// holds.
func (s *shapes) placeholders(i int, r rendered) []json.Blank {
	j := s.run.jobs[i]
	if r.found != nil || !hasTarget(j, "json") {
		return nil
	}
	m := r.model
	if m == nil {
		for _, k := range j.setup.Keys {
			if k.ARN == "" { // else every reference is known
				m, _ = s.run.Model(i)
				break
			}
		}
	}
	if m == nil {
		return nil
	}
	return json.Unresolved(m)
}

func hasTarget(j job, name string) bool {
	for _, g := range j.gens {
		if g.Name == name {
			return true
		}
	}
	return false
}
