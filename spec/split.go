package spec

import (
	"bytes"
	"hash/maphash"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gopkg.in/yaml.v3"
)

// The trees of a large file take a hundred times its size. So a file in the usual layout is cut before it is parsed, at the names of its setups, and its
// pieces are loaded on all cores, each tree dropped as soon as its setups are made. Whatever is not as expected, each error too, makes the file
// be loaded as a whole: this way gives the same setups and warnings, or nothing.

// written is the text of a setup, from the line of its name to that of the next.
type written struct {
	text []byte
	line int // in the file
}

// perPiece is how many setups are loaded at a time, and atLeast how many make it worth cutting.
const (
	perPiece = 16
	atLeast  = 2 * perPiece
)

// quickly loads a file piece by piece and notes what its setups claim. It is not ok when the file has to be loaded as a whole; then it reported nothing.
func (l *loader) quickly(data []byte, claims *claimed) (setups []*Setup, warnings []problem, ok bool) {
	head, all, ok := cutSetups(data)
	if !ok {
		return nil, nil, false
	}
	r := &reader{}
	if !r.checkText(data) || !l.loadHeadOf(r, head) || l.tooMuch(len(all)) {
		return nil, nil, false
	}
	type loaded struct {
		setups   []*Setup
		problems []problem
	}
	pieces := slices.Collect(slices.Chunk(all, perPiece))
	results := make([]loaded, len(pieces))
	var next, failed atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(pieces)) {
		group.Go(func() {
			for failed.Load() == 0 {
				i := int(next.Add(1)) - 1
				if i >= len(pieces) {
					return
				}
				var ok bool
				if results[i].setups, results[i].problems, ok = l.loadPiece(pieces[i], claims); !ok {
					failed.Store(1)
				}
			}
		})
	}
	group.Wait()
	if failed.Load() != 0 {
		return nil, nil, false
	}
	warnings = r.problems
	for _, res := range results {
		setups, warnings = append(setups, res.setups...), append(warnings, res.problems...)
	}
	warnings = nameSetups(warnings, len(setups), l.fills)
	slices.SortFunc(setups, func(a, b *Setup) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(setups); i++ {
		if setups[i].Name == setups[i-1].Name {
			return nil, nil, false
		}
	}
	return setups, warnings, true
}

// cutSetups cuts a file into what stands before its setups, with the line `setups:`, and the setups. It is sure of no more than the columns in which lines
// begin: the parser has to find the setups in the same lines.
func cutSetups(data []byte) (head []byte, all []written, ok bool) {
	const line = "setups:"
	at := 0
	if !bytes.HasPrefix(data, []byte(line)) {
		if at = bytes.Index(data, []byte("\n"+line)) + 1; at == 0 {
			return nil, nil, false
		}
	}
	end := bytes.IndexByte(data[at:], '\n')
	if end < 0 || len(bytes.TrimRight(data[at+len(line):at+end], " ")) > 0 || unusual(data) {
		return nil, nil, false
	}
	head = data[:at+end+1]
	n := bytes.Count(head, []byte("\n")) + 1
	indent := 0
	endLast := func(at int) {
		if len(all) > 0 {
			last := &all[len(all)-1]
			last.text = last.text[:len(last.text)-(len(data)-at)]
		}
	}
	for from := len(head); from < len(data); n++ {
		next := bytes.IndexByte(data[from:], '\n') + from + 1
		if next == from {
			next = len(data)
		}
		text := bytes.TrimLeft(data[from:next], " ")
		column := next - from - len(text)
		switch {
		case len(text) == 0, text[0] == '\n', text[0] == '#':
		case indent == 0 && column == 0, column < indent, column > indent && indent == 0 && len(all) > 0:
			return nil, nil, false
		case indent == 0 || column == indent:
			if c := text[0]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '"' || c == '\'') {
				return nil, nil, false
			}
			indent = column
			endLast(from)
			all = append(all, written{data[from:], n})
		}
		from = next
	}
	return head, all, len(all) >= atLeast
}

// unusual reports whether data has line breaks other than \n, tabs, more than one document, directives, or anything that may be an anchor, an alias or a tag.
func unusual(data []byte) bool {
	for _, s := range []string{"\r", "\t", "\u0085", "\u2028", "\u2029", "\uFEFF", "\n---", "\n...", "\n%"} {
		if bytes.Contains(data, []byte(s)) {
			return true
		}
	}
	if len(data) > 0 && (data[0] == '-' || data[0] == '%' || data[0] == '.') {
		return true
	}
	for _, c := range []byte("&*!") {
		for from := 0; ; {
			i := bytes.IndexByte(data[from:], c)
			if i < 0 {
				break
			}
			i += from
			before := i == 0 || bytes.IndexByte([]byte(" \n[{,:-"), data[i-1]) >= 0
			if before && i+1 < len(data) && data[i+1] != ' ' && data[i+1] != '\n' {
				return true
			}
			from = i + 1
		}
	}
	return false
}

