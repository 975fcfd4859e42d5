package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/pzgen/pzgen/internal/testtool"
)

const callerIdentity = `<GetCallerIdentityResponse><GetCallerIdentityResult>` +
	`<Arn>arn:aws:iam::111122223333:user/ann</Arn><UserId>A</UserId><Account>111122223333</Account>` +
	`</GetCallerIdentityResult></GetCallerIdentityResponse>`

// slowAWS makes pzgen ask a server that says whose credentials they are and answers nothing else. What
// is asked of it in vain is sent to the channel.
func slowAWS(t *testing.T) <-chan struct{} {
	t.Helper()
	asked := make(chan struct{}, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "GetCallerIdentity") {
			io.WriteString(w, callerIdentity)
			return
		}
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL,
		"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	return asked
}

const doctorLive = "doctor --live --region eu-west-1 --role Shop --workflow import --from s3://acme-data/in/"

// While AWS does not answer, a terminal shows how many answers came, and Ctrl-C ends it.
func TestDoctorLiveOnTerminal(t *testing.T) {
	slowAWS(t)
	cmd := exec.Command("pzgen", strings.Fields(doctorLive)...)
	terminal := testtool.Terminal(t, cmd)
	var shown strings.Builder
	reader := bufio.NewReader(terminal)
	for !strings.Contains(shown.String(), "\r1 AWS answer, ") {
		c, err := reader.ReadByte()
		if err != nil {
			t.Fatalf("%v after %q", err, shown.String())
		}
		shown.WriteByte(c)
	}
	if _, err := terminal.Write([]byte{3}); err != nil { // Ctrl-C
		t.Fatal(err)
	}
	io.Copy(&shown, reader)
	cmd.Wait()
	code := cmd.ProcessState.ExitCode()
	if _, last, _ := strings.Cut(shown.String(), "^C"); code != 130 ||
		!strings.Contains(last, "\r\x1b[K") || !strings.Contains(last, "interrupted") {
		t.Errorf("exit code %d: %q", code, shown.String())
	}
}

// Where it is piped there is no line, and the signal ends it as well.
func TestDoctorLivePiped(t *testing.T) {
	asked := slowAWS(t)
	cmd := exec.Command("pzgen", strings.Fields(doctorLive)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-asked:
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-ended
	case <-ended:
	}
	if code := cmd.ProcessState.ExitCode(); code != 130 ||
		!strings.HasPrefix(said.String(), "pzgen: interrupted\n") {
		t.Errorf("exit code %d: %q", code, said.String())
	}
}

// Without credentials there is one message: the SDK says nothing of its own.
func TestDoctorLiveWithoutCredentials(t *testing.T) {
	slowAWS(t)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(refusing.Close)
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": refusing.URL,
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": ""} {
		t.Setenv(name, value)
	}
	cmd := exec.Command("pzgen", strings.Fields(doctorLive)...)
	said, _ := cmd.CombinedOutput()
	if lines := strings.Split(strings.TrimSpace(string(said)), "\n"); cmd.ProcessState.ExitCode() != 3 ||
		len(lines) != 2 || !strings.HasPrefix(lines[0], "pzgen: sts get-caller-identity: ") {
		t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), said)
	}
}
