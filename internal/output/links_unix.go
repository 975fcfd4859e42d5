//go:build unix && !linux

package output

import (
	"io/fs"
	"syscall"
)

// linksOf returns how many names a file has.
func linksOf(st fs.FileInfo) uint64 {
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		return uint64(sys.Nlink)
	}
	return 1
}
