package snapshot

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/gittree"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/pzgen/pzgen/spec"
)

// What is read of one file, and of one setup, and how many files a folder may have: more is not what pzgen or a person
// writes.
const (
	maxFile  = 32 << 20
	maxSetup = 256 << 20
	maxFiles = 1 << 20
)

// file is a file of an input. Its data is there, in the file system, or in a commit.
type file struct {
	path  string
	mode  fs.FileMode
	data  []byte
	disk  string // its name in the file system
	link  bool   // it is no regular file, or not the one that counts, and is not read
	why   string // of a link that is a regular file
	entry *gittree.Entry
	tree  *gittree.Tree
}

// content returns the data of a file that is in no commit.
func (f file) content() ([]byte, error) {
	if f.disk == "" {
		return f.data, nil
	}
	return readfile.File(f.disk, maxFile)
}

// same reports whether two files hold the same bytes. Where one is in a commit, its name there tells: the hash of its
// content (git, "Git Internals - Git Objects"). One that cannot be read is not the same.
func (f file) same(g file) bool {
	if f.tree != nil && g.tree != nil {
		return f.entry.Hash == g.entry.Hash
	}
	if f.tree == nil {
		f, g = g, f
	}
	b, err := g.content()
	if err != nil {
		return false
	}
	if f.tree != nil {
		return f.entry.Hash == blobName(b, len(f.entry.Hash))
	}
	a, err := f.content()
	return err == nil && bytes.Equal(a, b)
}

// blobName returns the name that git gives to content, by the length of the names in a repository.
func blobName(data []byte, length int) string {
	head := fmt.Appendf(nil, "blob %d\x00", len(data))
	if length == hex.EncodedLen(sha256.Size) {
		sum := sha256.Sum256(append(head, data...))
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(append(head, data...))
	return hex.EncodeToString(sum[:])
}

// load returns files with their data.
func load(ctx context.Context, files []file) ([]output.File, error) {
	out := make([]output.File, len(files))
	var entries []gittree.Entry
	var at []int
	var tree *gittree.Tree
	for i, f := range files {
		out[i] = output.File{Path: f.path, Mode: f.mode}
		if f.tree != nil {
			tree, entries, at = f.tree, append(entries, *f.entry), append(at, i)
			continue
		}
		var err error
		if out[i].Data, err = f.content(); err != nil {
			return nil, err
		}
	}
	if tree == nil {
		return out, nil
	}
	data, err := tree.ReadAll(ctx, entries, maxSetup)
	if err != nil {
		return nil, err
	}
	for i, d := range data {
		out[at[i]].Data = d
	}
	return out, nil
}

// source is where files are read from: the file system, or a commit.
type source interface {
	// list returns the files of a folder and of those below it, by their path from it, sorted,
	// without their data. No symbolic link is followed: it is one of the files.
	list(ctx context.Context, dir string) ([]file, error)
	// read returns one file. It is fs.ErrNotExist when there is none.
	read(ctx context.Context, name string) ([]byte, error)
	// isDir reports whether a name is a folder.
	isDir(ctx context.Context, name string) (bool, error)
	// real returns the name of a folder without symbolic links in it: what is beside the folder is
	// beside the one that they lead to, as it is to whatever runs there.
	real(name string) string
	// shown returns how the user calls a file.
	shown(name string) string
}

// disk is the file system.
type disk struct{}

func (disk) shown(name string) string { return filepath.ToSlash(name) }

func (disk) isDir(_ context.Context, name string) (bool, error) {
	info, err := os.Stat(name)
	if err != nil {
		return false, err
	}
	return info.IsDir(), nil
}

func (disk) real(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

func (disk) read(_ context.Context, name string) ([]byte, error) { return readfile.File(name, maxFile) }

func (disk) list(ctx context.Context, dir string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if passedOver(rel) {
			files = append(files, installed(dir, rel)...)
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if len(files) == maxFiles {
			return refusef("name the output folder, or a folder in it", "folder %q has more than %d files", dir, maxFiles)
		}
		files = append(files, file{path: rel, mode: modeOf(info.Mode()), disk: p, link: !e.Type().IsRegular()})
		return nil
	})
	byPath(files)
	return files, err
}

// regular returns the regular files, and the others.
func regular(all []file) (files, links []file) {
	for _, f := range all {
		if f.link {
			links = append(links, f)
		} else {
			files = append(files, f)
		}
	}
	return files, links
}

func byPath(files []file) {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
}

// modeOf returns the mode as git keeps it: a file can be executed, or not.
func modeOf(m fs.FileMode) fs.FileMode {
	if m&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

// passedOver reports whether a file or folder, by its path, holds what tools keep for themselves. What Terraform loads
// is not passed over, whatever its name begins with.
func passedOver(p string) bool {
	base := path.Base(p)
	return base == ".git" || base == ".terraform" || base == ".pzgen" ||
		strings.HasPrefix(base, "terraform.tfstate") && spec.IsLeftover("terraform/"+base)
}

// commit is a commit of a repository.
type commit struct {
	tree *gittree.Tree
	rev  string
}

func (c commit) shown(name string) string { return "git:" + c.rev + ":" + filepath.ToSlash(name) }

func (c commit) real(name string) string { return name }

func (c commit) isDir(ctx context.Context, name string) (bool, error) {
	at, err := c.tree.Path(name)
	if err != nil {
		return false, err
	}
	list, err := c.tree.List(ctx, at)
	switch {
	case err != nil:
		return false, err
	case len(list) == 0:
		return false, &fs.PathError{Op: "read", Path: c.shown(name), Err: fs.ErrNotExist}
	}
	return len(list) > 1 || list[0].Path != at, nil
}

func (c commit) read(ctx context.Context, name string) ([]byte, error) {
	at, err := c.tree.Path(name)
	if err != nil {
		return nil, err
	}
	return c.tree.Read(ctx, at, maxFile)
}

func (c commit) list(ctx context.Context, dir string) ([]file, error) {
	at, err := c.tree.Path(dir)
	if err != nil {
		return nil, err
	}
	entries, err := c.tree.List(ctx, at)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, e := range entries {
		rel := e.Path
		if at != "." {
			rel = strings.TrimPrefix(e.Path, at+"/")
		}
		if slices.ContainsFunc(strings.Split(rel, "/"), passedOver) {
			f, err := c.notes(ctx, rel, e)
			if err != nil {
				return nil, err
			}
			files = append(files, f...)
			continue
		}
		files = append(files, file{path: rel, mode: e.Mode, link: e.Type != 0, entry: &e, tree: c.tree})
	}
	return files, nil
}
