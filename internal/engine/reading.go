package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
)

// reading is what was read of a folder, and what is wrong with it.
type reading struct {
	files  []output.File
	faults []fault
	unread []string // paths of what tools left, which is not proved
}

// fault is something in a folder that keeps a target from being proved, or, if that is not said,
// is wrong beside.
type fault struct {
	rule, path string // path in the output folder
	problem    string // completes a sentence about the path
	hint       string
	beside     bool
}

// read reads everything in a folder of the output where the files of expected have to be, as far
// as owns says that this run answers for it. own tells what there is the user's own.
func (v *verifier) read(top string, expected []output.File,
	owns, own func(p string) bool) (reading, error) {
	folders := map[string]bool{}
	printed := map[string]output.File{}
	for _, f := range expected {
		printed[f.Path] = f
		for dir := path.Dir(f.Path); dir != "." && !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	entries, err := v.folder.Entries(top, func(p string, folder bool) bool {
		return owns(p) && (!folder || folders[p] || noted(p, true)) && (!IsLeftover(p) || noted(p, folder))
	})
	var in *output.ObstructedError
	if errors.As(err, &in) {
		f := fault{rule: proof.Closed, path: in.Path, problem: in.Problem}
		return reading{faults: []fault{f}}, nil
	}
	var r reading
	found, isFolder := map[string]bool{}, map[string]bool{}
	wrong := func(e output.Entry, beside bool, hint, problem string) {
		r.faults = append(r.faults, fault{proof.Closed, e.Path, problem, hint, beside})
	}
	for _, e := range entries {
		if !owns(e.Path) {
			continue
		}
		found[e.Path], isFolder[e.Path] = true, e.Type == fs.ModeDir
		inLeft := slices.ContainsFunc(r.unread, func(dir string) bool { return within(e.Path, dir) })
		switch {
		case inLeft && e.Type == 0 && noted(e.Path, false):
			if e.Problem != "" || !terraform.IsInstalled(e.Data) {
				wrong(e, true, "remove the folder "+path.Dir(path.Dir(e.Path))+" and run terraform init again",
					"has Terraform take a module from elsewhere than from where it is called")
			}
		case inLeft && (e.Type == 0 || !noted(e.Path, false) && !noted(e.Path, true)):
		case inLeft && e.Type == fs.ModeDir && noted(e.Path, true):
		case e.Type == fs.ModeDir && IsLeftover(e.Path):
			r.unread = append(r.unread, e.Path)
		case e.Type == fs.ModeDir && (folders[e.Path] || own(e.Path)):
		case e.Type == fs.ModeDir:
			hint := hintUnknown
			if output.IsShared(top) {
				hint = "remove it"
			}
			wrong(e, true, hint, "is a folder that pzgen did not write, and what is in "+
				"it is not proved")
		case e.Type == fs.ModeSymlink:
			wrong(e, false, "replace it by what it points to, or remove it",
				"is a symbolic link, which is never followed")
		case e.Type != 0:
			wrong(e, false, "remove it", "is not a regular file")
		case IsLeftover(e.Path): // it is not read: Terraform's state may hold secrets
			r.unread = append(r.unread, e.Path)
		case e.Problem != "":
			wrong(e, false, "", e.Problem)
		default:
			if e.Links > 1 {
				wrong(e, true, "replace it by a copy",
					fmt.Sprintf("has %d names (hard links): whoever writes through another one "+
						"changes it", e.Links))
			}
			if want, ok := printed[e.Path]; ok && e.Fits(want.Mode) {
				e.Mode = want.Mode
			}
			r.files = append(r.files, e.File)
		}
	}
	for _, f := range expected {
		in := path.Dir(f.Path)
		for folders[in] && !found[in] && in != top {
			in = path.Dir(in)
		}
		// What is in place of a folder was told.
		if instead := found[in] && !isFolder[in]; !found[f.Path] && !instead {
			r.faults = append(r.faults, fault{rule: RuleMissing, path: f.Path, hint: hintWrites})
		}
	}
	return r, err
}

// noted reports whether a path is where a tool leaves notes of the modules that it calls: that of the
// file, or of a folder which it is in.
func noted(p string, folder bool) bool {
	const file = "/" + terraform.Installed
	end := file
	for folder {
		if end = path.Dir(end); end == "/" {
			return false
		}
		if strings.HasSuffix(strings.ToLower(p), end) { // on some file systems that is the same
			return IsLeftover(p)
		}
	}
	return strings.HasSuffix(strings.ToLower(p), file) && IsLeftover(p)
}

const (
	hintUnknown = "remove it, or name it under ownFiles in the spec"
	hintWrites  = "pzgen generate writes it"
)

// within reports whether a path is a folder or below it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }
