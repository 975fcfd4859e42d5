package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/shape"
	"github.com/pzgen/pzgen/spec"
)

// shapes are the setups of a run, sorted by shape: those of one shape are printed and proved once for all.
type shapes struct {
	in      *inputs
	kept    *kept
	groups  []*group   // of each setup; nil for one that is rendered by itself
	values  [][]string // of each setup
	buffers sync.Pool
}

// group is the setups of one shape. Shape and proof are made when the first setup needs them.
type group struct {
	*shape.Group
	first int // one of its setups

	making, proving sync.Once
	shape           *shape.Shape // nil when its setups have to be rendered one by one
	proved          bool
}

// worthwhile is how many setups a shape needs so that making it, which takes two renderings and one proof, costs less than to do without.
func worthwhile(proving bool) int {
	if proving {
		return 2
	}
	return 3
}

// group sorts the setups of a run by their shapes.
func (in *inputs) group(keep *kept, proving bool) *shapes {
	s := &shapes{in: in, kept: keep, groups: make([]*group, len(in.jobs)), values: make([][]string, len(in.jobs))}
	s.buffers.New = func() any { return new(shape.Buffer) }
	if len(in.jobs) < worthwhile(proving) {
		return s
	}
	all := map[string]*group{}
	for i := range in.jobs {
		j := &in.jobs[i]
		key, values, first := keep.of(j.setup)
		if first == nil {
			continue
		}
		var targets strings.Builder
		for _, g := range j.gens {
			targets.WriteString(g.Name + " ")
		}
		key = filepath.Base(j.file) + "/" + targets.String() + "/" + key // no name of a file or target has a slash
		g := all[key]
		if g == nil {
			g = &group{Group: shape.NewGroup(first), first: i}
			all[key] = g
		}
		g.Add(values)
		s.groups[i], s.values[i] = g, values
	}
	for i, g := range s.groups {
		if g != nil && g.Count < worthwhile(proving) {
			in.jobs[i].setup = keep.whole(in.jobs[i].setup)
			s.groups[i], s.values[i] = nil, nil
		}
	}
	return s
}

// job gives a setup to be worked on by itself.
func (s *shapes) job(i int) job {
	j := s.in.jobs[i]
	j.setup = s.kept.whole(j.setup)
	return j
}

// kept is what is held of the setups of a large spec: of each shape the first setup, of the others the values in which they differ.
type kept struct {
	lock   sync.Mutex
	firsts map[string]*spec.Setup
	keys   map[string]string // each key once
	values map[*spec.Setup]member
}

// member is a setup of a shape.
type member struct {
	key    string
	values []string
	at     spec.Place // a map for one place takes more memory than all that is here
}

func newKept() *kept {
	return &kept{firsts: map[string]*spec.Setup{}, keys: map[string]string{}, values: map[*spec.Setup]member{}}
}

// light gives a setup without what others of its shape have too.
func (k *kept) light(s *spec.Setup) *spec.Setup {
	key, values, ok := shape.Of(s)
	if !ok {
		return s
	}
	values = slices.Clip(values)
	k.lock.Lock()
	defer k.lock.Unlock()
	at := s.Places[""]
	if first, ok := k.firsts[key]; ok {
		s = &spec.Setup{Name: s.Name, Targets: first.Targets}
	} else {
		k.firsts[key], k.keys[key] = s, key
	}
	k.values[s] = member{k.keys[key], values, at}
	return s
}

// of gives the shape of a setup, its values and a whole setup of the shape, or nil.
func (k *kept) of(s *spec.Setup) (key string, values []string, first *spec.Setup) {
	if m, ok := k.values[s]; ok {
		return m.key, m.values, k.firsts[m.key]
	}
	key, values, ok := shape.Of(s)
	if !ok {
		return "", nil, nil
	}
	return key, values, s
}

// whole gives the setup that light had.
func (k *kept) whole(s *spec.Setup) *spec.Setup {
	m, ok := k.values[s]
	if !ok || k.firsts[m.key] == s {
		return s
	}
	out := shape.NewGroup(k.firsts[m.key]).With(m.values)
	out.Places = spec.Places{"": m.at}
	return out
}

// buffer gives a buffer to render into; done takes it back when its files are no longer needed.
func (s *shapes) buffer() *shape.Buffer { return s.buffers.Get().(*shape.Buffer) }

func (s *shapes) done(b *shape.Buffer) { s.buffers.Put(b) }

// errFound says that a probe could not be rendered. What was found is about made-up names; it is found again in the setups themselves.
var errFound = errors.New("the probe cannot be rendered")

// of gives the shape of a setup, or nil.
func (s *shapes) of(i int) *shape.Shape {
	g := s.groups[i]
	if g == nil {
		return nil
	}
	g.making.Do(func() {
		j := s.job(g.first)
		g.shape, _ = shape.New(g.Group, func(probe *spec.Setup) (*model.Setup, []output.File, error) {
			r := render(job{j.file, probe, j.gens}, s.in.lib)
			if r.found != nil {
				return nil, nil, errFound
			}
			return r.model, r.files, nil
		})
	})
	return g.shape
}

// render gives the files of a setup. They may stand in b.
func (s *shapes) render(i int, b *shape.Buffer) rendered {
	if sh := s.of(i); sh != nil {
		return rendered{files: sh.Fill(s.values[i], b)}
	}
	return render(s.job(i), s.in.lib)
}

// model gives the model of a setup that was rendered without problems, if it has placeholders to tell of.
func (s *shapes) model(i int, r rendered) *model.Setup {
	if r.model != nil {
		return r.model
	}
	j := s.job(i)
	for _, k := range j.setup.Keys {
		if !k.Existing() { // else every reference is known
			m, err := model.Build(j.file, j.setup, s.in.lib)
			if err != nil {
				return nil
			}
			return m
		}
	}
	return nil
}

// prove proves what render gave. The proof of a shape stands for all its setups; where it fails, each is proved by itself, so that what is found names it.
func (s *shapes) prove(i int, r rendered) []findings.Finding {
	g, sh := s.groups[i], s.of(i)
	if sh != nil {
		g.proving.Do(func() {
			j := s.job(g.first)
			g.proved = prove(job{j.file, sh.Probe, j.gens}, rendered{model: sh.Model, files: sh.ProbeFiles}) == nil
		})
		if g.proved {
			return nil
		}
		m, err := model.Build(s.in.jobs[i].file, s.job(i).setup, s.in.lib)
		if err != nil {
			return problems(s.in.jobs[i], err)
		}
		r.model = m
	}
	return prove(s.job(i), r)
}
