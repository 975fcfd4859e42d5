package shape

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/spec"
)

// Group is the setups of one shape.
type Group struct {
	first       *spec.Setup
	slots       []slot
	short, long []int // the lengths that values of each slot have
	Count       int   // of setups
}

// NewGroup returns the group of a setup for which [Of] is ok. Its other setups are told by
// [Group.Add].
func NewGroup(s *spec.Setup) *Group {
	v := visitor{account: s.Account, region: s.Region, setup: s}
	v.visit(s)
	g := &Group{first: s, slots: v.slots, short: make([]int, len(v.values)), long: make([]int, len(v.values))}
	for i, value := range v.values {
		g.short[i], g.long[i] = len(value), len(value)
	}
	return g
}

// Add tells of a setup with these values of slots.
func (g *Group) Add(values []string) {
	g.Count++
	for i, v := range values {
		g.short[i], g.long[i] = min(g.short[i], len(v)), max(g.long[i], len(v))
	}
}

// With returns the setup of the group that has these values. It has the places of the group's first
// setup.
func (g *Group) With(values []string) *spec.Setup {
	s := clone(g.first)
	v := visitor{account: s.Account, region: s.Region, setup: g.first, with: values}
	v.visit(s)
	return s
}

// Render builds the model of a setup and prints it. It may be called by two goroutines at once.
type Render func(*spec.Setup) (*model.Setup, []output.File, error)

// Shape is the files of a group, with slots where values belong. It does not change, so any number of goroutines may use it.
type Shape struct {
	Probe      *spec.Setup   // a setup of the shape, with made-up values of the greatest length
	Model      *model.Setup  // its model
	ProbeFiles []output.File // and its files, for the proof

	files []file
	text  int   // bytes of all files without the values
	uses  []int // how often each value stands in them
}

// file is a file cut at its slots: text up to ends[i], then the value values[i], and so on.
type file struct {
	path   string // below the setup's folder, or in one that setups share
	mode   fs.FileMode
	text   []byte
	ends   []int
	values []int
}

// errShapeless says that files depend on values in another way than that the values are in them.
var errShapeless = errors.New("files depend on the values of slots")

// New makes the shape of a group. An error means that its setups have to be rendered one by one; that of the renderer is about a probe, and
// not worth telling.
func New(g *Group, render Render) (*Shape, error) {
	var probes [2]probe
	var both sync.WaitGroup
	for n, lengths := range [2][]int{g.short, g.long} {
		both.Go(func() { probes[n] = g.probe(n, lengths, render) })
	}
	both.Wait()
	for _, p := range probes {
		if p.err != nil {
			return nil, p.err
		}
	}
	if !slices.EqualFunc(probes[0].cut, probes[1].cut, equal) {
		return nil, errShapeless
	}
	long := probes[1]
	sh := &Shape{Probe: long.setup, Model: long.model, ProbeFiles: long.files, files: long.cut, uses: make([]int, len(g.slots)+len(derived("")))}
	for i := range sh.files {
		f := &sh.files[i]
		sh.text += len(f.text)
		for _, v := range f.values {
			sh.uses[v]++
		}
	}
	return sh, nil
}

// probe is a setup with made-up values, and what became of it.
type probe struct {
	setup *spec.Setup
	model *model.Setup
	files []output.File
	cut   []file
	err   error
}

func (g *Group) probe(n int, lengths []int, render Render) (p probe) {
	values := make([]string, len(g.slots))
	for i, s := range g.slots {
		value, ok := s.madeUp(n, i, lengths[i])
		if have, fits := s.kind.fits(value); !ok || !fits || have != s {
			p.err = errShapeless
			return p
		}
		values[i] = value
	}
	p.setup = g.With(values)
	if p.model, p.files, p.err = render(p.setup); p.err == nil {
		p.cut, p.err = cutAll(values, p.files)
	}
	return p
}

func equal(a, b file) bool {
	return a.path == b.path && a.mode == b.mode && bytes.Equal(a.text, b.text) && slices.Equal(a.ends, b.ends) && slices.Equal(a.values, b.values)
}

// derived are the forms in which the name of a setup is in files beside its own: in Sids, and in
// identifiers of Terraform.
func derived(name string) [2]string {
	return [2]string{model.SidSuffix(name), strings.ReplaceAll(name, "-", "_")}
}

