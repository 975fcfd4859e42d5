//go:build unix

package readfile

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"
)

func TestKinds(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	wrongKind(t, pipe, "a named pipe")
	wrongKind(t, "/dev/zero", "a device")
	wrongKind(t, "/dev/null", "a device")
	if socket, err := net.Listen("unix", filepath.Join(dir, "s")); err == nil {
		defer socket.Close()
		wrongKind(t, filepath.Join(dir, "s"), "a socket")
	}
}
