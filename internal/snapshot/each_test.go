package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// Every one is called once, the error is the first in their order, and none is called after the end.
func TestEach(t *testing.T) {
	var called [100]atomic.Int32
	err := Each(t.Context(), len(called), func(i int) error {
		called[i].Add(1)
		if i%40 == 39 {
			return fmt.Errorf("no %d", i)
		}
		return nil
	})
	if err == nil || err.Error() != "no 39" {
		t.Error(err)
	}
	for i := range called {
		if n := called[i].Load(); n != 1 {
			t.Errorf("%d is called %d times", i, n)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := Each(ctx, 3, func(int) error { t.Error("called"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A context that is watched tells of each call, also of one that fails.
func TestWatched(t *testing.T) {
	var mu sync.Mutex
	steps, total := 0, 0
	ctx := Watched(t.Context(), func(n int) {
		mu.Lock()
		defer mu.Unlock()
		steps, total = steps+1, n
	})
	err := Each(ctx, 7, func(i int) error {
		if i == 3 {
			return errors.New("fails")
		}
		return nil
	})
	if err == nil || steps != 7 || total != 7 {
		t.Errorf("%d steps of %d, %v", steps, total, err)
	}
}

// Reading a folder of answers tells of each file, returns them in their order, and ends with the
// context.
func TestAnswersAreWatched(t *testing.T) {
	dir := t.TempDir()
	const role = `{"Role": {"RoleName": "R%d", "Arn": "arn:aws:iam::111122223333:role/R%[1]d"}}`
	for i := range 50 {
		name := filepath.Join(dir, fmt.Sprintf("%02d.json", i))
		if err := os.WriteFile(name, fmt.Appendf(nil, role, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var steps, wrong atomic.Int32
	ctx := Watched(t.Context(), func(n int) {
		steps.Add(1)
		if n != 50 {
			wrong.Add(1)
		}
	})
	files, ok, err := Answers(ctx, dir, Options{})
	if err != nil || !ok || len(files) != 50 || steps.Load() != 50 || wrong.Load() > 0 {
		t.Errorf("%v, %v: %d files, %d steps, %d of another number", ok, err, len(files), steps.Load(), wrong.Load())
	}
	for i, f := range files {
		if want := fmt.Sprintf(role, i); string(f.Data) != want || filepath.Base(f.Path) != fmt.Sprintf("%02d.json", i) {
			t.Errorf("%s holds %q", f.Path, f.Data)
		}
	}
	ctx, stop := context.WithCancel(ctx)
	stop()
	if _, _, err := Answers(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