// loadHeadOf loads what stands before the setups. It is not ok when anything is wrong with it.
func (l *loader) loadHeadOf(r *reader, head []byte) bool {
	var doc yaml.Node
	if decode(yaml.NewDecoder(bytes.NewReader(head)), &doc) != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return false
	}
	root := doc.Content[0]
	if !r.checkSize(root) || !r.checkVersion(root) {
		return false
	}
	setups := l.fields(r, root)
	return r.errors == 0 && setups != nil && setups.Kind == yaml.ScalarNode && setups.Tag == "!!null" && setups.Value == "" &&
		root.Content[len(root.Content)-1] == setups
}

// loadPiece loads setups. It is not ok when anything is wrong with them.
func (l *loader) loadPiece(piece []written, claims *claimed) (setups []*Setup, warnings []problem, ok bool) {
	r := &reader{}
	for _, w := range piece {
		key, body, ok := w.parse(r)
		if !ok {
			return nil, nil, false
		}
		name, ok := r.key(key)
		if !ok || key.Line != w.line || !r.name(key, "setups", name, setupName, nil) {
			return nil, nil, false
		}
		res := l.loadSetup(declared{name, key, body, span{from: place(key)}})
		for _, p := range res.problems {
			if p.severity == Error {
				return nil, nil, false
			}
		}
		if !claims.take(&res) {
			return nil, nil, false
		}
		setups, warnings = append(setups, res.setup), append(warnings, res.problems...)
	}
	return setups, append(warnings, r.problems...), r.errors == 0
}

// parse returns the tree of a setup. It is not ok when the text is no mapping of one name.
func (w written) parse(r *reader) (key, body *yaml.Node, ok bool) {
	var doc yaml.Node
	if decode(yaml.NewDecoder(bytes.NewReader(w.text)), &doc) != nil || len(doc.Content) != 1 {
		return nil, nil, false
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode || root.Tag != "!!map" || len(root.Content) != 2 || !r.checkSize(root) {
		return nil, nil, false
	}
	down(root, w.line-1)
	return root.Content[0], root.Content[1], true
}

// down moves a tree down by lines.
func down(n *yaml.Node, lines int) {
	n.Line += lines
	for _, c := range n.Content {
		down(c, lines)
	}
}

// claimed is what [acrossSetups] looks at, in as little room as tells whether it would find anything.
type claimed struct {
	seeds [2]maphash.Seed
	lock  sync.Mutex
	all   map[[2]uint64]stake
}

type stake struct {
	means          uint64
	created, whole bool
}

func newClaimed() *claimed {
	return &claimed{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, all: map[[2]uint64]stake{}}
}

// fresh returns an empty one that can be joined to c.
func (c *claimed) fresh() *claimed { return &claimed{seeds: c.seeds, all: map[[2]uint64]stake{}} }

// join adds what other files claim, which is in another. It is not ok when that may contradict what is in c.
func (c *claimed) join(other *claimed) (ok bool) {
	if len(c.all) == 0 {
		c.all = other.all
		return true
	}
	ok = true
	for k, s := range other.all {
		ok = c.put(k, s) && ok
	}
	return ok
}

// put notes one claim. It is not ok when it contradicts what was noted before.
func (c *claimed) put(k [2]uint64, s stake) (ok bool) {
	before, known := c.all[k]
	if !known {
		c.all[k] = s
		return true
	}
	ok = before.means == s.means && !(before.created && s.created) && !(before.whole && s.whole)
	c.all[k] = stake{before.means, s.created || before.created, s.whole || before.whole}
	return ok
}

// take notes what a setup claims. It is not ok when another one may contradict it.
func (c *claimed) take(res *result) (ok bool) {
	var keys [][2]uint64
	var stakes []stake
	claimsOf(res, func(o owned, _ string, what claim) {
		if o.name == "" {
			return
		}
		keys = append(keys, [2]uint64{maphash.Comparable(c.seeds[0], o), maphash.Comparable(c.seeds[1], o)})
		stakes = append(stakes, stake{maphash.String(c.seeds[0], what.means), what.created, what.whole})
	})
	c.lock.Lock()
	defer c.lock.Unlock()
	ok = true
	for i, k := range keys {
		ok = c.put(k, stakes[i]) && ok
	}
	return ok
}
