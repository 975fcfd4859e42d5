// Package output is the only one that touches the output folder: it writes what generators return, atomically, and compares
// it with what is there.
//
// The rules that it keeps:
//   - nothing is visible before everything is ready: files are written below .pzgen/stage and moved
//     into place by [Writer.Commit], so that a run that fails before changes nothing, and one that
//     is killed leaves each file either old or new;
//   - only files whose bytes or mode differ from what is there are written;
//   - a file is overwritten or removed only when pzgen wrote it: .pzgen/manifests lists what it
//     wrote, a manifest for each folder. Where one is missing, or was merged badly, files that carry
//     pzgen's header are its own, and beside such ones those that have a name and a layout of its
//     files that cannot carry one;
//   - files that this run does not write any more are removed last, and only while they are as
//     pzgen wrote them;
//   - no symbolic link below the output folder is followed, neither to read nor to write;
//   - memory grows with the number of files, not with their size.
//
// It does not wait until bytes are on the disk (fsync): a power failure may lose what a killed
// process cannot.
package output

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// File is a file to be written. Path is relative to the output folder, with slashes; Mode is 0o644 or 0o755.
type File struct {
	Path string
	Data []byte
	Mode fs.FileMode
}

// ownFolder is where pzgen keeps its own files in an output folder.
const ownFolder = ".pzgen"

// checkPath refuses paths that could leave the output folder, that some file system cannot hold, or that are pzgen's own.
func checkPath(p string) error {
	switch {
	case !filepath.IsLocal(filepath.FromSlash(p)) || path.Clean(p) != p || strings.ContainsAny(p, "\\:"):
		return fmt.Errorf("path %q does not stay in the output folder: write a relative path without \"..\", \"\\\\\" and \":\"", p)
	case strings.IndexFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) >= 0:
		return fmt.Errorf("path %q has a control character or is not UTF-8", p)
	}
	top, _, ok := strings.Cut(p, "/")
	if !ok {
		return fmt.Errorf("path %q names no folder: files of an output folder are in a folder that each setup has for itself", p)
	}
	if fold(top) == ownFolder {
		return fmt.Errorf("path %q is pzgen's own: choose another folder than %q", p, ownFolder)
	}
	return nil
}

// fold makes equal what a file system that does not mind case takes for equal.
func fold(p string) string { return strings.ToLower(p) }

// checkFolder checks files that are to stand together in one folder of the output and gives that folder. Two files with one
// path are refused, and so are paths that differ in case only: macOS and Windows would make them one file.
func checkFolder(files []File) (string, error) {
	if len(files) == 0 {
		return "", fmt.Errorf("no files to write")
	}
	top, _, _ := strings.Cut(files[0].Path, "/")
	seen := make(map[string]string, 2*len(files)) // folded path: how it is written; directories end in a slash
	for _, f := range files {
		if err := checkPath(f.Path); err != nil {
			return "", err
		}
		if t, _, _ := strings.Cut(f.Path, "/"); t != top {
			return "", fmt.Errorf("files %q and %q are not in one folder", files[0].Path, f.Path)
		}
		if other, ok := seen[fold(f.Path)]; ok {
			return "", fmt.Errorf("two files have one path: %q and %q", other, f.Path)
		}
		seen[fold(f.Path)] = f.Path
		if m := f.Mode; m != 0o644 && m != 0o755 {
			return "", fmt.Errorf("file %q has mode %o: only 644 and 755 are written", f.Path, m)
		}
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if other, ok := seen[fold(dir)+"/"]; ok && other != dir {
				return "", fmt.Errorf("two folders differ in case only: %q and %q", other, dir)
			}
			seen[fold(dir)+"/"] = dir
		}
	}
	for _, f := range files {
		if dir, ok := seen[fold(f.Path)+"/"]; ok {
			return "", fmt.Errorf("path %q is a file and a folder: %q", f.Path, dir)
		}
	}
	return top, nil
}
