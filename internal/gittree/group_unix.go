//go:build unix

package gittree

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps from git what the terminal sends to a group of processes: on Ctrl-C the context ends,
// and who waits for git is to learn that, not that git was interrupted.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
