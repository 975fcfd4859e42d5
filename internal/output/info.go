package output

import (
	"fmt"
	"io/fs"
	"runtime"
)

// maxRead is the size of the largest file that is read: no target comes near it, and a proof is
// not to fill the memory.
const maxRead = 16 << 20

// item is an entry of a folder.
type item struct {
	name string
	kind fs.FileMode // type bits: none for a regular file
}

// info is what the system says of a regular file.
type info struct {
	mode  fs.FileMode // permissions, setuid, setgid and sticky
	links uint64      // how many names it has
}

// special are bits that no generated file has.
const special = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// writableByOthers is the right of everybody to write. No umask in use leaves it, and whoever has
// it can change a file between the proof and its use.
const writableByOthers fs.FileMode = 0o002

// fits reports whether a file has the mode that it is written with. Of the other permissions only
// the right to execute is pzgen's affair: the rest is the umask's. Windows has no such right.
func (i info) fits(want fs.FileMode) bool {
	switch {
	case runtime.GOOS == "windows":
		return true
	case i.mode&(special|writableByOthers) != 0:
		return false
	case want&0o100 != 0:
		return i.mode&0o100 != 0
	}
	return i.mode&0o111 == 0
}

// octal returns the mode as chmod takes it, with the permissions that matter.
func (i info) octal() uint32 {
	m := uint32(0o644)
	if i.mode&0o111 != 0 {
		m = 0o755
	}
	if i.mode&0o111 != 0 && i.mode&0o100 == 0 {
		m = uint32(i.mode.Perm()) // somebody else's right to execute
	}
	if i.mode&writableByOthers != 0 {
		m |= uint32(writableByOthers)
	}
	for bit, n := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000,
		fs.ModeSticky: 0o1000} {
		if i.mode&bit != 0 {
			m |= n
		}
	}
	return m
}

// tooLargeError is the size of a file that is not read.
type tooLargeError int64

func (e tooLargeError) Error() string {
	return fmt.Sprintf("has %d bytes, far more than a generated file: move it away", int64(e))
}
