package output

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

const (
	hintUnknown = "remove it, or name it under ownFiles in the spec"
	hintShared  = "remove it: all in a folder that setups share is pzgen's"
	hintRoot    = hintShared + ", but for a backend.tf with where Terraform keeps its state and nothing else"
	hintOutside = "move it away: nothing else may be in the output folder"
)

// rootModules is where root modules of Terraform are.
const rootModules = "_root/terraform/"

// strangers finds what is in a folder of the output, and below it, that neither this run brings
// nor an earlier one wrote. A folder that holds nothing of either is told as a whole.
func (c *Comparer) strangers(t *walk, files []File, old []entry) ([]Change, error) {
	known := make(map[string]bool, 2*len(files)) // folders end in a slash
	add := func(name string) {
		for known[name] = true; ; known[name+"/"] = true {
			if name = path.Dir(name); name == "." || known[name+"/"] {
				return
			}
		}
	}
	for _, f := range files {
		add(f.Path[len(t.at)+1:])
	}
	for _, e := range old {
		add(e.name)
	}
	var changes []Change
	var look func(dir string) error
	look = func(dir string) error {
		d, err := t.dir(dir)
		if err != nil {
			return err
		}
		items, err := d.list()
		if err != nil {
			return err
		}
		for _, i := range items {
			name := path.Join(dir, i.name)
			switch p := t.at + "/" + name; {
			case i.kind == fs.ModeDir && known[name+"/"]:
				if err := look(name); err != nil {
					return err
				}
			case known[name], !c.opts.owns(p), c.isUsers(t, name, i.kind):
			case i.kind == fs.ModeSymlink:
				changes = append(changes, Change{Path: p, Status: Linked,
					Hint: "remove it: links are not followed"})
			default:
				hint := hintUnknown
				if IsShared(t.at) {
					hint = hintShared
					if strings.HasPrefix(p, rootModules) {
						hint = hintRoot
					}
				}
				changes = append(changes, Change{Path: p, Status: Unknown, Hint: hint})
			}
		}
		return nil
	}
	return changes, look(".")
}

// isUsers reports whether a file or a folder, by its path below that of the walk, is the user's own.
func (c *Comparer) isUsers(t *walk, name string, kind fs.FileMode) bool {
	p := t.at + "/" + name
	if c.opts.OwnFile == nil || kind&^fs.ModeDir != 0 {
		return false
	}
	if kind == fs.ModeDir {
		return c.opts.OwnFile(p, nil)
	}
	return c.opts.OwnFile(p, func() ([]byte, error) {
		data, _, err := t.read(name)
		return data, err
	})
}

// rest finds what is in the output folder itself, and in folders that earlier runs wrote and this
// one does not bring.
func (c *Comparer) rest(left map[string]folder) ([]Change, error) {
	items, err := c.dir.list()
	if err != nil {
		return nil, err
	}
	var changes []Change
	for _, i := range items {
		in, known := left[i.name]
		switch {
		case c.brought(i.name):
		case known && len(in.old) > 0 && i.kind == fs.ModeDir:
			more, err := c.left(in)
			if err != nil {
				return nil, err
			}
			changes = append(changes, more...)
		case !c.opts.Closed, strings.HasPrefix(i.name, "."), !c.opts.owns(i.name):
		case i.kind == fs.ModeSymlink:
			changes = append(changes, Change{Path: i.name, Status: Linked, Hint: hintOutside})
		default:
			changes = append(changes, Change{Path: i.name, Status: Unknown, Hint: hintOutside})
		}
	}
	return changes, nil
}

// left finds strangers in a folder that only earlier runs wrote.
func (c *Comparer) left(in folder) ([]Change, error) {
	own, err := c.dir.sub(in.top)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, stands(in.top, err)
	}
	defer own.close()
	t := newWalk(own, in.top)
	defer t.close()
	return c.strangers(t, nil, in.old)
}

// IsShared reports whether a folder of the output is one of files that setups share: its name begins
// with an underscore, as the name of no setup does.
func IsShared(top string) bool { return strings.HasPrefix(top, "_") }
