//go:build !unix

package testtool

import "os/exec"

// group leaves a command as it is: there are no process groups, so what it started may live on.
func group(*exec.Cmd) {}
