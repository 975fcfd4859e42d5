//go:build !unix

package gittree

import "os/exec"

// ownGroup does nothing here.
func ownGroup(*exec.Cmd) {}
