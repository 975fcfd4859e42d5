//go:build unix

package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pzgen/pzgen/internal/testtool"
)

// The test binary stands in for the program `aws` when these name the socket of the AWS CLI that is loaded already, and a file that takes the
// arguments of each call, one JSON list a line.
const (
	socketVariable = "PZGEN_TEST_AWS_SOCKET"
	callsVariable  = "PZGEN_TEST_AWS_CALLS"
)

func TestMain(m *testing.M) {
	if socket := os.Getenv(socketVariable); socket != "" && filepath.Base(os.Args[0]) == "aws" {
		status, err := awsCall(socket, os.Args[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "aws:", err)
		}
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// awsCall hands one call over to the AWS CLI behind socket, with this process's standard files.
func awsCall(socket string, args []string) (status int, err error) {
	if file := os.Getenv(callsVariable); file != "" {
		line, err := json.Marshal(args)
		if err != nil {
			return 250, err
		}
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return 250, err
		}
		f.Write(append(line, '\n'))
		f.Close()
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return 250, err
	}
	defer conn.Close()
	env := map[string]string{}
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	dir, err := os.Getwd()
	if err != nil {
		return 250, err
	}
	request, err := json.Marshal(map[string]any{"args": args, "dir": dir, "env": env})
	if err != nil {
		return 250, err
	}
	if _, _, err := conn.WriteMsgUnix([]byte{0}, syscall.UnixRights(0, 1, 2), nil); err != nil {
		return 250, err
	}
	if _, err := conn.Write(request); err != nil {
		return 250, err
	}
	if err := conn.CloseWrite(); err != nil {
		return 250, err
	}
	answer, err := io.ReadAll(conn)
	if err != nil || len(answer) != 1 {
		return 250, fmt.Errorf("the AWS CLI did not end well: %v", err)
	}
	return int(answer[0]), nil
}

// python is the interpreter itself, not a launcher that looks for it first.
func python(t testing.TB) string {
	t.Helper()
	path := testtool.Need(t, "python3", "-c", "import moto.server, boto3, awscli.clidriver")
	out, err := testtool.Command(t, path, "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// startAWS asks for moto and for the AWS CLI, and starts the latter, to be stopped with the test. It gives its socket.
func startAWS(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "aws") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	start(t, "ready", nil, python(t), "-B", filepath.Join("testdata", "aws_server.py"), socket)
	return socket
}

// startLimit is how long a server may take to start, far more than it needs on a busy machine.
const startLimit = 10 * time.Minute

// start starts a server that is stopped when the test ends, and waits until it has said that it is ready.
func start(t testing.TB, ready string, env []string, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 10 * time.Second
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var all strings.Builder // what it said, but for calls that went well
	ended := make(chan bool)
	t.Cleanup(func() {
		cancel()
		cmd.Wait()
		<-ended
		r.Close()
		if t.Failed() && strings.Contains(all.String(), "Traceback") {
			t.Logf("%s said:\n%s", name, all.String())
		}
	})
	said := make(chan string, 2)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			if strings.Contains(lines.Text(), ready) {
				said <- ""
			}
			if !strings.Contains(lines.Text(), "HTTP/1.1\" ") && all.Len() < 1<<16 {
				all.WriteString(lines.Text() + "\n")
			}
		}
		said <- "it said:\n" + all.String()
	}()
	select {
	case s := <-said:
		if s != "" {
			t.Fatalf("%s does not start: %s", strings.Join(args, " "), s)
		}
	case <-time.After(startLimit):
		t.Fatalf("%s does not start within %v", strings.Join(args, " "), startLimit)
	}
}
