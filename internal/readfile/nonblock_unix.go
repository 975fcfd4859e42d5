//go:build unix

package readfile

import "syscall"

// nonblock makes open return at once, also for a pipe that nobody writes to.
const nonblock = syscall.O_NONBLOCK
