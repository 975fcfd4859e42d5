// Package gittree reads the files of a commit from a git repository, by git itself. It checks out nothing and changes
// nothing: the objects are printed by `git cat-file`.
package gittree

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// Entry is a file of a tree.
type Entry struct {
	Path string // from the root of the repository, with slashes
	Mode fs.FileMode
	Type fs.FileMode // type bits; none for a regular file
	Hash string      // the name of its content in the repository
}

// Tree is the files of one commit. Its methods may be called from several goroutines, one at a time each.
type Tree struct {
	root   string // of the repository
	rev    string // as the user wrote it
	commit string
}

// Open finds the repository that the folder dir is in, and in it the commit that rev names. The errors say what git
// said.
func Open(ctx context.Context, dir, rev string) (*Tree, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return nil, fmt.Errorf("%q is not the name of a git revision", rev)
	}
	root, err := run(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	commit, err := run(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 { // --quiet: git says no more than that
		return nil, fmt.Errorf("git knows no commit %q here", rev)
	} else if err != nil {
		return nil, fmt.Errorf("git knows no commit %q here: %w", rev, err)
	}
	return &Tree{filepath.FromSlash(strings.TrimSuffix(root, "\n")), rev, strings.TrimSpace(commit)}, nil
}

// Commit returns the hash of the commit.
func (t *Tree) Commit() string { return t.commit }

// Path returns the path in the repository of a file or folder that is named as in the file system. It need not exist.
func (t *Tree) Path(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	// Git prints the root with links resolved; the part of the path that exists is resolved too.
	rest := ""
	for dir := abs; ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			abs = filepath.Join(real, rest)
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
	rel, err := filepath.Rel(t.root, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", fmt.Errorf("%q is not in the git repository %q", name, t.root)
	}
	return filepath.ToSlash(rel), nil
}

// List returns the files at and below a path of the repository, "." for all, sorted by path. A path that is not there
// has none.
func (t *Tree) List(ctx context.Context, at string) ([]Entry, error) {
	args := []string{"-c", "core.quotePath=false", "ls-tree", "-r", "-z", "--full-tree", t.commit}
	if at != "." {
		args = append(args, "--", at)
	}
	out, err := run(ctx, t.root, args...)
	if err != nil {
		return nil, err
	}
	var list []Entry
	for line := range strings.SplitSeq(out, "\x00") {
		meta, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 {
			continue
		}
		e := Entry{Path: name, Mode: 0o644, Hash: fields[2]}
		switch fields[0] {
		case "100755":
			e.Mode = 0o755
		case "120000":
			e.Type = fs.ModeSymlink
		case "160000":
			e.Type = fs.ModeIrregular // a submodule
		}
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list, nil
}

// ReadAll returns the contents of files of List, in their order. Files that together have more than limit bytes are
// an error.
func (t *Tree) ReadAll(ctx context.Context, list []Entry, limit int64) ([][]byte, error) {
	var names bytes.Buffer
	for _, e := range list {
		names.WriteString(e.Hash + "\n")
	}
	cmd := command(ctx, t.root, "cat-file", "--batch")
	cmd.Stdin = &names
	var said bytes.Buffer
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, missing(err)
	}
	out, err := objects(bufio.NewReaderSize(pipe, 1<<16), list, limit)
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, failed(err, said.String())
	}
	return out, nil
}

// objects reads what `git cat-file --batch` prints: for each object a line with its size, and its content.
func objects(r *bufio.Reader, list []Entry, limit int64) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, e := range list {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("git printed nothing for %q: %w", e.Path, err)
		}
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[1] != "blob" {
			return nil, fmt.Errorf("git has no file %q: %q", e.Path, strings.TrimSpace(line))
		}
		n, err := strconv.ParseInt(fields[2], 10, 64)
		if limit -= n; err != nil || n < 0 || limit < 0 {
			return nil, fmt.Errorf("%q and what is beside it is too large to be read", e.Path)
		}
		out[i] = make([]byte, n)
		if _, err := io.ReadFull(r, out[i]); err != nil {
			return nil, err
		}
		if _, err := r.Discard(1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Read returns one file by its path in the repository. The error is [fs.ErrNotExist] when there is none.
func (t *Tree) Read(ctx context.Context, at string, limit int64) ([]byte, error) {
	list, err := t.List(ctx, at)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.Path != at {
			continue
		}
		if e.Type != 0 {
			return nil, fmt.Errorf("%q is not a regular file in %q", at, t.rev)
		}
		data, err := t.ReadAll(ctx, []Entry{e}, limit)
		if err != nil {
			return nil, err
		}
		return data[0], nil
	}
	return nil, &fs.PathError{Op: "read", Path: "git:" + t.rev + ":" + path.Clean(at), Err: fs.ErrNotExist}
}

func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "--literal-pathspecs"}, args...)...)
	cmd.Dir = dir
	ownGroup(cmd)
	// Reading takes no lock, and asks nobody for a password.
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	return cmd
}

func run(ctx context.Context, dir string, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := command(ctx, dir, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", failed(err, said.String())
	}
	return out.String(), nil
}

// failed returns what git said, which is more than its exit code says.
func failed(err error, said string) error {
	if errors.Is(err, exec.ErrNotFound) {
		return missing(err)
	}
	if said = strings.TrimSpace(strings.TrimPrefix(said, "fatal: ")); said != "" {
		return fmt.Errorf("git: %s", said)
	}
	return fmt.Errorf("git: %w", err)
}

func missing(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("git is not installed, and git: names a revision")
	}
	return err
}
