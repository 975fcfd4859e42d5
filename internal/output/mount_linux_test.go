package output

import (
	"fmt"
	"syscall"
)

func mountSmall(dir string, kilobytes int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kilobytes))
}

func remountReadOnly(dir string) error {
	return syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
}

func unmount(dir string) { syscall.Unmount(dir, syscall.MNT_DETACH) }
