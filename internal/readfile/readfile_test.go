package readfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(name, link); err != nil {
		t.Skip(err)
	}
	for _, n := range []string{name, link} {
		if got, err := File(n, 5); string(got) != "12345" || err != nil {
			t.Errorf("%s: %q, %v", n, got, err)
		}
	}
	var size *SizeError
	if _, err := File(name, 4); !errors.As(err, &size) || size.Max != 4 || size.Path != name {
		t.Errorf("a file of one byte too many: %v", err)
	}
	if _, err := File(filepath.Join(dir, "none"), 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	wrongKind(t, dir, "a folder")
}

func wrongKind(t *testing.T, name, what string) {
	t.Helper()
	var kind *KindError
	_, err := File(name, 1<<20)
	if !errors.As(err, &kind) || kind.What != what || kind.Path != name || Hint(err) == "" {
		t.Errorf("%s: %v, want that it is %s", name, err, what)
	}
}

// What has no size of its own is cut off while it is read.
func TestAtMost(t *testing.T) {
	endless := io.MultiReader(strings.NewReader("1234"), zeros{})
	var size *SizeError
	if _, err := AtMost(endless, "<stdin>", 1<<16); !errors.As(err, &size) {
		t.Errorf("without end: %v", err)
	}
	if got, err := AtMost(strings.NewReader("1234"), "<stdin>", 4); string(got) != "1234" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	broken := errors.New("broken")
	if _, err := AtMost(iotest.ErrReader(broken), "<stdin>", 4); !errors.Is(err, broken) {
		t.Errorf("an error of the reader: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUntil(t *testing.T) {
	text := strings.Repeat("pipes and terminals ", 20000)
	for _, r := range []io.Reader{
		strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)),
		iotest.DataErrReader(strings.NewReader(text)), iotest.HalfReader(strings.NewReader(text)),
	} {
		got, err := io.ReadAll(iotest.HalfReader(Until(t.Context(), r)))
		if err != nil || !bytes.Equal(got, []byte(text)) {
			t.Errorf("%T: %d bytes, %v; want %d", r, len(got), err, len(text))
		}
	}
}

// A reader that waits ends when it is told to, and stays at its end.
func TestUntilDone(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, out := io.Pipe()
	defer out.Close()
	r := Until(ctx, in)
	go func() {
		out.Write([]byte("half a "))
		cancel() // nobody writes the rest
	}()
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that of the context", err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("after it: %d, %v", n, err)
	}
}
