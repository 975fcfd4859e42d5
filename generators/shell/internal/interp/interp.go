// Package interp runs the scripts of package shell without touching anything, for tests: what a
// script and its library really do is held against what the reader says that they mean.
package interp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
)

// Machine runs scripts in memory: its files are there, `aws` is answered by an account in memory
// and `jq` by gojq, and of all other commands it knows only those that the scripts need. Anything
// else ends the run with an error.
type Machine struct {
	Account  *account.Account
	Files    map[string][]byte // by absolute path
	Out, Err bytes.Buffer      // what the last run said

	// Stop, when it is set, is asked after each call of aws; an error ends the script there, as
	// if it had been killed.
	Stop func() error

	// Unwritable: no folder can be made.
	Unwritable bool

	// Answer, when it is set, may replace what a call of aws prints.
	Answer func(args []string, out string) string

	jqs jqs

	// ended is why the script that runs is at its end. The interpreter forgets an exit, and an
	// error of a handler, inside of a condition, so the machine remembers it and lets no further
	// command run.
	ended error
	calls int
}

// Limits of a run: a script that pzgen printed stays far below them.
const (
	timeLimit  = time.Minute
	callLimit  = 100000
	tempFolder = "/temporary"
)

// New returns a machine whose account is a.
func New(a *account.Account) *Machine {
	return &Machine{Account: a, Files: map[string][]byte{}, jqs: jqs{}}
}

// Run runs the script in a file of the machine. A script that fails is an error that carries what
// it said.
func (m *Machine) Run(file string, args ...string) error {
	script, err := syntax.NewParser().Parse(bytes.NewReader(m.Files[file]), file)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	m.Out.Reset()
	m.Err.Reset()
	m.ended, m.calls = nil, 0
	r, err := interp.New(
		interp.Env(expand.ListEnviron("PATH=/bin", "HOME=/", "TMPDIR=/",
			"BASH_SOURCE="+script.Name)),
		interp.Dir("/"),
		interp.Params(append([]string{"--"}, args...)...),
		interp.StdIO(nil, &m.Out, &m.Err),
		interp.CallHandler(m.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return m.exec }),
		interp.OpenHandler(m.open),
		interp.StatHandler(m.stat),
		interp.AccessHandler(func(ctx context.Context, path string, _ interp.AccessMode) error {
			_, err := m.stat(ctx, path, true)
			return err
		}),
		interp.ReadDirHandler2(func(context.Context, string) ([]fs.DirEntry, error) {
			return nil, errors.New("a script of pzgen's reads no folder")
		}),
	)
	if err != nil {
		return err
	}
	err = r.Run(ctx, script)
	if m.ended != nil {
		err = m.ended
	}
	var status interp.ExitStatus
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("script did not end within %s", timeLimit)
	case errors.As(err, &status) && status == 0:
		return nil
	case errors.As(err, &status):
		return fmt.Errorf("script failed with status %d: %s", status,
			strings.TrimSpace(m.Err.String()))
	}
	return err
}

// end ends the script that runs.
func (m *Machine) end(err error) error {
	if m.ended == nil {
		m.ended = err
	}
	return m.ended
}

// call sees every simple command. It lets no builtin through that would look at the real machine,
// and ends the script at an exit: the scripts have none inside of a command substitution, where
// it would end less.
func (m *Machine) call(_ context.Context, args []string) ([]string, error) {
	if m.ended != nil {
		return nil, m.ended
	}
	if m.calls++; m.calls > callLimit {
		return nil, m.end(fmt.Errorf("script runs more than %d commands", callLimit))
	}
	switch args[0] {
	case "exit":
		status := uint64(0)
		if len(args) > 1 {
			var err error
			if status, err = strconv.ParseUint(args[1], 10, 8); err != nil {
				return nil, m.end(fmt.Errorf("%q is not a command of pzgen's scripts", args))
			}
		}
		return nil, m.end(interp.ExitStatus(status))
	case "command":
		if len(args) == 3 && args[1] == "-v" {
			switch args[2] {
			case "aws", "jq", "sha256sum":
				return []string{"true"}, nil
			}
			return []string{"false"}, nil
		}
		return nil, m.end(fmt.Errorf("%q is not a command of pzgen's scripts", args))
	case "exec", "source", "eval", "builtin", "type", "hash", "enable", "bind", "ulimit", "umask", "wait", "fg", "bg", "kill", "pushd", "popd", "cd":
		return nil, m.end(fmt.Errorf("%q is not a command of pzgen's scripts", args[0]))
	}
	return args, nil
}

func (m *Machine) exec(ctx context.Context, args []string) error {
	err := m.command(interp.HandlerCtx(ctx), args)
	var status interp.ExitStatus
	if err != nil && !errors.As(err, &status) {
		return m.end(err)
	}
	return err
}

