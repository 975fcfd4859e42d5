package output

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// handle is an open folder. [os.Root] does the same with three times as many calls of the system,
// which is most of the time of a run.
type handle int

// openHandle opens the folder of a root.
func openHandle(root *os.Root) (handle, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(root.Name(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: root.Name(), Err: err}
	}
	if !sameFolder(root, fd) {
		unix.Close(fd)
		return -1, &os.PathError{Op: "open", Path: root.Name(), Err: errors.New("another " +
			"folder has taken its name")}
	}
	return handle(fd), nil
}

// sameFolder reports whether fd is the folder that root has open.
func sameFolder(root *os.Root, fd int) bool {
	f, err := root.Open(".")
	if err != nil {
		return false
	}
	defer f.Close()
	var a, b unix.Stat_t
	return unix.Fstat(int(f.Fd()), &a) == nil && unix.Fstat(fd, &b) == nil && a.Dev == b.Dev &&
		a.Ino == b.Ino
}

func (h handle) close() { unix.Close(int(h)) }

// sub opens a folder in h. The error is fs.ErrNotExist, errLink or errNoFolder when there is none.
func (h handle) sub(name string) (handle, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(h), name,
			unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	switch {
	case err == nil:
		return handle(fd), nil
	case err == unix.ELOOP, err == unix.ENOTDIR:
		var st unix.Stat_t
		if e := unix.Fstatat(int(h), name, &st, unix.AT_SYMLINK_NOFOLLOW); e == nil &&
			st.Mode&unix.S_IFMT == unix.S_IFLNK {
			return -1, errLink
		}
		return -1, errNoFolder
	}
	return -1, &os.PathError{Op: "open", Path: name, Err: err}
}

// mkdir makes a folder in h.
func (h handle) mkdir(name string) error {
	_, err := retry(func() (int, error) { return 0, unix.Mkdirat(int(h), name, 0o755) })
	if err != nil {
		return &os.PathError{Op: "mkdir", Path: name, Err: err}
	}
	return nil
}

// create writes a file into h that is not there yet.
func (h handle) create(name string, mode fs.FileMode, data []byte) error {
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(h), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC,
			uint32(mode))
	})
	if err != nil {
		return &os.PathError{Op: "create", Path: name, Err: err}
	}
	for err == nil && len(data) > 0 {
		var n int
		n, err = retry(func() (int, error) { return unix.Write(fd, data) })
		data = data[max(0, n):]
	}
	if e := unix.Close(fd); err == nil && e != unix.EINTR {
		err = e
	}
	if err != nil {
		return &os.PathError{Op: "write", Path: name, Err: err}
	}
	return nil
}

// read returns what a file of h holds, in buf as far as it has room, and what the system says of
// it. The error is fs.ErrNotExist, errLink or errNoFile when there is none, and a tooLargeError.
func (h handle) read(name string, buf []byte) (data []byte, is info, err error) {
	fail := func(op string, err error) ([]byte, info, error) {
		return nil, info{}, &os.PathError{Op: op, Path: name, Err: err}
	}
	// O_NONBLOCK: a pipe must not make the run wait for somebody to write into it.
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(h), name,
			unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	switch {
	case err == unix.ELOOP:
		return nil, info{}, errLink
	case err == unix.ENXIO: // a socket
		return nil, info{}, errNoFile
	case err != nil:
		return fail("open", err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fail("stat", err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, info{}, errNoFile
	}
	if st.Size > maxRead {
		return nil, info{}, tooLargeError(st.Size)
	}
	is = info{fs.FileMode(st.Mode & 0o777), uint64(st.Nlink)}
	for bit, m := range map[uint32]fs.FileMode{unix.S_ISUID: fs.ModeSetuid,
		unix.S_ISGID: fs.ModeSetgid, unix.S_ISVTX: fs.ModeSticky} {
		if st.Mode&bit != 0 {
			is.mode |= m
		}
	}
	data = buf[:0]
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := retry(func() (int, error) { return unix.Read(fd, data[len(data):cap(data)]) })
		if err != nil {
			return fail("read", err)
		}
		data = data[:len(data)+n]
		if n == 0 || int64(len(data)) == st.Size && len(data) < cap(data) { // the second: all that there was, with room for more
			return data, is, nil
		}
		if len(data) > maxRead { // it grows while it is read
			return nil, info{}, tooLargeError(len(data))
		}
	}
}

// list returns what is in the folder, sorted by name.
func (h handle) list() ([]item, error) {
	d, err := h.sub(".") // a place of its own to read from
	if err != nil {
		return nil, err
	}
	defer d.close()
	var items []item
	buf := make([]byte, 4<<10)
	for {
		n, err := retry(func() (int, error) { return unix.ReadDirent(int(d), buf) })
		if err != nil {
			return nil, &os.PathError{Op: "readdir", Path: ".", Err: err}
		}
		if n == 0 {
			break
		}
		for rest := buf[:n]; len(rest) > 0; {
			// struct linux_dirent64 (getdents64(2)): inode, offset, length, type, name, NUL.
			const lengthAt, typeAt, nameAt = 16, 18, 19
			size := binary.NativeEndian.Uint16(rest[lengthAt:])
			name, _, _ := bytes.Cut(rest[nameAt:size], []byte{0})
			if kind := rest[typeAt]; string(name) != "." && string(name) != ".." {
				items = append(items, item{string(name), h.kind(string(name), kind)})
			}
			rest = rest[size:]
		}
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	return items, nil
}

// kind returns the type of an entry of h. Some file systems do not tell it with the name.
func (h handle) kind(name string, kind byte) fs.FileMode {
	if kind == unix.DT_UNKNOWN {
		var st unix.Stat_t
		if unix.Fstatat(int(h), name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil {
			kind = byte(st.Mode & unix.S_IFMT >> 12) // as IFTODT does
		}
	}
	switch kind {
	case unix.DT_REG:
		return 0
	case unix.DT_DIR:
		return fs.ModeDir
	case unix.DT_LNK:
		return fs.ModeSymlink
	}
	return fs.ModeIrregular
}

// rename moves a file or folder from h to another folder.
func (h handle) rename(from string, to handle, name string) error {
	_, err := retry(func() (int, error) { return 0, unix.Renameat(int(h), from, int(to), name) })
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: name, Err: err}
	}
	return nil
}

// retry calls f again as long as signals interrupt it.
func retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// place moves a file or folder of the stage folder into another folder, which dir and its path name.
func (w *Writer) place(from string, dir handle, _, name string) error {
	return w.ready.rename(from, dir, name)
}