// cutAll cuts files at values and derived forms. A derived form that is the name itself is that of every setup of the shape, as it has the same
// special characters.
func cutAll(values []string, files []output.File) ([]file, error) {
	needles := slices.Clone(values)
	for _, d := range derived(values[0]) {
		if d == values[0] {
			d = ""
		}
		needles = append(needles, d)
	}
	out := make([]file, len(files))
	for i, f := range files {
		path, ok := strings.CutPrefix(f.Path, values[0]+"/")
		if !ok && !output.IsShared(f.Path) {
			return nil, errShapeless
		}
		out[i] = file{path: path, mode: f.Mode}
		for _, n := range needles {
			if n != "" && strings.Contains(path, n) {
				return nil, errShapeless
			}
		}
		if err := out[i].cut(f.Data, needles); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *file) cut(data []byte, needles []string) error {
	type found struct{ at, needle int }
	var all []found
	for n, needle := range needles {
		for from := 0; needle != ""; {
			at := bytes.Index(data[from:], []byte(needle))
			if at < 0 {
				break
			}
			all = append(all, found{from + at, n})
			from += at + 1
		}
	}
	slices.SortFunc(all, func(a, b found) int { return a.at - b.at })
	from := 0
	for _, x := range all {
		if x.at < from {
			return errShapeless // two of them overlap
		}
		f.text = append(f.text, data[from:x.at]...)
		f.ends, f.values = append(f.ends, len(f.text)), append(f.values, x.needle)
		from = x.at + len(needles[x.needle])
	}
	f.text = append(f.text, data[from:]...)
	return nil
}

// Buffer holds the files of one setup at a time.
type Buffer struct {
	data  []byte
	files []output.File
}

// Fill returns the files of the setup with these values, as rendering it would. They are in b until
// the next Fill.
func (sh *Shape) Fill(values []string, b *Buffer) []output.File {
	forms := derived(values[0])
	size := sh.text
	for i, uses := range sh.uses {
		if i < len(values) {
			size += uses * len(values[i])
		} else {
			size += uses * len(forms[i-len(values)])
		}
	}
	data := slices.Grow(b.data[:0], size)
	b.files = b.files[:0]
	for i := range sh.files {
		f := &sh.files[i]
		begin, from := len(data), 0
		for j, end := range f.ends {
			data = append(data, f.text[from:end]...)
			if n := f.values[j]; n < len(values) {
				data = append(data, values[n]...)
			} else {
				data = append(data, forms[n-len(values)]...)
			}
			from = end
		}
		data = append(data, f.text[from:]...)
		p := f.path
		if !output.IsShared(p) {
			p = values[0] + "/" + p
		}
		b.files = append(b.files, output.File{Path: p, Data: data[begin:len(data):len(data)], Mode: f.mode})
	}
	b.data = data
	return b.files
}

// clone copies what a visitor may write to.
func clone(s *spec.Setup) *spec.Setup {
	c := *s
	c.Tags = slices.Clone(s.Tags)
	c.Role.ManagedPolicies = slices.Clone(s.Role.ManagedPolicies)
	c.Keys, c.Buckets = slices.Clone(s.Keys), slices.Clone(s.Buckets)
	for i := range c.Keys {
		c.Keys[i].Admins = slices.Clone(c.Keys[i].Admins)
	}
	c.Workflows = slices.Clone(s.Workflows)
	for i := range c.Workflows {
		w := &c.Workflows[i]
		w.From, w.To = cloned(w.From), cloned(w.To)
	}
	c.DatasetGroup = cloned(s.DatasetGroup)
	c.Operators = slices.Clone(s.Operators)
	for i := range c.Operators {
		o := &c.Operators[i]
		o.Users, o.Groups, o.Roles = slices.Clone(o.Users), slices.Clone(o.Groups), slices.Clone(o.Roles)
		o.ManagedPolicies = slices.Clone(o.ManagedPolicies)
		o.Access, o.Locations = slices.Clone(o.Access), slices.Clone(o.Locations)
		o.Principals = slices.Clone(o.Principals)
	}
	return &c
}

func cloned[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