// command is one of the programs that the scripts use.
func (m *Machine) command(hc interp.HandlerContext, args []string) error {
	switch command := strings.Join(args[:min(2, len(args))], " "); {
	case args[0] == "aws":
		return m.aws(args[1:], hc)
	case args[0] == "jq":
		return m.jqs.run(args[1:], hc)
	case len(args) == 1 && args[0] == "cat":
		_, err := io.Copy(hc.Stdout, hc.Stdin)
		return err
	case len(args) == 2 && args[0] == "cat" && path.Dir(args[1]) == tempFolder:
		_, err := hc.Stdout.Write(m.Files[args[1]])
		return err
	case len(args) == 1 && args[0] == "sha256sum":
		sum := sha256.New()
		_, err := io.Copy(sum, hc.Stdin)
		fmt.Fprintf(hc.Stdout, "%x  -\n", sum.Sum(nil))
		return err
	case len(args) == 2 && command == "mktemp -d":
		fmt.Fprintln(hc.Stdout, tempFolder)
		return nil
	case len(args) == 3 && command == "rm -rf" && args[2] == tempFolder, len(args) == 2 &&
		args[0] == "sleep":
		return nil
	case len(args) == 3 && command == "date -u":
		fmt.Fprintln(hc.Stdout, "20260101T000000Z")
		return nil
	case len(args) == 3 && command == "dirname --":
		fmt.Fprintln(hc.Stdout, path.Dir(args[2]))
		return nil
	case len(args) == 5 && command == "mkdir -p" && args[2] == "-m" && args[3] == "700":
		if m.Unwritable {
			return interp.ExitStatus(1)
		}
		return nil
	case len(args) == 3 && command == "chmod 600":
		return nil
	case len(args) == 3 && command == "rm -f":
		delete(m.Files, path.Clean(args[2]))
		return nil
	case len(args) == 3 && (args[0] == "cp" || args[0] == "mv"):
		from, to := path.Clean(args[1]), path.Clean(args[2])
		data, ok := m.Files[from]
		if !ok {
			return interp.ExitStatus(1)
		}
		m.Files[to] = data
		if args[0] == "mv" {
			delete(m.Files, from)
		}
		return nil
	}
	return fmt.Errorf("%q is not a command of pzgen's scripts", args)
}

func (m *Machine) aws(args []string, hc interp.HandlerContext) error {
	out, err := m.Account.Run(args)
	if m.Stop != nil {
		if stop := m.Stop(); stop != nil {
			return stop
		}
	}
	var refused *account.Error
	if errors.As(err, &refused) {
		fmt.Fprintf(hc.Stderr, "\nAn error occurred (%s) when calling the operation: %s\n",
			refused.Code, refused.Message)
		return interp.ExitStatus(254)
	}
	if err != nil {
		return err
	}
	if m.Answer != nil {
		out = m.Answer(args, out)
	}
	_, err = io.WriteString(hc.Stdout, out)
	return err
}

// open returns files in memory; a script writes only into its temporary folder, and to /dev/null.
func (m *Machine) open(_ context.Context, name string, flag int,
	_ fs.FileMode) (io.ReadWriteCloser, error) {
	if name == "/dev/null" {
		return &file{}, nil
	}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		data, ok := m.Files[path.Join("/", name)]
		if !ok {
			return nil, &os.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return &file{r: bytes.NewReader(data)}, nil
	}
	if path.Dir(name) != tempFolder || flag&os.O_APPEND != 0 {
		return nil, m.end(fmt.Errorf("script writes to %q, which is not in its temporary folder",
			name))
	}
	m.Files[name] = nil
	return &file{m: m, name: name}, nil
}

func (m *Machine) stat(_ context.Context, name string, _ bool) (fs.FileInfo, error) {
	data, ok := m.Files[path.Clean(name)]
	if !ok {
		return nil, &os.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return info{path.Base(name), int64(len(data))}, nil
}

type file struct {
	m    *Machine
	name string
	r    *bytes.Reader
}

func (f *file) Read(p []byte) (int, error) {
	if f.r == nil {
		return 0, io.EOF
	}
	return f.r.Read(p)
}

func (f *file) Write(p []byte) (int, error) {
	if f.m != nil {
		f.m.Files[f.name] = append(f.m.Files[f.name], p...)
	}
	return len(p), nil
}

func (f *file) Close() error { return nil }

type info struct {
	name string
	size int64
}

func (i info) Name() string     { return i.name }
func (i info) Size() int64      { return i.size }
func (info) Mode() fs.FileMode  { return 0o644 }
func (info) ModTime() time.Time { return time.Time{} }
func (info) IsDir() bool        { return false }
func (info) Sys() any           { return nil }
